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
from mockserver.store import Collection, Query, Resource
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

    def tasks_of(self, job: int, *states: str, steps: bool | None = None) -> list[Resource]:
        """Return the tasks and subtasks of a job, or either, in some *states* or in any."""
        where = [within("ParentJobId", [job])]
        if states:
            where.append(within("state", states))
        if steps is not None:
            where.append(within("is_step", [int(steps)]))
        return self.tasks.find(Query(tuple(where), ("rank",)))

    def steps_of(self, master: Resource, *states: str) -> list[Resource]:
        """Return the subtasks of a sweep, or those in some *states*."""
        where = [
            within("ParentJobId", [master.columns["ParentJobId"]]),
            within("JobTaskId", [master.columns["JobTaskId"]]),
            within("is_step", [1]),
        ]
        if states:
            where.append(within("state", states))
        return self.tasks.find(Query(tuple(where), ("rank",)))

    def any_task(self, *where: Any) -> bool:
        """Return whether a task fulfils all conditions."""
        return bool(self.tasks.find(Query(tuple(where)), 1))

    def master_of(self, step: Resource) -> Resource | None:
        """Return the sweep of a subtask."""
        return self.tasks.get(step.key.rpartition(".")[0])

    def is_expanded(self, task: Resource) -> bool:
        """Return whether a task is a sweep that has its subtasks."""
        return not task.columns["is_step"] and not task.columns["shown_expanded"]

    def has_unended_tasks(self, job: int) -> bool:
        """Return whether a job has a task that has not ended."""
        return self.any_task(
            within("ParentJobId", [job]), within("is_step", [0]), within("state", UNENDED)
        )
