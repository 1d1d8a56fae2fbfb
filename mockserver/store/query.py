"""What rows to look for, and in which order: values apart from shape, so that statements keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Literal

Operator = Literal["in", "ge", "le", "lt", "gt", "null", "set"]


class Plan(Enum):
    """How a page is read.

    DIRECT: an index has the rows in their order. KEYS_FIRST: the keys are found, and sorted if
    need be, before their rows are read. ORDER_FIRST: the same, along the index of the order.
    AFTER: from a place in an index on.
    """

    DIRECT = 1
    KEYS_FIRST = 2
    ORDER_FIRST = 3
    AFTER = 4


@dataclass(frozen=True, slots=True)
class Condition:
    """One column, one operator, its values: `in` takes any number, `null` and `set` take none."""

    column: str
    operator: Operator
    values: tuple[Any, ...] = ()

    @property
    def places(self) -> int:
        """How many values the statement has room for: a power of two, for there to be few."""
        count = len(self.values)
        return count if self.operator != "in" or count <= 1 else 1 << (count - 1).bit_length()

    def padded(self) -> tuple[Any, ...]:
        """Return as many values as there are places: the last is repeated."""
        missing = self.places - len(self.values)
        return self.values + self.values[-1:] * missing if missing else self.values


@dataclass(frozen=True)
class Query:
    """All conditions hold; rows come in `order` (a leading dash reverses).

    An `in` without values finds nothing.
    """

    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no row can fit."""
        return any(one.operator == "in" and not one.values for one in self.where)

    @cached_property
    def shape(self) -> tuple[tuple[str, str, int], ...]:
        """Return what the statement depends on: columns, operators, how many values."""
        return tuple((one.column, one.operator, one.places) for one in self.where)

    def values(self) -> list[Any]:
        """Return the values in the order of the shape."""
        return [value for one in self.where for value in one.padded()]


def within(column: str, values: Sequence[Any]) -> Condition:
    """Return the condition that *column* has one of *values*."""
    return Condition(column, "in", tuple(values))
