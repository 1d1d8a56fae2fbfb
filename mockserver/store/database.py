"""The database behind the store: SQLite by default, one embedded connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import ClauseElement

CACHE_PAGES = 4_000
"""How many database pages of 4 kB stay in memory."""


class Statement:
    """One compiled statement: its text, and the names of its values in their order."""

    __slots__ = ("names", "text")

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.text = text
        self.names = names


class Database:
    """A connection, the dialect it speaks, and one level of transactions."""

    def __init__(self, connection: sqlite3.Connection, dialect: Dialect) -> None:
        self._connection = connection
        self.dialect = dialect
        self.execute = connection.execute
        self._depth = 0

    def compile(self, statement: ClauseElement) -> Statement:
        """Return *statement* as text for the driver."""
        compiled = statement.compile(dialect=self.dialect)
        names = getattr(compiled, "positiontup", None) or ()
        return Statement(str(compiled), tuple(names))

    def create(self, metadata: MetaData) -> None:
        """Create the tables and indexes of *metadata* where they do not exist yet."""
        for table in metadata.sorted_tables:
            self.create_table(table)

    def create_table(self, table: Table) -> None:
        """Create *table* and its indexes where they do not exist yet."""
        self.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=self.dialect)))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            self.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=self.dialect)))

    def execute_many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        self._connection.executemany(text, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside take effect together, or none; transactions nest."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        self.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            raise
        else:
            self.execute("COMMIT")
        finally:
            self._depth = 0

    def close(self) -> None:
        """Close the connection; a private database is gone with it."""
        self._connection.close()


def open_database(path: str = "") -> Database:
    """Return the SQLite database in the file *path*, or a private one that dies with the process.

    A private database spills to a temporary file when it outgrows its cache.
    """
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    execute = connection.execute
    execute(f"PRAGMA cache_size = {CACHE_PAGES}")
    if path:
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        execute("PRAGMA busy_timeout = 10000")
    else:
        execute("PRAGMA journal_mode = MEMORY")
        execute("PRAGMA synchronous = OFF")
        execute("PRAGMA temp_store = FILE")
    return Database(connection, sqlite.dialect(paramstyle="qmark"))
