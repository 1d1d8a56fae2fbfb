"""Faults in how jobs, tasks and subtasks move."""

from __future__ import annotations

from mockserver.apis.hpcpack import HpcPack
from mockserver.apis.hpcpack.layouts import JOBS
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Collection, Resource

FAULTS = Catalogue("hpcpack")


class Straying(HpcPack):
    """An HPC Pack in which one command leads from one state to a wrong one, or nowhere."""

    command: str
    source: str
    wrong: str | None
    """Where the command leads; None: it is answered and changes nothing."""

    def strays(self, resource: Resource) -> bool:
        """Return whether *resource* is one that goes wrong."""
        return resource.state == self.source

    def move(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        if cause == self.command and self.strays(resource):
            if self.wrong is None:
                return
            target = self.wrong
        super().move(collection, resource, target, moment, cause)


@FAULTS.add("submitted-jobs-are-never-queued", "Job/submitJob/Configuring-Queued",
            FaultClass.LIFECYCLE)  # fmt: skip
class SubmittedJobsAreNeverQueued(HpcPack):
    """A job that has been submitted stays Submitted for ever."""

    def schedule(self, collection: Collection, resource: Resource) -> None:
        super().schedule(collection, resource)
        if collection.name == JOBS.name and resource.state == "Submitted":
            resource.due = resource.upcoming = None


@FAULTS.add("queued-jobs-cancel-as-finished", "Job/cancelJob/Queued-Canceled",
            FaultClass.LIFECYCLE)  # fmt: skip
class QueuedJobsCancelAsFinished(Straying):
    """A queued job that is canceled is Finished."""

    command, source, wrong = "cancelJob", "Queued", "Finished"


@FAULTS.add("forced-cancel-is-deaf", "cancelJob/forced-ends-canceled", FaultClass.LIFECYCLE)
class ForcedCancelIsDeaf(HpcPack):
    """A running job that is canceled by force goes on."""

    def cancel_job(self, call: Call) -> Reply:
        if self.own_job(call).state == "Running" and call.query["forced"]:
            return Reply.empty(204)
        return super().cancel_job(call)


@FAULTS.add("canceling-never-ends", "cancelJob/unforced-ends-canceled", FaultClass.LIFECYCLE)
class CancelingNeverEnds(HpcPack):
    """A running job that is canceled without force stays Canceling for ever."""

    def schedule(self, collection: Collection, resource: Resource) -> None:
        super().schedule(collection, resource)
        if collection.name == JOBS.name and resource.state == "Canceling":
            resource.due = resource.upcoming = None


@FAULTS.add("finished-jobs-are-canceled", "Job/finishJob/Running-Finished", FaultClass.LIFECYCLE)
class FinishedJobsAreCanceled(Straying):
    """A running job that is finished is Canceled."""

    command, source, wrong = "finishJob", "Running", "Canceled"


@FAULTS.add("failed-jobs-stay-failed", "Job/requeueJob/Failed-Queued", FaultClass.LIFECYCLE)
class FailedJobsStayFailed(Straying):
    """Requeueing a failed job is answered and does nothing."""

    command, source, wrong = "requeueJob", "Failed", None


@FAULTS.add("canceled-jobs-are-reset", "Job/requeueJob/Canceled-Queued", FaultClass.LIFECYCLE)
class CanceledJobsAreReset(Straying):
    """A canceled job that is requeued is Configuring."""

    command, source, wrong = "requeueJob", "Canceled", "Configuring"


@FAULTS.add("queued-tasks-ignore-cancel", "Task/cancelTask/Queued-Canceled", FaultClass.LIFECYCLE)
class QueuedTasksIgnoreCancel(Straying):
    """Canceling a queued task is answered and does nothing."""

    command, source, wrong = "cancelTask", "Queued", None


@FAULTS.add("running-tasks-cancel-as-finished", "Task/cancelTask/Running-Canceled",
            FaultClass.LIFECYCLE)  # fmt: skip
class RunningTasksCancelAsFinished(Straying):
    """A running task that is canceled is Finished."""

    command, source, wrong = "cancelTask", "Running", "Finished"


@FAULTS.add("finished-tasks-are-canceled", "Task/finishTask/Running-Finished",
            FaultClass.LIFECYCLE)  # fmt: skip
class FinishedTasksAreCanceled(Straying):
    """A running task that is finished is Canceled, as if it had been canceled."""

    command, source, wrong = "finishTask", "Running", "Canceled"


@FAULTS.add("failed-tasks-stay-failed", "Task/requeueTask/Failed-Configuring",
            FaultClass.LIFECYCLE)  # fmt: skip
class FailedTasksStayFailed(Straying):
    """Requeueing a failed task is answered and does nothing."""

    command, source, wrong = "requeueTask", "Failed", None


@FAULTS.add("canceled-tasks-are-queued", "Task/requeueTask/Canceled-Configuring",
            FaultClass.LIFECYCLE)  # fmt: skip
class CanceledTasksAreQueued(Straying):
    """A canceled task that is requeued is Queued at once."""

    command, source, wrong = "requeueTask", "Canceled", "Queued"


@FAULTS.add("queued-tasks-stay-queued", "Task/requeueTask/Queued-Configuring",
            FaultClass.LIFECYCLE)  # fmt: skip
class QueuedTasksStayQueued(Straying):
    """Requeueing a queued task is answered and does nothing; other tasks are requeued."""

    command, source, wrong = "requeueTask", "Queued", None


@FAULTS.add("queued-subtasks-finish", "Subtask/cancelSubtask/Queued-Canceled",
            FaultClass.LIFECYCLE)  # fmt: skip
class QueuedSubtasksFinish(Straying):
    """A queued subtask that is canceled is Finished."""

    command, source, wrong = "cancelSubtask", "Queued", "Finished"


@FAULTS.add("running-subtasks-finish-as-canceled", "Subtask/finishSubtask/Running-Finished",
            FaultClass.LIFECYCLE)  # fmt: skip
class RunningSubtasksFinishAsCanceled(Straying):
    """A running subtask that is finished is Canceled."""

    command, source, wrong = "finishSubtask", "Running", "Canceled"


@FAULTS.add("failed-subtasks-stay-failed", "Subtask/requeueSubtask/Failed-Configuring",
            FaultClass.LIFECYCLE)  # fmt: skip
class FailedSubtasksStayFailed(Straying):
    """Requeueing a failed subtask is answered and does nothing."""

    command, source, wrong = "requeueSubtask", "Failed", None


class Forgetting(HpcPack):
    """An HPC Pack that leaves some requeued tasks behind when their job is requeued."""

    forgets_steps: bool

    def requeue_job(self, call: Call) -> Reply:
        left = [
            one.key
            for one in self.tasks_of(call.path["jobId"], "Configuring")
            if bool(one.columns["is_step"]) is self.forgets_steps
        ]
        reply = super().requeue_job(call)
        now = self.world.clock.now()
        for key in left:
            task = self.tasks.get(key)
            if task is not None and task.state == "Queued":
                self.move(self.tasks, task, "Configuring", now, "requeueJob")
        return reply


@FAULTS.add("requeued-tasks-are-forgotten", "requeueTask/queued-again-with-its-job",
            FaultClass.LIFECYCLE)  # fmt: skip
class RequeuedTasksAreForgotten(Forgetting):
    """A task that was requeued stays Configuring when its job is requeued."""

    forgets_steps = False


@FAULTS.add("requeued-subtasks-are-forgotten", "requeueSubtask/queued-again-with-its-job",
            FaultClass.LIFECYCLE)  # fmt: skip
class RequeuedSubtasksAreForgotten(Forgetting):
    """A subtask that was requeued stays Configuring when its job is requeued."""

    forgets_steps = True
