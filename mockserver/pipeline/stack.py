"""Connexion's stack with one middleware of ours in the place of its per-request work.

Connexion reads and checks the documents, resolves each operationId to its handler, and turns what
nobody caught into an answer. `Operations` does the rest: it is a `SpecMiddleware` like Connexion's
own, but everything that depends on the operation alone has been worked out in `add_api`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import orjson
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.abstract import RoutedAPI, SpecMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.main import API, ConnexionMiddleware
from connexion.operations import AbstractOperation
from connexion.resolver import Resolver
from connexion.spec import Specification
from inflection import underscore

from mockserver.errors import ApiError, MethodError, NoRouteError
from mockserver.pipeline.call import JSON, Call, Reply
from mockserver.pipeline.operation import CompiledOperation
from mockserver.pipeline.routing import Node, Router
from mockserver.pipeline.specification import CheckedSpecification
from mockserver.service import Service
from mockserver.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 16 * 1024 * 1024
"""The largest request body in bytes; more is refused with 413."""


class Hub(Protocol):
    """Where the worlds are, and who wants to know what was answered."""

    def world(self, scope: Scope) -> World:
        """Return the world that a request is about."""
        ...

    def answered(self, scope: Scope, world: World, reply: Reply) -> None:
        """Take note of an answer."""
        ...


class CompiledApi(RoutedAPI[CompiledOperation]):  # type: ignore[misc]
    """The compiled operations of one document."""

    def __init__(
        self, specification: Specification, service: Service, handlers: type, **kwargs: Any
    ) -> None:
        self._service = service
        self._handlers = handlers
        super().__init__(specification, **kwargs)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> CompiledOperation:
        """Work out one operation."""
        declared = self._service.contract.operations[operation.operation_id]
        folds: bool = self._handlers.IGNORES_CASE  # type: ignore[attr-defined]
        return CompiledOperation(operation, self._service, declared, folds=folds)


class Operations(SpecMiddleware):  # type: ignore[misc]
    """Answers every request that is not the admin API's."""

    def __init__(self, app: App, hub: Hub) -> None:
        self.app = app
        self._hub = hub
        self._router = Router()
        self._apis: dict[str, type] = {}
        self._first_paths: dict[str, str] = {}

    def add_api(self, specification: Specification, **kwargs: Any) -> None:
        """Compile the operations of one document, under each of its base paths."""
        service: Service = kwargs["service"]
        handlers: type = kwargs["handlers"]
        compiled = CompiledApi(
            specification,
            service,
            handlers,
            next_app=self.app,
            base_path=kwargs.get("base_path"),
            resolver=kwargs["resolver"],
        )
        contract = service.contract
        self._apis[contract.name] = handlers
        first = next(iter(contract.operations.values()))
        self._first_paths[contract.name] = contract.base_paths[0] + first.path
        for name, operation in contract.operations.items():
            for base_path in contract.base_paths:
                self._router.add(
                    base_path + operation.path,
                    compiled.operations[name],
                    folds=handlers.IGNORES_CASE,  # type: ignore[attr-defined]
                    merges=handlers.MERGES_SLASHES,  # type: ignore[attr-defined]
                )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "callsheet.failure" in scope:
            raise scope["callsheet.failure"]
        raw_path = scope.get("raw_path")
        path = raw_path.decode("latin-1") if raw_path and b"%" in raw_path else scope["path"]
        world = self._hub.world(scope)
        node, texts = self._router.find(path)
        method = scope["method"]
        found = None
        if node is not None:
            found = self._router.operation(node, method, texts)
            if found is None and method == "HEAD":
                found = self._router.operation(node, "GET", texts)
        if found is None:
            reply = self._lost(scope, world, path, node)
            signature = b"-"
        else:
            operation, parameters = found
            raw = b"" if operation.is_safe else await _body(receive)
            reply = self._answer(operation, scope, world, parameters, raw)
            signature = operation.signature
        self._hub.answered(scope, world, reply)
        await _send(reply, signature, send, head=method == "HEAD")

    def _answer(
        self,
        operation: CompiledOperation,
        scope: Scope,
        world: World,
        parameters: Any,
        raw: bytes | None,
    ) -> Reply:
        world.settle()
        api = world.apis[operation.api_name]
        if raw is None:
            call = Call(scope, operation.id)
            return api.render_error(ApiError("The body is too large.", 413, "TooLarge"), call)
        call, violations = operation.read(scope, parameters, raw)
        try:
            api.authenticate(call)
            if violations:
                api.refuse(call, violations)
            if operation.is_safe:
                reply = operation.handler(api, call)
            else:
                with world.database.transaction():
                    reply = operation.handler(api, call)
        except ApiError as error:
            reply = api.render_error(error, call)
        if operation.checks_responses:
            operation.check(reply)
        return reply

    def _lost(self, scope: Scope, world: World, path: str, node: Node | None) -> Reply:
        """Answer a path that nobody has, or not with this method."""
        error: ApiError
        if node is None:
            slash = not path.endswith("/") and self._router.find(path + "/")[0] is not None
            error = NoRouteError(path, slash=slash)
        else:
            error = MethodError(scope["method"], sorted(node.methods))
        owner = node.api if node is not None else self._router.owner(path)
        if owner is None and len(world.apis) == 1:
            owner = next(iter(world.apis))
        if owner is None:
            return Reply.json({"error": str(error), "apis": self._entrances()}, error.status)
        call = Call(scope, "")
        return world.apis[owner].render_error(error, call)

    def _entrances(self) -> dict[str, str]:
        """Return a path of each API that is served."""
        return {name: self._first_paths[name] for name in self._apis}


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request, or None if it is larger than we take."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= MAX_BODY else None
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY:
            parts.append(part)
    return b"".join(parts) if size <= MAX_BODY else None


async def _send(reply: Reply, signature: bytes, send: Send, *, head: bool) -> None:
    headers = reply.headers
    headers.append((b"x-callsheet", signature))
    if reply.status != 204 and reply.status >= 200:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else reply.body})


async def crash(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Say what went wrong: a bug of ours, for the person who will report it."""
    body = orjson.dumps({"error": type(error).__name__, "detail": str(error)}).decode()
    return ConnexionResponse(status_code=500, mimetype=JSON.decode(), body=body)


class Stack:
    """The application: `Operations` at once, and Connexion's middleware for what it throws."""

    def __init__(self, hub: Hub, ending: App) -> None:
        self._operations = Operations(ending, hub)
        self._middleware = ConnexionMiddleware(
            self._operations,
            import_name=__name__,
            middlewares=[ExceptionMiddleware, LifespanMiddleware],
        )
        self._middleware.add_error_handler(Exception, crash)

    def add(self, service: Service, handlers: type) -> None:
        """Serve one API; raise `AttributeError` if a handler is missing."""
        self._middleware.apis.append(
            API(
                CheckedSpecification(service.contract),
                base_path=f"/{service.contract.name}",
                resolver=Resolver(lambda name: getattr(handlers, underscore(name))),
                service=service,
                handlers=handlers,
            )
        )

    def build(self) -> None:
        """Work everything out now: a missing handler is found at start-up, not by a client."""
        self._middleware.app, self._middleware.middleware_stack = (
            self._middleware._build_middleware_stack()  # noqa: SLF001
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it.

        Connexion's middleware would put four calls and a request object around every request, all
        for the rare one that fails: here only that one goes through it.
        """
        if scope["type"] != "http":
            await self._middleware(scope, receive, send)
            return
        try:
            await self._operations(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - Connexion's exception handlers choose
            scope["callsheet.failure"] = error
            await self._middleware(scope, receive, send)
