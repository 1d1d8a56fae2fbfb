"""A request on its way in, and its answer on its way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.pipeline.asgi import Receive, Send
from mockserver.pipeline.operation import CompiledOperation
from mockserver.pipeline.routing import Node
from mockserver.traffic import diagnostics
from mockserver.traffic.entry import Entry

MAX_BODY = 16 * 1024 * 1024
"""The largest request body in bytes; more is refused with 413."""

NOTABLE = frozenset({b"origin", b"prefer"})
"""The headers that mean something to us, whatever the API."""

LOST = b"-"
"""Stands for the operation of a request that is for none."""

Route = tuple[str, Node | None, CompiledOperation | None, Mapping[str, str]]
"""Where a path leads: the path, its node, its operation, and the texts of its parameters."""


@dataclass(slots=True)
class Notice:
    """What the notable headers say: from which origin a page calls, and what is preferred."""

    origin: bytes | None = None
    wish: bytes | None = None


def look(entry: Entry) -> Notice | None:
    """Return what the notable headers say, or None if there is none; count the bytes of all."""
    found: Notice | None = None
    size = 0
    for name, value in entry.headers:
        size += len(value)
        if name in NOTABLE:
            found = found or Notice()
            if name == b"origin":
                found.origin = value
            else:
                found.wish = value if found.wish is None else found.wish + b", " + value
    entry.size += size
    return found


async def read_body(receive: Receive, most: int = MAX_BODY) -> bytes | None:
    """Return the body of a request, or None if it is larger than *most* bytes."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= most else None
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
    return b"".join(parts) if size <= most else None


def sign(entry: Entry, session: str) -> bytes:
    """Return what the diagnostics header says: the operation, and what else there is to say."""
    signature = LOST if entry.operation is None else entry.operation.signature
    strike = entry.strike
    label = None if strike is None else strike.label
    return signature + diagnostics.write(session, label, entry.violations)


async def send_reply(entry: Entry, session: str, send: Send) -> None:
    """Send the answer to a request; *session* is what the diagnostics say of it."""
    reply = entry.reply
    assert reply is not None
    headers = reply.headers
    if session or entry.violations or entry.strike is not None or entry.operation is None:
        headers.append((b"x-callsheet", sign(entry, session)))
    else:
        headers.append(entry.operation.header)
    if reply.status != 204 and reply.status >= 200:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    is_head = entry.method == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else reply.body})
