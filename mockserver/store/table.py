"""The table of one layout: its statements, each written once, and its rows as resources."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import cache as cache_once
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from mockserver.store.database import Database
from mockserver.store.layout import FIXED, Kind, Layout, Resource
from mockserver.store.query import Plan, Query
from specs.contract import cache

ABSENT: dict[Kind, Any] = {
    int: -6_148_914_691_236_517_205,
    str: "\ue000none\ue000",
    float: -6.148914691236517e300,
}
"""What stands for "none" in a tally: SQL counts two NULLs as different. Nobody asks for these."""


LARGE = 256
"""From how many rows of a session on spare indexes are made."""

MANY = 5_000
"""From how many rows on it is better to walk an order's index than to sort."""

MOST_ORDERS = 8
"""For how many orders by several columns indexes are made."""

Counted = tuple[tuple[Any, ...] | None, ...]
"""What a row counts as: one entry for each count, None where it does not."""

MADE = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND name GLOB ?"
"""Reads the names of a table's indexes."""

SURE = ("insert", "update", "delete", "select_top")
"""What will be asked for sooner or later: written at the start, when it is kept for the next."""

RANGES = frozenset({"ge", "gt", "le", "lt"})
"""The operators that ask for a stretch of an index."""


class StoredTable:
    """One layout in one database, for all sessions.

    SQLAlchemy writes the statements and takes a while to load, so that what it wrote is kept from
    run to run, named by all that it depends on.
    """

    def __init__(self, layout: Layout, database: Database) -> None:
        self.layout = layout
        self.database = database
        self._columns = list(layout.columns)
        names = dict.fromkeys(name for one in layout.tallies for name in one if name != "state")
        self._facets = [(self._columns.index(one), ABSENT[layout.kind(one)]) for one in names]
        self._picks = [_pick(["state", *names], one) for one in layout.tallies]
        self._spans = [(self._columns.index(one), size) for one, size in layout.spans.items()]
        self._name = f"sql-{database.dialect}-{_fingerprint(layout)}"
        self._texts: dict[str, Any] = cache.recall(self._name) or {}
        self._known = len(self._texts)
        self._shapes: dict[object, str] = {}
        self._updates: dict[tuple[int, ...], str] = {}
        self._plans: dict[object, Plan] = {}
        self._is_shared = database.is_shared
        self._indexes: set[str] | None = None
        self._most_indexes = len(layout.indexes) + len(layout.spare) + MOST_ORDERS
        self._wants: dict[object, list[tuple[tuple[str, ...], int]]] = {}
        database.readers.add(self)
        for text in self.statement("create"):
            database.execute(text)
        for name in SURE:
            self.statement(name)

    def statement(self, name: str, *arguments: Any, key: str = "", **more: Any) -> Any:
        """Return what `TableSql` writes for *name*; *key* tells apart what its arguments change."""
        full = f"{name} {key}" if key else name
        text = self._texts.get(full)
        if text is None:
            from mockserver.store.sql import TableSql  # noqa: PLC0415 - slow to load

            text = getattr(TableSql(self.layout, self.database.dialect), name)(*arguments, **more)
            self._texts[full] = text
        return text

    def remember(self) -> None:
        """Keep the statements for the next run, if there are new ones."""
        if len(self._texts) > self._known:
            cache.keep(self._name, self._texts)
            self._known = len(self._texts)

    def copy(self, source: int, target: int) -> None:
        """Give the session *target*, which has nothing yet, all that the session *source* has."""
        with self.database.transaction():
            self.database.flush()
            for text in self.statement("copy"):
                self.database.execute(text, (target, source))

    def counted(self, state: str, values: Sequence[Any]) -> Counted:
        """Return what a row with these values of the columns counts as."""
        facets: list[Any] = [state]
        for place, absent in self._facets:
            value = values[place]
            facets.append(absent if value is None else value)
        found: list[tuple[Any, ...] | None] = [pick(facets) for pick in self._picks]
        for place, length in self._spans:
            moment = values[place]
            found.append(None if moment is None else (moment // length,))
        return tuple(found)

    def values(self, resource: Resource) -> list[Any]:
        """Return the values of the columns of *resource*."""
        columns = resource.columns
        return [columns.get(name) for name in self._columns]

    def update(self, changed: Sequence[int]) -> str:
        """Return the statement that writes a resource of whose columns these have changed.

        The others are left out: SQLite writes each index anew that has a column which is named.
        """
        shape = tuple(changed)
        found = self._updates.get(shape)
        if found is None:
            head, every, tail = self.statement("update")
            first = len(FIXED) - 1
            columns = every[first : first + len(self._columns)]
            views = every[first + len(self._columns) :]
            chosen = [*every[:first], *(columns[one] for one in changed), *views]
            found = self._updates[shape] = head + ", ".join(chosen) + tail
        return found

    def resource(self, row: tuple[Any, ...]) -> Resource:
        """Return the resource that a row of `select_row` holds."""
        key, state, since, due, upcoming, revision, facts = row[: len(FIXED)]
        values = row[len(FIXED) :]
        columns = dict(zip(self._columns, values, strict=True))
        known = orjson.loads(facts)
        stored = state, due, values
        return Resource(key, state, since, due, upcoming, revision, columns, known, stored)

    def order(self, query: Query, *, backwards: bool = False) -> tuple[str, ...]:
        """Return the complete order of *query*: ties follow the index that begins with it.

        All of a tie go in the direction of the last field, so that one index serves both; the key
        comes last.
        """
        order = query.order
        if not order:
            order = ("key",)
        elif "key" not in {one.lstrip("-") for one in order}:
            sign = "-" if order[-1].startswith("-") else ""
            names = [one.lstrip("-") for one in order]
            indexes = (*self.layout.indexes, *self.layout.spare)
            longer = (one[1:] for one in indexes if [one[0]] == names)
            order = (*order, *(f"{sign}{one}" for one in next(longer, ())), f"{sign}key")
        if backwards:
            order = tuple(one[1:] if one.startswith("-") else f"-{one}" for one in order)
        return order

    def forget(self) -> None:
        """Forget which indexes there are: some may have been taken back."""
        self._indexes = None
        self._wants.clear()
        self._plans.clear()

    def _has_index(self, order: Sequence[str]) -> bool:
        return self.layout.index_name(order) in self._made()

    def _made(self) -> set[str]:
        """Return the names of the indexes that there are."""
        if self._indexes is None:
            rows = self.database.execute(MADE, (self.layout.name, f"{self.layout.name}_by_*"))
            self._indexes = {name for (name,) in rows}
        return self._indexes

    def prepare(self, query: Query, size: Callable[[], int]) -> None:
        """Make the indexes that *query* wants, if there are so many rows that it pays.

        Somebody waits for it, once: a second for a few hundred thousand rows.
        """
        situation = query.shape, query.order
        wanted = self._wants.get(situation)
        if wanted is None:
            wanted = self._wants[situation] = [] if self._is_shared else list(self._wanted(query))
        if not wanted:
            return
        number = size()
        pays = [order for order, least in wanted if number > least]
        for order in pays:
            self.database.execute(self.statement("index", order, key=" ".join(order)))
        if pays:
            self.forget()

    def _wanted(self, query: Query) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield what indexes would serve *query* and are not there, and from how many rows on.

        An order by several columns wants one of its own; several values of a filter are looked
        for along the order, which wants them beside it.
        """
        order = self._upwards(query)
        asked = {one.column for one in query.where} | {order[0]}
        wanted = [((*one, "key"), LARGE) for one in self.layout.spare if one[0] in asked]
        if len(query.order) > 1:
            wanted.append((order, MANY))
        elif query.order:
            several = (one.column for one in query.where if one.operator == "in" and one.places > 1)
            wanted += [((*order, one), MANY) for one in several if one not in order]
        for one, least in wanted:
            has_room = least == LARGE or len(self._made()) < self._most_indexes
            if has_room and not self._has_index(one):
                yield one, least

    def _upwards(self, query: Query) -> tuple[str, ...]:
        """Return the complete order of *query*, turned round if it begins downwards."""
        return self.order(query, backwards=query.order[:1] != () and query.order[0][0] == "-")

    def plan(self, query: Query, *, skips: bool, many: bool) -> Plan:
        """Return how to read a page of *query*.

        *skips*: the offset is not 0; *many*: so many rows fit that walking the order beats sorting.
        """
        situation = query.shape, query.order, skips, many
        found = self._plans.get(situation)
        if found is None:
            found = self._plans[situation] = self._choose(query, skips=skips, many=many)
        return found

    def _choose(self, query: Query, *, skips: bool, many: bool) -> Plan:
        equal = {one.column for one in query.where if one.operator == "in" and len(one.values) == 1}
        ranged = {one.column for one in query.where if one.operator in RANGES}
        wanted = tuple(name.lstrip("-") for name in query.order)
        if len(wanted) > 1 and not self._is_shared and self._has_index(self._upwards(query)):
            if query.where:
                return Plan.ORDER_FIRST if many else Plan.KEYS_FIRST
            return Plan.KEYS_FIRST if skips else Plan.DIRECT
        spare = self.layout.spare
        if not self._is_shared:
            spare = tuple(one for one in spare if self._has_index((*one, "key")))
        for index in (*self.layout.indexes, *spare, ("key",)):
            rest = tuple(itertools.dropwhile(equal.__contains__, index))
            if (
                rest[: len(wanted)] == wanted
                and equal | ranged >= {one.column for one in query.where}
                and ranged <= set(wanted[:1])
            ):
                return Plan.KEYS_FIRST if skips else Plan.DIRECT
        return Plan.ORDER_FIRST if many and len(wanted) == 1 else Plan.KEYS_FIRST

    def select_page(
        self,
        query: Query,
        view: str | None,
        plan: Plan,
        *,
        backwards: bool = False,
        marked: bool = False,
    ) -> str:
        """Return the statement for a page of *query*: see `TableSql.page`."""
        shape = query.shape, query.order, view, plan, backwards, marked
        found = self._shapes.get(shape)
        if found is None:
            order = self.order(query, backwards=backwards)
            key = f"{query.shape} {order} {view} {plan.name} {marked}"
            found = self.statement("page", query, view, plan, order, key=key, marked=marked)
            self._shapes[shape] = found
        return found

    def select_count(self, query: Query) -> str:
        """Return the statement that counts what *query* finds: session, values."""
        shape = query.shape
        found = self._shapes.get(shape)
        if found is None:
            found = self._shapes[shape] = self.statement("count", query, key=str(shape))
        return found


def _pick(names: list[str], group: Sequence[str]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return what picks the values of a group out of those of all names."""
    places = [names.index(one) for one in group]
    if len(places) == 1:
        return lambda values: (values[places[0]],)
    return itemgetter(*places)


def _fingerprint(layout: Layout) -> str:
    """Return a hash of what the statements of *layout* depend on."""
    parts = repr(layout).encode(), *_writers()
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


@cache_once
def _writers() -> tuple[bytes, bytes]:
    """Return what writes the statements of every layout: our code, and SQLAlchemy's version."""
    return Path(__file__).with_name("sql.py").read_bytes(), version("sqlalchemy").encode()
