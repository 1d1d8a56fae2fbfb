"""The sessions of one server: each a world of its own, written down so that it can be shared.

The table of worlds holds a row for each session: its name, how it was made, what its clock shows.
A session that is a copy keeps the original under a number of its own, to go back to on reset.
"""

from __future__ import annotations

import time
from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mockserver.api import Api
from mockserver.clock import Clock
from mockserver.service import Options, Service
from mockserver.store import Collection, Layout, Resource
from mockserver.traffic import Traffic
from mockserver.traffic.events import Events
from mockserver.world import AGENDA, WORLDS, Tables, World

DEFAULT = "default"
"""The name of the session of requests that name none."""

FIRST = 1
"""The number of the default session, under which the rows of all sessions stand as well."""

SNAPSHOTS = Layout("snapshots", str, None, columns={"ordinal": int}, indexes=(("ordinal",),))
"""One row for each snapshot; its facts are what is listed, and the document."""

BLOCK = 1000
"""How many ids of a journal are set aside at a time: so many, at most, a killed server skips."""

SEEN_SHARE = 10
"""Into how many parts the idle time is cut: so often, at most, a use is written down."""


class UnknownSessionError(Exception):
    """No session has this name; `known` are those that there are."""

    def __init__(self, name: str, known: Some[str]) -> None:
        super().__init__(f"there is no session {name[:64]!r}")
        self.name = name
        self.known = sorted(known)


