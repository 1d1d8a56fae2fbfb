"""Deadline Cloud's world: its collections, how tasks move, and what follows from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from mockserver.api import Api
from mockserver.apis.deadline_cloud import building, fates, layouts, views
from mockserver.apis.deadline_cloud.parents import Parents
from mockserver.apis.deadline_cloud.workers import Workers
from mockserver.store import Collection, Query, Resource

if TYPE_CHECKING:
    from mockserver.service import Pace, Service
    from mockserver.world import World

RENDER: Mapping[str, Callable[[Resource], Mapping[str, Any]]] = {
    layouts.FARMS.name: views.farm,
    layouts.QUEUES.name: views.queue,
    layouts.JOBS.name: views.job,
    layouts.STEPS.name: views.step,
    layouts.TASKS.name: views.task,
    layouts.SESSIONS.name: views.session,
    layouts.ACTIONS.name: views.action,
    layouts.TOKENS.name: lambda _: {},
}


EXAMPLES: Mapping[tuple[object, ...], str] = {
    ("farm", 1): "6d8f1a4b0c2e4f57a9b3c1d5e7f90213",
    ("queue", 1): "2b7c9e0d14f64a3895d6e8f7a0b1c2d3",
    ("job", 1): "91f0a3c5e7b84d26b1d3f5a7c9e0b2d4",
    ("step", "job-91f0a3c5e7b84d26b1d3f5a7c9e0b2d4", 0): "4e6a8c0b2d4f4183a5c7e9f1b3d5a7c9",
    ("session", "job-91f0a3c5e7b84d26b1d3f5a7c9e0b2d4", 1): "c3e5a7b9d1f34c62840a2b4c6d8e0f12",
}
"""The ids in the contract's examples are those of the first resources, whatever the seed."""


class DeadlineState(Api):
    """The resources of one account, and how they change."""

    NAME = "deadline-cloud"
    LAYOUTS = layouts.EVERY
    PACE: ClassVar[Pace] = layouts.PACE

    def __init__(self, service: Service, world: World) -> None:
        super().__init__(service, world)
        self.farms = self.collections[layouts.FARMS.name]
        self.queues = self.collections[layouts.QUEUES.name]
        self.jobs = self.collections[layouts.JOBS.name]
        self.steps = self.collections[layouts.STEPS.name]
        self.tasks = self.collections[layouts.TASKS.name]
        self.sessions = self.collections[layouts.SESSIONS.name]
        self.actions = self.collections[layouts.ACTIONS.name]
        self.tokens = self.collections[layouts.TOKENS.name]
        self.parents = Parents(self)
        self.workers = Workers(self)

    def digits(self, *name: object) -> str:
        """Return the 32 hexadecimal digits that this world's seed gives to *name*."""
        if name in EXAMPLES:
            return EXAMPLES[name]
        text = repr((self.world.seed, *name)).encode()
        return hashlib.blake2b(text, digest_size=16).hexdigest()

    def next_ordinal(self, collection: Collection) -> int:
        """Return the number of the next resource of *collection* in the order of creation."""
        last = collection.find(Query((), ("-ordinal",)), 1)
        return last[0].columns["ordinal"] + 1 if last else 1

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a resource in all the ways that it is shown."""
        return RENDER[name](resource)

    # -- how things move -----------------------------------------------------------------------

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw what comes next: how a task ends is its fate, a job's creation its template."""
        if schema == "Task":
            return fates.plan(resource.state, resource.facts, chance)
        planned = super().plan(schema, resource, chance)
        if planned is not None and resource.state == "CREATE_IN_PROGRESS":
            target = "CREATE_FAILED" if resource.facts.get("reason") else "CREATE_COMPLETE"
            return target, planned[1]
        return planned

    def elapse(self, collection: Collection) -> Callable[[Resource], None]:
        """Return what carries out a due transition, unless the resource has moved meanwhile."""

        def act(resource: Resource) -> None:
            fresh = collection.get(resource.key)
            if fresh is None or fresh.due is None or fresh.version != resource.version:
                return
            with self.parents.gathered():
                if collection is self.tasks:
                    self.workers.take_on(fresh, fresh.due)
                elif fresh.upcoming is not None:
                    self.move(collection, fresh, fresh.upcoming, fresh.due, "time")

        return act

    def move(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        """Take *resource* to *target*; its parents follow when all that moves at once has moved."""
        with self.parents.gathered():
            super().move(collection, resource, target, moment, cause)

    def force(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        """Take *resource* anywhere: a task that is interrupted so is canceled in the end."""
        if collection is self.tasks and target == "INTERRUPTING":
            resource.facts.setdefault("target", "CANCELED")
        super().force(collection, resource, target, moment, cause)

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a resource shows in its new state."""
        if name == layouts.TASKS.name:
            self._arrive_task(resource, source, moment)
        elif name == layouts.ACTIONS.name:
            facts = resource.facts
            facts["updated"] = moment
            if resource.state == "RUNNING":
                facts["started"] = moment
            elif "started" in facts and resource.state not in {"CANCELING", "RECLAIMING"}:
                facts["ended"] = moment
        elif name == layouts.SESSIONS.name:
            resource.facts["ended"] = moment
        elif name == layouts.JOBS.name and building.is_due(resource):
            building.count(resource)
        elif name == layouts.JOBS.name and resource.state == "CREATE_FAILED":
            resource.columns["run_status"] = None

    def _arrive_task(self, task: Resource, source: str, moment: int) -> None:
        facts, columns = task.facts, task.columns
        columns["updated"] = moment
        facts["updated_by"] = facts.pop("commander", None) or facts.get("worker") or "deadline"
        match task.state:
            case "RUNNING":
                columns["started"], columns["ended"] = moment, None
            case "PENDING" | "READY":
                columns["started"] = columns["ended"] = None
            case "SUCCEEDED" | "FAILED" | "CANCELED":
                if source in layouts.GIVEN_OUT and columns["started"] is not None:
                    columns["ended"] = moment
        if task.state not in layouts.GIVEN_OUT:
            facts.pop("worker", None)
        if task.state != "INTERRUPTING" and source == "INTERRUPTING":
            facts.pop("target", None)
        if task.state != "FAILED":
            facts.pop("exhausted", None)

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Have workers, step and job follow a task; fill a job that has been created."""
        if name == layouts.TASKS.name:
            self.parents.follow(resource, source, moment)
            self.workers.follow(resource, source, moment)
        elif name == layouts.JOBS.name and building.is_due(resource):
            building.build(self, resource, moment)
