"""The database behind the store: SQLite by default, one embedded connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

CACHE_PAGES = 32_000
"""How many database pages of 4 kB stay in memory."""


class Database:
    """A connection, the name of the dialect it speaks, and nesting transactions."""

    def __init__(self, connection: sqlite3.Connection, dialect: str) -> None:
        self._connection = connection
        self.dialect = dialect
        self.execute = connection.execute
        self._depth = 0

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
    return Database(connection, "sqlite")
