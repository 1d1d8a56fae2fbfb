"""The API by which the mock is steered: read and checked like the ones it plays.

It has its own middleware in Connexion's stack, since it differs in three ways: its handlers are
functions of a desk and a call, may be coroutines, and may answer with a stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from inspect import isawaitable
from typing import Any, Protocol

from connexion.middleware.abstract import SpecMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.spec import Specification
from inflection import underscore

from mockserver.errors import ApiError, InvalidRequestError, MethodError, NoRouteError, Violation
from mockserver.pipeline.asgi import App, Receive, Scope, Send, path_of
from mockserver.pipeline.call import Call, Reply
from mockserver.pipeline.exchange import read_body
from mockserver.pipeline.front import FAILURE, CompiledApi, Front
from mockserver.pipeline.operation import CompiledOperation
from mockserver.pipeline.routing import Router
from mockserver.service import Service

MAX_BODY = 256 * 1024 * 1024
"""The largest request body in bytes: a document of state may be long."""


class Stream(Reply):
    """An answer whose body comes in parts, until there is nothing more or nobody listens."""

    __slots__ = ("chunks",)

    def __init__(self, chunks: AsyncIterator[bytes], media_type: bytes) -> None:
        super().__init__(200, b"", media_type)
        self.chunks = chunks


class Desk(Protocol):
    """What handlers work with."""

    def run(self, handler: Any, call: Call, *, is_safe: bool) -> Reply | Awaitable[Reply]:
        """Call a handler; what it writes takes effect together, or not at all."""
        ...

    def render_error(self, error: ApiError, call: Call) -> Reply:
        """Return the answer to a refusal."""
        ...


class Controls(SpecMiddleware):  # type: ignore[misc]
    """Answers every request for one API, as its contract has it."""

    def __init__(self, app: App, desk: Desk) -> None:
        self.app = app
        self._desk = desk
        self._router = Router()
        self._names: dict[str, frozenset[str]] = {}

    def add_api(self, specification: Specification, **kwargs: Any) -> None:
        """Compile the operations of the document."""
        service: Service = kwargs.pop("service")
        compiled = CompiledApi(specification, service, next_app=self.app, **kwargs)
        base = service.contract.base_paths[0]
        for name, operation in service.contract.operations.items():
            self._router.add(base + operation.path, compiled.operations[name])
            self._names[name] = frozenset(
                one["name"] for one in operation.parameters if one["in"] == "query"
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if FAILURE in scope:
            raise scope[FAILURE]
        reply = await self._answer(scope, receive)
        head = scope["method"] == "HEAD"
        if isinstance(reply, Stream) and not head:
            await _stream(reply, receive, send)
        else:
            await send_reply(reply, send, head=head)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        node, texts = self._router.find(path_of(scope).rstrip("/"))
        if node is None:
            return self._desk.render_error(NoRouteError(scope["path"]), Call(scope, ""))
        found = self._router.operation(node, method, texts)
        if found is None:
            error: ApiError = MethodError(method, sorted(node.methods))
            return self._desk.render_error(error, Call(scope, ""))
        operation, parameters = found
        raw = b"" if operation.is_safe else await read_body(receive, MAX_BODY)
        if raw is None:
            error = ApiError(f"The body is larger than {MAX_BODY} bytes.", 413, "TooLarge")
            return self._desk.render_error(error, Call(scope, operation.id))
        return await self._carry_out(operation, scope, parameters, raw)

    async def _carry_out(
        self, operation: CompiledOperation, scope: Scope, parameters: Mapping[str, str], raw: bytes
    ) -> Reply:
        call, violations = operation.read(scope, parameters, raw)
        violations += self._strangers(call)
        try:
            if violations:
                raise InvalidRequestError(violations)
            found = self._desk.run(operation.handler, call, is_safe=operation.is_safe)
            reply = await found if isawaitable(found) else found
        except ApiError as error:
            reply = self._desk.render_error(error, call)
        if operation.checks_responses:
            operation.check(reply)
        return reply

    def _strangers(self, call: Call) -> list[Violation]:
        """Return a violation for each parameter of the query that the operation does not have."""
        known = self._names[call.operation_id]
        return [
            Violation("query", name, "unknown", f"is none of {', '.join(sorted(known)) or 'any'}")
            for name in dict.fromkeys(name for name, _ in call.pairs)
            if name not in known
        ]


async def send_reply(reply: Reply, send: Send, *, head: bool) -> None:
    """Send an answer at once."""
    headers = reply.headers
    if reply.status != 204 and not isinstance(reply, Stream):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else reply.body})


async def _stream(reply: Stream, receive: Receive, send: Send) -> None:
    """Send the parts as they come, until they end or the client goes away."""
    headers = [*reply.headers, (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    sending = asyncio.ensure_future(_send_parts(reply, send))
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in (sending, leaving):
            one.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send_parts(reply: Stream, send: Send) -> None:
    async for part in reply.chunks:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


class ControlStack(Front):
    """The application: `Controls` at once, and Connexion's middleware for what it throws."""

    def __init__(self, desk: Desk, ending: App, service: Service, handlers: Any) -> None:
        super().__init__(Controls(ending, desk), (ExceptionMiddleware,))
        self.serve(service, lambda name: getattr(handlers, underscore(name)))
        self.build()
