"""What is there of an HPC Pack cluster: its jobs, tasks and machines, found and shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from mockserver.api import Api
from mockserver.apis.hpcpack import cluster
from mockserver.apis.hpcpack.layouts import GROUPINGS, JOBS, PACE, TASKS
from mockserver.apis.hpcpack.properties import JOB, TASK, listed
from mockserver.service import Pace
from mockserver.store import Collection, Condition, Query, Resource
from mockserver.store.query import within

ENDED = frozenset({"Finished", "Failed", "Canceled"})
WAITING = ("Submitted", "Validating", "Queued", "Dispatching")
"""The states of a task that has been submitted and has not begun."""

UNENDED = ("Configuring", *WAITING, "Running", "Finishing", "Canceling")


class Inventory(Api):
    """The jobs and tasks of one cluster."""

    NAME = "hpcpack"
    LAYOUTS = (JOBS, TASKS, GROUPINGS)
    PACE: ClassVar[Pace] = PACE
    IGNORES_CASE = True

    def __init__(self, service: Any, world: Any) -> None:
        super().__init__(service, world)
        self.jobs = self.collections[JOBS.name]
        self.tasks = self.collections[TASKS.name]
        self.groupings = self.collections[GROUPINGS.name]

    @cached_property
    def cluster(self) -> cluster.Cluster:
        """The machines, which never change in this world."""
        return cluster.build(self.world.seed, self.world.born)

    def lifecycle_of(self, collection: Collection, resource: Resource) -> str | None:
        """Return Job, Task or Subtask."""
        if resource.columns.get("is_step"):
            return "Subtask"
        return super().lifecycle_of(collection, resource)

    def schemas(self, collection: Collection) -> Mapping[str, tuple[Condition, ...]]:
        """Tell tasks from subtasks."""
        if collection is not self.tasks:
            return super().schemas(collection)
        return {"Task": (within("is_step", [0]),), "Subtask": (within("is_step", [1]),)}

    def named(self, name: str, resource: Resource) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the numbers in a path: of a job, its task, and its subtask."""
        numbers = str(resource.key).split(".")
        return dict(zip(("jobId", "taskId", "subtaskId"), numbers, strict=False))

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a job or a task as a row of a list, and with all its properties."""
        if name == GROUPINGS.name:
            return {}
        book = JOB if name == JOBS.name else TASK
        values = book.values(resource)
        if self.service.options.validate_responses:
            schema = self.lifecycle_of(self.collections[name], resource)
            assert schema is not None
            self.service.check_view(schema, values)
        return {
            "row": {"Properties": listed(values, book.rows)},
            "detail": listed(values, book.names),
        }

    def tasks_of(self, job: int, *states: str) -> list[Resource]:
        """Return the tasks and subtasks of a job, or those in some *states*."""
        return self._in_order(within("ParentJobId", [job]), states)

    def children(self, parent: object, *states: str) -> list[Resource]:
        """Return the tasks of a job or the subtasks of a sweep, or those in some *states*."""
        return self._in_order(within("parent", [str(parent)]), states)

    def _in_order(self, where: Condition, states: tuple[str, ...]) -> list[Resource]:
        more = (within("state", states),) if states else ()
        return self.tasks.find(Query((where, *more), ("rank",)))

    def has_children(self, parent: object, *states: str) -> bool:
        """Return whether a job has tasks, or a sweep subtasks, in some *states*."""
        where = within("parent", [str(parent)]), within("state", states)
        return self.tasks.count(Query(where)) > 0

    def master_of(self, step: Resource) -> Resource | None:
        """Return the sweep of a subtask."""
        return self.tasks.get(step.columns["parent"])

    def is_expanded(self, task: Resource) -> bool:
        """Return whether a task is a sweep that has its subtasks."""
        return not task.columns["is_step"] and not task.columns["shown_expanded"]
