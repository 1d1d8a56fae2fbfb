"""The store on a PostgreSQL server: what is not the same as with SQLite."""

from __future__ import annotations

import psycopg
import pytest

from mockserver.store import Collection, Layout, Query, Resource, open_database
from mockserver.store.database import DatabaseError
from mockserver.store.query import within
from mockserver.store.table import StoredTable
from mockserver.tests.postgresql import Cluster


def test_each_database_is_empty_and_its_own(postgresql: Cluster) -> None:
    """Tests that ask for a database do not meet in it."""
    first, second = (open_database(postgresql.database()) for _ in range(2))
    first.execute("CREATE TABLE note (text TEXT)")

    with pytest.raises(psycopg.errors.UndefinedTable):
        second.execute("SELECT text FROM note")
    first.close()
    second.close()


def test_a_database_that_does_not_exist_is_named(postgresql: Cluster) -> None:
    """Who gives a wrong address reads which database was not found."""
    with pytest.raises(DatabaseError, match='database "nowhere" does not exist'):
        open_database(postgresql.address("nowhere"))


def test_writers_take_turns(postgresql: Cluster) -> None:
    """While one server writes, another's transaction does not begin."""
    place = postgresql.database()
    first, second = open_database(place), open_database(place)
    second.execute("SET lock_timeout = '50ms'")

    with first.transaction(), pytest.raises(psycopg.errors.LockNotAvailable), second.transaction():
        pass
    with second.transaction():
        second.execute("CREATE TABLE note (text TEXT)")

    assert first.execute("SELECT count(*) FROM note").fetchone() == (0,)
    first.close()
    second.close()


def test_a_server_that_was_away_is_found_again(postgresql: Cluster) -> None:
    """What is under way when the connection breaks fails; what comes after it works."""
    place = postgresql.database()
    mine, other = open_database(place), open_database(place)
    mine.execute("CREATE TABLE note (text TEXT)")
    number = mine.execute("SELECT pg_backend_pid()").fetchone()[0]
    other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))

    with pytest.raises(psycopg.OperationalError):
        mine.execute("SELECT text FROM note")

    assert mine.execute("SELECT count(*) FROM note").fetchone() == (0,)
    mine.close()
    other.close()


def test_a_transaction_that_was_cut_off_leaves_nothing(postgresql: Cluster) -> None:
    """A connection that breaks within a transaction does not go on outside of it."""
    place = postgresql.database()
    mine, other = open_database(place), open_database(place)
    mine.execute("CREATE TABLE note (text TEXT)")

    def write() -> None:
        with mine.transaction():
            mine.execute("INSERT INTO note VALUES ('a')")
            number = mine.execute("SELECT pg_backend_pid()").fetchone()[0]
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))
            for _ in range(2):
                with pytest.raises(psycopg.OperationalError):
                    mine.execute("INSERT INTO note VALUES ('b')")
            raise KeyError

    with pytest.raises(KeyError):
        write()
    with mine.transaction():
        mine.execute("INSERT INTO note VALUES ('c')")

    assert other.execute("SELECT text FROM note").fetchall() == [("c",)]
    mine.close()
    other.close()


def test_texts_are_ordered_by_code_point(postgresql: Cluster) -> None:
    """A list is in the same order as with SQLite, however the server orders texts elsewhere."""
    names = ["b", "B", "a", "_", "ä", "Z"]
    layout = Layout("named", str, None, columns={"name": str}, indexes=(("name",),))
    pages = []
    for place in ("", postgresql.database()):
        database = open_database(place)
        rows = Collection(StoredTable(layout, database), 1, lambda _: {})
        rows.insert_many(Resource(name, "new", 0, columns={"name": name}) for name in names)
        pages += [rows.keys(Query((), order)) for order in (("name",), ("key",))]
        database.close()

    assert pages == [sorted(names)] * 4


def test_a_text_may_hold_any_character(postgresql: Cluster) -> None:
    """The character that PostgreSQL does not take is found again, and not taken for another."""
    layout = Layout("named", str, None, columns={"name": str})
    database = open_database(postgresql.database())
    rows = Collection(StoredTable(layout, database), 1, lambda _: {})
    for name in ("a\0b", "ab", "\0", "ä\ue000"):
        rows.insert(Resource(name, "new", 0, columns={"name": name}))

    for name in ("a\0b", "ab", "\0", "ä\ue000"):
        found = rows.get(name)
        assert found is not None
        assert found.columns["name"] == found.key == name
        assert rows.keys(Query((within("name", [name]),))) == [name]
    database.close()