class TakenNameError(Exception):
    """A session has this name already."""


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
        self._rows = Collection(tables.table(WORLDS), FIRST, lambda _: {})
        self.snapshots = Collection(tables.table(SNAPSHOTS), FIRST, lambda _: {})
        self._worlds: dict[str, World] = {}
        self._numbers: dict[str, int] = {}
        self._idle: dict[str, float] = {}
        self._seen: dict[str, float] = {}
        self.idle: float | None = None
        self._start = Clock()
        self._seed = 1

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
            if DEFAULT not in self._numbers:
                plan = Plan(DEFAULT, seed, self._options.scenario, clock)
                return self._make(plan, FIRST)
            row = self._row(DEFAULT)
            world = self._take_up(row, clock)
            new = [name for name in world.apis if name not in row.facts["apis"]]
            world.seed_apis(new)
            if new:
                known = sorted({*row.facts["apis"], *new})
                self._write(self._row(DEFAULT), {"apis": known, "memory": _memory(world)})
        world.recall()
        world.fired.clear()
        return world

    def create(self, plan: Plan) -> World:
        """Make a session and fill it; raise `TakenNameError`."""
        with self.tables.database.transaction():
            return self._make(plan, self._free_number())

    def fork(self, plan: Plan, source: World) -> World:
        """Make a session that is a copy of another; raise `TakenNameError`."""
        with self.tables.database.transaction():
            number = self._free_number()
            world = self._make(plan, number, source)
            self.keep_beginning(world)
            return world

    def _make(self, plan: Plan, number: int, source: World | None = None) -> World:
        """Make a session under a number, filled from its seed or copied from *source*."""
        self._look()
        name = plan.name or f"session-{number}"
        if name in self._numbers:
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
        now = time.time()
        facts = {
            "name": name,
            "seed": world.seed,
            "scenario": world.scenario,
            "born": world.born,
            "turn": 0,
            "apis": sorted(world.apis),
            "clock": world.clock.reading(),
            "memory": _memory(world),
            "made": time.time_ns() // 1000,
            "idle": None if name == DEFAULT else self.idle if plan.idle is None else plan.idle,
            "seen": now,
            "beginning": None,
            "journal": 0,
            "faults": None,
        }
        self._rows.insert(Resource(number, "open", world.born, facts=facts))
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
        self._numbers[world.name] = world.session
        self._idle[world.name] = facts["idle"] or 0.0
        self._seen[world.name] = facts["seen"]
        if not self.tables.database.is_kept:
            return
        world.keeper = partial(self.keep, world)
        if not self.tables.database.is_shared:  # else each server has faults and a journal apart
            faults = world.traffic.faults
            if facts.get("faults"):
                faults.take_up(facts["faults"])
            faults.keeper = partial(self._keep_faults, world)
            world.traffic.journal.go_on(facts.get("journal", 0), partial(self._set_aside, world))

    def _keep_faults(self, world: World) -> None:
        self._write(self._row(world.name), {"faults": world.traffic.faults.kept()})

    def _set_aside(self, world: World, last_id: int) -> int:
        """Write down that the ids after *last_id* are taken; return up to which they are."""
        if self._worlds.get(world.name) is world:  # else it was dropped while it answered
            self._write(self._row(world.name), {"journal": last_id + BLOCK})
        return last_id + BLOCK

    def rest(self) -> None:
        """Write down where the journals stand; nothing is answered after that."""
        database = self.tables.database
        if database.is_kept and not database.is_shared:
            with database.transaction():
                for world in self._worlds.values():
                    journal = world.traffic.journal
                    self._write(self._row(world.name), {"journal": journal.last_id})

    def _free_number(self) -> int:
        """Return a number that no session has, nor the beginning of one."""
        rows = list(self._rows.all())
        beginnings = [one.facts["beginning"]["number"] for one in rows if one.facts["beginning"]]
        return int(max(FIRST, *(one.key for one in rows), *beginnings)) + 1

    # -- finding -------------------------------------------------------------------------------

    def find(self, name: str) -> World:
        """Return the world of a session, in use from now on; raise `UnknownSessionError`."""
        world = self._worlds.get(name)
        if world is None or self.tables.database.is_shared:
            world = self._look_for(name)
        if self._idle[name]:
            self._use(name)
        return world

    def _look_for(self, name: str) -> World:
        """Return a world as its row says: other servers may have made or changed it."""
        if name not in self._numbers:
            self._look()
        row = self._rows.get(self._numbers[name]) if name in self._numbers else None
        if row is None or row.facts["name"] != name:
            self._forget(name)
            raise UnknownSessionError(name, self._numbers)
        world = self._worlds.get(name)
        if world is None or world.session != row.key:
            return self._take_up(row, self._start.another())
        world.clock.follow(row.facts["clock"])
        self._seen[name] = row.facts["seen"]
        if world.turn != row.facts["turn"]:
            self._follow(world, row.facts)
        for api, memory in row.facts["memory"].items():  # as another server left it
            if api in world.apis:
                world.apis[api].recall(memory)
        return world

    def _use(self, name: str) -> None:
        """Note that a session is used, or drop it if it has been idle for too long."""
        now, idle = time.time(), self._idle[name]
        if now - self._seen[name] > idle:
            self.drop(name)
            raise UnknownSessionError(name, self._numbers)
        if now - self._seen[name] > idle / SEEN_SHARE:
            self._seen[name] = now
            with self.tables.database.transaction():  # other servers write this row as well
                self._write(self._row(name), {"seen": now})

    def all(self) -> Iterator[tuple[World, Mapping[str, Any]]]:
        """Yield each session and what is written of it, the oldest first; drop the idle ones."""
        self.sweep()
        for row in self._rows.all():
            name = row.facts["name"]
            yield self._worlds.get(name) or self._look_for(name), row.facts

    def facts(self, world: World) -> Mapping[str, Any]:
        """Return what is written of the session of *world*."""
        return self._row(world.name).facts

    def count(self) -> int:
        """Return how many sessions there are."""
        return sum(1 for _ in self._rows.all())

    def sweep(self) -> None:
        """Drop every session that has been idle for too long."""
        self._look()
        now = time.time()
        for name in [one for one, idle in self._idle.items() if idle]:
            if now - self._seen[name] > self._idle[name]:
                self.drop(name)

    def _look(self) -> None:
        """Read which sessions there are."""
        facts = {row.key: row.facts for row in self._rows.all()}
        self._numbers = {one["name"]: number for number, one in facts.items()}
        self._idle = {one["name"]: one["idle"] or 0.0 for one in facts.values()}
        self._seen = {one["name"]: one["seen"] for one in facts.values()}
        for name in self._worlds.keys() - self._numbers.keys():
            del self._worlds[name]

    def _row(self, name: str) -> Resource:
        row = self._rows.get(self._numbers[name])
        if row is None:
            raise UnknownSessionError(name, self._numbers)
        return row

    # -- changing ------------------------------------------------------------------------------

    def drop(self, name: str) -> None:
        """Take a session away with all that is in it."""
        with self.tables.database.transaction():
            row = self._row(name)
            beginning = row.facts["beginning"]
            for number in (row.key, *([beginning["number"]] if beginning else [])):
                self.tables.clear(number, self._layouts)
            self._rows.delete(row)
        self._forget(name)

    def _forget(self, name: str) -> None:
        for one in (self._worlds, self._numbers, self._idle, self._seen):
            one.pop(name, None)

    def keep_beginning(self, world: World) -> None:
        """Have resets lead to what is in *world* now rather than to its seed and scenario."""
        with self.tables.database.transaction():
            row = self._row(world.name)
            known = row.facts["beginning"]
            number = known["number"] if known else self._free_number()
            self.tables.clear(number, self._layouts)
            self.tables.copy(world.session, number, self._layouts)
            beginning = {
                "number": number,
                "seed": world.seed,
                "scenario": world.scenario,
                "born": world.born,
                "memory": _memory(world),
                "clock": [world.clock.now(), world.clock.factor],
            }
            self._write(row, {"beginning": beginning})

    def reset(self, world: World, *, state: bool, clock: bool) -> None:
        """Make what is in *world*, its clock or both what they were at the beginning."""
        with self.tables.database.transaction():
            beginning = self._row(world.name).facts["beginning"]
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

    def keep(self, world: World) -> None:
        """Write down what *world* is made of, and what its clock shows."""
        change = {
            "seed": world.seed,
            "scenario": world.scenario,
            "born": world.born,
            "turn": world.turn,
            "clock": world.clock.reading(),
            "memory": _memory(world),
        }
        self._write(self._row(world.name), change)

    def _write(self, row: Resource, change: Mapping[str, Any]) -> None:
        row.facts = {**row.facts, **change}
        self._rows.update(row)


def _memory(world: World) -> dict[str, Any]:
    """Return what the APIs of *world* remember beside their resources, where there is any."""
    found = {name: api.memory() for name, api in world.apis.items()}
    return {name: memory for name, memory in found.items() if memory}
