"""The way from `httpx.Client` into an application of this process: one event loop, no socket.

Tests send tens of thousands of requests: a loop and a client for each would cost more than the
answers.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application and waits for the whole answer.

    Whatever the application raises, the caller gets.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        body = request.read()
        said: list[Message] = []

        async def exchange() -> None:
            unread, over = [body], asyncio.Event()

            async def receive() -> Message:
                if unread:
                    return {"type": "http.request", "body": unread.pop(), "more_body": False}
                await over.wait()
                return {"type": "http.disconnect"}

            async def send(message: Message) -> None:
                said.append(message)
                if message["type"] == "http.response.body" and not message.get("more_body", False):
                    over.set()

            await self._app(_scope(request), receive, send)

        run(exchange())
        start = next(one for one in said if one["type"] == "http.response.start")
        parts = [one.get("body", b"") for one in said if one["type"] == "http.response.body"]
        return httpx.Response(start["status"], headers=start["headers"], content=b"".join(parts))


_LOOPS = threading.local()


def run(coming: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine comes to, on the one loop of this thread."""
    return _loop().run_until_complete(coming)


def _loop() -> asyncio.AbstractEventLoop:
    """Return the loop of this thread; it is closed when the process ends."""
    loop: asyncio.AbstractEventLoop | None = getattr(_LOOPS, "loop", None)
    if loop is None:
        loop = _LOOPS.loop = asyncio.new_event_loop()
        atexit.register(loop.close)
    return loop


def _scope(request: httpx.Request) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
