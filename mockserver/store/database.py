"""The database behind the store: SQLite by default, or PostgreSQL that several servers share."""

from __future__ import annotations

import atexit
import os
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakSet

CACHE_PAGES = 32_000
"""How many database pages of 4 kB stay in memory."""


PATIENCE = 3_000
"""For how many milliseconds a file is waited for that another server may be about to leave."""


class DatabaseError(Exception):
    """The database cannot be opened: which one, and why."""


class Reader(Protocol):
    """Somebody who remembers what was read."""

    def forget(self) -> None:
        """Forget it: some of it has never been."""
        ...


class Late(Protocol):
    """Something that is written at the end of a transaction."""

    def write(self) -> None:
        """Write it."""
        ...

    def drop(self) -> None:
        """Forget it: it has never been."""
        ...


class Transaction:
    """What the body of a `with` statement writes takes effect as a whole, or not at all."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.enter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.leave(is_good=kind is None)


class Database:
    """A connection, the name of the dialect it speaks, and nesting transactions.

    `is_shared`: other processes write to it as well, so that nothing may be remembered.
    `is_kept`: it outlives this process, so that nothing may only be remembered.
    `readers` are told when writes have been taken back.
    """

    def __init__(self, connection: Any, dialect: str, *, is_kept: bool = True) -> None:
        self._connection = connection
        self.dialect = dialect
        self.is_kept = is_kept
        self.is_shared = dialect != "sqlite"
        self.execute: Callable[..., Any] = connection.execute
        self._depth = 0
        self._late: list[Late] = []
        self._transaction = Transaction(self)
        self.readers: WeakSet[Reader] = WeakSet()
        self._begin: Callable[[], object] = lambda: self.execute("BEGIN IMMEDIATE")
        self._commit: Callable[[], object] = lambda: self.execute("COMMIT")
        self._roll_back: Callable[[], object] = lambda: self.execute("ROLLBACK")
        if self.is_shared:
            self._begin, self._commit = connection.begin, connection.commit
            self._roll_back = connection.roll_back

    def execute_many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        self._connection.cursor().executemany(text, rows)

    def transaction(self) -> Transaction:
        """Make all writes inside take effect together, or none; transactions nest."""
        return self._transaction

    def enter(self) -> None:
        """Begin a transaction, or take part in the one that is open."""
        if self._depth == 0:
            self._begin()
        self._depth += 1

    def leave(self, *, is_good: bool) -> None:
        """End a transaction, or one's part in it; the outermost says what becomes of it."""
        self._depth -= 1
        if self._depth:
            return
        try:
            if is_good:
                self.flush()
                self._commit()
        except BaseException:
            is_good = False
            raise
        finally:
            if not is_good:
                while self._late:
                    self._late.pop().drop()
                self._roll_back()
                self.forget()

    def put_off(self, late: Late) -> None:
        """Have something written before anybody looks: when the transaction ends, or by `flush`."""
        self._late.append(late)

    def flush(self) -> None:
        """Write what was put off."""
        while self._late:
            self._late.pop().write()

    def forget(self) -> None:
        """Have all readers forget what they know: rows have changed behind their backs."""
        for one in list(self.readers):
            one.forget()

    def close(self) -> None:
        """Close the connection; a private database is gone with it."""
        self._connection.close()


def open_database(place: str = "") -> Database:
    """Return the database at *place*: an address `postgresql://...`, or a file for SQLite.

    Without a place it is private and dies with the process, in a file without a name. Raises
    `DatabaseError`.
    """
    if place.startswith(("postgresql://", "postgres://")):
        return _open_postgresql(place)
    own = "" if place else _own_file()
    try:
        connection = sqlite3.connect(place or own, isolation_level=None, cached_statements=512)
        execute = connection.execute
        execute(f"PRAGMA cache_size = {CACHE_PAGES}")
        if place:
            execute(f"PRAGMA busy_timeout = {PATIENCE}")
            execute("PRAGMA locking_mode = EXCLUSIVE")  # two servers would not see each other's
            execute("PRAGMA journal_mode = WAL")
            execute("PRAGMA synchronous = NORMAL")
            execute("BEGIN IMMEDIATE")  # from here on it is ours
            execute("COMMIT")
        else:
            execute("PRAGMA locking_mode = EXCLUSIVE")
            execute("PRAGMA journal_mode = MEMORY")
            execute("PRAGMA synchronous = OFF")
            execute("PRAGMA user_version = 1")  # from here on the file is open
    except sqlite3.Error as error:
        is_taken = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
        reason = "another process has it" if is_taken else error
        raise DatabaseError(f"cannot keep state in {place or own}: {reason}") from None
    finally:
        _take_name_away(own)
    return Database(connection, "sqlite", is_kept=bool(place))


def _own_file() -> str:
    """Return a new file for a private database, or memory if no file can be made.

    SQLite's own way with private databases keeps every page that was written as changed, and
    walks through all of them at each commit: a millisecond for a few thousand resources.
    """
    try:
        handle, path = tempfile.mkstemp(prefix="callsheet-", suffix=".db")
    except OSError:
        return ":memory:"
    os.close(handle)
    return path


def _take_name_away(path: str) -> None:
    """Have an open file vanish with the process, however it ends; where that cannot be, at exit."""
    if path in {"", ":memory:"}:
        return
    try:
        Path(path).unlink()
    except OSError:
        atexit.register(Path(path).unlink, missing_ok=True)


def _open_postgresql(address: str) -> Database:
    try:
        import psycopg  # noqa: PLC0415 - only where it is asked for

        from mockserver.store.postgresql import Line  # noqa: PLC0415 - the same
    except ImportError:
        raise DatabaseError(
            "PostgreSQL needs psycopg: pip install 'callsheet[postgresql]'"
        ) from None
    try:
        return Database(Line(address), "postgresql")
    except psycopg.Error as error:
        raise DatabaseError(f"cannot reach PostgreSQL: {' '.join(str(error).split())}") from None
