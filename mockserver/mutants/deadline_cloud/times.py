"""Faults in the times of a task."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.apis.deadline_cloud import DeadlineCloud
from mockserver.apis.deadline_cloud.layouts import TASKS
from mockserver.apis.deadline_cloud.views import iso
from mockserver.clock import SECOND
from mockserver.moment import parse_iso
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.mutants.deadline_cloud.values import JsonObject, Misshown
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("deadline-cloud")


@FAULTS.add("started-before-its-time", "Task/created-first", FaultClass.TIME)
class StartedBeforeItsTime(Misshown):
    """A task shows a startedAt of a minute before it was created."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if "startedAt" in shown:
            shown["startedAt"] = iso(task.facts["created"] - 60 * SECOND)


@FAULTS.add("updated-in-another-zone", "Task/created-first", FaultClass.TIME)
class UpdatedInAnotherZone(Misshown):
    """The updatedAt of a task that was suspended is two hours behind."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if task.state == "SUSPENDED" and "updatedAt" in shown:
            earliest = task.facts["created"] - 2 * 3600 * SECOND
            shown["updatedAt"] = iso(min(task.columns["updated"] - 2 * 3600 * SECOND, earliest))


@FAULTS.add("created-again", "Task/created-at-stays", FaultClass.TIME)
class CreatedAgain(Misshown):
    """A task that becomes READY again shows a createdAt of that moment."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if task.state == "READY" and "updatedAt" in shown and "createdAt" in shown:
            shown["createdAt"] = shown["updatedAt"]


@FAULTS.add("batch-rounds-times", "Task/created-at-stays", FaultClass.DATA)
class BatchRoundsTimes(DeadlineCloud):
    """batchGetTask shows createdAt in whole minutes."""

    def batch_get_task(self, call: Call) -> Reply:
        body = orjson.loads(super().batch_get_task(call).body)
        for task in body["tasks"]:
            task["createdAt"] = task["createdAt"][:16] + ":00Z"
        return Reply.json(body)


@FAULTS.add("lists-are-an-hour-late", "Task/created-at-stays", FaultClass.DATA)
class ListsAreAnHourLate(DeadlineCloud):
    """listTasks shows createdAt an hour later than getTask, from the second task of a page on."""

    def list_tasks(self, call: Call) -> Reply:
        body = orjson.loads(super().list_tasks(call).body)
        for task in body["tasks"][1:]:
            task["createdAt"] = iso((parse_iso(task["createdAt"]) or 0) + 3600 * SECOND)
        return Reply.json(body)


@FAULTS.add("ends-before-it-starts", "Task/started-before-ended", FaultClass.TIME)
class EndsBeforeItStarts(Misshown):
    """A task that SUCCEEDED shows startedAt and endedAt in each other's place."""

    ended = "SUCCEEDED"

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if task.state == self.ended and {"startedAt", "endedAt"} <= shown.keys():
            shown["startedAt"], shown["endedAt"] = shown["endedAt"], shown["startedAt"]


@FAULTS.add("failure-ends-first", "Task/started-before-ended", FaultClass.TIME)
class FailureEndsFirst(EndsBeforeItStarts):
    """A task that FAILED shows startedAt and endedAt in each other's place."""

    ended = "FAILED"


@FAULTS.add("waiting-counts-as-running", "Task/no-times-without-a-run", FaultClass.TIME)
class WaitingCountsAsRunning(Misshown):
    """A task that is READY shows a startedAt."""

    waiting = "READY"

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if task.state == self.waiting and "startedAt" not in shown:
            shown["startedAt"] = iso(task.facts["created"])


@FAULTS.add("suspended-tasks-have-ended", "Task/no-times-without-a-run", FaultClass.TIME)
class SuspendedTasksHaveEnded(Misshown):
    """A task that is SUSPENDED and never ran shows an endedAt."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if task.state == "SUSPENDED" and "startedAt" not in shown:
            shown["endedAt"] = iso(task.columns["updated"] or task.facts["created"])


@FAULTS.add("commands-leave-no-trace", "Task/command-moves-updated-at", FaultClass.TIME)
class CommandsLeaveNoTrace(DeadlineCloud):
    """A command does not change the updatedAt of a task."""

    targets = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "SUSPENDED", "PENDING", "INTERRUPTING"})

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        commanded = name == TASKS.name and "commander" in resource.facts
        before: Any = resource.columns.get("updated")
        super().arrive(name, resource, source, moment)
        if commanded and resource.state in self.targets:
            resource.columns["updated"] = before


@FAULTS.add("cancels-leave-no-trace", "Task/command-moves-updated-at", FaultClass.TIME)
class CancelsLeaveNoTrace(CommandsLeaveNoTrace):
    """A command that makes a task CANCELED at once does not change its updatedAt."""

    targets = frozenset({"CANCELED"})
