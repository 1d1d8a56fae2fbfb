"""How many resources fit: counted as they change, so that nobody has to count rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mockserver.store.query import Query
from mockserver.store.table import Counted, StoredTable

FAR = 2**62
"""Later than every stretch of time."""


class Counts:
    """The counts of one layout in one session."""

    def __init__(self, table: StoredTable, session: int) -> None:
        self._table = table
        self._session = session
        self._spans = table.layout.spans
        self._adding: list[str] = table.statement("add_counts")
        self._changes: Counter[tuple[int, tuple[Any, ...]]] = Counter()

    def of(self, query: Query) -> int:
        """Return how many resources *query* finds; it has a value for each of its conditions."""
        self._table.database.flush()
        span = self._span(query)
        if span is not None:
            return self._within(*span)
        return self._one(self._table.select_count(query), *query.values())

    def states(self) -> dict[str, int]:
        """Return how many resources are in each state in which there are any."""
        self._table.database.flush()
        text = self._table.statement("count_states")
        rows = self._table.database.execute(text, (self._session,))
        return {state: int(count) for state, count in rows if count}

    def add(self, counted: Iterable[Counted], change: int = 1) -> None:
        """Count rows that are new, or with a *change* of -1 rows that are gone."""
        for one in counted:
            for number, group in enumerate(one):
                if group is not None:
                    self._change(number, group, change)

    def move(self, before: Counted, after: Counted) -> None:
        """Count a row as what it has become instead of what it was."""
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            if old == new:
                continue
            if old is not None:
                self._change(number, old, -1)
            if new is not None:
                self._change(number, new, 1)

    def _change(self, number: int, group: tuple[Any, ...], change: int) -> None:
        if not self._changes:
            self._table.database.put_off(self)
        self._changes[number, group] += change

    def write(self) -> None:
        """Write the changes, all of one transaction at once."""
        rows: list[list[tuple[Any, ...]]] = [[] for _ in self._adding]
        for (number, group), change in self._changes.items():
            if change:
                rows[number].append((self._session, *group, change))
        self._changes.clear()
        for text, several in zip(self._adding, rows, strict=True):
            if several:
                self._table.database.execute_many(text, several)

    def drop(self) -> None:
        """Forget the changes: they were taken back."""
        self._changes.clear()

    def _span(self, query: Query) -> tuple[str, int | None, int | None] | None:
        """Return column, start and end if *query* asks for one stretch of time and nothing else."""
        names = {one.column for one in query.where}
        bounds = {one.operator: one.values[0] for one in query.where if one.values}
        if len(names) != 1 or not bounds.keys() <= {"ge", "le"} or len(bounds) != len(query.where):
            return None
        name = names.pop()
        return (name, bounds.get("ge"), bounds.get("le")) if name in self._spans else None

    def _within(self, name: str, start: int | None, end: int | None) -> int:
        """Return how many rows have their moment in a range: sums inside, rows at its edges."""
        if start is not None and end is not None and start > end:
            return 0
        length = self._spans[name]
        first = None if start is None else start // length
        last = None if end is None else end // length
        between = self._table.statement("count_between", name, key=name)
        if first is not None and first == last:
            return self._one(between, start, end)
        inside = self._table.statement("sum_stretches", name, key=name)
        total = self._one(inside, -FAR if first is None else first, FAR if last is None else last)
        if start is not None and first is not None:
            total += self._one(between, start, (first + 1) * length - 1)
        if end is not None and last is not None:
            total += self._one(between, last * length, end)
        return total

    def _one(self, text: str, *values: Any) -> int:
        row = self._table.database.execute(text, (self._session, *values)).fetchone()
        return int(row[0] or 0)
