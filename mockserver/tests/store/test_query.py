"""Queries have few shapes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.store import Condition, Query
from mockserver.store.query import within


@given(st.lists(st.integers(), min_size=1, max_size=40))
def test_values_are_padded_to_a_power_of_two(values: list[int]) -> None:
    """However many values a filter has, few statements are needed, and no value is added."""
    padded = within("size", values).padded()

    assert len(padded) & (len(padded) - 1) == 0
    assert set(padded) == set(values)
    assert padded[: len(values)] == tuple(values)


def test_an_in_without_values_finds_nothing() -> None:
    """A query is empty if one of its conditions cannot hold."""
    assert Query((within("size", []),)).is_empty
    assert not Query((Condition("size", "null"),)).is_empty


def test_the_shape_does_not_depend_on_values() -> None:
    """Queries that differ in values alone share a statement."""
    one = Query((within("size", [1, 2, 3]), Condition("made", "ge", (5,))))
    other = Query((within("size", [4, 5, 6, 7]), Condition("made", "ge", (9,))))

    assert one.shape == other.shape
    assert one.values() != other.values()
