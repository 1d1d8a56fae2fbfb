"""A connection to PostgreSQL that comes back after the server has been away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.types.string import StrDumperUnknown, TextLoader

LOCK = 0x_CA_11_5E_E7
"""The number of the lock under which the servers of one database write in turn."""

NUL, STAND_IN = "\0", "\U0010ffff"
"""The one character that PostgreSQL's texts cannot have, and the one that nobody writes."""


class Dumper(StrDumperUnknown):
    """Writes texts, with a stand-in for NUL."""

    def dump(self, obj: str) -> Any:
        """Return the bytes of a text."""
        return super().dump(obj.replace(NUL, STAND_IN))


class Loader(TextLoader):
    """Reads texts that `Dumper` has written."""

    def load(self, data: Any) -> str:
        """Return the text of some bytes."""
        return str(data, "utf-8").replace(STAND_IN, NUL)


class Line:
    """A connection that is made anew, when it is next used, once the server has closed it.

    What was under way when it broke fails, with `psycopg.OperationalError`.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection = _connect(address)
        self._is_writing = False

    def execute(self, text: str, values: Sequence[Any] | None = None) -> psycopg.Cursor[Any]:
        """Run one statement."""
        return self.cursor().execute(text.encode(), values)

    def cursor(self) -> psycopg.Cursor[Any]:
        """Return a new cursor."""
        if self._connection.closed:
            if self._is_writing:
                raise psycopg.OperationalError("the connection broke within a transaction")
            self._connection = _connect(self._address)
        return self._connection.cursor()

    def begin(self) -> None:
        """Begin a transaction, as soon as no other server is in one."""
        self.execute("BEGIN")
        self._is_writing = True
        try:
            self.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        except BaseException:
            self.roll_back()
            raise

    def commit(self) -> None:
        """Make the transaction take effect."""
        try:
            self.execute("COMMIT")
        finally:
            self._is_writing = False

    def roll_back(self) -> None:
        """Undo the transaction; one that was cut off is undone already."""
        self._is_writing = False
        if not self._connection.closed:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _connect(address: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(address, autocommit=True, client_encoding="utf8")
    connection.adapters.register_dumper(str, Dumper)
    connection.adapters.register_loader("text", Loader)
    return connection
