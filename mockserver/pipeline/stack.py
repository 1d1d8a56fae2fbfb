"""Connexion's stack with one middleware of ours in the place of its per-request work.

Connexion reads and checks the documents, resolves each operationId to its handler, and turns what
nobody caught into an answer. `Operations` does the rest: it is a `SpecMiddleware` like Connexion's
own, but everything that depends on the operation alone has been worked out in `add_api`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from connexion.middleware.abstract import SpecMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.spec import Specification

from mockserver.errors import ApiError, MethodError, NoRouteError
from mockserver.pipeline import answering
from mockserver.pipeline.asgi import App, Receive, Scope, Send, path_of
from mockserver.pipeline.call import Call, Reply
from mockserver.pipeline.exchange import Route, look, read_body, send_reply
from mockserver.pipeline.front import FAILURE, CompiledApi, Front
from mockserver.pipeline.intervention import Interventions
from mockserver.pipeline.routing import LONG, RECENT, Router
from mockserver.service import Service
from mockserver.traffic.entry import Entry
from mockserver.world import Fired, World


class Hub(Protocol):
    """Where the worlds are, and who wants to know what was answered."""

    def world(self, scope: Scope) -> World:
        """Return the world that a request is about."""
        ...

    def answered(self, scope: Scope, reply: Reply | None, fired: Sequence[Fired]) -> None:
        """Take note of an answer, None if there is none, and of the transitions with it."""
        ...


class Operations(SpecMiddleware):  # type: ignore[misc]
    """Answers every request that is not the admin API's."""

    def __init__(self, app: App, hub: Hub) -> None:
        self.app = app
        self._hub = hub
        self._router = Router()
        self._apis: dict[str, type] = {}
        self._interventions = Interventions(hub, self._respond, self._owner)
        self._recent: dict[tuple[str, str], Route] = {}
        self._first_paths: dict[str, str] = {}

    def add_api(self, specification: Specification, **kwargs: Any) -> None:
        """Compile the operations of one document, under each of its base paths."""
        service: Service = kwargs.pop("service")
        handlers: Any = kwargs.pop("handlers")
        compiled = CompiledApi(
            specification, service, folds=handlers.IGNORES_CASE, next_app=self.app, **kwargs
        )
        contract = service.contract
        self._apis[contract.name] = handlers
        first = next(iter(contract.operations.values()))
        self._first_paths[contract.name] = contract.base_paths[0] + first.path
        self._interventions.learn(service)
        for name, operation in contract.operations.items():
            for base_path in contract.base_paths:
                self._router.add(
                    base_path + operation.path,
                    compiled.operations[name],
                    folds=handlers.IGNORES_CASE,
                    merges=handlers.MERGES_SLASHES,
                )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if FAILURE in scope:
            raise scope[FAILURE]
        entry = Entry(scope)
        notice = look(entry)
        if notice is not None:
            entry.reply = self._interventions.preflight(scope, notice)
            if entry.reply is not None:
                await send_reply(entry, "", send)
                return
        route = self._find(scope)
        entry.operation = operation = route[2]
        if operation is not None and not operation.is_safe:
            entry.raw = await read_body(receive)
        world = self._hub.world(scope)
        traffic = world.traffic
        if notice is None and not traffic.faults.striking:
            self._respond(scope, world, route, entry)
        else:
            await self._interventions.respond(scope, route, entry, notice)
            traffic = scope.get("callsheet.world", world).traffic
        traffic.answered(entry)
        self._hub.answered(scope, entry.reply, entry.fired)
        if notice is None and entry.strike is None:
            await send_reply(entry, traffic.label, send)
        else:
            await self._interventions.finish(entry, notice, traffic.label, (receive, send))

    def _find(self, scope: Scope) -> Route:
        """Return where the path of a request leads."""
        path = path_of(scope)
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
                entry.reply = answering.answer(scope, world, route[3], entry)
        except Exception:
            entry.reply = Reply.empty(500)
            world.traffic.answered(entry)
            self._hub.answered(scope, entry.reply, entry.fired)
            raise
        finally:
            world.request = None

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


class Stack(Front):
    """The application: `Operations` at once, and Connexion's middleware for what it throws."""

    def __init__(self, hub: Hub, ending: App) -> None:
        super().__init__(Operations(ending, hub), (ExceptionMiddleware, LifespanMiddleware))

    def add(self, service: Service, handlers: type) -> None:
        """Serve one API; raise `AttributeError` if a handler is missing."""
        self.serve(service, handlers.handler, handlers=handlers)  # type: ignore[attr-defined]
