"""Connexion's stack with one middleware of ours in the place of its per-request work.

Connexion reads and checks the documents, resolves each operationId to its handler, and turns what
nobody caught into an answer. `Operations` does the rest: it is a `SpecMiddleware` like Connexion's
own, but everything that depends on the operation alone has been worked out in `add_api`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
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

from mockserver.api import Api
from mockserver.errors import ApiError, MethodError, NoRouteError, Violation
from mockserver.pipeline.call import JSON, Call, Reply
from mockserver.pipeline.operation import CompiledOperation
from mockserver.pipeline.routing import LONG, RECENT, Node, Router
from mockserver.pipeline.specification import CheckedSpecification
from mockserver.service import Service, Validate
from mockserver.traffic import diagnostics, faults, preference
from mockserver.traffic import wire as breaking
from mockserver.traffic.cors import Cors
from mockserver.traffic.entry import Entry
from mockserver.traffic.example import Showcase
from mockserver.traffic.fault import Fault, Kind
from mockserver.traffic.faults import Strike
from mockserver.traffic.preference import PreferenceError
from mockserver.world import Fired, World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 16 * 1024 * 1024
"""The largest request body in bytes; more is refused with 413."""

NOTABLE = frozenset({b"origin", b"prefer"})
"""The headers that mean something to us, whatever the API."""

LOST = b"-"
"""Stands for the operation of a request that is for none."""


class Hub(Protocol):
    """Where the worlds are, and who wants to know what was answered."""

    def world(self, scope: Scope) -> World:
        """Return the world that a request is about."""
        ...

    def answered(self, scope: Scope, reply: Reply | None, fired: Sequence[Fired]) -> None:
        """Take note of an answer, None if there is none, and of the transitions with it."""
        ...


@dataclass(slots=True)
class Notice:
    """What the notable headers say: from which origin a page calls, and what is preferred."""

    origin: bytes | None = None
    wish: bytes | None = None


Route = tuple[str, "Node | None", "CompiledOperation | None", Mapping[str, str]]
"""Where a path leads: the path, its node, its operation, and the texts of its parameters."""


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
        self._cors: Cors | None = None
        self._showcases: dict[bytes, Showcase] = {}
        self._recent: dict[tuple[str, str], Route] = {}
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
        if service.options.cors:
            self._cors = self._cors or Cors()
            self._cors.learn(contract)
        for name, operation in contract.operations.items():
            self._showcases[compiled.operations[name].signature] = Showcase(contract, operation)
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
        entry = Entry(scope)
        notice = _look(entry)
        if notice is not None and self._cors is not None and scope["method"] == "OPTIONS":
            preflight = self._cors.preflight(notice.origin, scope["headers"])
            if preflight is not None:
                entry.reply = preflight
                await _send(entry, "", send)
                return
        route = self._find(scope)
        entry.operation = operation = route[2]
        if operation is not None and not operation.is_safe:
            entry.raw = await _body(receive)
        world = self._hub.world(scope)
        if notice is None and not world.traffic.faults.striking:
            self._respond(scope, world, route, entry)
        else:
            world = await self._respond_with_care(scope, route, entry, notice)
        traffic = world.traffic
        traffic.answered(entry)
        self._hub.answered(scope, entry.reply, entry.fired)
        if notice is None and entry.strike is None and entry.reply is not None:
            await _send(entry, traffic.label, send)
        else:
            await self._finish(entry, notice, traffic.label, (receive, send))

    def _find(self, scope: Scope) -> Route:
        """Return where the path of a request leads."""
        raw_path = scope.get("raw_path")
        path = raw_path.decode("latin-1") if raw_path and b"%" in raw_path else scope["path"]
        key = scope["method"], path
        route = self._recent.get(key)
        if route is None:
            route = self._walk(*key)
            if len(self._recent) >= RECENT:
                self._recent.clear()
            if len(path) <= LONG:
                self._recent[key] = route
        return route

    def _walk(self, method: str, path: str) -> Route:
        node, texts = self._router.find(path)
        if node is None:
            return path, None, None, {}
        found = self._router.operation(node, method, texts)
        if found is None and method == "HEAD":
            found = self._router.operation(node, "GET", texts)
        return (path, node, None, {}) if found is None else (path, node, *found)

    def _respond(self, scope: Scope, world: World, route: Route, entry: Entry) -> None:
        """Work out the answer to a request."""
        world.request = world.traffic.journal.last_id + 1
        try:
            if entry.operation is None:
                entry.reply = self._lost(scope, world, route)
            else:
                entry.reply = self._answer(scope, world, route[3], entry)
        except Exception:
            entry.reply = Reply.empty(500)
            world.traffic.answered(entry)
            self._hub.answered(scope, entry.reply, entry.fired)
            raise
        finally:
            world.request = None

    async def _respond_with_care(
        self, scope: Scope, route: Route, entry: Entry, notice: Notice | None
    ) -> World:
        """Work out the answer to a request that prefers something, or may be struck by a fault.

        Returns the world, which may have been made anew while the request was held up.
        """
        wish = None
        world, operation = self._hub.world(scope), entry.operation
        if notice is not None and notice.wish is not None and operation is not None:
            try:
                wish = preference.parse(notice.wish.decode("latin-1"))
            except PreferenceError as error:
                entry.reply = preference.problem("No such preference", str(error), 400)
                return world
        if wish is not None and wish.delay:
            world = await self._hold_up(wish.delay, scope)
        if wish is not None and wish.chooses and operation is not None:
            showcase = self._showcases[operation.signature]
            call = Call(scope, operation.id)
            entry.reply = preference.answer(wish, showcase, call)
            return world
        strike = entry.strike = self._strike(scope, world, route, entry)
        if strike is not None and strike.delay:
            world = await self._hold_up(strike.delay, scope)
        if strike is not None and strike.ending is not None and strike.replaces:
            entry.reply = self._fault_reply(scope, world, route, strike.ending)
        elif strike is None or strike.kind is not Kind.RESET:
            self._respond(scope, world, route, entry)
        if wish is not None and entry.reply is not None:
            entry.reply.with_header("preference-applied", wish.applied())
        return world

    async def _hold_up(self, seconds: float, scope: Scope) -> World:
        """Wait, and return the world as it is then."""
        await asyncio.sleep(seconds)
        scope.pop("callsheet.world", None)
        return self._hub.world(scope)

    def _strike(self, scope: Scope, world: World, route: Route, entry: Entry) -> Strike | None:
        """Return what faults do to a request, or None."""
        operation = entry.operation

        def read() -> tuple[Api, Call] | None:
            if operation is None:
                return None
            world.settle()
            call, _ = operation.read(scope, route[3], entry.raw or b"")
            return world.apis[operation.api_name], call

        owner = self._owner(route, world)
        name = None if operation is None else operation.id
        return world.traffic.faults.strike((owner, name), entry.method, entry.path, read)

    def _fault_reply(self, scope: Scope, world: World, route: Route, fault: Fault) -> Reply:
        """Return the answer that a fault gives in place of the API's."""
        owner = self._owner(route, world)
        api = None if owner is None else world.apis[owner]
        operation = route[2]
        showcase = None if operation is None else self._showcases[operation.signature]
        call = Call(scope, "" if operation is None else operation.id)
        return faults.answer(fault, api, showcase, call)

    async def _finish(
        self, entry: Entry, notice: Notice | None, session: str, wire: tuple[Receive, Send]
    ) -> None:
        """Send the answer, or have the connection break as a fault wants it."""
        receive, send = wire
        if entry.reply is None:
            await breaking.reset(receive, send)
            return
        if notice is not None and notice.origin is not None and self._cors is not None:
            entry.reply.headers += self._cors.headers(notice.origin)
        if entry.strike is not None and entry.strike.kind is Kind.TRUNCATE:
            entry.reply.headers.append((b"x-callsheet", _signature(entry, session)))
            await breaking.truncate(entry.reply, receive, send)
        else:
            await _send(entry, session, send)

    def _answer(self, scope: Scope, world: World, texts: Mapping[str, str], entry: Entry) -> Reply:
        operation = entry.operation
        assert operation is not None
        world.settle()
        entry.moment = world.seen
        api = world.apis[operation.api_name]
        if entry.raw is None:
            call = Call(scope, operation.id)
            return api.render_error(ApiError("The body is too large.", 413, "TooLarge"), call)
        call, violations = operation.read(scope, texts, entry.raw)
        try:
            api.authenticate(call)
            if violations:
                refusal = self._weigh(api, call, violations, entry)
                if refusal is not None:
                    return self._answer_anyway(operation, world, call, refusal)
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

    def _weigh(
        self, api: Api, call: Call, violations: Sequence[Violation], entry: Entry
    ) -> ApiError | None:
        """Refuse a request that breaks the contract, or return the refusal that it is spared.

        None means that the API itself lets it through.
        """
        mode = api.service.options.validate_requests
        if mode is not Validate.OFF:
            entry.violations = violations
        try:
            api.refuse(call, violations)
        except ApiError as refusal:
            if mode is Validate.ENFORCE:
                raise
            return refusal
        return None

    def _answer_anyway(
        self, operation: CompiledOperation, world: World, call: Call, refusal: ApiError
    ) -> Reply:
        """Let a request through that breaks the contract; refuse it if the handler cannot go on.

        What the handler has changed until then is undone.
        """
        api = world.apis[operation.api_name]
        try:
            with world.database.transaction():
                reply = operation.handler(api, call)
                if operation.checks_responses:
                    operation.check(reply)
                return reply
        except ApiError as error:
            return api.render_error(error, call)
        except Exception:  # noqa: BLE001 - a handler may rely on all that the contract promises
            return api.render_error(refusal, call)

    def _owner(self, route: Route, world: World) -> str | None:
        """Return the API that a path belongs to, also where it has nothing, or None."""
        path, node, _, _ = route
        owner = node.api if node is not None else self._router.owner(path)
        if owner is None and len(world.apis) == 1:
            return next(iter(world.apis))
        return owner

    def _lost(self, scope: Scope, world: World, route: Route) -> Reply:
        """Answer a path that nobody has, or not with this method."""
        path, node, _, _ = route
        error: ApiError
        if node is None:
            slash = not path.endswith("/") and self._router.find(path + "/")[0] is not None
            error = NoRouteError(scope["path"], slash=slash)
        else:
            error = MethodError(scope["method"], sorted(node.methods))
        owner = self._owner(route, world)
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


def _look(entry: Entry) -> Notice | None:
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


def _signature(entry: Entry, session: str) -> bytes:
    """Return what the diagnostics header says: the operation, and what else there is to say."""
    signature = LOST if entry.operation is None else entry.operation.signature
    strike = entry.strike
    if session or entry.violations or strike is not None:
        label = None if strike is None else strike.label
        return signature + diagnostics.write(session, label, entry.violations)
    return signature


async def _send(entry: Entry, session: str, send: Send) -> None:
    reply = entry.reply
    assert reply is not None
    headers = reply.headers
    headers.append((b"x-callsheet", _signature(entry, session)))
    if reply.status != 204 and reply.status >= 200:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    is_head = entry.method == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else reply.body})


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
                resolver=Resolver(handlers.handler),  # type: ignore[attr-defined]
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
