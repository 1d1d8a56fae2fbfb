"""Answers that go wrong on the wire: a connection that is reset, a body that ends too soon.

ASGI knows no such thing, so the server's own connection is reached through the `send` it gave us.
An application that runs without a server raises `ConnectionResetError` instead: what its client
would see of a connection.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mockserver.pipeline.call import Reply

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing throws away what is not sent, and tells the other side by a reset."""


async def reset(receive: Receive, send: Send) -> None:
    """Reset the connection of a request, and wait until the server knows that it is gone."""
    transport = _transport(send)
    if transport is None:
        raise ConnectionResetError("a fault reset the connection")
    _linger(transport)
    transport.abort()
    await _gone(receive)


async def truncate(reply: Reply, receive: Receive, send: Send) -> None:
    """Send the headers and half of the body, and close the connection.

    An answer without a body, of which nothing could be cut off, is lost as a whole.
    """
    if not reply.body:
        await reset(receive, send)
        return
    headers = [*reply.headers, (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    transport = _transport(send)
    if transport is None:
        raise ConnectionResetError("a fault cut the body off")
    transport.close()
    await _gone(receive)


def _transport(send: Send) -> asyncio.Transport | None:
    """Return the connection behind `send`: uvicorn's is a method of what holds it."""
    found = getattr(getattr(send, "__self__", None), "transport", None)
    return found if found is not None and hasattr(found, "abort") else None


def _linger(transport: asyncio.Transport) -> None:
    """Have closing reset the connection instead of ending it in good order."""
    connection = transport.get_extra_info("socket")
    if connection is None:
        return
    # The loop lends no more than a view of its socket; an option set on a copy is set on both.
    with socket.socket(fileno=os.dup(connection.fileno())) as copy:
        copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
