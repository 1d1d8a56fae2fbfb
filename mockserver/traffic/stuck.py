"""Resources that stay in their state, as long as a fault holds them there.

Nothing is written about it: the resources are passed over where the world looks for what is due.
Once let go, they move at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mockserver.traffic.fault import Fault

if TYPE_CHECKING:
    from mockserver.api import Api
    from mockserver.store import Collection, Resource
    from mockserver.world import World

FIRST_LOOK = 64
"""How many due resources are looked through at first for one that is not held."""

EVER = 2**62
"""Later than every moment, and more than every number of rows."""

ADMIN = "admin"
"""The cause of a move that somebody forced through the admin API."""


class Stuck:
    """The faults of one world that hold resources."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)
        self._seen: dict[int, set[tuple[str, object]]] = {one.id: set() for one in self._faults}

    def holds(self, api: Api, collection: Collection, resource: Resource) -> bool:
        """Return whether a resource that would leave its state now may not."""
        schema = api.lifecycle_of(collection, resource)
        for fault in self._faults:
            if _is_meant(fault, api.NAME, schema, resource):
                self._count(fault, collection.name, resource.key)
                return True
        return False

    def _count(self, fault: Fault, name: str, key: object) -> None:
        seen = self._seen[fault.id]
        if (name, key) not in seen:
            seen.add((name, key))
            fault.matched += 1
            fault.fired += 1

    def among(self, api: Api, collection: Collection) -> Collection | Rest:
        """Return *collection* without the resources that are held."""
        return Rest(self, api, collection)

    def keeps(
        self, api: Api, collection: Collection, resource: Resource, target: str, cause: str
    ) -> bool:
        """Return whether a move is no command and its resource is held; note what it waits for."""
        if cause in {"time", ADMIN} or _is_command(api, cause):
            return False
        if not self.holds(api, collection, resource):
            return False
        resource.upcoming, resource.due = target, api.world.clock.now()
        collection.update(resource)
        return True


class Rest:
    """What of a collection is due, but for the resources that are held."""

    def __init__(self, stuck: Stuck, api: Api, collection: Collection) -> None:
        self._stuck = stuck
        self._api = api
        self._collection = collection

    @property
    def written(self) -> int:
        """How often a resource of the collection has been changed."""
        return self._collection.written

    def next_due(self) -> int | None:
        """Return the moment at which the first of them leaves its state on its own."""
        first = next(self._free(EVER), None)
        return None if first is None else first.due

    def due(self, moment: int, limit: int) -> Iterator[Resource]:
        """Yield those which have to move by *moment*, the earliest first, as they are now."""
        return iter(list(itertools.islice(self._free(moment), limit)))

    def _free(self, moment: int) -> Iterator[Resource]:
        """Yield what is due by *moment* and not held, looking further only if need be."""
        seen, limit = 0, FIRST_LOOK
        while True:
            rows = list(self._collection.due(moment, limit))
            for one in rows[seen:]:
                if not self._stuck.holds(self._api, self._collection, one):
                    yield one
            if len(rows) < limit:
                return
            seen, limit = len(rows), limit * 8


def release(world: World, fault: Fault) -> None:
    """Have what *fault* alone held leave its state at once.

    The world must have carried out, or passed over, everything that was due.
    """
    now = world.clock.now()
    for api in world.apis.values():
        for collection in api.collections.values():
            if collection.lifecycle is None:
                continue
            for one in collection.due(now, EVER):
                if _is_meant(fault, api.NAME, api.lifecycle_of(collection, one), one):
                    one.due = now
                    collection.update(one)


def _is_meant(fault: Fault, api: str, schema: str | None, resource: Resource) -> bool:
    effect = fault.effect
    return (
        schema == effect.schema
        and (fault.selection.api is None or fault.selection.api == api)
        and (effect.key is None or str(effect.key) == str(resource.key))
        and (fault.state is None or fault.state == resource.state)
    )


def _is_command(api: Api, cause: str) -> bool:
    """Return whether *cause* is an operation, or one of the commands that it carries."""
    return cause in api.contract.operations or any(
        cause == one.label
        for lifecycle in api.contract.lifecycles.values()
        for one in lifecycle.transitions
    )
