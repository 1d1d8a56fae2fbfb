"""Surprises in what becomes of jobs, and how new ones are numbered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mockserver.api import Api
from mockserver.store import Collection, Resource
from specs.contract import Lifecycle, Transition

HASTE = 1000
"""How many times faster than usual instant jobs are."""

GAP = 6
"""How many numbers are passed over from one new resource to the next."""

START = 90_000_000
"""From where on new resources are numbered."""

Plan = tuple[str, int] | None


class Sparse(Collection):
    """A collection that leaves numbers out."""

    def top_key(self) -> Any:
        """Return the key after which the next resource is numbered."""
        top = super().top_key()
        if top is not None and not isinstance(top, int):
            return top
        return START if top is None or top < START else top + GAP


def instant_jobs(api: type[Api]) -> type[Api]:
    """Jobs are over at once, unless their time is set: no document says how long they take."""

    def hurried(usual: Plan, self: Api, schema: str, resource: Resource) -> Plan:
        if usual is None or self.world.is_seeding:
            return usual
        initial = self.contract.lifecycles[schema].initial
        if resource.facts.get("scheduled") is not None and resource.state in initial:
            return usual
        return usual[0], max(1, usual[1] // HASTE)

    return _planned(api, "Instant", hurried)


def endless_jobs(api: type[Api]) -> type[Api]:
    """Jobs run until somebody stops them: that a job may end on its own obliges nobody."""

    def lasting(usual: Plan, self: Api, schema: str, resource: Resource) -> Plan:
        if usual is None or not _ends_work(
            self.contract.lifecycles[schema], resource.state, usual[0]
        ):
            return usual
        return None

    class Endless(_planned(api, "Endless", lasting)):  # type: ignore[misc]
        """An API in which also an end that was planned before does not come."""

        def move(
            self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
        ) -> None:
            """Take *resource* to *target*, unless time alone would end its work."""
            planned = cause == "time" and resource.due is not None and resource.upcoming == target
            schema = self.lifecycle_of(collection, resource) if planned else None
            if schema is None or not _ends_work(
                self.contract.lifecycles[schema], resource.state, target
            ):
                super().move(collection, resource, target, moment, cause)
                return
            resource.due = resource.upcoming = None
            collection.update(resource)

    return Endless


def sparse_ids(api: type[Api]) -> type[Api]:
    """Ids that are numbers which the server chooses are large, with gaps between them."""
    return type(f"Sparse{api.__name__}", (api,), {"COLLECTION": Sparse})


def _planned(api: type[Api], word: str, change: Callable[..., Plan]) -> type[Api]:
    """Return an API in which what comes next is what *change* makes of what usually does."""

    def plan(self: Api, schema: str, resource: Resource, chance: Any) -> Plan:
        return change(api.plan(self, schema, resource, chance), self, schema, resource)

    return type(f"{word}{api.__name__}", (api,), {"plan": plan})


def _ends_work(lifecycle: Lifecycle, state: str, target: str) -> bool:
    """Whether the transition takes a resource out of the last state in which it is worked on."""
    is_work = partial(_is_work, lifecycle)
    if not is_work(state) or is_work(target):
        return False
    onwards = {one.target for one in _spontaneous(lifecycle, state) if is_work(one.target)}
    return all(_leads(lifecycle, one, state) for one in onwards)


def _leads(lifecycle: Lifecycle, source: str, target: str) -> bool:
    return any(one.target == target for one in _spontaneous(lifecycle, source))


def _spontaneous(lifecycle: Lifecycle, state: str) -> list[Transition]:
    return [one for one in lifecycle.leaving(state) if one.trigger is None]


def _is_work(lifecycle: Lifecycle, state: str) -> bool:
    """Whether a resource is being worked on in a state.

    It gets there and away by itself, nothing is created there, no command leads there, and a
    command can take it away.
    """
    leaving = lifecycle.leaving(state)
    commanded = any(one.target == state and one.trigger for one in lifecycle.transitions)
    return (
        state not in lifecycle.initial
        and not commanded
        and any(one.trigger for one in leaving)
        and any(one.trigger is None for one in leaving)
    )
