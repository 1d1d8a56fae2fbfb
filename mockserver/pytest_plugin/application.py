"""A mock in the process of the test: what the fixture `callsheet_app` is.

No socket and no server: requests are calls. One thread at a time may use it, the one that made it.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Coroutine, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from mockserver.pytest_plugin.manner import Manner
from mockserver.pytest_plugin.mock import Mock
from mockserver.pytest_plugin.session import Callsheet

if TYPE_CHECKING:
    import httpx

    from mockserver.pipeline.asgi import App

ORIGIN = "http://callsheet"
"""The address of the application: only clients that were given it understand it."""

Value = TypeVar("Value")


class StillWaitingError(RuntimeError):
    """Something would have to wait for others, who get no turn before it is done."""


class Application:
    """The application with its worlds, and the line to its admin API."""

    def __init__(self, apis: Sequence[str], manner: Manner) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what our libraries say of each other
            from mockserver.apis import APIS  # noqa: PLC0415 - the same
            from mockserver.app import Setting, create_app  # noqa: PLC0415 - slow to load
            from mockserver.clock import parse  # noqa: PLC0415 - the same
            from mockserver.service import Options  # noqa: PLC0415 - the same

            self.app, self._hub = create_app(
                Setting(
                    tuple(apis) or tuple(APIS),
                    manner.seed,
                    parse(manner.clock),
                    Options(scenario=manner.scenario),
                )
            )
        self.base_url = ORIGIN
        self._loop = asyncio.new_event_loop()
        self.mock = Mock(self)

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """Answer one request to the admin API."""
        return self.finish(exchange(self.app, method, path, headers, body or b""))

    def finish(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Return what *work* gives, also where an event loop is running already.

        Raises `StillWaitingError` if that loop would have to go on for it.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._loop.run_until_complete(work)
        try:
            work.send(None)
        except StopIteration as done:
            found: Value = done.value
            return found
        work.close()
        raise StillWaitingError(
            "this waits for something that can only happen when the test awaits: "
            "use async_client() for requests, and look at `requests` after them"
        )

    def close(self) -> None:
        """Let go of everything."""
        self._loop.close()
        self._hub.sessions.tables.database.close()


async def exchange(
    app: App, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes]:
    """Call an application as a server does, and return status and body of its answer."""
    path, _, query = target.partition("?")
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", ORIGIN.rpartition("/")[2].encode()),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": None,
        "server": ("callsheet", 80),
    }
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    return int(told[0]["status"]), b"".join(one.get("body", b"") for one in told[1:])


class CallsheetApp(Callsheet):
    """A session of a mock in this process. `app` is the ASGI application that serves it."""

    def __init__(self, application: Application, described: Mapping[str, Any]) -> None:
        super().__init__(application, described, application.mock.bases)
        self.app = application.app
        self._application = application

    def client(self, **more: Any) -> httpx.Client:
        """Return a client whose paths are those of the APIs, in this session.

        *more* is what `httpx.Client` takes.
        """
        import httpx  # noqa: PLC0415 - slow to load

        from mockserver.pytest_plugin.transport import Transport  # noqa: PLC0415 - the same

        return httpx.Client(transport=Transport(self._application), **self._placed(more))

    def async_client(self, **more: Any) -> httpx.AsyncClient:
        """Return the same for tests that await."""
        import httpx  # noqa: PLC0415 - slow to load

        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), **self._placed(more))

    def _placed(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {"base_url": self.base_url, "trust_env": False, **more}
