"""All resources of one kind in one session: read by key or by page, written by transition."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from mockserver.errors import ConflictError
from mockserver.store.counts import Counts
from mockserver.store.database import Reader
from mockserver.store.layout import Resource
from mockserver.store.pages import Pages
from mockserver.store.query import Plan, Query
from mockserver.store.table import StoredTable

Render = Callable[[Resource], Mapping[str, Any]]
Check = Callable[[str, Any], None]

UNKNOWN: Any = object()
"""Stands for what has to be looked up."""

ALL = 2**62
"""A limit that is none."""

BATCH = 500
"""How many rows a scan reads at a time."""


class Collection:
    """The resources of one layout that belong to one session.

    *render* makes the views of a resource; *check* raises if a view does not fit the contract.
    The *listener* is told to forget what it knows whenever something is written.
    `written` counts how often a resource has been changed or taken away; `next_due_text` reads,
    for a `session`, what `next_due` returns.
    """

    def __init__(
        self,
        table: StoredTable,
        session: int,
        render: Render,
        check: Check | None = None,
        listener: Reader | None = None,
    ) -> None:
        self._table = table
        self.session = session
        self._render = render
        self._check = check
        self._listener = listener
        self._execute = table.database.execute
        self._counts = Counts(table, session)
        self._pages = Pages(table, session)
        self._next_due: int | None = UNKNOWN
        self._top: Any = UNKNOWN
        self._size: int = UNKNOWN
        self._is_shared = table.database.is_shared
        self.written = 0
        table.database.readers.add(self)
        self._view_texts = {
            name: table.statement("select_view", name, key=name) for name in table.layout.views
        }
        self._get_text = table.statement("select_row")
        self._due_text = table.statement("select_due")
        self.next_due_text = table.statement("select_next_due")

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
        found = self._execute(self._view_texts[name], (self.session, key)).fetchone()
        return None if found is None else found[0]

    def forget(self) -> None:
        """Forget what is known of the rows: any of them may have changed."""
        self._next_due = self._top = self._size = UNKNOWN
        self._changed()

    def _changed(self) -> None:
        """Forget what a change of one row puts in question."""
        self._pages.forget()
        if self._listener is not None:
            self._listener.forget()

    def size(self) -> int:
        """Return how many there are."""
        if self._size is UNKNOWN or self._is_shared:
            self._size = self._counts.of(Query())
        return self._size

    def get(self, key: object) -> Resource | None:
        """Return the resource with *key*, or None."""
        found = self._execute(self._get_text, (self.session, key)).fetchone()
        return None if found is None else self._table.resource(found)

    def page(
        self, query: Query, view: str, limit: int, offset: int = 0, count: int = 0
    ) -> list[bytes]:
        """Return one view of *limit* resources of *query*, after the first *offset*.

        *count* is how many fit, if the caller knows: it helps to choose the way.
        """
        if query.is_empty:
            return []
        self._table.prepare(query, self.size)
        return self._pages.of(query, view, limit, offset, count)

    def count(self, query: Query) -> int:
        """Return how many resources *query* finds."""
        if query.is_empty:
            return 0
        self._table.prepare(query, self.size)
        return self._counts.of(query)

    def states(self) -> dict[str, int]:
        """Return how many resources are in each state in which there are any."""
        return self._counts.states()

    def find(self, query: Query, limit: int = ALL, offset: int = 0) -> list[Resource]:
        """Return *limit* resources of *query*, in its order, after the first *offset*."""
        return [self._table.resource(one) for one in self._rows(query, None, limit, offset)]

    def keys(self, query: Query) -> list[Any]:
        """Return the keys of the resources of *query*, in its order."""
        return [one[0] for one in self._rows(query, "key", ALL, 0)]

    def _rows(self, query: Query, view: str | None, limit: int, offset: int) -> list[Any]:
        if query.is_empty:
            return []
        self._table.prepare(query, self.size)
        plan = self._table.plan(query, skips=False, many=False)
        text = self._table.select_page(query, view, plan)
        return self._execute(text, [self.session, *query.values(), limit, offset]).fetchall()  # type: ignore[no-any-return]

    def all(self) -> Iterator[Resource]:
        """Yield every resource by key, in batches: none is held longer than it is looked at."""
        offset = 0
        while batch := self._batch(offset):
            yield from batch
            offset += len(batch)

    def _batch(self, offset: int) -> list[Resource]:
        text = self._table.select_page(Query(), None, Plan.DIRECT)
        return [
            self._table.resource(one) for one in self._execute(text, [self.session, BATCH, offset])
        ]

    def next_due(self) -> int | None:
        """Return the moment at which the first of them leaves its state on its own."""
        if self._next_due is UNKNOWN or self._is_shared:
            row = self._execute(self.next_due_text, (self.session,)).fetchone()
            self._next_due = row[0]
        return self._next_due

    def _expect(self, due: int | None, instead_of: int | None = None) -> None:
        """Note when a row that was written will move, *instead of* another moment."""
        known = self._next_due
        if known is UNKNOWN:
            return
        if due is not None and (known is None or due <= known):
            self._next_due = due
        elif instead_of is not None and instead_of == known:
            self._next_due = UNKNOWN

    def due(self, moment: int, limit: int) -> Iterator[Resource]:
        """Yield those which have to move by *moment*, the earliest first, as they are now."""
        rows = self._execute(self._due_text, (self.session, moment, limit, 0)).fetchall()
        return map(self._table.resource, rows)

    def insert(self, resource: Resource) -> None:
        """Add a new resource."""
        resource.version = 1
        with self._table.database.transaction():
            self._insert([resource])

    def insert_many(self, resources: Iterable[Resource], *, kept: bool = False) -> None:
        """Add new resources; they are taken from the iterable a batch at a time.

        *kept*: they have been somewhere before, and keep their versions.
        """
        iterator = iter(resources)
        with self._table.database.transaction():
            while batch := list(itertools.islice(iterator, BATCH)):
                if not kept:
                    for resource in batch:
                        resource.version = 1
                self._insert(batch)

    def _insert(self, batch: Sequence[Resource]) -> None:
        rows = []
        for one in batch:
            values = self._table.values(one)
            views = self._views(one)
            rows.append([self.session, one.key, *self._fixed(one), *values, *views])
            one.stored = one.state, one.due, values
            self._expect(one.due)
            if self._top is not UNKNOWN:
                self._top = one.key if self._top is None else max(self._top, one.key)
        self._table.database.execute_many(self._table.statement("insert"), rows)
        self._counts.add([self._table.counted(one.state, one.stored[2]) for one in batch])
        if self._size is not UNKNOWN:
            self._size += len(batch)
        self._changed()

    def update(self, resource: Resource) -> None:
        """Write a resource that was read before and has been changed since.

        Raises `ConflictError` if somebody else has written it meanwhile.
        """
        read, resource.version = resource.version, resource.version + 1
        state, due, before = resource.stored
        values = self._table.values(resource)
        changed = [place for place, old in enumerate(before) if old != values[place]]
        row = [*self._fixed(resource), *(values[one] for one in changed), *self._views(resource)]
        text = self._table.update(changed)
        with self._table.database.transaction():
            done = self._execute(text, [*row, self.session, resource.key, read])
            if done.rowcount != 1:
                resource.version = read
                raise ConflictError(f"{self.name} {resource.key} has changed meanwhile")
            self.written += 1
            if state != resource.state or changed:
                old_counts = self._table.counted(state, before)
                self._counts.move(old_counts, self._table.counted(resource.state, values))
            self._expect(resource.due, due)
            resource.stored = resource.state, resource.due, values
            self._changed()

    def delete(self, resource: Resource) -> None:
        """Take a resource away; raise `ConflictError` if it has changed since it was read."""
        with self._table.database.transaction():
            done = self._execute(
                self._table.statement("delete"), (self.session, resource.key, resource.version)
            )
            if done.rowcount != 1:
                raise ConflictError(f"{self.name} {resource.key} has changed meanwhile")
            self.written += 1
            state, due, values = resource.stored
            self._counts.add([self._table.counted(state, values)], -1)
            self._expect(None, due)
            if self._top == resource.key:
                self._top = UNKNOWN
            if self._size is not UNKNOWN:
                self._size -= 1
            self._changed()

    def clear(self) -> None:
        """Take all of them away."""
        with self._table.database.transaction():
            self._table.database.flush()
            self._execute(self._table.statement("clear"), (self.session,))
            for text in self._table.statement("clear_counts"):
                self._execute(text, (self.session,))
            self.forget()

    def top_key(self) -> Any:
        """Return the largest key, or None if there is no resource."""
        if self._top is UNKNOWN or self._is_shared:
            text = self._table.statement("select_top")
            self._top = self._execute(text, (self.session,)).fetchone()[0]
        return self._top

    def _fixed(self, resource: Resource) -> tuple[Any, ...]:
        return (
            resource.state,
            resource.since,
            resource.due,
            resource.upcoming,
            resource.version,
            orjson.dumps(resource.facts),
        )

    def _views(self, resource: Resource) -> list[bytes]:
        """Return the views of *resource* as they are written, once they have been checked."""
        views = self._render(resource)
        if self._check is not None:
            for name, value in views.items():
                self._check(name, value)
        return [orjson.dumps(views[name]) for name in self._table.layout.views]
