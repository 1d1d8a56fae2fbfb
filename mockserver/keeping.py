"""What is written down of a session while it is used, so that a restart goes on from there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from mockserver.register import Register
from mockserver.store import Database
from mockserver.world import World

BLOCK = 1000
"""How many ids of a journal are set aside at a time: so many, at most, a killed server skips."""


class Keeping:
    """Writes into the register what worlds are made of, and where their journals stand.

    Servers that share a database have faults and a journal apart, which nobody writes down.
    """

    def __init__(self, register: Register, database: Database) -> None:
        self._register = register
        self._database = database

    @property
    def _keeps_traffic(self) -> bool:
        return self._database.is_kept and not self._database.is_shared

    def begin(self, world: World, facts: Mapping[str, Any]) -> None:
        """Have *world* be kept from now on, if anything is; *facts* are what was kept of it."""
        if self._database.is_kept:
            world.keeper = partial(self.keep, world)
        if not self._keeps_traffic:
            return
        faults = world.traffic.faults
        if facts.get("faults"):
            faults.take_up(facts["faults"])
        faults.keeper = partial(self._keep_faults, world)
        world.traffic.journal.go_on(facts.get("journal", 0), partial(self._set_aside, world))

    def keep(self, world: World) -> None:
        """Write down what *world* is made of, and what its clock shows."""
        change = {"turn": world.turn, "clock": world.clock.reading()}
        self._register.write(world.name, {**made_of(world), **change})

    def _keep_faults(self, world: World) -> None:
        self._register.write(world.name, {"faults": world.traffic.faults.kept()})

    def _set_aside(self, world: World, last_id: int) -> int:
        """Write down that the ids after *last_id* are taken; return up to which they are."""
        if self._register.numbers.get(world.name) == world.session:  # else it was dropped
            self._register.write(world.name, {"journal": last_id + BLOCK})
        return last_id + BLOCK

    def rest(self, worlds: Iterable[World]) -> None:
        """Write down where the journals stand; nothing is answered after that."""
        if self._keeps_traffic:
            with self._database.transaction():
                for world in worlds:
                    journal = world.traffic.journal
                    self._register.write(world.name, {"journal": journal.last_id})


def made_of(world: World) -> dict[str, Any]:
    """Return what *world* is made of, beside its resources."""
    memories = {name: api.memory() for name, api in world.apis.items()}
    return {
        "seed": world.seed,
        "scenario": world.scenario,
        "born": world.born,
        "memory": {name: one for name, one in memories.items() if one},
    }


def new_facts(world: World, idle: float | None) -> dict[str, Any]:
    """Return what is written of a new session; it is dropped after *idle* seconds without use."""
    return {
        **made_of(world),
        "name": world.name,
        "turn": 0,
        "apis": sorted(world.apis),
        "clock": world.clock.reading(),
        "made": time.time_ns() // 1000,
        "idle": idle,
        "seen": time.time(),
        "beginning": None,
        "journal": 0,
        "faults": None,
    }
