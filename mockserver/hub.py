"""The worlds of one server, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from mockserver.api import Api
from mockserver.clock import Clock
from mockserver.pipeline.call import Reply
from mockserver.service import Options, Service, make_service
from mockserver.store import Database
from mockserver.world import Fired, Tables, World
from specs.contract import Contract

Log = Callable[[str, str, int, Sequence[Fired]], None]
"""Told of each answer: method, path with query, status, and the transitions since the last one."""


class Hub:
    """All worlds of this process; the first is everybody's unless they ask for another."""

    def __init__(
        self,
        classes: Mapping[str, type[Api]],
        contracts: Mapping[str, Contract],
        database: Database,
        options: Options,
        log: Log | None = None,
    ) -> None:
        self._tables = Tables(database)
        self._classes = classes
        self._log = log
        self.options = options
        self.services: dict[str, Service] = {
            name: make_service(contracts[name], one.PACE, options) for name, one in classes.items()
        }
        self._default: World | None = None

    def open(self, clock: Clock, seed: int) -> World:
        """Make the default world and fill it, or take up the one that the database holds."""
        world = World(self._tables, clock, seed)
        for name, one in self._classes.items():
            world.apis[name] = one(self.services[name], world)
        for api in world.apis.values():
            if all(one.top_key() is None for one in api.collections.values()):
                with world.database.transaction():
                    api.seed(self.options.scenario)
        world.recall()
        world.fired.clear()
        self._default = world
        return world

    def remember(self) -> None:
        """Keep what was worked out, so that the next start is faster."""
        self._tables.remember()

    def reset(self) -> None:
        """Make the default world anew, as it was at the beginning."""
        world = self.default
        with world.database.transaction():
            for api in world.apis.values():
                for collection in api.collections.values():
                    collection.clear()
            world.clear_agenda()
        self.open(world.clock, world.seed)

    @property
    def default(self) -> World:
        """The world of requests that name no session."""
        if self._default is None:
            raise RuntimeError("open the hub first")
        return self._default

    def world(self, scope: MutableMapping[str, Any]) -> World:  # noqa: ARG002
        """Return the world that a request is about."""
        return self.default

    def answered(self, scope: MutableMapping[str, Any], world: World, reply: Reply) -> None:
        """Take note of an answer."""
        if self._log is not None:
            query = scope["query_string"].decode("latin-1")
            path = f"{scope['path']}?{query}" if query else scope["path"]
            self._log(scope["method"], path, reply.status, world.fired)
        if world.fired:
            world.fired.clear()
