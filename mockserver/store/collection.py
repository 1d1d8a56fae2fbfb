"""All resources of one kind in one session: read by key or by page, written by transition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from mockserver.errors import ConflictError
from mockserver.store.layout import Resource
from mockserver.store.query import Query
from mockserver.store.table import StoredTable

Render = Callable[[Resource], Mapping[str, Any]]
Check = Callable[[str, Any], None]

MANY = 5_000
"""From how many fitting rows on the order's index is walked instead of sorting them."""

BATCH = 500
"""How many rows a scan reads at a time."""


class Collection:
    """The resources of one layout that belong to one session.

    *render* makes the views of a resource; *check* raises if a view does not fit the contract.
    `written` counts how often a resource has been changed or taken away.
    """

    def __init__(
        self, table: StoredTable, session: int, render: Render, check: Check | None = None
    ) -> None:
        self._table = table
        self._session = session
        self._render = render
        self._check = check
        self._execute = table.database.execute
        self.written = 0
        self._view_texts = {
            name: table.statement("select_view", name, key=name) for name in table.layout.views
        }
        self._get_text = table.statement("select_row")
        self._due_text = table.statement("select_due")
        self._next_due_text = table.statement("select_next_due")

    @property
    def name(self) -> str:
        """The name of the layout."""
        return self._table.layout.name

    @property
    def lifecycle(self) -> str | None:
        """The schema whose lifecycle these resources follow."""
        return self._table.layout.lifecycle

    def view(self, key: object, name: str) -> bytes | None:
        """Return a ready-made view of the resource with *key*, or None if there is none."""
        found = self._execute(self._view_texts[name], (self._session, key)).fetchone()
        return None if found is None else found[0]

    def get(self, key: object) -> Resource | None:
        """Return the resource with *key*, or None."""
        found = self._execute(self._get_text, (self._session, key)).fetchone()
        return None if found is None else self._table.resource(found)

    def page(
        self, query: Query, view: str, limit: int, offset: int = 0, count: int = 0
    ) -> list[bytes]:
        """Return one view of *limit* resources of *query*, after the first *offset*.

        *count* is how many fit, if the caller knows: it helps to choose the way.
        """
        if query.is_empty:
            return []
        text = self._table.select_page(query, view, skips=offset > 0, many=count > MANY)
        values = [self._session, *query.values(), limit, offset]
        return [one[0] for one in self._execute(text, values)]

    def count(self, query: Query) -> int:
        """Return how many resources *query* finds."""
        if query.is_empty:
            return 0
        text = self._table.select_count(query)
        found = self._execute(text, [self._session, *query.values()]).fetchone()[0]
        return int(found or 0)

    def find(self, query: Query, limit: int = -1) -> list[Resource]:
        """Return the resources of *query*, in its order."""
        if query.is_empty:
            return []
        text = self._table.select_page(query, None, skips=False, many=False)
        values = [self._session, *query.values(), limit, 0]
        return [self._table.resource(one) for one in self._execute(text, values)]

    def keys(self, query: Query) -> list[Any]:
        """Return the keys of the resources of *query*, in its order."""
        if query.is_empty:
            return []
        text = self._table.select_page(query, "key", skips=False, many=False)
        values = [self._session, *query.values(), -1, 0]
        return [one[0] for one in self._execute(text, values)]

    def all(self) -> Iterator[Resource]:
        """Yield every resource by key, in batches: none is held longer than it is looked at."""
        offset = 0
        while batch := self._batch(offset):
            yield from batch
            offset += len(batch)

    def _batch(self, offset: int) -> list[Resource]:
        text = self._table.select_page(Query(), None, skips=False, many=False)
        return [
            self._table.resource(one) for one in self._execute(text, [self._session, BATCH, offset])
        ]

    def next_due(self) -> int | None:
        """Return the moment at which the first of them leaves its state on its own."""
        found: int | None = self._execute(self._next_due_text, (self._session,)).fetchone()[0]
        return found

    def due(self, moment: int, limit: int = BATCH) -> list[Resource]:
        """Return those which have to move by *moment*, the earliest first."""
        rows = self._execute(self._due_text, (self._session, moment, limit, 0))
        return [self._table.resource(one) for one in rows.fetchall()]

    def insert(self, resource: Resource) -> None:
        """Add a new resource."""
        self.insert_many((resource,))

    def insert_many(self, resources: Iterable[Resource]) -> None:
        """Add new resources."""
        tally: dict[tuple[Any, ...], int] = {}
        rows = []
        for resource in resources:
            resource.version = 1
            rows.append(self._row(resource))
            facets = resource.counted = self._table.facets(resource)
            tally[facets] = tally.get(facets, 0) + 1
        with self._table.database.transaction():
            self._table.database.execute_many(self._table.statement("insert"), rows)
            self._count(tally)

    def update(self, resource: Resource) -> None:
        """Write a resource that was read before and has been changed since.

        Raises `ConflictError` if somebody else has written it meanwhile.
        """
        read, resource.version = resource.version, resource.version + 1
        row = self._row(resource)
        with self._table.database.transaction():
            done = self._execute(
                self._table.statement("update"), [*row[2:], self._session, resource.key, read]
            )
            if done.rowcount != 1:
                raise ConflictError(f"{self.name} {resource.key} has changed meanwhile")
            self.written += 1
            facets = self._table.facets(resource)
            if facets != resource.counted:
                self._count({resource.counted: -1, facets: 1})
                resource.counted = facets

    def delete(self, resource: Resource) -> None:
        """Take a resource away; raise `ConflictError` if it has changed since it was read."""
        with self._table.database.transaction():
            done = self._execute(
                self._table.statement("delete"), (self._session, resource.key, resource.version)
            )
            if done.rowcount != 1:
                raise ConflictError(f"{self.name} {resource.key} has changed meanwhile")
            self.written += 1
            self._count({resource.counted: -1})

    def clear(self) -> None:
        """Take all of them away."""
        with self._table.database.transaction():
            self._execute(self._table.statement("clear"), (self._session,))
            self._execute(self._table.statement("clear_tally"), (self._session,))

    def top_key(self) -> Any:
        """Return the largest key, or None if there is no resource."""
        return self._execute(self._table.statement("select_top"), (self._session,)).fetchone()[0]

    def _count(self, tally: Mapping[tuple[Any, ...], int]) -> None:
        rows = [(self._session, *facets, change) for facets, change in tally.items() if change]
        self._table.database.execute_many(self._table.statement("upsert_tally"), rows)

    def _row(self, resource: Resource) -> list[Any]:
        views = self._render(resource)
        if self._check is not None:
            for name, value in views.items():
                self._check(name, value)
        layout = self._table.layout
        return [
            self._session,
            resource.key,
            resource.state,
            resource.since,
            resource.due,
            resource.upcoming,
            resource.version,
            orjson.dumps(resource.facts),
            *(resource.columns.get(name) for name in layout.columns),
            *(orjson.dumps(views[name]) for name in layout.views),
        ]


def fragments(rows: Sequence[bytes]) -> list[orjson.Fragment]:
    """Return ready-made JSON texts so that orjson pastes them as they are."""
    return [orjson.Fragment(one) for one in rows]
