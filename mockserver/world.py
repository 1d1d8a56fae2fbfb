"""One world: the resources of every API that live on one clock, under one seed.

State is a pure function of contract, seed, calls and clock. Nothing happens in the background:
what is due is carried out, in the order of time, before anybody looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.answers import Answers
from mockserver.clock import SECOND, Clock
from mockserver.machine import Chance
from mockserver.store import Collection, Database, Layout, Resource
from mockserver.store.table import StoredTable

if TYPE_CHECKING:
    from mockserver.api import Api
    from mockserver.traffic import Traffic
    from mockserver.traffic.stuck import Rest, Stuck

WORLDS = Layout("worlds", int, None)
"""How each world was made, and what its clock shows: what outlives the process, or is shared."""

AGENDA = Layout("agenda", int, None, facets=())
"""What was asked for and takes effect later: one row for each pending effect."""

FOREVER = 2**63
"""Later than every moment."""

FEWEST, MOST = 8, 512
"""How many due resources are read at a time: twice as many as could be moved the last time."""

HISTORY = 5_000
"""How many of its latest transitions a world remembers."""


Act = Callable[[Resource], None]
"""Carries out what a resource has due."""


@dataclass(frozen=True, slots=True)
class Fired:
    """One transition that happened: who, from where to where, when, and by what.

    `request` is the journal's id of the request behind it, if there was one.
    """

    api: str
    schema: str
    key: Any
    source: str
    target: str
    moment: int
    cause: str
    request: int | None = None


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

    def copy(self, source: int, target: int, layouts: Iterable[Layout]) -> None:
        """Give the session *target*, which is empty, all that *source* has of these layouts."""
        with self.database.transaction():
            for layout in layouts:
                self.table(layout).copy(source, target)
        self.database.forget()

    def clear(self, session: int, layouts: Iterable[Layout]) -> None:
        """Take away all that a session has of these layouts."""
        with self.database.transaction():
            for layout in layouts:
                Collection(self.table(layout), session, lambda _: {}).clear()
        self.database.forget()

    def remember(self) -> None:
        """Keep the statements that were written, so that the next start is faster."""
        for table in self._tables.values():
            table.remember()


class World:
    """The state of one session: what is there, and how far time has got.

    `fired` holds the transitions that nobody has been told of yet, `history` the latest of all.
    `request` is the journal's id of the request that is being answered, `traffic` what is
    remembered of requests, `stuck` what a fault keeps in its state,
    `seen` what the clock showed when it last looked. `turn` counts how often
    everything in it was replaced. `is_seeding`: its past is being made up.
    `keeper` writes down what its APIs remember beside their resources, if that is to last.
    """

    def __init__(self, tables: Tables, clock: Clock, seed: int, session: int = 1) -> None:
        self.tables = tables
        self.database = tables.database
        self.clock = clock
        self.seed = seed
        self.session = session
        self.name = "default"
        self.scenario = "calm"
        self.born = clock.now()
        self.apis: dict[str, Api] = {}
        self.fired: list[Fired] = []
        self.history: deque[Fired] = deque(maxlen=HISTORY)
        self.is_seeding = False
        self.turn = 0
        self.request: int | None = None
        self.traffic: Traffic = None  # type: ignore[assignment]  # whoever makes a session sets it
        self.stuck: Stuck | None = None
        self.keeper: Callable[[], None] | None = None
        self.seen = self.born
        self.answers = Answers(clock, is_shared=self.database.is_shared)
        self.agenda = Collection(tables.table(AGENDA), session, lambda _: {})
        self._next_due: int | None = None
        self._stride = FEWEST

    def remember(self) -> None:
        """Have what the APIs remember beside their resources outlive the process, if anything does.

        An API calls it when it remembers something that its resources do not show.
        """
        if self.keeper is not None:
            self.keeper()

    def chance(self, *name: object) -> Chance:
        """Return the draws that this world's seed gives to *name*."""
        return Chance(self.seed, *name)

    def expect(self, moment: int | None) -> None:
        """Note that something becomes due at *moment*."""
        if moment is not None and (self._next_due is None or moment < self._next_due):
            self._next_due = moment

    def note(self, fired: Fired) -> None:
        """Remember a transition; nobody is told of one in the past that a seed makes up."""
        if not self.is_seeding:
            self.fired.append(fired)
        self.history.append(fired)

    def seed_apis(self, names: Iterable[str]) -> None:
        """Fill the named APIs with what the seed and the scenario make of them."""
        self.is_seeding = True
        try:
            for name in names:
                self.apis[name].seed(self.scenario)
        finally:
            self.is_seeding = False

    def take_fired(self) -> list[Fired]:
        """Return the transitions that nobody has been told of yet; from now on somebody has."""
        fired, self.fired = self.fired, []
        return fired

    def later(self, api: str, kind: str, payload: Any, seconds: float) -> None:
        """Have `Api.perform` carry out an effect in *seconds*."""
        key = (self.agenda.top_key() or 0) + 1
        due = self.clock.now() + int(seconds * SECOND)
        facts = {"api": api, "kind": kind, "payload": payload, "request": self.request}
        self.agenda.insert(Resource(key, "pending", self.clock.now(), due, "done", facts=facts))
        self.expect(due)

    def clear_agenda(self) -> None:
        """Forget what was asked for and has not taken effect."""
        self.agenda.clear()
        self._next_due = None

    def settle(self) -> None:
        """Carry out, in the order of time, everything that is due by now."""
        if self.database.is_shared:
            self.recall()
        now = self.seen = self.clock.now()
        if self._next_due is None or self._next_due > now:
            return
        asking, self.request = self.request, None
        try:
            with self.database.transaction():
                while (source := self._earliest()) is not None and source[0] <= now:
                    self._advance(source[1], source[2], min(now, source[3]))
        finally:
            self.request = asking
        self._next_due = None if source is None else source[0]

    @property
    def next_event(self) -> int | None:
        """The moment at which something happens next without a request, or None."""
        if self.database.is_shared:
            self.recall()
        return self._next_due

    def recall(self) -> None:
        """Look up in the database when something becomes due next."""
        if self.database.is_shared and self.stuck is None:
            self._next_due = self._first_due()
            return
        earliest = self._earliest()
        self._next_due = None if earliest is None else earliest[0]

    def _first_due(self) -> int | None:
        """Return the next due moment, read in one statement."""
        every = [one for _, _, one in self._sources()]
        text = " UNION ALL ".join(one.next_due_text for one in every)
        rows = self.database.execute(text, [one.session for one in every]).fetchall()
        return min((moment for (moment,) in rows if moment is not None), default=None)

    def _earliest(self) -> tuple[int, Collection | Rest, Act, int] | None:
        """Return the next due moment, where it is, how to carry it out, and the one after it."""
        moment, first, after = FOREVER, None, FOREVER
        for source in self._sources():
            due = source[0].next_due()
            if due is None or due >= after:
                continue
            if due < moment:
                moment, first, after = due, source, moment
            else:
                after = due
        if first is None:
            return None
        free, api, collection = first
        act = self._perform if api is None else api.elapse(collection)
        return moment, free, act, after if after < FOREVER else moment + 3600 * SECOND

    def _sources(self) -> Iterator[tuple[Collection | Rest, Api | None, Collection]]:
        """Yield what can become due, the agenda first: what of it may move, whose it is, it."""
        yield self.agenda, None, self.agenda
        for api in self.apis.values():
            for collection in api.collections.values():
                if collection.lifecycle is not None:
                    yield self._free(api, collection), api, collection

    def _free(self, api: Api, collection: Collection) -> Collection | Rest:
        """Return what of *collection* may leave its state on its own."""
        return collection if self.stuck is None else self.stuck.among(api, collection)

    def _advance(self, collection: Collection | Rest, act: Act, moment: int) -> None:
        """Carry out what *collection* has due by *moment*, the earliest first.

        It stops as soon as one of them makes something due that comes before the next, or
        changes others of the same collection, which have been read already.
        """
        self._next_due = None
        limit, self._stride = self._stride, FEWEST
        for number, resource in enumerate(collection.due(moment, limit), start=1):
            if self._comes_first(resource.due):
                return
            written = collection.written
            act(resource)
            self._stride = min(max(FEWEST, 2 * number), MOST)
            if collection.written > written + 1:
                return

    def _comes_first(self, due: int | None) -> bool:
        """Return whether something that has become due meanwhile comes before *due*."""
        return self._next_due is not None and due is not None and self._next_due < due

    def _perform(self, entry: Resource) -> None:
        self.agenda.delete(entry)
        facts = entry.facts
        api = self.apis.get(facts["api"])
        if api is not None:
            self.request = facts.get("request")
            api.perform(facts["kind"], facts["payload"], entry.due or entry.since)
            self.request = None
