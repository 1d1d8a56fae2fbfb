"""Pages of a query: read the cheapest way, and far from the beginning from where one ended."""

from __future__ import annotations

from typing import Any

from mockserver.store.query import Plan, Query
from mockserver.store.table import MANY, StoredTable

DEEP = 200
"""From which offset on a page's place is remembered."""

MOST_MARKED = 256
"""For how many queries places are remembered."""


class Pages:
    """The pages of one session's rows of a table."""

    def __init__(self, table: StoredTable, session: int) -> None:
        self._table = table
        self._session = session
        self._execute = table.database.execute
        self._is_shared = table.database.is_shared
        self._full = {"key", "state", "since", *table.layout.full}
        self._marks: dict[tuple[Query, bool], dict[int, tuple[Any, ...]]] = {}

    def forget(self) -> None:
        """Forget where pages end: rows have changed."""
        self._marks.clear()

    def of(self, query: Query, view: str, limit: int, offset: int, count: int) -> list[bytes]:
        """Return one view of *limit* rows after the first *offset*; *count* fit, or 0: unknown."""
        if offset >= DEEP and count:
            return self._deep(query, view, limit, offset, count)
        plan = self._table.plan(query, skips=offset > 0, many=count > MANY)
        text = self._table.select_page(query, view, plan)
        values = [self._session, *query.values(), limit, offset]
        return [one[0] for one in self._execute(text, values)]

    def _deep(self, query: Query, view: str, limit: int, offset: int, count: int) -> list[bytes]:
        """Return a page far from the beginning: from the nearer end, or from where a page ended.

        The place before each deep page is marked, so that it, and the one after it, are found at
        once the next time, as long as nothing is written.
        """
        size = min(limit, count - offset)
        backwards = offset > count // 2
        skip = count - offset - size if backwards else offset
        marks = self._places(query, backwards=backwards)
        place = marks.get(skip)
        rows: list[tuple[Any, ...]] = []
        if place is not None:
            text = self._table.select_page(
                query, view, Plan.AFTER, backwards=backwards, marked=True
            )
            values = [self._session, *query.values(), *place, size, 0]
            rows = self._execute(text, values).fetchall()
        if len(rows) < size:
            plan = self._table.plan(query, skips=True, many=count > MANY)
            text = self._table.select_page(query, view, plan, backwards=backwards, marked=True)
            before = min(skip, 1)
            values = [self._session, *query.values(), size + before, skip - before]
            rows = self._execute(text, values).fetchall()
            if before and rows and None not in rows[0][1:]:
                marks[skip] = rows[0][1:]
            rows = rows[before:]
        if rows and None not in rows[-1][1:]:
            marks[skip + len(rows)] = rows[-1][1:]
        found = [one[0] for one in rows]
        return found[::-1] if backwards else found

    def _places(self, query: Query, *, backwards: bool) -> dict[int, tuple[Any, ...]]:
        """Return the places that are known in the order of *query*: offset -> the row before it.

        An order can be taken up in the middle by comparing rows if it goes one way, and, where
        that is down, if no column is ever empty: what is empty comes last, compared to nothing.
        """
        if self._is_shared:
            return {}
        order = self._table.order(query, backwards=backwards)
        down = {one.startswith("-") for one in order}
        full = {one.lstrip("-") for one in order} <= self._full
        if len(down) > 1 or (True in down and not full):
            return {}
        if len(self._marks) > MOST_MARKED:
            self._marks.clear()
        return self._marks.setdefault((query, backwards), {})
