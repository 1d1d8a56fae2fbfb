"""Whether values are in an order: rising or falling, as numbers, as times or as texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from conformance.checks.hpcpack.moments import Format

Key = Callable[[str], Any]

GROUPED = frozenset({"State", "Priority", "Type"})
"""Properties whose values have an order of their own, which the document does not tell."""

IDS = frozenset({"Id", "TaskId", "JobTaskId", "InstanceId", "ParentJobId"})
"""Properties that are numbers, so that 9 comes before 10 whichever way they are written."""

DOTTED = re.compile(r"\d+(?:\.\d+)*")
DIGITS = re.compile(r"(\d+)")


def _number(text: str) -> tuple[int, ...]:
    if DOTTED.fullmatch(text) is None:
        raise ValueError(text)
    return tuple(map(int, text.split(".")))


def _natural(text: str) -> list[tuple[int, int, str]]:
    parts = DIGITS.split(text.casefold())
    return [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts if one]


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


TEXT_KEYS: tuple[Key, ...] = (str, str.casefold, str.upper, _letters, _natural)


def disorder(name: str, values: Sequence[str], form: Format | None = None) -> str | None:
    """Return a complaint if the values are in no order that anybody could have meant.

    Empty values may stand first or last. Values of some properties need only stand together.
    """
    found = [one for one in values if one]
    if name in GROUPED:
        return None if _stand_together(found) else f"equal values of {name} are apart: {found}"
    for falling in (False, True):
        if any(_is_sorted(found, key, falling=falling) for key in _keys(name, found, form)):
            return None
    return f"neither rising nor falling by {name}: {_brief(found)}"


def direction(name: str, values: Sequence[str], form: Format | None = None) -> int:
    """Return 1 if the values rise, -1 if they fall, 0 if that cannot be told."""
    found = [one for one in values if one]
    if len(set(found)) < 2 or name in GROUPED:
        return 0
    keys = tuple(_keys(name, found, form))
    rises = any(_is_sorted(found, key, falling=False) for key in keys)
    falls = any(_is_sorted(found, key, falling=True) for key in keys)
    return rises - falls


def _keys(name: str, values: Sequence[str], form: Format | None) -> Iterable[Key]:
    yield _number
    if name in IDS and all(map(DOTTED.fullmatch, values)):
        return
    if form is not None:
        yield _moment(form)
    yield from TEXT_KEYS


def _moment(form: Format) -> Key:
    def key(text: str) -> Any:
        moment = form.read(text)
        if moment is None:
            raise ValueError(text)
        return moment

    return key


def _is_sorted(values: Sequence[str], key: Key, *, falling: bool) -> bool:
    try:
        keys = [key(one) for one in values]
    except ValueError:
        return False
    return all(two <= one if falling else one <= two for one, two in pairwise(keys))


def _stand_together(values: Sequence[str]) -> bool:
    starts = [one for one, before in zip(values, [None, *values], strict=False) if one != before]
    return len(starts) == len(set(starts))


def _brief(values: Sequence[str]) -> str:
    for place, (one, two) in enumerate(pairwise(values)):
        before = values[place - 1] if place else one
        if direction("", [before, one]) * direction("", [one, two]) < 0:
            return f"... {before}, {one}, {two} ..."
    return ", ".join(values[:12])
