"""Faults in what a task says of itself."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.apis.pulp import Pulp, queue, views
from mockserver.clock import SECOND
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("pulp")

Shown = dict[str, Any]


@FAULTS.add("timed-out-has-a-space", "listTasks/200", FaultClass.BODY)
class TimedOutHasASpace(Pulp):
    """The list calls the state timed_out "timed out"."""

    def queued(self, *arguments: Any) -> list[bytes]:
        rows = super().queued(*arguments)
        return [one.replace(b'"state":"timed_out"', b'"state":"timed out"') for one in rows]


@FAULTS.add("progress-is-a-text", "getTask/200", FaultClass.BODY)
class ProgressIsAText(Pulp):
    """The progress of a task that is read alone is a text."""

    def get_task(self, call: Call) -> Reply:
        task = orjson.loads(super().get_task(call).body)
        progress = task["progress"]
        return Reply.json(task | {"progress": progress and str(progress)})


@FAULTS.add("suspended-is-paused", "listTasks/200", FaultClass.BODY)
class SuspendedIsPaused(Pulp):
    """A suspended task has the state paused."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        return shown | {"state": "paused"} if task.state == "suspended" else shown


@FAULTS.add("waiting-again-keeps-its-start", "Task/waiting-task-has-no-start-time", FaultClass.TIME)
class WaitingAgainKeepsItsStart(Pulp):
    """An interval task that waits for a further turn has the start_time of its last."""

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        started = resource.facts.get("started")
        super().arrive(name, resource, source, moment)
        if name == queue.TASKS.name and resource.state == "waiting":
            resource.facts["started"] = started


@FAULTS.add("running-has-not-started", "Task/running-task-has-a-start-time", FaultClass.LIFECYCLE)
class RunningHasNotStarted(Pulp):
    """A running task that belongs to no job has no start_time."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        hidden = task.state == "running" and task.facts["job"] is None
        return shown | {"start_time": None} if hidden else shown


@FAULTS.add("finished-has-not-started", "Task/finished-task-has-a-start-time", FaultClass.LIFECYCLE)
class FinishedHasNotStarted(Pulp):
    """A finished task of the queue has no start_time."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        return shown | {"start_time": None} if task.state == "finished" else shown


@FAULTS.add("running-has-finished", "Task/unended-task-has-no-finish-time", FaultClass.TIME)
class RunningHasFinished(Pulp):
    """A running task that tells its progress has a finish_time, the expected one."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "running" or shown["progress"] is None:
            return shown
        return shown | {"finish_time": views.time(task.due)}


@FAULTS.add(
    "finished-with-a-result-has-no-end", "Task/finished-task-has-a-finish-time", FaultClass.DATA
)
class FinishedWithAResultHasNoEnd(Pulp):
    """A finished task with a result has no finish_time."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        return shown | {"finish_time": None} if shown["result"] is not None else shown


@FAULTS.add("canceled-ends-before-it-starts", "Task/starts-before-it-finishes", FaultClass.TIME)
class CanceledEndsBeforeItStarts(Pulp):
    """A canceled task finished ten seconds before it started."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "canceled":
            return shown
        return shown | {"finish_time": views.time(task.facts["started"] - 10 * SECOND)}


@FAULTS.add("start-time-moves", "Task/times-stay", FaultClass.TIME)
class StartTimeMoves(Pulp):
    """The start_time of a running task is always two seconds ago."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "running":
            return shown
        return shown | {"start_time": views.time(now - 2 * SECOND)}


@FAULTS.add("running-has-a-result", "Task/unended-task-has-no-result", FaultClass.DATA)
class RunningHasAResult(Pulp):
    """A running task that tells its progress has a first result."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "running" or shown["progress"] is None:
            return shown
        return shown | {"result": {"packages": 1}}


@FAULTS.add(
    "finished-keeps-an-exception", "Task/finished-task-has-no-exception", FaultClass.LIFECYCLE
)
class FinishedKeepsAnException(Pulp):
    """A finished task that belongs to a job has an exception."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "finished" or shown["job_id"] is None:
            return shown
        return shown | {"exception": queue.PROBLEM}


@FAULTS.add(
    "error-of-a-job-has-no-exception", "Task/erroneous-task-has-an-exception", FaultClass.DATA
)
class ErrorOfAJobHasNoException(Pulp):
    """A task of a job that met an error has neither exception nor traceback."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "error" or shown["job_id"] is None:
            return shown
        return shown | {"exception": None, "traceback": None}


@FAULTS.add("traceback-of-nothing", "Task/traceback-only-with-exception", FaultClass.DATA)
class TracebackOfNothing(Pulp):
    """A task that timed out has a traceback and no exception."""

    def shown(self, task: Resource, now: int) -> Shown:
        shown = super().shown(task, now)
        if task.state != "timed_out":
            return shown
        return shown | {"traceback": queue.traceback(task.facts["method"])}


@FAULTS.add("snapshot-id-is-missing", "Task/snapshot-has-its-id-in-the-task", FaultClass.DATA)
class SnapshotIdIsMissing(Pulp):
    """A running task that is read alone has no snapshot_id although it has a snapshot."""

    def get_task(self, call: Call) -> Reply:
        task = orjson.loads(super().get_task(call).body)
        return Reply.json(task | {"snapshot_id": None})
