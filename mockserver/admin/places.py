"""Where in a world a resource is: which collection holds it, under which schema and key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.admin.refusal import unknown
from mockserver.api import Api
from mockserver.moment import iso
from mockserver.store import Collection, Condition, Query, Resource

VIEWS = ("detail", "full", "queue", "entry", "snapshot", "summary")
"""Which view of a resource is shown: the first of these that its layout has."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The resources of one schema in one API of one world."""

    api: Api
    collection: Collection
    schema: str
    where: tuple[Condition, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The states of the life cycle; empty if there is none."""
        cycle = self.api.contract.lifecycles.get(self.schema)
        return () if cycle is None else cycle.states

    def query(self, state: str | None = None, order: tuple[str, ...] = ()) -> Query:
        """Return the query for all that is on it, or for what is in one state."""
        more = () if state is None else (Condition("state", "in", (state,)),)
        return Query((*self.where, *more), order)


@dataclass(frozen=True, slots=True)
class Place:
    """One resource: its shelf and its key."""

    shelf: Shelf
    key: Any

    @property
    def api(self) -> Api:
        """The API that it belongs to."""
        return self.shelf.api

    @property
    def schema(self) -> str:
        """The schema whose life cycle it follows."""
        return self.shelf.schema

    @property
    def states(self) -> tuple[str, ...]:
        """The states of its life cycle."""
        return self.shelf.states

    def fetch(self) -> Resource | None:
        """Return the resource, or None if it has gone."""
        found = self.shelf.collection.get(self.key)
        return found if found is not None and _belongs(self.shelf, found) else None

    def view(self) -> Any:
        """Return what its API shows of it, or None if it shows nothing."""
        layout = next(one for one in self.api.LAYOUTS if one.name == self.shelf.collection.name)
        name = next((one for one in (*VIEWS, *layout.views) if one in layout.views), None)
        text = None if name is None else self.shelf.collection.view(self.key, name)
        return None if text is None else orjson.loads(text)


def shelves(api: Api) -> Iterator[Shelf]:
    """Yield the shelves of an API: what its clients see of it, in the order of its layouts."""
    seen = (api.collections[one.name] for one in api.LAYOUTS if one.lifecycle or one.views)
    for collection in seen:
        for schema, where in api.schemas(collection).items():
            yield Shelf(api, collection, schema, where)


def find(api: Api, schema: str | None, key: object) -> Place:
    """Return where a resource is; refuse if there is none. Without a schema all are searched."""
    known = list(shelves(api))
    candidates = [one for one in known if schema in {None, one.schema}]
    if not candidates:
        raise unknown("schema", schema, (one.schema for one in known))
    for shelf in candidates:
        typed = _typed(api, shelf, key)
        if typed is not None and Place(shelf, typed).fetch() is not None:
            return Place(shelf, typed)
    first = candidates[0].collection.keys(Query(candidates[0].where, ("key",)))[:10]
    raise unknown(schema or "resource", key, first)


def _typed(api: Api, shelf: Shelf, key: object) -> Any:
    """Return *key* in the type that keys of a shelf have, or None if it cannot have it."""
    layout = next(one for one in api.LAYOUTS if one.name == shelf.collection.name)
    if layout.key is not int:
        return str(key)
    text = str(key)
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 19 else None


def _belongs(shelf: Shelf, resource: Resource) -> bool:
    schema = shelf.api.lifecycle_of(shelf.collection, resource) or shelf.collection.name
    return schema == shelf.schema


def shown(shelf: Shelf, resource: Resource) -> dict[str, Any]:
    """Return a resource in short, as JSON."""
    return {
        "api": shelf.api.NAME,
        "schema": shelf.schema,
        "key": resource.key,
        "state": resource.state,
        "since": iso(resource.since),
        "due": None if resource.due is None else iso(resource.due),
        "upcoming": resource.upcoming,
        "label": shelf.api.label(shelf.collection.name, resource),
    }
