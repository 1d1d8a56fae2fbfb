"""The worlds of one server, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from mockserver.api import Api
from mockserver.clock import Clock
from mockserver.pipeline.call import Reply
from mockserver.service import Options, Service, make_service
from mockserver.store import Collection, Database, Resource
from mockserver.world import WORLDS, Fired, Tables, World
from specs.contract import Contract

Log = Callable[[str, str, int, Sequence[Fired]], None]
"""Told of each answer: method, path with query, status, and the transitions since the last one."""


DEFAULT = 1
"""The number of the world that everybody has who does not ask for another."""


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
        """Make the default world and fill it, or take up the one that the database holds.

        A world that is taken up keeps its own seed and goes on with its own clock.
        """
        database = self._tables.database
        with database.transaction():
            worlds = self._worlds(DEFAULT)
            kept = worlds.get(DEFAULT)
            if kept is not None:
                seed = kept.facts["seed"]
                clock.follow(kept.facts["clock"])
            world = World(self._tables, clock, seed, DEFAULT)
            if kept is not None:
                world.born = kept.facts["born"]
            filled = set(kept.facts["apis"]) if kept is not None else set()
            for name, one in self._classes.items():
                world.apis[name] = one(self.services[name], world)
            for name, api in world.apis.items():
                if name not in filled:
                    api.seed(self.options.scenario)
            self._keep(world, kept, filled | set(world.apis))
        world.recall()
        world.fired.clear()
        self._default = world
        return world

    def _worlds(self, session: int) -> Collection:
        return Collection(self._tables.table(WORLDS), session, lambda _: {})

    def _keep(self, world: World, kept: Resource | None, filled: Iterable[str]) -> None:
        """Write down how *world* was made and what its clock shows."""
        facts = {
            "seed": world.seed,
            "born": world.born,
            "apis": sorted(filled),
            "clock": world.clock.reading(),
        }
        if kept is None:
            row = Resource(world.session, "open", world.born, facts=facts)
            self._worlds(world.session).insert(row)
        else:
            kept.facts = facts
            self._worlds(world.session).update(kept)

    def clock_moved(self, world: World) -> None:
        """Write down what the clock of *world* shows now."""
        kept = self._worlds(world.session).get(world.session)
        if kept is not None:
            self._keep(world, kept, kept.facts["apis"])

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
            self._worlds(world.session).clear()
        self.open(world.clock, world.seed)

    @property
    def default(self) -> World:
        """The world of requests that name no session."""
        if self._default is None:
            raise RuntimeError("open the hub first")
        return self._default

    def world(self, scope: MutableMapping[str, Any]) -> World:  # noqa: ARG002
        """Return the world that a request is about."""
        world = self.default
        if self._tables.database.is_shared:
            kept = self._worlds(world.session).get(world.session)
            if kept is not None:
                world.clock.follow(kept.facts["clock"])
        return world

    def answered(self, scope: MutableMapping[str, Any], world: World, reply: Reply) -> None:
        """Take note of an answer."""
        if self._log is not None:
            query = scope["query_string"].decode("latin-1")
            path = f"{scope['path']}?{query}" if query else scope["path"]
            self._log(scope["method"], path, reply.status, world.fired)
        if world.fired:
            world.fired.clear()
