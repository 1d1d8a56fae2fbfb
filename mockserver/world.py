"""One world: the resources of every API that live on one clock, under one seed.

State is a pure function of contract, seed, calls and clock. Nothing happens in the background:
what is due is carried out, in the order of time, before anybody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.clock import SECOND, Clock
from mockserver.machine import Chance
from mockserver.store import Collection, Database, Layout, Resource
from mockserver.store.table import StoredTable

if TYPE_CHECKING:
    from mockserver.api import Api

WORLDS = Layout("worlds", int, None)
"""How each world was made, and what its clock shows: what outlives the process, or is shared."""

AGENDA = Layout("agenda", int, None)
"""What was asked for and takes effect later: one row for each pending effect."""


@dataclass(frozen=True, slots=True)
class Fired:
    """One transition that happened: who, from where to where, when, and by what."""

    api: str
    schema: str
    key: Any
    source: str
    target: str
    moment: int
    cause: str


class Tables:
    """The tables of all layouts in one database, made when they are first asked for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tables: dict[str, StoredTable] = {}

    def table(self, layout: Layout) -> StoredTable:
        """Return the table of *layout*."""
        found = self._tables.get(layout.name)
        if found is None:
            with self.database.transaction():
                found = self._tables[layout.name] = StoredTable(layout, self.database)
        return found

    def remember(self) -> None:
        """Keep the statements that were written, so that the next start is faster."""
        for table in self._tables.values():
            table.remember()


class World:
    """The state of one session: what is there, and how far time has got."""

    def __init__(self, tables: Tables, clock: Clock, seed: int, session: int = 1) -> None:
        self.tables = tables
        self.database = tables.database
        self.clock = clock
        self.seed = seed
        self.session = session
        self.born = clock.now()
        self.apis: dict[str, Api] = {}
        self.fired: list[Fired] = []
        self._agenda = Collection(tables.table(AGENDA), session, lambda _: {})
        self._next_due: int | None = None

    def chance(self, *name: object) -> Chance:
        """Return the draws that this world's seed gives to *name*."""
        return Chance(self.seed, *name)

    def expect(self, moment: int | None) -> None:
        """Note that something becomes due at *moment*."""
        if moment is not None and (self._next_due is None or moment < self._next_due):
            self._next_due = moment

    def later(self, api: str, kind: str, payload: Any, seconds: float) -> None:
        """Have `Api.perform` carry out an effect in *seconds*."""
        key = (self._agenda.top_key() or 0) + 1
        due = self.clock.now() + int(seconds * SECOND)
        facts = {"api": api, "kind": kind, "payload": payload}
        self._agenda.insert(Resource(key, "pending", self.clock.now(), due, "done", facts=facts))
        self.expect(due)

    def clear_agenda(self) -> None:
        """Forget what was asked for and has not taken effect."""
        self._agenda.clear()
        self._next_due = None

    def settle(self) -> None:
        """Carry out, in the order of time, everything that is due by now."""
        if self.database.is_shared:
            self.recall()
        if self._next_due is None or self._next_due > (now := self.clock.now()):
            return
        with self.database.transaction():
            while (source := self._earliest()) is not None and source[0] <= now:
                self._advance(source[1], source[2], min(now, source[3]))
        self.recall()

    def recall(self) -> None:
        """Look up in the database when something becomes due next."""
        earliest = self._earliest()
        self._next_due = None if earliest is None else earliest[0]

    def _earliest(self) -> tuple[int, Collection, Callable[[Resource], None], int] | None:
        """Return the next due moment, where it is, how to carry it out, and the one after it."""
        found: list[tuple[int, int, Collection, Callable[[Resource], None]]] = []
        for collection, act in self._sources():
            moment = collection.next_due()
            if moment is not None:
                found.append((moment, len(found), collection, act))
        if not found:
            return None
        found.sort(key=lambda one: one[:2])
        bound = found[1][0] if len(found) > 1 else found[0][0] + 3600 * SECOND
        return found[0][0], found[0][2], found[0][3], max(bound, found[0][0])

    def _sources(self) -> list[tuple[Collection, Callable[[Resource], None]]]:
        return [
            (self._agenda, self._perform),
            *(
                (collection, api.elapse(collection))
                for api in self.apis.values()
                for collection in api.collections.values()
                if collection.lifecycle is not None
            ),
        ]

    def _advance(
        self, collection: Collection, act: Callable[[Resource], None], moment: int
    ) -> None:
        """Carry out what *collection* has due by *moment*, the earliest first.

        It stops as soon as one of them makes something due that comes before the next, or
        changes others of the same collection, which have been read already.
        """
        self._next_due = None
        for resource in collection.due(moment):
            if self._comes_first(resource.due):
                return
            written = collection.written
            act(resource)
            if collection.written > written + 1:
                return

    def _comes_first(self, due: int | None) -> bool:
        """Return whether something that has become due meanwhile comes before *due*."""
        return self._next_due is not None and due is not None and self._next_due < due

    def _perform(self, entry: Resource) -> None:
        self._agenda.delete(entry)
        facts = entry.facts
        api = self.apis.get(facts["api"])
        if api is not None:
            api.perform(facts["kind"], facts["payload"], entry.due or entry.since)
