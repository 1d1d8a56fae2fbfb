"""Spare indexes are made when a large table is asked for what they serve, and change no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.store import Collection, Database, Layout, Query, Resource, open_database
from mockserver.store.query import within
from mockserver.store.table import LARGE, MANY, MOST_ORDERS, StoredTable

THINGS = Layout(
    name="things",
    key=int,
    lifecycle=None,
    columns={"color": str, "size": int, "made": int},
    views={"short": "Thing"},
    indexes=(("made",),),
    spare=(("color", "made"), ("size",)),
)

COLORS = (None, "red", "green", "blue")


@pytest.fixture
def database() -> Iterator[Database]:
    """Open a private database."""
    found = open_database()
    yield found
    found.close()


def filled(database: Database, count: int) -> tuple[Collection, list[Resource]]:
    """Return a collection of *count* things, and the things."""
    collection = Collection(StoredTable(THINGS, database), 1, lambda one: {"short": one.key})
    things = [
        Resource(
            key,
            "new",
            0,
            columns={"color": COLORS[key % 4], "size": key * 7919 % 101, "made": key * 31 % 977},
        )
        for key in range(1, count + 1)
    ]
    collection.insert_many(things)
    return collection, things


def indexes(database: Database) -> set[str]:
    """Return the names of the indexes that we asked for."""
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    return {name.removeprefix("things_by_") for (name,) in rows if "_by_" in name}


def keys(page: list[bytes]) -> list[int]:
    """Return the keys that a page shows."""
    return [int(one) for one in page]


def ranked(column: str) -> Callable[[Resource], tuple[Any, ...]]:
    """Return what sorts by a column; what is empty comes first."""

    def rank(one: Resource) -> tuple[Any, ...]:
        value = one.key if column == "key" else one.columns[column]
        return value is not None, value

    return rank


RED = Query((within("color", ["red"]),), ("made",))


def test_a_small_table_has_no_spare_index(database: Database) -> None:
    """Sorting a few rows is cheaper than what an index adds to every write."""
    collection, things = filled(database, LARGE)
    wanted = sorted(
        (one for one in things if one.columns["color"] == "red"),
        key=lambda one: (one.columns["made"], one.key),
    )
    assert keys(collection.page(RED, "short", 10)) == [one.key for one in wanted[:10]]
    assert indexes(database) == {"made"}


def test_a_large_table_gets_the_index_that_a_query_wants(database: Database) -> None:
    """The index is there after the first page, and nothing but it; answers stay what they were."""
    collection, things = filled(database, LARGE + 1)
    before = [one.key for one in things if one.columns["color"] == "red"]
    found = keys(collection.page(RED, "short", LARGE))
    assert sorted(found) == before
    assert indexes(database) == {"made", "color_made"}
    plan = database.execute(
        "EXPLAIN QUERY PLAN "
        "SELECT key FROM things WHERE session = 1 AND color = 'red' ORDER BY made, key"
    ).fetchall()
    assert "things_by_color_made" in plan[0][3]
    assert keys(collection.page(RED, "short", LARGE)) == found
    assert collection.count(Query((within("size", [7]),))) == sum(
        one.columns["size"] == 7 for one in things
    )
    assert indexes(database) == {"made", "color_made", "size"}


@pytest.mark.parametrize("order", [("size", "-made"), ("-size", "made"), ("color", "size")])
def test_an_order_by_two_columns_gets_an_index_of_its_own(
    database: Database, order: tuple[str, str]
) -> None:
    """Both ways round it is the same index, and pages are those of the sorted list."""
    collection, things = filled(database, MANY + 1)
    turned = tuple(one[1:] if one.startswith("-") else f"-{one}" for one in order)
    wanted = things
    for name in (("-" if order[1].startswith("-") else "") + "key", *reversed(order)):
        rank = ranked(name.lstrip("-"))
        wanted = sorted(wanted, key=rank, reverse=name.startswith("-"))
    every = Query((), order)
    count = collection.count(every)
    for offset in (0, 40, 2_000, MANY - 10):
        page = keys(collection.page(every, "short", 20, offset, count))
        assert page == [one.key for one in wanted[offset : offset + 20]]
    made = indexes(database)
    backwards = keys(collection.page(Query((), turned), "short", 20, 0, count))
    assert backwards == [one.key for one in wanted[::-1][:20]]
    assert indexes(database) == made
    assert len(made) <= 3


def test_only_so_many_orders_get_an_index(database: Database) -> None:
    """Whoever tries out all orders does not make every write dear, whatever else happens."""
    collection, _ = filled(database, MANY + 1)
    columns = ("color", "size", "made", "state", "since")
    orders = [(one, other) for one in columns for other in columns if one != other]
    for order in orders:
        collection.page(Query((), order), "short", 1, 0, MANY + 1)
        database.forget()  # as whenever sessions come and go
    assert len(indexes(database)) <= 1 + len(THINGS.spare) + MOST_ORDERS


def test_an_index_that_was_taken_back_is_made_again(database: Database) -> None:
    """What a transaction made is gone with it, and nobody relies on it."""
    collection, _ = filled(database, LARGE + 1)

    def fail() -> None:
        with database.transaction():
            collection.page(RED, "short", 1)
            assert "color_made" in indexes(database)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "color_made" not in indexes(database)
    collection.page(RED, "short", 1)
    assert "color_made" in indexes(database)


def test_several_values_of_a_filter_are_found_along_the_order(database: Database) -> None:
    """The index of the order has the filtered column, so that rows that do not fit stay unread."""
    collection, things = filled(database, MANY + 1)
    query = Query((within("color", ["red", "blue"]),), ("made",))
    count = collection.count(query)
    wanted = sorted(
        (one for one in things if one.columns["color"] in {"red", "blue"}),
        key=lambda one: (one.columns["made"], one.key),
    )
    assert count == len(wanted)
    for _ in range(2):
        page = keys(collection.page(query, "short", 30, 60, count))
        assert page == [one.key for one in wanted[60:90]]
    assert "made_key_color" in indexes(database)
