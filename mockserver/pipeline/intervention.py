"""Where a request does not get what its API says: preferences, faults, other origins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from mockserver.api import Api
from mockserver.pipeline.asgi import Receive, Scope, Send
from mockserver.pipeline.call import Call, Reply
from mockserver.pipeline.exchange import Notice, Route, send_reply, sign
from mockserver.register import UnknownSessionError
from mockserver.service import Service
from mockserver.traffic import faults, preference, wire
from mockserver.traffic.cors import Cors
from mockserver.traffic.entry import Entry
from mockserver.traffic.example import Showcase
from mockserver.traffic.fault import Fault, Kind
from mockserver.traffic.faults import Strike
from mockserver.traffic.preference import Preference, PreferenceError
from mockserver.world import World

if TYPE_CHECKING:
    from mockserver.pipeline.stack import Hub

Respond = Callable[[Scope, World, Route, Entry], None]
"""Works out the answer to a request, as usual."""

Owner = Callable[[Route, World], "str | None"]
"""Finds the API that a path belongs to, also where it has nothing."""


class Interventions:
    """What stands between requests and the APIs, for the few that it is about."""

    def __init__(self, hub: Hub, respond: Respond, owner: Owner) -> None:
        self._hub = hub
        self._respond = respond
        self._owner = owner
        self._showcases: dict[bytes, Showcase] = {}
        self._cors: Cors | None = None

    def learn(self, service: Service) -> None:
        """Take in an API: what its contract shows, and which headers pages may read."""
        contract = service.contract
        if service.options.cors:
            self._cors = self._cors or Cors()
            self._cors.learn(contract)
        for name, operation in contract.operations.items():
            signature = f"{contract.name}/{name}".encode()
            self._showcases[signature] = Showcase(contract, operation)

    def preflight(self, scope: Scope, notice: Notice) -> Reply | None:
        """Return the answer to a browser that asks whether a page may call, or None."""
        if self._cors is None or scope["method"] != "OPTIONS":
            return None
        return self._cors.preflight(notice.origin, scope["headers"])

    async def respond(
        self, scope: Scope, route: Route, entry: Entry, notice: Notice | None
    ) -> None:
        """Work out the answer to a request that prefers something, or may be struck by a fault."""
        wish = None
        if notice is not None and notice.wish is not None and entry.operation is not None:
            try:
                wish = preference.parse(notice.wish.decode("latin-1"))
            except PreferenceError as error:
                entry.reply = preference.problem("No such preference", str(error), 400)
                return
        try:
            await self._respond_to(scope, route, entry, wish)
        except UnknownSessionError as error:
            entry.reply = Reply.json({"error": str(error), "known": error.known}, 404)

    async def _respond_to(
        self, scope: Scope, route: Route, entry: Entry, wish: Preference | None
    ) -> None:
        world = self._hub.world(scope)
        if wish is not None:
            world = await self._hold_up(wish.delay or 0, scope, world)
        if wish is not None and wish.chooses and entry.operation is not None:
            showcase = self._showcases[entry.operation.signature]
            entry.reply = preference.answer(wish, showcase, Call(scope, entry.operation.id))
            return
        strike = entry.strike = self._strike(scope, world, route, entry)
        if strike is not None:
            world = await self._hold_up(strike.delay, scope, world)
        if strike is not None and strike.ending is not None and strike.replaces:
            entry.reply = self._stand_in(scope, world, route, strike.ending)
        elif strike is None or strike.kind is not Kind.RESET:
            self._respond(scope, world, route, entry)
        if wish is not None and entry.reply is not None:
            entry.reply.with_header("preference-applied", wish.applied())

    async def _hold_up(self, seconds: float, scope: Scope, world: World) -> World:
        """Wait, and return the world as it is then; raise `UnknownSessionError` if it is gone."""
        if not seconds:
            return world
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

        name = None if operation is None else operation.id
        names = self._owner(route, world), name
        return world.traffic.faults.strike(names, entry.method, entry.path, read)

    def _stand_in(self, scope: Scope, world: World, route: Route, fault: Fault) -> Reply:
        """Return the answer that a fault gives in place of the API's."""
        owner, operation = self._owner(route, world), route[2]
        api = None if owner is None else world.apis[owner]
        if operation is None:
            return faults.answer(fault, api, None, Call(scope, ""))
        showcase = self._showcases[operation.signature]
        return faults.answer(fault, api, showcase, Call(scope, operation.id))

    async def finish(
        self, entry: Entry, notice: Notice | None, session: str, ends: tuple[Receive, Send]
    ) -> None:
        """Send the answer, or have the connection break as a fault wants it."""
        receive, send = ends
        if entry.reply is None:
            await wire.reset(receive, send)
            return
        if notice is not None and notice.origin is not None and self._cors is not None:
            entry.reply.headers += self._cors.headers(notice.origin)
        if entry.strike is not None and entry.strike.kind is Kind.TRUNCATE:
            entry.reply.headers.append((b"x-callsheet", sign(entry, session)))
            await wire.truncate(entry.reply, receive, send)
        else:
            await send_reply(entry, session, send)
