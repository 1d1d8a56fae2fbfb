"""Faults in what commands to tasks do: none of it is documented, all of it observed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.apis.deadline_cloud import DeadlineCloud, places
from mockserver.apis.deadline_cloud.parents import Parents
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Service
from mockserver.store import Collection, Query, Resource
from mockserver.store.query import within
from mockserver.world import World

FAULTS = Catalogue("deadline-cloud")


class Deaf(DeadlineCloud):
    """Answers a command as usual and does not carry it out, in one state."""

    state: str
    asked: str

    def command_task(self, ids: Mapping[str, Any], target: str, caller: str) -> None:
        task = places.resource(self, "task", ids)
        if task.state == self.state and target == self.asked:
            return
        super().command_task(ids, target, caller)


@FAULTS.add("canceled-for-good", "Task/requeue/CANCELED-PENDING", FaultClass.LIFECYCLE)
class CanceledForGood(Deaf):
    """A task that is CANCELED is not requeued by updateTask."""

    state, asked = "CANCELED", "PENDING"


@FAULTS.add("failure-stands", "Task/succeed/FAILED-SUCCEEDED", FaultClass.LIFECYCLE)
class FailureStands(Deaf):
    """A task that is FAILED does not become SUCCEEDED by updateTask."""

    state, asked = "FAILED", "SUCCEEDED"


@FAULTS.add("success-is-not-suspended", "Task/suspend/SUCCEEDED-SUSPENDED", FaultClass.LIFECYCLE)
class SuccessIsNotSuspended(Deaf):
    """A task that is SUCCEEDED does not become SUSPENDED by updateTask."""

    state, asked = "SUCCEEDED", "SUSPENDED"


@FAULTS.add("fails-instead", "updateTask/task-reaches-the-target", FaultClass.LIFECYCLE)
class FailsInstead(DeadlineCloud):
    """A task that is interrupted in order to be CANCELED becomes FAILED."""

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        planned = super().plan(schema, resource, chance)
        if schema == "Task" and resource.state == "INTERRUPTING" and planned is not None:
            return "FAILED" if planned[0] == "CANCELED" else planned[0], planned[1]
        return planned


@FAULTS.add("pending-for-good", "updateTask/requeued-task-is-ready", FaultClass.LIFECYCLE)
class PendingForGood(DeadlineCloud):
    """A task of a step without dependencies stays PENDING when it is requeued."""

    def move(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        if collection is self.tasks and cause == "dependencies" and target == "READY":
            step = self.steps.get(resource.columns["step_id"])
            if step is not None and not step.facts["depends_on"]:
                return
        super().move(collection, resource, target, moment, cause)


@FAULTS.add("neighbour-moves-too", "updateTask/only-the-named-task-moves", FaultClass.LIFECYCLE)
class NeighbourMovesToo(DeadlineCloud):
    """A command to one task is carried out on the next task of its step as well."""

    def command_task(self, ids: Mapping[str, Any], target: str, caller: str) -> None:
        super().command_task(ids, target, caller)
        head, _, number = str(ids["taskId"]).rpartition("-")
        neighbour = f"{head}-{int(number) + 1}"
        if self.tasks.get(neighbour) is not None:
            super().command_task({**ids, "taskId": neighbour}, target, caller)


@FAULTS.add("cancel-spares-nobody", "updateJob/cancel-spares-ended-tasks", FaultClass.LIFECYCLE)
class CancelSparesNobody(DeadlineCloud):
    """Canceling a job cancels its tasks that SUCCEEDED as well."""

    asked = "CANCELED"

    def update_job(self, call: Call) -> Reply:
        reply = super().update_job(call)
        if call.body.get("targetTaskRunStatus") == self.asked:
            where = (within("job_id", [call.path["jobId"]]), within("state", ["SUCCEEDED"]))
            for task in self.tasks.find(Query(where, ("ordinal",))):
                self.move(self.tasks, task, self.asked, self.world.clock.now(), "updateJob")
        return reply


@FAULTS.add("suspend-spares-nobody", "updateJob/suspend-spares-ended-tasks", FaultClass.LIFECYCLE)
class SuspendSparesNobody(CancelSparesNobody):
    """Suspending a job suspends its tasks that SUCCEEDED as well."""

    asked = "SUSPENDED"


@FAULTS.add("requeue-forgets-the-last", "updateJob/requeue-takes-every-task", FaultClass.LIFECYCLE)
class RequeueForgetsTheLast(DeadlineCloud):
    """Requeuing a job leaves the last task of each step as it is."""

    def update_job(self, call: Call) -> Reply:
        if call.body.get("targetTaskRunStatus") == "PENDING":
            self.forgotten = call.path["jobId"]
        try:
            return super().update_job(call)
        finally:
            self.forgotten = ""

    forgotten = ""

    def move(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        if collection is self.tasks and self.forgotten == resource.columns["job_id"]:
            step = self.steps.get(resource.columns["step_id"])
            if step is not None and resource.columns["ordinal"] + 1 == sum(
                step.facts["counts"].values()
            ):
                return
        super().move(collection, resource, target, moment, cause)


@FAULTS.add("running-job-is-archived", "updateJob/archive-needs-an-ended-job", FaultClass.LIFECYCLE)
class RunningJobIsArchived(DeadlineCloud):
    """A job is archived although its tasks have not ended."""

    def can_archive(self, job: Resource) -> bool:  # noqa: ARG002
        return True


class HastyParents(Parents):
    """Parents of tasks that let a step begin as soon as a task of what it waits for is through."""

    def must_wait(self, step: Resource) -> bool:
        others = (self.step(one) for one in step.facts["depends_on"])
        return super().must_wait(step) and not any(
            one.facts["counts"]["SUCCEEDED"] for one in others
        )

    def _resolve(self, step: Resource) -> None:
        super()._resolve(step)
        for key in step.facts["consumers"]:
            self._wait(self.step(key))


@FAULTS.add("impatient-step", "Step/dependent-tasks-wait", FaultClass.LIFECYCLE)
class ImpatientStep(DeadlineCloud):
    """A step waits for the first success among the tasks of another, not for the last."""

    def __init__(self, service: Service, world: World) -> None:
        super().__init__(service, world)
        self.parents = HastyParents(self)


@FAULTS.add(
    "batch-stops-at-an-error", "batchUpdateTask/errors-do-not-stop-others", FaultClass.STATUS
)
class BatchStopsAtAnError(DeadlineCloud):
    """batchUpdateTask carries out nothing that comes after an item with an error."""

    def batch_update_task(self, call: Call) -> Reply:
        good = []
        for item in call.body["tasks"]:
            good.append(item)
            if self.tasks.get(item["taskId"]) is None:
                break
        call.body = {**call.body, "tasks": good}
        return super().batch_update_task(call)
