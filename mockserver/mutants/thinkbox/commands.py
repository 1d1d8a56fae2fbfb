"""Faults in how a command is read: its word, its job, its task list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mockserver.apis.thinkbox import Thinkbox, farm, views
from mockserver.errors import ApiError
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("thinkbox")


def body_of(call: Call) -> dict[str, Any]:
    """Return the object in the body of a call, or an empty one if there is none."""
    try:
        found = orjson.loads(call.raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


@FAULTS.add("empty-body-is-500", "commandTasks/empty-body-is-400", FaultClass.STATUS)
class EmptyBodyIs500(Thinkbox):
    """A PUT without a body is answered with 500."""

    def command_tasks(self, call: Call) -> Reply:
        if not call.raw:
            raise ApiError("Object reference not set.", 500)
        return super().command_tasks(call)


@FAULTS.add("no-command-does-nothing", "commandTasks/no-command-is-400", FaultClass.STATUS)
class NoCommandDoesNothing(Thinkbox):
    """A PUT whose body names a job and no Command is answered with Success."""

    def command_tasks(self, call: Call) -> Reply:
        body = body_of(call)
        if body.get("JobID") and "Command" not in body:
            return Reply.text("Success")
        return super().command_tasks(call)


@FAULTS.add("success-is-an-object", "commandTasks/200", FaultClass.BODY)
class SuccessIsAnObject(Thinkbox):
    """The command suspend is answered with a JSON object instead of the word Success."""

    def command_tasks(self, call: Call) -> Reply:
        reply = super().command_tasks(call)
        if body_of(call)["Command"] == "suspend":
            return Reply.json({"result": "Success"})
        return reply


@FAULTS.add(
    "single-integer-takes-the-next", "commandTasks/single-integer-is-a-task-list", FaultClass.DATA
)
class SingleIntegerTakesTheNext(Thinkbox):
    """A TaskList that is one integer takes the task after that one, if there is one."""

    def listed(self, job: Resource, numbers: tuple[int, ...] | None) -> list[Resource]:
        found = super().listed(job, numbers)
        if numbers is None or len(numbers) > 1:
            return found
        following = self.tasks.get(farm.task_key(job.key, numbers[0] + 1))
        return found if following is None else [following]


@FAULTS.add("array-loses-its-last", "commandTasks/array-is-a-task-list", FaultClass.COLLECTION)
class ArrayLosesItsLast(Thinkbox):
    """Of a TaskList with several entries the last is not acted on."""

    def listed(self, job: Resource, numbers: tuple[int, ...] | None) -> list[Resource]:
        found = super().listed(job, numbers)
        return found[:-1] if numbers is not None and len(found) > 1 else found


@FAULTS.add("list-takes-a-neighbour", "commandTasks/other-tasks-are-left-alone", FaultClass.DATA)
class ListTakesANeighbour(Thinkbox):
    """A TaskList also takes the task that comes after its last one."""

    def listed(self, job: Resource, numbers: tuple[int, ...] | None) -> list[Resource]:
        found = super().listed(job, numbers)
        if numbers is None:
            return found
        neighbour = self.tasks.get(farm.task_key(job.key, max(numbers) + 1))
        return found if neighbour is None else [*found, neighbour]


@FAULTS.add("list-of-words-does-nothing", "commandTasks/no-valid-integer-is-400", FaultClass.STATUS)
class ListOfWordsDoesNothing(Thinkbox):
    """A TaskList without a valid integer is answered with Success, by every command but requeue."""

    def command_tasks(self, call: Call) -> Reply:
        body = body_of(call)
        job_id, tasks = body.get("JobID"), body.get("TaskList")
        if body.get("Command") != "requeue" and self.jobs.get(job_id) is not None:
            entries = tasks if isinstance(tasks, list) else [tasks]
            if entries and all(isinstance(one, str) and not one.isdigit() for one in entries):
                return Reply.text("Success")
        return super().command_tasks(call)


@FAULTS.add(
    "unknown-task-beside-a-known-one-is-skipped",
    "commandTasks/unknown-task-is-404",
    FaultClass.STATUS,
)
class UnknownTaskBesideAKnownOneIsSkipped(Thinkbox):
    """An unknown TaskID is passed over if the TaskList also has a known one."""

    def listed(self, job: Resource, numbers: tuple[int, ...] | None) -> list[Resource]:
        known = [
            one for one in numbers or () if self.tasks.get(farm.task_key(job.key, one)) is not None
        ]
        return super().listed(job, tuple(known) if known else numbers)


@FAULTS.add(
    "pend-on-suspended-job-is-done", "commandTasks/pend-on-suspended-job-is-500", FaultClass.STATUS
)
class PendOnSuspendedJobIsDone(Thinkbox):
    """The tasks of a suspended job can be pended."""

    def check_allowed(self, job: Resource, command: str) -> None:
        if command != "pend":
            super().check_allowed(job, command)


@FAULTS.add(
    "release-on-suspended-job-does-nothing",
    "commandTasks/releasepending-on-suspended-job-is-500",
    FaultClass.STATUS,
)
class ReleaseOnSuspendedJobDoesNothing(Thinkbox):
    """The command releasepending on a suspended job is answered with Success."""

    def check_allowed(self, job: Resource, command: str) -> None:
        if command != "releasepending":
            super().check_allowed(job, command)


class Selective(Thinkbox):
    """A Deadline that, told to take all tasks, leaves some of them out."""

    is_listed = True

    def chosen(self, tasks: Sequence[Resource], command: str) -> Sequence[Resource]:
        """Return the tasks that *command* takes when it should take all."""
        raise NotImplementedError

    def command_tasks(self, call: Call) -> Reply:
        self.is_listed = body_of(call).get("TaskList") not in (None, [])
        try:
            return super().command_tasks(call)
        finally:
            self.is_listed = True

    def command(self, job: Resource, tasks: Sequence[Resource], command: str) -> None:
        if not self.is_listed:
            tasks = self.chosen(tasks, command)
        super().command(job, tasks, command)


@FAULTS.add(
    "requeue-without-list-leaves-completed",
    "commandTasks/requeue-without-list-takes-all",
    FaultClass.COLLECTION,
)
class RequeueWithoutListLeavesCompleted(Selective):
    """The command requeue without a TaskList leaves completed tasks as they are."""

    def chosen(self, tasks: Sequence[Resource], command: str) -> Sequence[Resource]:
        if command != "requeue":
            return tasks
        return [one for one in tasks if one.state != views.COMPLETED]


@FAULTS.add(
    "fail-without-list-leaves-the-last",
    "commandTasks/fail-without-list-takes-all",
    FaultClass.COLLECTION,
)
class FailWithoutListLeavesTheLast(Selective):
    """The command fail without a TaskList leaves the last of several tasks as it is."""

    def chosen(self, tasks: Sequence[Resource], command: str) -> Sequence[Resource]:
        return tasks[:-1] if command == "fail" and len(tasks) > 1 else tasks


@FAULTS.add(
    "resumefailed-without-list-takes-one",
    "commandTasks/resumefailed-without-list-takes-all-failed",
    FaultClass.COLLECTION,
)
class ResumefailedWithoutListTakesOne(Selective):
    """The command resumefailed without a TaskList takes only the first failed task."""

    def chosen(self, tasks: Sequence[Resource], command: str) -> Sequence[Resource]:
        if command != "resumefailed":
            return tasks
        return [one for one in tasks if one.state == views.FAILED][:1]


@FAULTS.add(
    "release-without-list-takes-two",
    "commandTasks/releasepending-without-list-takes-all-pending",
    FaultClass.COLLECTION,
)
class ReleaseWithoutListTakesTwo(Selective):
    """The command releasepending without a TaskList takes only the first two pending tasks."""

    def chosen(self, tasks: Sequence[Resource], command: str) -> Sequence[Resource]:
        if command != "releasepending":
            return tasks
        return [one for one in tasks if one.state == views.PENDING][:2]
