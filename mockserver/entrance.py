"""The way in: which session a request is about, and whether it is for the mock or about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.hub import Hub
from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.register import UnknownSessionError

SESSIONS = "/s/"
"""What stands before the name of a session at the beginning of a path."""

ADMIN = "/__admin"


class Entrance:
    """Takes the session off the path, and hands what is under `/__admin` to the admin API.

    Without an admin API the mock answers there as it does for any path that it does not know.
    """

    def __init__(self, app: App, admin: App | None, hub: Hub) -> None:
        self._app = app
        self._admin = admin
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(SESSIONS):
            _take_session(scope)
        path: str = scope["path"]
        if self._admin is not None and path.startswith(ADMIN) and path[8:9] in {"", "/"}:
            await self._admin(scope, receive, send)
            return
        try:
            self._hub.world(scope)
        except UnknownSessionError as error:
            await send_json(send, 404, {"error": str(error), "known": error.known})
            return
        await self._app(scope, receive, send)


class TwoDoors:
    """The mock on one port, its admin API and nothing else on the other."""

    def __init__(self, mock: App, admin: App, admin_port: int) -> None:
        self._mock = mock
        self._admin = admin
        self._admin_port = admin_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, according to the port that it came to."""
        if scope["type"] != "http" or scope["server"][1] != self._admin_port:
            await self._mock(scope, receive, send)
            return
        if scope["path"].startswith(SESSIONS):
            _take_session(scope)
        path: str = scope["path"]
        if path.startswith(ADMIN) and path[8:9] in {"", "/"}:
            await self._admin(scope, receive, send)
        else:
            message = f"there is nothing at {path}; the admin API is under {ADMIN}"
            await send_json(send, 404, {"error": message, "known": [f"{ADMIN}/health"]})


def _take_session(scope: Scope) -> None:
    """Move the session from the path to where the mock is mounted."""
    name, _, rest = scope["path"][len(SESSIONS) :].partition("/")
    scope["callsheet.session"] = name
    scope["root_path"] = f"{SESSIONS}{name}"
    scope["path"] = f"/{rest}"
    raw = scope.get("raw_path")
    if raw:
        scope["raw_path"] = b"/" + raw[len(SESSIONS) :].partition(b"/")[2]


async def send_json(send: Send, status: int, value: Mapping[str, Any]) -> None:
    """Send a short JSON answer."""
    body = orjson.dumps(value)
    length = b"%d" % len(body)
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
