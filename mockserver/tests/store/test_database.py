"""Transactions, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.store import Database, open_database


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    """Open a database with one empty table."""
    found = open_database(place)
    found.execute("DROP TABLE IF EXISTS note")
    found.execute("CREATE TABLE note (text TEXT)")
    yield found
    found.close()


def _notes(database: Database) -> list[str]:
    return [one[0] for one in database.execute("SELECT text FROM note")]


def test_all_writes_of_a_transaction_are_kept(database: Database) -> None:
    """What is written in a transaction is there after it."""
    with database.transaction():
        mark = "%s" if database.is_shared else "?"
        database.execute_many(f"INSERT INTO note VALUES ({mark})", [("a",), ("b",)])

    assert _notes(database) == ["a", "b"]


def test_a_failure_undoes_all_writes(database: Database) -> None:
    """Of a transaction that fails nothing is left, an inner one included."""

    def fail() -> None:
        with database.transaction():
            with database.transaction():
                database.execute("INSERT INTO note VALUES ('a')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _notes(database) == []


def test_after_a_failure_the_next_transaction_works(database: Database) -> None:
    """A failed transaction leaves nothing open."""
    with pytest.raises(KeyError), database.transaction():
        raise KeyError
    with database.transaction():
        database.execute("INSERT INTO note VALUES ('a')")

    assert _notes(database) == ["a"]


def test_a_file_keeps_what_was_written(tmp_path: Path) -> None:
    """A database in a file is there when it is opened again."""
    path = str(tmp_path / "state.db")
    first = open_database(path)
    first.execute("CREATE TABLE note (text TEXT)")
    first.execute("INSERT INTO note VALUES ('a')")
    first.close()

    second = open_database(path)

    assert _notes(second) == ["a"]
    second.close()
