"""What passes between a session and its clients: remembered, counted, told, and made to fail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter_ns
from typing import TYPE_CHECKING

from mockserver.traffic.coverage import NOWHERE, Coverage
from mockserver.traffic.entry import MOVE, transition
from mockserver.traffic.events import Events
from mockserver.traffic.faults import Faults
from mockserver.traffic.journal import BYTES, ENTRIES, Journal

if TYPE_CHECKING:
    from mockserver.traffic.entry import Entry
    from mockserver.world import Fired, World

__all__ = ["BYTES", "ENTRIES", "Traffic"]


class Traffic:
    """The traffic of one world. `events` is where it is told what happens."""

    def __init__(
        self,
        world: World,
        events: Events | None = None,
        *,
        entries: int = ENTRIES,
        size: int = BYTES,
    ) -> None:
        self._world = world
        self.label = "" if world.name == "default" else f"; session={world.name}"
        self.journal = Journal(entries, size)
        self.faults = Faults(world)
        self.coverage = Coverage()
        self.events = events or Events()

    def happened(self, fired: Sequence[Fired]) -> None:
        """Take note of transitions that nobody had been told of."""
        self.coverage.moved(fired)
        self.journal.attribute(fired)
        if self.events.listeners:
            for one in fired:
                self.events.publish("transition", self._world.name, transition(one))

    def reset(self, parts: Iterable[str]) -> None:
        """Forget, of faults, journal and coverage, those that are named."""
        for part in parts:
            getattr(self, part).clear()

    def answered(self, entry: Entry) -> None:
        """Take note of a request that has its answer, and of what moved on the way."""
        world = self._world
        if world.fired:
            entry.fired = world.take_fired()
            entry.size += MOVE * len(entry.fired)
            self.happened(entry.fired)
        if not entry.moment:
            entry.moment = world.clock.now()
        operation, reply = entry.operation, entry.reply
        if reply is not None:
            entry.size += len(reply.body)
            key = NOWHERE if operation is None else operation.signature, reply.status
            answers = self.coverage.answers
            answers[key] = answers.get(key, 0) + 1
        if entry.raw:
            entry.size += len(entry.raw)
        entry.nanos = perf_counter_ns() - entry.began
        self.journal.append(entry)
        if self.events.listeners:
            self.events.publish("request", world.name, entry.summary())
