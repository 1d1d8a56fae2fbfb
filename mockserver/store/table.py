"""The table of one layout, and every statement that is run on it, each compiled once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from enum import Enum
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    UnaryExpression,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.operators import custom_op

from mockserver.store.database import Database, Statement
from mockserver.store.layout import Kind, Layout, Resource
from mockserver.store.query import Query

TYPES: dict[Kind, Callable[[], Any]] = {int: BigInteger, str: Text, float: Float}

ABSENT: dict[Kind, Any] = {int: -1, str: "", float: -1.0}
"""What stands for "none" in a tally: SQL counts two NULLs as different."""

FIXED = ("key", "state", "since", "due", "upcoming", "version", "facts")


class Plan(Enum):
    """How a page is read.

    DIRECT: an index has the rows in their order. KEYS_FIRST: the keys are found, and sorted if
    need be, before their rows are read. ORDER_FIRST: the same, along the index of the order.
    """

    DIRECT = 1
    KEYS_FIRST = 2
    ORDER_FIRST = 3


class StoredTable:
    """One layout in one database, for all sessions."""

    def __init__(self, layout: Layout, database: Database) -> None:
        self.layout = layout
        self.database = database
        metadata = MetaData()
        self._table = Table(
            layout.name,
            metadata,
            Column("session", Integer, primary_key=True, autoincrement=False),
            Column("key", TYPES[layout.key](), primary_key=True, autoincrement=False),
            Column("state", Text, nullable=False),
            Column("since", BigInteger, nullable=False),
            Column("due", BigInteger),
            Column("upcoming", Text),
            Column("version", Integer, nullable=False),
            Column("facts", LargeBinary, nullable=False),
            *(Column(name, TYPES[kind]()) for name, kind in layout.columns.items()),
            *(Column(f"view_{name}", LargeBinary, nullable=False) for name in layout.views),
        )
        columns = self._table.c
        Index(
            f"{layout.name}_due",
            columns.session,
            columns.due,
            columns.key,
            sqlite_where=columns.due.is_not(None),
            postgresql_where=columns.due.is_not(None),
        )
        for names in layout.indexes:
            Index(
                f"{layout.name}_by_{'_'.join(names)}",
                columns.session,
                *(columns[name] for name in names),
                columns.key,
            )
        self._tally = Table(
            f"{layout.name}_tally",
            metadata,
            Column("session", Integer, primary_key=True, autoincrement=False),
            *(
                Column(name, TYPES[self._kind(name)](), primary_key=True, autoincrement=False)
                for name in layout.facets
            ),
            Column("count", BigInteger, nullable=False),
        )
        database.create(metadata)
        self._pages: dict[object, str] = {}
        self._absent = tuple(ABSENT[self._kind(name)] for name in layout.facets)

    def _kind(self, name: str) -> Kind:
        return str if name == "state" else self.layout.columns[name]

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
        key, state, since, due, upcoming, version, facts = row[:fixed]
        columns = dict(zip(self.layout.columns, row[fixed:], strict=True))
        found = Resource(
            key, state, since, due, upcoming, version, columns, orjson.loads(facts)
        )
        found.counted = self.facets(found)
        return found

    @property
    def _row(self) -> list[ColumnElement[Any]]:
        return [self._table.c[name] for name in (*FIXED, *self.layout.columns)]

    def _mine(self) -> ColumnElement[bool]:
        return self._table.c.session == bindparam("session")

    def _one(self) -> ColumnElement[bool]:
        return self._mine() & (self._table.c.key == bindparam("of_key"))

    def select_view(self, name: str) -> Statement:
        """Return the statement that reads one view: session, key."""
        return self.database.compile(select(self._table.c[f"view_{name}"]).where(self._one()))

    @cached_property
    def select_row(self) -> Statement:
        """Reads one resource: session, key."""
        return self.database.compile(select(*self._row).where(self._one()))

    @cached_property
    def select_due(self) -> Statement:
        """Reads what has to move: session, moment, limit, offset."""
        due, key = self._table.c.due, self._table.c.key
        wanted = select(*self._row).where(self._mine(), due <= bindparam("moment"))
        page = wanted.order_by(due, key).limit(bindparam("at_most")).offset(bindparam("skip"))
        return self.database.compile(page)

    @cached_property
    def select_next_due(self) -> Statement:
        """Reads the earliest due moment: session."""
        due = self._table.c.due
        wanted = select(func.min(due)).where(self._mine(), due.is_not(None))
        return self.database.compile(wanted)

    @cached_property
    def select_top(self) -> Statement:
        """Reads the largest key: session."""
        return self.database.compile(select(func.max(self._table.c.key)).where(self._mine()))

    @cached_property
    def insert(self) -> Statement:
        """Adds a row: the values of all columns in the table's order."""
        return self.database.compile(insert(self._table))

    @cached_property
    def update(self) -> Statement:
        """Replaces a row if its version still is the expected one: values, session, key, version."""
        values = {
            one.name: bindparam(f"new_{one.name}") for one in list(self._table.c)[2:]
        }
        expected = self._table.c.version == bindparam("old_version")
        return self.database.compile(update(self._table).where(self._one(), expected).values(values))

    @cached_property
    def delete(self) -> Statement:
        """Removes a row if its version still is the expected one: session, key, version."""
        expected = self._table.c.version == bindparam("old_version")
        return self.database.compile(delete(self._table).where(self._one(), expected))

    @cached_property
    def clear(self) -> Statement:
        """Removes the rows of a session."""
        return self.database.compile(delete(self._table).where(self._mine()))

    @cached_property
    def clear_tally(self) -> Statement:
        """Removes the tally of a session."""
        mine = self._tally.c.session == bindparam("session")
        return self.database.compile(delete(self._tally).where(mine))

    @cached_property
    def upsert_tally(self) -> Statement:
        """Adds a change to a tally: session, facets, change."""
        dialect = sqlite if self.database.dialect.name == "sqlite" else postgresql
        new = dialect.insert(self._tally)
        keys = ["session", *self.layout.facets]
        count = self._tally.c.count + new.excluded.count
        return self.database.compile(
            new.on_conflict_do_update(index_elements=keys, set_={"count": count})
        )

    def select_page(self, query: Query, view: str | None, *, skips: bool, many: bool) -> str:
        """Return the statement for a page of *query*: session, values, limit, offset.

        It reads one *view*, or the `key`, or whole resources if None. *skips*: the offset is not 0;
        *many*: so many rows fit that walking the order beats sorting them.
        """
        shape = query.shape(), query.order, view, skips, many
        found = self._pages.get(shape)
        if found is None:
            plan = self._plan(query, skips=skips, many=many)
            found = self._pages[shape] = self.database.compile(self._page(query, view, plan)).text
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

    def _page(self, query: Query, view: str | None, plan: Plan) -> Select[Any]:
        order = [self._order(name) for name in (*query.order, *query.tie_breaker())]
        wanted = self._wanted(view)
        limit, offset = bindparam("at_most"), bindparam("skip")
        conditions = self._conditions(query, hidden=plan is Plan.ORDER_FIRST)
        if plan is Plan.DIRECT:
            found = select(*wanted).where(self._mine(), *conditions)
            return found.order_by(*order).limit(limit).offset(offset)
        keys = (
            select(self._table.c.session, self._table.c.key)
            .where(self._mine(), *conditions)
            .order_by(*order)
            .limit(limit)
            .offset(offset)
            .subquery("page")
        )
        same = (self._table.c.key == keys.c.key) & (self._table.c.session == keys.c.session)
        joined = self._table.join(keys, same)
        return select(*wanted).select_from(joined).order_by(*order)

    def _wanted(self, view: str | None) -> list[ColumnElement[Any]]:
        if view is None:
            return self._row
        return [self._table.c["key" if view == "key" else f"view_{view}"]]

    def select_count(self, query: Query) -> str:
        """Return the statement that counts what *query* finds: session, values.

        It sums the tally where the query asks for facets only, and counts rows where not.
        """
        shape = query.shape(), "count"
        found = self._pages.get(shape)
        if found is None:
            facets = frozenset(self.layout.facets)
            if all(one.column in facets and one.operator == "in" for one in query.where):
                wanted = select(func.sum(self._tally.c.count)).where(
                    self._tally.c.session == bindparam("session"),
                    *self._conditions(query, self._tally),
                )
            else:
                wanted = (
                    select(func.count())
                    .select_from(self._table)
                    .where(self._mine(), *self._conditions(query))
                )
            found = self._pages[shape] = self.database.compile(wanted).text
        return found

    def _order(self, name: str) -> ColumnElement[Any]:
        column = self._table.c[name.lstrip("-")]
        return column.desc() if name.startswith("-") else column.asc()

    def _conditions(
        self, query: Query, table: Table | None = None, *, hidden: bool = False
    ) -> list[ColumnElement[bool]]:
        """Return the conditions of *query*; *hidden* from SQLite's choice of an index."""
        columns = (self._table if table is None else table).c
        hides = hidden and self.database.dialect.name == "sqlite"
        found: list[ColumnElement[bool]] = []
        for index, one in enumerate(query.where):
            column: ColumnElement[Any] = columns[one.column]
            if hides:
                column = UnaryExpression(column, operator=custom_op("+"), type_=column.type)
            marks = [
                bindparam(f"w{index}_{number}", type_=column.type)
                for number in range(len(one.padded()))
            ]
            match one.operator:
                case "in":
                    found.append(column == marks[0] if len(marks) == 1 else column.in_(marks))
                case "ge":
                    found.append(column >= marks[0])
                case "gt":
                    found.append(column > marks[0])
                case "le":
                    found.append(column <= marks[0])
                case "lt":
                    found.append(column < marks[0])
                case "null":
                    found.append(column.is_(None))
                case "set":
                    found.append(column.is_not(None))
        return found
