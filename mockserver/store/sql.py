"""Every statement of one table, as SQLAlchemy writes it for a dialect.

Imported only where a statement is not known yet: see `mockserver.store.table`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UnaryExpression,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.operators import custom_op

from mockserver.store.layout import FIXED, Kind, Layout
from mockserver.store.query import Plan, Query


def _text() -> Any:
    """Return the type of texts that are compared letter by letter, whatever the database's way."""
    return Text().with_variant(Text(collation="C"), "postgresql")


TYPES: dict[Kind, Callable[[], Any]] = {int: BigInteger, str: _text, float: Float}

DIALECTS: dict[str, Callable[..., Dialect]] = {
    "sqlite": sqlite.dialect,
    "postgresql": postgresql.dialect,
}

PARAMSTYLES: dict[str, Any] = {"sqlite": "qmark", "postgresql": "format"}


class TableSql:
    """The statements of one layout. Values are bound by position, in the order that is named."""

    def __init__(self, layout: Layout, dialect: str) -> None:
        self._layout = layout
        self._dialect = DIALECTS[dialect](paramstyle=PARAMSTYLES[dialect])
        self._metadata = MetaData()
        self._table = Table(
            layout.name,
            self._metadata,
            Column("session", Integer, primary_key=True, autoincrement=False),
            Column("key", TYPES[layout.key](), primary_key=True, autoincrement=False),
            Column("state", _text(), nullable=False),
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
        at_once = layout.indexes if dialect == "sqlite" else (*layout.indexes, *layout.spare)
        for names in at_once:
            self._index((*names, "key"))
        self._tallies = [
            self._counting(f"tally_{number}", {one: layout.kind(one) for one in group})
            for number, group in enumerate(layout.tallies)
        ]
        self._spans = {
            name: self._counting(f"span_{name}", {"stretch": int}) for name in layout.spans
        }

    def _counting(self, name: str, columns: Mapping[str, Kind]) -> Table:
        """Return a table that counts rows by *columns*."""
        return Table(
            f"{self._layout.name}_{name}",
            self._metadata,
            Column("session", Integer, primary_key=True, autoincrement=False),
            *(
                Column(one, TYPES[kind](), primary_key=True, autoincrement=False)
                for one, kind in columns.items()
            ),
            Column("count", BigInteger, nullable=False),
        )

    @property
    def _counts(self) -> list[Table]:
        return [*self._tallies, *self._spans.values()]

    def _index(self, order: Sequence[str]) -> Index:
        """Return the index that has the rows of each session in *order*."""
        name = self._layout.index_name(order)
        return Index(name, self._table.c.session, *(self._order(one) for one in order))

    def index(self, order: Sequence[str]) -> str:
        """Make the index that has the rows of each session in *order*."""
        return self._text(CreateIndex(self._index(order), if_not_exists=True))

    def _text(self, statement: ClauseElement) -> str:
        return str(statement.compile(dialect=self._dialect))

    def create(self) -> list[str]:
        """Make the tables and indexes where they do not exist yet."""
        found = []
        for table in self._metadata.sorted_tables:
            found.append(self._text(CreateTable(table, if_not_exists=True)))
            indexes = sorted(table.indexes, key=lambda one: str(one.name))
            found += [self._text(CreateIndex(one, if_not_exists=True)) for one in indexes]
        return found

    @property
    def _row(self) -> list[ColumnElement[Any]]:
        return [self._table.c[name] for name in (*FIXED, *self._layout.columns)]

    def _mine(self) -> ColumnElement[bool]:
        return self._table.c.session == bindparam("session")

    def _one(self) -> ColumnElement[bool]:
        return self._mine() & (self._table.c.key == bindparam("of_key"))

    def select_view(self, name: str) -> str:
        """Read one view: session, key."""
        return self._text(select(self._table.c[f"view_{name}"]).where(self._one()))

    def select_row(self) -> str:
        """Read one resource: session, key."""
        return self._text(select(*self._row).where(self._one()))

    def select_due(self) -> str:
        """Read what has to move: session, moment, limit, offset."""
        due, key = self._table.c.due, self._table.c.key
        wanted = select(*self._row).where(self._mine(), due <= bindparam("moment"))
        page = wanted.order_by(due, key).limit(bindparam("at_most")).offset(bindparam("skip"))
        return self._text(page)

    def select_next_due(self) -> str:
        """Read the earliest due moment: session."""
        due = self._table.c.due
        return self._text(select(func.min(due)).where(self._mine(), due.is_not(None)))

    def select_top(self) -> str:
        """Read the largest key: session."""
        return self._text(select(func.max(self._table.c.key)).where(self._mine()))

    def insert(self) -> str:
        """Add a row: the values of all columns in the table's order."""
        return self._text(insert(self._table))

    def update(self) -> tuple[str, list[str], str]:
        """Replace a row if its version still is the expected one: values, session, key, version.

        In three parts: what comes before the assignments, one of each column, what comes after.
        """
        names = [one.name for one in self._table.c][2:]
        values: dict[str, Any] = {one: bindparam(f"new_{one}") for one in names}
        expected = self._table.c.version == bindparam("old_version")
        whole = self._text(update(self._table).where(self._one(), expected).values(values))
        head, _, rest = whole.partition(" SET ")
        assignments, _, tail = rest.partition(" WHERE ")
        return f"{head} SET ", assignments.split(", "), f" WHERE {tail}"

    def delete(self) -> str:
        """Remove a row if its version still is the expected one: session, key, version."""
        expected = self._table.c.version == bindparam("old_version")
        return self._text(delete(self._table).where(self._one(), expected))

    def clear(self) -> str:
        """Remove the rows of a session: session."""
        return self._text(delete(self._table).where(self._mine()))

    def copy(self) -> list[str]:
        """Copy rows and counts from session to session, one statement each: the new, the old."""
        found = []
        for table in (self._table, *self._counts):
            others = [one for one in table.c if one.name != "session"]
            new = cast(bindparam("new_session"), Integer)
            rows = select(new, *others).where(table.c.session == bindparam("session"))
            found.append(self._text(insert(table).from_select(list(table.c), rows)))
        return found

    def clear_counts(self) -> list[str]:
        """Forget the counts of a session, one statement for each: session."""
        return [
            self._text(delete(one).where(one.c.session == bindparam("session")))
            for one in self._counts
        ]

    def count_states(self) -> str:
        """Read the states and how many rows are in each, of whatever else is counted: session."""
        counts = self._tallies[0].c
        mine = counts.session == bindparam("session")
        total = func.sum(counts.count)
        return self._text(
            select(counts.state, total).where(mine).group_by(counts.state).order_by(counts.state)
        )

    def add_counts(self) -> list[str]:
        """Change the counts, one statement for each: session, what is counted, change."""
        dialect = sqlite if self._dialect.name == "sqlite" else postgresql
        found = []
        for table in self._counts:
            new = dialect.insert(table)
            keys = [one.name for one in table.primary_key]
            count = table.c.count + new.excluded.count
            upsert = new.on_conflict_do_update(index_elements=keys, set_={"count": count})
            found.append(self._text(upsert))
        return found

    def sum_stretches(self, name: str) -> str:
        """Sum what is counted between two stretches of time: session, the one, the other."""
        span = self._spans[name]
        wanted = select(func.sum(span.c.count)).where(
            span.c.session == bindparam("session"),
            span.c.stretch > bindparam("after"),
            span.c.stretch < bindparam("before"),
        )
        return self._text(wanted)

    def count_between(self, name: str) -> str:
        """Count the rows with a moment in a range, both ends included: session, start, end."""
        column = self._table.c[name]
        wanted = select(func.count()).select_from(self._table)
        bounds = column >= bindparam("start"), column <= bindparam("end")
        return self._text(wanted.where(self._mine(), *bounds))

    def page(
        self, query: Query, view: str | None, plan: Plan, order: Sequence[str], *, marked: bool
    ) -> str:
        """Read one view of a page, the keys, or whole resources: session, values, limit, offset.

        *order* is complete, up to the key. A *marked* page has the columns of the order beside the
        view. With the plan `AFTER` the values of these columns come before limit and offset.
        """
        sorting = [self._order(name) for name in order]
        wanted = self._wanted(view)
        places = [self._table.c[name.lstrip("-")] for name in order]
        if marked:
            wanted = [*wanted, *places]
        conditions = [self._mine(), *self._conditions(query, hidden=plan is Plan.ORDER_FIRST)]
        if plan is Plan.AFTER:
            marks = [bindparam(f"mark_{one.name}", type_=one.type) for one in places]
            here, there = tuple_(*places), tuple_(*marks)
            conditions.append(here < there if order[0].startswith("-") else here > there)
        limit: Any = bindparam("at_most")
        offset: Any = bindparam("skip")
        if plan in {Plan.DIRECT, Plan.AFTER}:
            found = select(*wanted).where(*conditions).order_by(*sorting)
            return self._text(found.limit(limit).offset(offset))
        keys = (
            select(self._table.c.session, self._table.c.key)
            .where(*conditions)
            .order_by(*sorting)
            .limit(limit)
            .offset(offset)
            .subquery("page")
        )
        same = (self._table.c.key == keys.c.key) & (self._table.c.session == keys.c.session)
        joined = self._table.join(keys, same)
        return self._text(select(*wanted).select_from(joined).order_by(*sorting))

    def _wanted(self, view: str | None) -> list[ColumnElement[Any]]:
        if view is None:
            return self._row
        return [self._table.c["key" if view == "key" else f"view_{view}"]]

    def count(self, query: Query) -> str:
        """Count what fits: session, values.

        It sums a tally where the query asks for nothing else, and counts rows where not.
        """
        asked = {one.column for one in query.where}
        if all(one.operator == "in" for one in query.where):
            for group, tally in zip(self._layout.tallies, self._tallies, strict=True):
                if asked <= set(group):
                    wanted = select(func.sum(tally.c.count)).where(
                        tally.c.session == bindparam("session"), *self._conditions(query, tally)
                    )
                    return self._text(wanted)
        rows = select(func.count()).select_from(self._table)
        return self._text(rows.where(self._mine(), *self._conditions(query)))

    def _order(self, name: str) -> ColumnElement[Any]:
        """Return one field of an order: what is empty comes first, and last if it is reversed."""
        column = self._table.c[name.lstrip("-")]
        down = name.startswith("-")
        found: ColumnElement[Any] = column.desc() if down else column.asc()
        if self._dialect.name == "postgresql" and column.nullable:
            return found.nulls_last() if down else found.nulls_first()
        return found

    def _conditions(
        self, query: Query, table: Table | None = None, *, hidden: bool = False
    ) -> list[ColumnElement[bool]]:
        """Return the conditions of *query*; *hidden* from SQLite's choice of an index."""
        columns = (self._table if table is None else table).c
        hides = hidden and self._dialect.name == "sqlite"
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
