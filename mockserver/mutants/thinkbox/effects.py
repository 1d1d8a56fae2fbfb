"""Faults in what a command does: where it leads, what it spares, when it takes effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.thinkbox import Thinkbox, views
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.mutants.thinkbox.commands import body_of
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("thinkbox")

LATE = 900.0
"""Seconds by which an effect comes late: longer than anybody waits."""


@FAULTS.add(
    "resumefailed-also-resumes-suspended",
    "commandTasks/resumefailed-takes-only-failed",
    FaultClass.LIFECYCLE,
)
class ResumefailedAlsoResumesSuspended(Thinkbox):
    """The command resumefailed also queues suspended tasks."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "resumefailed" and task.state == views.SUSPENDED:
            return views.QUEUED
        return super().destination(task, command)


@FAULTS.add(
    "release-also-queues-failed",
    "commandTasks/releasepending-takes-only-pending",
    FaultClass.LIFECYCLE,
)
class ReleaseAlsoQueuesFailed(Thinkbox):
    """The command releasepending also queues failed tasks."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "releasepending" and task.state == views.FAILED:
            return views.QUEUED
        return super().destination(task, command)


@FAULTS.add("complete-only-queues-failed", "Task/complete/6-5", FaultClass.LIFECYCLE)
class CompleteOnlyQueuesFailed(Thinkbox):
    """The command complete takes a failed task to Queued."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "complete" and task.state == views.FAILED:
            return views.QUEUED
        return super().destination(task, command)


@FAULTS.add("suspend-spares-completed", "Task/suspend/5-3", FaultClass.LIFECYCLE)
class SuspendSparesCompleted(Thinkbox):
    """The command suspend leaves a completed task as it is."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "suspend" and task.state == views.COMPLETED:
            return None
        return super().destination(task, command)


@FAULTS.add("requeue-resumes-suspended-as-pending", "Task/requeue/3-2", FaultClass.LIFECYCLE)
class RequeueResumesSuspendedAsPending(Thinkbox):
    """The command requeue takes a suspended task to Pending."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "requeue" and task.state == views.SUSPENDED:
            return views.PENDING
        return super().destination(task, command)


@FAULTS.add("fail-spares-pending", "Task/fail/8-6", FaultClass.LIFECYCLE)
class FailSparesPending(Thinkbox):
    """The command fail leaves a pending task as it is."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "fail" and task.state == views.PENDING:
            return None
        return super().destination(task, command)


@FAULTS.add("pend-suspends-failed", "Task/pend/6-8", FaultClass.LIFECYCLE)
class PendSuspendsFailed(Thinkbox):
    """The command pend takes a failed task to Suspended."""

    def destination(self, task: Resource, command: str) -> str | None:
        if command == "pend" and task.state == views.FAILED:
            return views.SUSPENDED
        return super().destination(task, command)


class Late(Thinkbox):
    """A Deadline that says Success to some commands and carries them out much later."""

    body: Mapping[str, Any] = {}

    def waits(self, body: Mapping[str, Any]) -> bool:
        """Return whether a command is put off."""
        raise NotImplementedError

    def command_tasks(self, call: Call) -> Reply:
        self.body = body_of(call)
        try:
            return super().command_tasks(call)
        finally:
            self.body = {}

    def command(self, job: Resource, tasks: Sequence[Resource], command: str) -> None:
        if self.body and self.waits(self.body):
            keys = [one.key for one in tasks]
            self.world.later(self.NAME, command, {"job": job.key, "tasks": keys}, LATE)
        else:
            super().command(job, tasks, command)

    def perform(self, kind: str, payload: Any, moment: int) -> None:  # noqa: ARG002
        job = self.jobs.get(payload["job"])
        tasks = [self.tasks.get(key) for key in payload["tasks"]]
        if job is not None:
            super().command(job, [one for one in tasks if one is not None], kind)


@FAULTS.add(
    "complete-without-list-is-late", "commandTasks/complete-without-list-takes-all", FaultClass.TIME
)
class CompleteWithoutListIsLate(Late):
    """The command complete without a TaskList takes effect fifteen minutes later."""

    def waits(self, body: Mapping[str, Any]) -> bool:
        return body["Command"] == "complete" and body.get("TaskList") in (None, [])


@FAULTS.add(
    "suspend-without-list-is-late", "commandTasks/suspend-without-list-takes-all", FaultClass.TIME
)
class SuspendWithoutListIsLate(Late):
    """The command suspend without a TaskList takes effect fifteen minutes later."""

    def waits(self, body: Mapping[str, Any]) -> bool:
        return body["Command"] == "suspend" and body.get("TaskList") in (None, [])
