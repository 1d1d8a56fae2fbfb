"""The sessions of one server: each a world of its own, written down so that it can be shared.

A session that is a copy keeps the original under a number of its own, to go back to on reset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.api import Api
from mockserver.clock import Clock
from mockserver.keeping import Keeping, made_of, new_facts
from mockserver.register import FIRST, Register, TakenNameError, UnknownSessionError
from mockserver.service import Options, Service
from mockserver.store import Collection, Layout, Resource
from mockserver.traffic import Traffic
from mockserver.traffic.events import Events
from mockserver.world import AGENDA, WORLDS, Tables, World

DEFAULT = "default"
"""The name of the session of requests that name none."""

SNAPSHOTS = Layout("snapshots", str, None, columns={"ordinal": int}, indexes=(("ordinal",),))
"""One row for each snapshot; its facts are what is listed, and the document."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a new session is to be made; what is None is as the server was started."""

    name: str | None = None
    seed: int | None = None
    scenario: str | None = None
    clock: Clock | None = None
    idle: float | None = None


class Sessions:
    """The worlds of one server, by the names of their sessions.

    `idle` is after how many seconds without use a session is dropped that says nothing else.
    """

    def __init__(
        self,
        tables: Tables,
        classes: Mapping[str, type[Api]],
        services: Mapping[str, Service],
        options: Options,
    ) -> None:
        self.tables = tables
        self._classes = dict(classes)
        self._services = services
        self._options = options
        self.events = Events()
        self._register = Register(tables.table(WORLDS))
        self._keeping = Keeping(self._register, tables.database)
        self.keep = self._keeping.keep
        self.snapshots = Collection(tables.table(SNAPSHOTS), FIRST, lambda _: {})
        self._worlds: dict[str, World] = {}
        self.idle: float | None = None
        self._start, self._seed = Clock(), 1

    @property
    def _layouts(self) -> tuple[Layout, ...]:
        return AGENDA, *(layout for one in self._classes.values() for layout in one.LAYOUTS)

    def recast(self, name: str, one: type[Api]) -> None:
        """Have another class play an API from now on, in all sessions, with what is in them."""
        self._classes[name] = one
        for world in self._worlds.values():
            memory = world.apis[name].memory()
            world.apis[name] = one(self._services[name], world)
            world.apis[name].recall(memory)
            world.recall()

    # -- making --------------------------------------------------------------------------------

    def open(self, clock: Clock, seed: int) -> World:
        """Make the default session, or take up all sessions that the database holds.

        A session that is taken up keeps its own seed and goes on with its own clock.
        """
        self._start, self._seed = clock, seed
        with self.tables.database.transaction():
            self._look()
            if DEFAULT not in self._register.numbers:
                plan = Plan(DEFAULT, seed, self._options.scenario, clock)
                return self._make(plan, FIRST)
            row = self._register.row(DEFAULT)
            world = self._take_up(row, clock)
            new = [name for name in world.apis if name not in row.facts["apis"]]
            world.seed_apis(new)
            if new:
                known = sorted({*row.facts["apis"], *new})
                self._register.write(DEFAULT, {"apis": known, "memory": made_of(world)["memory"]})
        world.recall()
        world.fired.clear()
        return world

    def create(self, plan: Plan) -> World:
        """Make a session and fill it; raise `TakenNameError`."""
        with self.tables.database.transaction():
            return self._make(plan, self._register.free_number())

    def fork(self, plan: Plan, source: World) -> World:
        """Make a session that is a copy of another; raise `TakenNameError`."""
        with self.tables.database.transaction():
            number = self._register.free_number()
            world = self._make(plan, number, source)
            self.keep_beginning(world)
            return world

    def _make(self, plan: Plan, number: int, source: World | None = None) -> World:
        """Make a session under a number, filled from its seed or copied from *source*."""
        self._look()
        name = plan.name or f"session-{number}"
        if name in self._register.numbers:
            raise TakenNameError(f"a session is named {name} already")
        world = self._world(plan, number, name)
        if source is None:
            self.furnish(world)
            world.seed_apis(world.apis)
        else:
            if plan.clock is None:
                world.clock.stand(source.clock.now(), source.clock.factor)
            world.born = source.born
            self.tables.copy(source.session, number, self._layouts)
            self.furnish(world)
            for one, api in world.apis.items():
                api.recall(source.apis[one].memory())
        idle = self.idle if plan.idle is None else plan.idle
        facts = new_facts(world, None if name == DEFAULT else idle)
        self._register.enter(number, world.born, facts)
        self._enter(world, facts)
        world.recall()
        world.fired.clear()
        return world

    def _world(self, plan: Plan, number: int, name: str) -> World:
        clock = plan.clock or self._start.another()
        world = World(self.tables, clock, self._seed if plan.seed is None else plan.seed, number)
        world.name = name
        world.scenario = plan.scenario or self._options.scenario
        options = self._options
        world.traffic = Traffic(
            world, self.events, entries=options.journal_entries, size=options.journal_bytes
        )
        return world

    def _take_up(self, row: Resource, clock: Clock) -> World:
        """Return the world that a row is about, to go on where it was."""
        facts = row.facts
        clock.follow(facts["clock"])
        plan = Plan(facts["name"], facts["seed"], facts["scenario"], clock)
        world = self._world(plan, row.key, facts["name"])
        self._follow(world, facts)
        self._enter(world, facts)
        world.recall()
        return world

    def _follow(self, world: World, facts: Mapping[str, Any]) -> None:
        """Be what a row says: this server has just started, or another one has changed it."""
        world.seed, world.scenario, world.born = facts["seed"], facts["scenario"], facts["born"]
        world.turn = facts["turn"]
        self.furnish(world)
        for name, api in world.apis.items():
            api.recall(facts["memory"].get(name, {}))

    def furnish(self, world: World) -> None:
        """Give *world* its APIs, which remember nothing of what it was."""
        for name, one in self._classes.items():
            world.apis[name] = one(self._services[name], world)

    def _enter(self, world: World, facts: Mapping[str, Any]) -> None:
        self._worlds[world.name] = world
        self._register.note(world.session, facts)
        self._keeping.begin(world, facts)

    def rest(self) -> None:
        """Write down where the journals stand; nothing is answered after that."""
        self._keeping.rest(self._worlds.values())

    # -- finding -------------------------------------------------------------------------------

    def find(self, name: str) -> World:
        """Return the world of a session, in use from now on; raise `UnknownSessionError`."""
        world = self._worlds.get(name)
        if world is None or self.tables.database.is_shared:
            world = self._look_for(name)
        if self._register.expires(name):
            if self._register.is_over(name):
                self.drop(name)
                raise UnknownSessionError(name, self._register.numbers)
            self._register.use(name)
        return world

    def _look_for(self, name: str) -> World:
        """Return a world as its row says: other servers may have made or changed it."""
        row = self._register.find(name)
        if row is None:
            self._forget(name)
            raise UnknownSessionError(name, self._register.numbers)
        world = self._worlds.get(name)
        if world is None or world.session != row.key:
            return self._take_up(row, self._start.another())
        world.clock.follow(row.facts["clock"])
        self._register.note(row.key, row.facts)
        if world.turn != row.facts["turn"]:
            self._follow(world, row.facts)
        for api, memory in row.facts["memory"].items():  # as another server left it
            if api in world.apis:
                world.apis[api].recall(memory)
        return world

    def all(self) -> Iterator[tuple[World, Mapping[str, Any]]]:
        """Yield each session and what is written of it, the oldest first; drop the idle ones."""
        self.sweep()
        for row in self._register:
            name = row.facts["name"]
            yield self._worlds.get(name) or self._look_for(name), row.facts

    def facts(self, world: World) -> Mapping[str, Any]:
        """Return what is written of the session of *world*."""
        return self._register.row(world.name).facts

    def count(self) -> int:
        """Return how many sessions there are."""
        return self._register.count()

    def sweep(self) -> None:
        """Drop every session that has been idle for too long."""
        self._look()
        for name in self._register.over():
            self.drop(name)

    def _look(self) -> None:
        """Read which sessions there are; other servers may have dropped some."""
        self._register.look()
        for name in self._worlds.keys() - self._register.numbers.keys():
            del self._worlds[name]

    # -- changing ------------------------------------------------------------------------------

    def drop(self, name: str) -> None:
        """Take a session away with all that is in it."""
        with self.tables.database.transaction():
            row = self._register.row(name)
            beginning = row.facts["beginning"]
            for number in (row.key, *([beginning["number"]] if beginning else [])):
                self.tables.clear(number, self._layouts)
            self._register.strike_out(name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        self._register.forget(name)
        self._worlds.pop(name, None)

    def keep_beginning(self, world: World) -> None:
        """Have resets lead to what is in *world* now rather than to its seed and scenario."""
        with self.tables.database.transaction():
            known = self._register.row(world.name).facts["beginning"]
            number = known["number"] if known else self._register.free_number()
            self.tables.clear(number, self._layouts)
            self.tables.copy(world.session, number, self._layouts)
            clock = [world.clock.now(), world.clock.factor]
            beginning = {**made_of(world), "number": number, "clock": clock}
            self._register.write(world.name, {"beginning": beginning})

    def reset(self, world: World, *, state: bool, clock: bool) -> None:
        """Make what is in *world*, its clock or both what they were at the beginning."""
        with self.tables.database.transaction():
            beginning = self._register.row(world.name).facts["beginning"]
            if clock and beginning:
                world.clock.stand(*beginning["clock"])
            elif clock:
                world.clock.restart()
            if state:
                self.empty(world)
                self._begin_again(world, beginning)
            self.keep(world)
        world.recall()
        world.fired.clear()

    def _begin_again(self, world: World, beginning: Mapping[str, Any] | None) -> None:
        if beginning is None:
            world.born = world.clock.now()
            self.furnish(world)
            world.seed_apis(world.apis)
            return
        self.tables.copy(beginning["number"], world.session, self._layouts)
        self._follow(world, {**beginning, "turn": world.turn})

    def empty(self, world: World) -> None:
        """Take away everything that is in *world*."""
        self.tables.clear(world.session, self._layouts)
        world.history.clear()
        world.turn += 1
