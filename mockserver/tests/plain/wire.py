"""One request and its answer, as an ASGI server passes them on: no socket in between."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from mockserver.pipeline.asgi import App

Headers = tuple[tuple[str, str], ...]

JSON: Headers = (("content-type", "application/json"),)


@dataclass(frozen=True)
class Request:
    """A request as it is on the wire: *path* and *query* percent-encoded, header names lower case.

    *chunked*: the body comes in two parts, and nothing says how long it is.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    chunked: bool = False

    def header(self, name: str) -> str | None:
        """Return the first header of that name, or None."""
        return next((value for key, value in self.headers if key == name), None)

    def scope(self) -> MutableMapping[str, Any]:
        """Return what a server would hand to an application."""
        headers = [(b"host", b"mock")]
        headers += [(name.encode(), value.encode("latin-1")) for name, value in self.headers]
        if self.chunked:
            headers.append((b"transfer-encoding", b"chunked"))
        elif self.body:
            headers.append((b"content-length", b"%d" % len(self.body)))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode("ascii"),
            "query_string": self.query.encode("ascii"),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
        }

    def messages(self) -> list[dict[str, Any]]:
        """Return the body as the events in which a server delivers it."""
        if not self.chunked:
            return [{"type": "http.request", "body": self.body, "more_body": False}]
        middle = len(self.body) // 2
        return [
            {"type": "http.request", "body": self.body[:middle], "more_body": True},
            {"type": "http.request", "body": self.body[middle:], "more_body": False},
        ]


@dataclass(frozen=True)
class Answer:
    """Status, headers in alphabetical order, body."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Return the header of that name, or an empty text."""
        return next((value for key, value in self.headers if key == name), "")


async def exchange(app: App, request: Request) -> Answer:
    """Send *request* to *app* and return its answer.

    Raises `RuntimeError` if the application asks for more than there is.
    """
    waiting = request.messages()
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            raise RuntimeError("the application asks for a body that it has had")
        return waiting.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(request.scope(), receive, send)
    start = sent[0]
    headers = sorted((k.decode().lower(), v.decode("latin-1")) for k, v in start["headers"])
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return Answer(start["status"], tuple(headers), body)
