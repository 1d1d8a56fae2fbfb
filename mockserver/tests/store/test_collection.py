"""A collection agrees with a plain list of what was put into it, on either database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.errors import ConflictError
from mockserver.store import Collection, Condition, Layout, Query, Resource, open_database
from mockserver.store.query import within
from mockserver.store.table import StoredTable

THINGS = Layout(
    name="things",
    key=int,
    lifecycle=None,
    columns={"color": str, "size": int, "made": int},
    views={"short": "Thing"},
    indexes=(("color", "size"), ("size",), ("made",), ("state", "made")),
    facets=("state", "color"),
    margins=(("size",),),
    spans={"made": 10},
    full=("made",),
)

COLORS = st.sampled_from([None, "", "red", "green", "blue"])
SIZES = st.one_of(st.none(), st.integers(-2, 5))
MADE = st.integers(-5, 45)
STATES = st.sampled_from(["new", "old"])

THING = st.tuples(STATES, COLORS, SIZES, MADE)
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), THING),
        st.tuples(st.just("update"), st.integers(0, 30), THING),
        st.tuples(st.just("delete"), st.integers(0, 30)),
    ),
    max_size=25,
)


SESSIONS = itertools.count(10)
"""Each collection has a session of its own in one table, which is quicker than a table."""


@pytest.fixture(scope="module")
def table(place: str) -> Iterator[StoredTable]:
    """Make a table in a new database."""
    database = open_database(place)
    yield StoredTable(THINGS, database)
    database.close()


def _collection(table: StoredTable, session: int | None = None) -> Collection:
    number = next(SESSIONS) if session is None else session
    return Collection(table, number, lambda one: {"short": {"key": one.key}})


def _thing(key: int, made: tuple[str, str | None, int | None, int]) -> Resource:
    state, color, size, moment = made
    return Resource(key, state, 0, columns={"color": color, "size": size, "made": moment})


def _fill(table: StoredTable, count: int) -> Collection:
    """Return a collection of *count* things of every kind."""
    found = _collection(table)
    colors = [None, "red", "green"]
    found.insert_many(
        _thing(
            key,
            (("new", "old")[key % 2], colors[key % 3], key * 7 % 11 or None, key * 31 % 60),
        )
        for key in range(1, count + 1)
    )
    return found


def _apply(collection: Collection, operations: Sequence[Any]) -> dict[int, Resource]:
    """Carry out operations, and return what has to be there."""
    there: dict[int, Resource] = {}
    for number, operation in enumerate(operations, 1):
        match operation:
            case ("insert", made):
                there[number] = _thing(number, made)
                collection.insert(there[number])
            case ("update", place, made) if there:
                key = sorted(there)[place % len(there)]
                changed = collection.get(key)
                assert changed is not None
                fresh = _thing(key, made)
                changed.state, changed.columns = fresh.state, fresh.columns
                collection.update(changed)
                there[key] = changed
            case ("delete", place) if there:
                key = sorted(there)[place % len(there)]
                collection.delete(there.pop(key))
    return there


def _value(resource: Resource, column: str) -> Any:
    return resource.state if column == "state" else resource.columns[column]


def _fits(resource: Resource, condition: Condition) -> bool:
    value = _value(resource, condition.column)
    if condition.operator == "null":
        return value is None
    tests: dict[str, Callable[[Any], bool]] = {
        "in": lambda one: one in condition.values,
        "ge": lambda one: one >= condition.values[0],
        "le": lambda one: one <= condition.values[0],
        "gt": lambda one: one > condition.values[0],
        "lt": lambda one: one < condition.values[0],
        "set": lambda _: True,
    }
    return value is not None and tests[condition.operator](value)


CONDITIONS = st.one_of(
    st.lists(STATES, max_size=3).map(lambda values: within("state", values)),
    st.lists(st.sampled_from(["", "red", "green", "none"]), max_size=3).map(
        lambda values: within("color", values)
    ),
    st.lists(st.integers(-2, 6), max_size=5).map(lambda values: within("size", values)),
    st.tuples(st.sampled_from(["ge", "le", "gt", "lt"]), MADE).map(
        lambda one: Condition("made", one[0], (one[1],))  # type: ignore[arg-type]
    ),
    st.sampled_from([Condition("color", "null"), Condition("size", "set")]),
)
QUERIES = st.lists(CONDITIONS, max_size=3).map(lambda where: Query(tuple(where)))


@settings(deadline=None)
@given(OPERATIONS, st.lists(QUERIES, min_size=1, max_size=6))
def test_counts_are_the_number_of_rows(
    table: StoredTable, operations: Sequence[Any], queries: list[Query]
) -> None:
    """Whatever was inserted, changed and deleted, a count is what counting would give."""
    collection = _collection(table)

    there = _apply(collection, operations)

    for query in queries:
        expected = [one for one in there.values() if all(_fits(one, each) for each in query.where)]
        assert collection.count(query) == len(expected)
        assert sorted(collection.keys(query)) == sorted(one.key for one in expected)


@settings(deadline=None)
@given(OPERATIONS, MADE, MADE)
def test_a_stretch_of_time_is_counted_like_any_filter(
    table: StoredTable, operations: Sequence[Any], first: int, last: int
) -> None:
    """The count of a range is the number of rows in it, ends included."""
    collection = _collection(table)

    there = _apply(collection, operations)

    query = Query((Condition("made", "ge", (first,)), Condition("made", "le", (last,))))
    expected = [one for one in there.values() if first <= one.columns["made"] <= last]
    assert collection.count(query) == len(expected)


ORDERS = st.lists(
    st.sampled_from(["color", "-color", "size", "-size", "made", "-made", "state", "-key", "key"]),
    max_size=3,
    unique_by=lambda one: one.lstrip("-"),
).map(tuple)


def _sorted(rows: Sequence[Resource], order: Sequence[str]) -> bool:
    """Return whether *rows* are in *order*; what is empty comes before everything."""

    def rank(resource: Resource, name: str) -> tuple[bool, Any]:
        value = resource.key if name == "key" else _value(resource, name)
        return (value is not None, value if value is not None else 0)

    for before, after in itertools.pairwise(rows):
        for name in order:
            column = name.lstrip("-")
            first, second = rank(before, column), rank(after, column)
            if first == second:
                continue
            if (first > second) != name.startswith("-"):
                return False
            break
    return True


@settings(deadline=None)
@given(OPERATIONS, QUERIES, ORDERS, st.integers(1, 4))
def test_pages_make_up_the_sorted_list(
    table: StoredTable, operations: Sequence[Any], query: Query, order: tuple[str, ...], size: int
) -> None:
    """Page after page shows each row once, in the order that was asked for."""
    collection = _collection(table)
    there = _apply(collection, operations)
    query = Query(query.where, order)

    count = collection.count(query)
    pages = [collection.page(query, "key", size, offset, count) for offset in range(0, count, size)]

    keys: list[Any] = [key for page in pages for key in page]
    assert keys == collection.keys(query)
    assert len(keys) == len(set(keys)) == count
    assert _sorted([there[key] for key in keys], order or ("key",))


@pytest.mark.parametrize("order", [(), ("made",), ("-made",), ("size",), ("-size", "key")])
@pytest.mark.parametrize("where", [(), (within("state", ["new"]),), (within("size", [1, 2, 3]),)])
def test_deep_pages_are_those_of_the_whole_list(
    table: StoredTable, order: tuple[str, ...], where: tuple[Condition, ...]
) -> None:
    """Far from the beginning a page is the same, in whatever sequence pages are asked for."""
    collection = _fill(table, 1500)
    query = Query(where, order)
    whole = collection.keys(query)
    count = collection.count(query)
    offsets = list(range(0, count, 50))

    for offset in [*offsets, *reversed(offsets), *offsets[::3]]:
        page: list[Any] = collection.page(query, "key", 50, offset, count)
        assert page == whole[offset : offset + 50]


def test_a_write_is_seen_on_deep_pages(table: StoredTable) -> None:
    """A remembered place is forgotten when something is written."""
    collection = _fill(table, 600)
    query = Query((), ("made",))
    before: list[Any] = collection.page(query, "key", 50, 400, 600)

    first = collection.get(collection.keys(query)[0])
    assert first is not None
    collection.delete(first)
    after: list[Any] = collection.page(query, "key", 50, 400, 599)

    assert after == collection.keys(query)[400:450] != before


def test_two_writers_of_one_row_conflict(table: StoredTable) -> None:
    """Who has read a row before somebody else wrote it cannot write it any more."""
    collection = _fill(table, 1)
    mine, theirs = collection.get(1), collection.get(1)
    assert mine is not None
    assert theirs is not None
    collection.update(theirs)

    with pytest.raises(ConflictError):
        collection.update(mine)
    with pytest.raises(ConflictError):
        collection.delete(mine)


def test_a_conflict_leaves_the_counts_alone(table: StoredTable) -> None:
    """A write that is refused is not counted."""
    collection = _fill(table, 1)
    mine, theirs = collection.get(1), collection.get(1)
    assert mine is not None
    assert theirs is not None
    collection.update(theirs)
    mine.state = "other"

    with pytest.raises(ConflictError):
        collection.update(mine)

    assert collection.count(Query((within("state", ["other"]),))) == 0


def test_changes_are_counted(table: StoredTable) -> None:
    """A collection knows how often it was written, insertions apart."""
    collection = _fill(table, 2)
    first, second = collection.find(Query())
    before = collection.written

    collection.update(first)
    collection.delete(second)

    assert collection.written == before + 2


def test_sessions_do_not_meet(table: StoredTable) -> None:
    """Rows of another session are neither found nor counted nor cleared."""
    mine, theirs = _collection(table, 1), _collection(table, 2)
    for one in (mine, theirs):
        one.insert(_thing(1, ("new", "red", 1, 1)))

    mine.clear()

    assert (mine.count(Query()), theirs.count(Query())) == (0, 1)
    assert mine.get(1) is None
    assert theirs.get(1) is not None


def test_what_is_due_comes_in_the_order_of_time(table: StoredTable) -> None:
    """The earliest due moment is known, and what is due by a moment comes earliest first."""
    collection = _collection(table)
    for key, due in ((1, 30), (2, 10), (3, None), (4, 20)):
        collection.insert(Resource(key, "new", 0, due))

    assert collection.next_due() == 10
    assert [one.key for one in collection.due(25, 10)] == [2, 4]


def test_all_goes_through_everything(table: StoredTable) -> None:
    """All resources come once, by key, also when there are more than one batch."""
    collection = _fill(table, 1201)

    assert [one.key for one in collection.all()] == list(range(1, 1202))
    assert collection.top_key() == 1201


def test_a_view_that_breaks_the_contract_is_not_written(table: StoredTable) -> None:
    """What fails the check stays out, and is not counted."""

    def refuse(name: str, value: Any) -> None:
        raise ValueError(name)

    collection = Collection(table, 3, lambda _: {"short": {}}, refuse)

    with pytest.raises(ValueError, match="short"):
        collection.insert(_thing(1, ("new", None, None, 0)))
    assert collection.count(Query()) == 0


def test_what_is_read_while_a_row_is_rendered_is_not_kept(table: StoredTable) -> None:
    """A view may be made of what stands in the table so far; afterwards the table is read anew."""
    red = Query((within("color", ["red"]),))
    found: Collection

    def render(one: Resource) -> dict[str, Any]:
        seen = found.count(red), found.view(1, "short"), found.page(red, "short", 5)
        return {"short": {"key": one.key, "size": one.columns["size"], "seen": len(seen)}}

    found = Collection(table, next(SESSIONS), render)
    found.insert_many(_thing(key, ("new", "red", 1, 0)) for key in (1, 2))
    thing = found.get(1)
    assert thing is not None
    assert found.count(red) == 2
    thing.columns |= {"color": "blue", "size": 3}
    found.update(thing)

    assert found.count(red) == 1
    assert found.view(1, "short") == b'{"key":1,"size":3,"seen":3}'
    assert len(found.page(red, "short", 5)) == 1


def test_what_is_read_before_writes_are_taken_back_is_not_kept(table: StoredTable) -> None:
    """Within a transaction its writes are seen, and after it has failed they are not."""
    found = _fill(table, 3)
    seen: list[Any] = []

    def fail() -> None:
        with table.database.transaction():
            found.insert(_thing(4, ("new", "red", 1, 0)))
            seen.extend((found.count(Query()), found.view(4, "short")))
            seen.append(len(found.page(Query(), "short", 9)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert seen == [4, b'{"key":4}', 4]
    assert found.count(Query()) == 3
    assert found.view(4, "short") is None
    assert len(found.page(Query(), "short", 9)) == 3
