"""Where answers are changed on their way out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.service import Service
from mockserver.surprise.answer import BODILESS, Answer
from mockserver.surprise.catalogue import chosen
from mockserver.surprise.terms import Terms

Message = MutableMapping[str, Any]
SIGNATURE = b"x-callsheet"


class Stage:
    """Hands requests on, and has each surprise change the answers."""

    def __init__(self, app: App, services: Mapping[str, Service], names: Sequence[str]) -> None:
        self._app = app
        self._services = services
        self._touches = [one.touch for one in chosen(names) if one.touch is not None]
        self._terms: dict[bytes, Terms | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exit_ = _Exit(send)
        await self._app(scope, receive, exit_.send)
        if exit_.start is not None:
            await self._finish(scope["method"], exit_, send)

    async def _finish(self, method: str, left: _Exit, send: Send) -> None:
        assert left.start is not None
        headers = list(left.start["headers"])
        terms = self._terms_of(headers)
        answer = Answer(left.start["status"], headers, left.body, terms)
        for touch in self._touches:
            touch(answer)
        body = b"" if method == "HEAD" else answer.body
        if answer.status not in BODILESS and method != "HEAD":
            answer.headers = [
                (name, b"%d" % len(body)) if name.lower() == b"content-length" else (name, value)
                for name, value in answer.headers
            ]
        if answer.delay:
            await asyncio.sleep(answer.delay)
        start = {**left.start, "status": answer.status, "headers": answer.headers}
        await send(start)
        for part in _pieces(body, answer.pieces):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _terms_of(self, headers: Sequence[tuple[bytes, bytes]]) -> Terms | None:
        """Return the terms of the operation that the diagnostics name, if they name one."""
        said = next((value for name, value in headers if name == SIGNATURE), b"")
        signature = said.partition(b";")[0].strip()
        if signature not in self._terms:
            api, _, name = signature.decode("latin-1").partition("/")
            service = self._services.get(api)
            operation = None if service is None else service.contract.operations.get(name)
            self._terms[signature] = (
                None if service is None or operation is None else Terms(service, operation)
            )
        return self._terms[signature]


class _Exit:
    """Holds an answer back until it is whole.

    One that is sent in parts goes out as it comes: a fault is cutting it off. `transport` is the
    connection behind it, which faults look for.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self.transport = getattr(getattr(send, "__self__", None), "transport", None)
        self.start: Message | None = None
        self.body = b""

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body" and self.start is not None:
            if message.get("more_body"):
                start, self.start = self.start, None
                await self._send(start)
                await self._send(message)
            else:
                self.body = message.get("body", b"")
        else:
            await self._send(message)


def _pieces(body: bytes, number: int) -> list[bytes]:
    """Return a body in so many pieces, or fewer if it is short."""
    size = max(1, -(-len(body) // number))
    return [body[start : start + size] for start in range(0, len(body), size)]
