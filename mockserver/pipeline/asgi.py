"""The words of ASGI, for whoever passes requests on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def path_of(scope: Scope) -> str:
    """Return the path of a request as it was sent, where letters are encoded in it."""
    raw_path = scope.get("raw_path")
    if raw_path and b"%" in raw_path:
        return str(raw_path, "latin-1")
    path: str = scope["path"]
    return path
