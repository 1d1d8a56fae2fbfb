"""The worlds of one server, and what they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from mockserver.api import Api
from mockserver.clock import Clock
from mockserver.pipeline.call import Reply
from mockserver.service import Options, Service, make_service
from mockserver.sessions import DEFAULT, Sessions
from mockserver.store import Database
from mockserver.world import Fired, Tables, World
from specs.contract import Contract

Log = Callable[[str, str, int | None, Sequence[Fired]], None]
"""Told of each answer: method, path with query, status, and the transitions since the last one."""

HEADER = b"x-callsheet-session"


class Hub:
    """All worlds of this process; the first is everybody's unless they ask for another.

    `public_port` is where the mock is, if its admin API is somewhere else.
    """

    def __init__(
        self,
        classes: Mapping[str, type[Api]],
        contracts: Mapping[str, Contract],
        database: Database,
        options: Options,
        log: Log | None = None,
    ) -> None:
        self._tables = Tables(database)
        self._is_shared = database.is_shared
        self._log = log
        self.options = options
        self.services: dict[str, Service] = {
            name: make_service(contracts[name], one.PACE, options) for name, one in classes.items()
        }
        self.sessions = Sessions(self._tables, classes, self.services, options)
        self.started = time.time_ns() // 1000
        self.public_port: int | None = None
        self._default: World | None = None

    def open(self, clock: Clock, seed: int) -> World:
        """Make the default world and fill it, or take up the one that the database holds.

        A world that is taken up keeps its own seed and goes on with its own clock.
        """
        self._default = self.sessions.open(clock, seed)
        return self._default

    def recast(self, name: str, one: type[Api], service: Service) -> None:
        """Have another class play an API from now on, by another contract, with what is there."""
        self.services[name] = service
        self.sessions.recast(name, one)

    def remember(self) -> None:
        """Keep what was worked out, so that the next start is faster."""
        self._tables.remember()

    def rest(self) -> None:
        """Keep what the next start goes on from; nothing is answered after that."""
        self.remember()
        self.sessions.rest()

    @property
    def default(self) -> World:
        """The world of requests that name no session."""
        if self._default is None:
            raise RuntimeError("open the hub first")
        return self._default

    def world(self, scope: MutableMapping[str, Any]) -> World:
        """Return the world that a request is about; raise `UnknownSessionError`.

        The prefix of its path names it, which `Entrance` has taken off, or else its header.
        """
        found: World | None = scope.get("callsheet.world")
        if found is None:
            found = scope["callsheet.world"] = self._find(scope)
        return found

    def _find(self, scope: MutableMapping[str, Any]) -> World:
        name = scope.get("callsheet.session")
        if name is None:
            for header, value in scope["headers"]:
                if header == HEADER:
                    name = value.decode("latin-1")
                    break
            else:
                if not self._is_shared:
                    return self.default
                name = DEFAULT
        return self.sessions.find(name)

    def answered(
        self, scope: MutableMapping[str, Any], reply: Reply | None, fired: Sequence[Fired]
    ) -> None:
        """Take note of an answer, None if there is none, and of the transitions with it."""
        if self._log is not None:
            query = scope["query_string"].decode("latin-1")
            path = f"{scope['path']}?{query}" if query else scope["path"]
            self._log(scope["method"], path, None if reply is None else reply.status, fired)

    def settle(self, world: World) -> list[Fired]:
        """Carry out what is due; return the transitions that nobody has been told of yet."""
        world.settle()
        fired = world.take_fired()
        if fired:
            world.traffic.happened(fired)
        return fired

    def tell(self, kind: str, world: World, **more: Any) -> None:
        """Tell whoever listens what the admin API has done."""
        self.sessions.events.publish(kind, world.name, more)
