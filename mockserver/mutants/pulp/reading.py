"""Faults in who may read, and in the reading of one task or one snapshot."""

from __future__ import annotations

from typing import Any

from mockserver.apis.pulp import Pulp, users
from mockserver.errors import ApiError, CredentialsError
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Query, Resource

FAULTS = Catalogue("pulp")


def may_not_read(call: Call) -> bool:
    """Return whether a caller is known and lacks every permission."""
    try:
        users.authenticate(call, demand=False)
    except CredentialsError as error:
        return error.message == "Permission Denied"
    return False


@FAULTS.add("list-needs-no-permission", "listTasks/needs-read-permission", FaultClass.STATUS)
class ListNeedsNoPermission(Pulp):
    """A caller without READ permission is given the list."""

    def authenticate(self, call: Call) -> None:
        if call.operation_id != "listTasks" or not may_not_read(call):
            super().authenticate(call)


@FAULTS.add("task-needs-no-permission", "getTask/needs-read-permission", FaultClass.STATUS)
class TaskNeedsNoPermission(Pulp):
    """A caller without READ permission is given any task by its ID."""

    def authenticate(self, call: Call) -> None:
        if call.operation_id != "getTask" or not may_not_read(call):
            super().authenticate(call)


@FAULTS.add("another-task-is-read", "getTask/answers-that-task", FaultClass.DATA)
class AnotherTaskIsRead(Pulp):
    """Asked for a task that waits for its one turn, it answers another such task."""

    def get_task(self, call: Call) -> Reply:
        asked = self.tasks.get(call.path["id"])
        if asked is not None and asked.facts["scheduler"] == "at" and asked.state == "waiting":
            for other in self.tasks.find(Query()):
                same = other.facts["scheduler"] == "at" and other.state == "waiting"
                if same and other.key != asked.key:
                    return Reply.json(self.shown(other, self.world.clock.now()))
        return super().get_task(call)


@FAULTS.add("unknown-task-is-500", "getTask/unknown-task-is-404", FaultClass.STATUS)
class UnknownTaskIs500(Pulp):
    """A task that does not exist is answered with 500."""

    def get_task(self, call: Call) -> Reply:
        try:
            return super().get_task(call)
        except ApiError as error:
            raise ApiError(error.message, 500) from None


@FAULTS.add(
    "running-task-of-a-job-is-404", "getTask/every-listed-task-can-be-read", FaultClass.STATUS
)
class RunningTaskOfAJobIs404(Pulp):
    """A running task that belongs to a job is listed, but answered with 404."""

    def get_task(self, call: Call) -> Reply:
        task = self.tasks.get(call.path["id"])
        if task is not None and task.state == "running" and task.facts["job"] is not None:
            raise self.no_task(task.key)
        return super().get_task(call)


@FAULTS.add("snapshot-has-its-own-id", "TaskSnapshot/id-is-that-of-the-task", FaultClass.DATA)
class SnapshotHasItsOwnId(Pulp):
    """The id of a snapshot is that of the snapshot."""

    def shown_snapshot(self, snapshot: Resource) -> dict[str, Any]:
        shown = super().shown_snapshot(snapshot)
        return shown | {"id": shown["_id"]}


@FAULTS.add(
    "snapshot-forgets-the-class", "TaskSnapshot/names-are-those-of-the-task", FaultClass.DATA
)
class SnapshotHasNoClass(Pulp):
    """The class_name of a snapshot is null."""

    def shown_snapshot(self, snapshot: Resource) -> dict[str, Any]:
        return super().shown_snapshot(snapshot) | {"class_name": None}


@FAULTS.add("arguments-are-json", "TaskSnapshot/pickled-properties-are-pickles", FaultClass.BODY)
class ArgumentsAreJson(Pulp):
    """The named arguments of a snapshot are written in JSON, not in pickle."""

    def shown_snapshot(self, snapshot: Resource) -> dict[str, Any]:
        return super().shown_snapshot(snapshot) | {"kwargs": "{}"}


@FAULTS.add(
    "time-limits-are-numbers", "TaskSnapshot/time-limits-are-time-differences", FaultClass.BODY
)
class TimeLimitsAreNumbers(Pulp):
    """The schedule_threshold of a snapshot is an integer, in pickle."""

    def shown_snapshot(self, snapshot: Resource) -> dict[str, Any]:
        return super().shown_snapshot(snapshot) | {"schedule_threshold": "I300\n."}


@FAULTS.add("snapshot-times-are-texts", "TaskSnapshot/times-are-datetimes", FaultClass.TIME)
class SnapshotTimesAreTexts(Pulp):
    """The start_time of a snapshot is a text, in pickle."""

    def shown_snapshot(self, snapshot: Resource) -> dict[str, Any]:
        return super().shown_snapshot(snapshot) | {"start_time": "S'2012-01-05T05:12:31Z'\np0\n."}
