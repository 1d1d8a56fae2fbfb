"""The table of one layout: its statements, each written once, and its rows as resources."""

from __future__ import annotations

import hashlib
import itertools
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from mockserver.store.database import Database
from mockserver.store.layout import FIXED, Kind, Layout, Resource
from mockserver.store.query import Plan, Query
from specs.contract import cache

ABSENT: dict[Kind, Any] = {int: -1, str: "", float: -1.0}
"""What stands for "none" in a tally: SQL counts two NULLs as different."""


class StoredTable:
    """One layout in one database, for all sessions.

    SQLAlchemy writes the statements and takes a while to load, so that what it wrote is kept from
    run to run, named by all that it depends on.
    """

    def __init__(self, layout: Layout, database: Database) -> None:
        self.layout = layout
        self.database = database
        self._absent = tuple(ABSENT[layout.kind(name)] for name in layout.facets)
        self._name = f"sql-{database.dialect}-{_fingerprint(layout)}"
        self._texts: dict[str, Any] = cache.recall(self._name) or {}
        self._known = len(self._texts)
        self._shapes: dict[object, str] = {}
        for text in self.statement("create"):
            database.execute(text)

    def statement(self, name: str, *arguments: Any, key: str = "") -> Any:
        """Return what `TableSql` writes for *name*; *key* tells apart what its arguments change."""
        full = f"{name} {key}" if key else name
        text = self._texts.get(full)
        if text is None:
            from mockserver.store.sql import TableSql  # noqa: PLC0415 - slow to load

            text = getattr(TableSql(self.layout, self.database.dialect), name)(*arguments)
            self._texts[full] = text
        return text

    def remember(self) -> None:
        """Keep the statements for the next run, if there are new ones."""
        if len(self._texts) > self._known:
            cache.keep(self._name, self._texts)
            self._known = len(self._texts)

    def facets(self, resource: Resource) -> tuple[Any, ...]:
        """Return the combination of facets under which *resource* is counted."""
        columns = resource.columns
        values = (
            resource.state if name == "state" else columns.get(name) for name in self.layout.facets
        )
        return tuple(
            absent if value is None else value
            for value, absent in zip(values, self._absent, strict=True)
        )

    def resource(self, row: tuple[Any, ...]) -> Resource:
        """Return the resource that a row of `select_row` holds."""
        fixed = len(FIXED)
        key, state, since, due, upcoming, revision, facts = row[:fixed]
        columns = dict(zip(self.layout.columns, row[fixed:], strict=True))
        found = Resource(key, state, since, due, upcoming, revision, columns, orjson.loads(facts))
        found.counted = self.facets(found)
        return found

    def select_page(self, query: Query, view: str | None, *, skips: bool, many: bool) -> str:
        """Return the statement for a page of *query*: session, values, limit, offset.

        It reads one *view*, or the `key`, or whole resources if None. *skips*: the offset is not 0;
        *many*: so many rows fit that walking the order beats sorting them.
        """
        shape = query.shape(), query.order, view, skips, many
        found = self._shapes.get(shape)
        if found is None:
            plan = self._plan(query, skips=skips, many=many)
            found = self.statement("page", query, view, plan, key=f"{shape[:3]} {plan.name}")
            self._shapes[shape] = found
        return found

    def _plan(self, query: Query, *, skips: bool, many: bool) -> Plan:
        """Return how to read a page of *query*."""
        equal = {one.column for one in query.where if len(one.padded()) == 1 == len(one.values)}
        wanted = tuple(name.lstrip("-") for name in query.order)
        for index in (*self.layout.indexes, ("key",)):
            rest = tuple(itertools.dropwhile(equal.__contains__, index))
            if rest[: len(wanted)] == wanted and equal >= {one.column for one in query.where}:
                return Plan.KEYS_FIRST if skips else Plan.DIRECT
        return Plan.ORDER_FIRST if many and len(wanted) == 1 else Plan.KEYS_FIRST

    def select_count(self, query: Query) -> str:
        """Return the statement that counts what *query* finds: session, values."""
        shape = query.shape()
        found = self._shapes.get(shape)
        if found is None:
            found = self._shapes[shape] = self.statement("count", query, key=str(shape))
        return found


def _fingerprint(layout: Layout) -> str:
    """Return a hash of what the statements of *layout* depend on."""
    source = Path(__file__).with_name("sql.py").read_bytes()
    parts = repr(layout).encode(), source, version("sqlalchemy").encode()
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
