"""Whatever any check sees of tasks is held to the rules that one answer alone can break."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.checks.deadline_cloud.moments import differ, is_before
from conformance.drivers.deadline_cloud_farm import Path, Record, listed, read_task, within
from conformance.failures import Forbidden, Unsupported
from conformance.probe import Probe

PREFIX = "deadline-cloud"
CREATED_FIRST = f"{PREFIX}/Task/created-first"
CREATED_STAYS = f"{PREFIX}/Task/created-at-stays"
STARTED_FIRST = f"{PREFIX}/Task/started-before-ended"
RUNNING_STARTED = f"{PREFIX}/Task/running-task-has-started"
DOUBLES = f"{PREFIX}/TaskParameters/floats-are-doubles"


def _created_first(task: Record) -> str | None:
    for name in ("startedAt", "endedAt", "updatedAt"):
        if is_before(task.get(name), task["createdAt"]):
            return f"task {task['taskId']} has {name} {task[name]}, created {task['createdAt']}"
    return None


def _started_first(task: Record) -> str | None:
    ended = task["runStatus"] in {"SUCCEEDED", "FAILED"}
    if ended and is_before(task.get("endedAt"), task.get("startedAt")):
        return f"task {task['taskId']} started {task['startedAt']} and ended {task['endedAt']}"
    return None


def _running_started(task: Record) -> str | None:
    if task["runStatus"] == "RUNNING" and task.get("startedAt") is None:
        return f"task {task['taskId']} is RUNNING without startedAt"
    return None


def _doubles(task: Record) -> str | None:
    for name, value in task.get("parameters", {}).items():
        if "float" in value and not _is_double(value["float"]):
            return f"the float {name} of task {task['taskId']} is {value['float']!r}"
    return None


def _is_double(text: Any) -> bool:
    try:
        return isinstance(text, str) and math.isfinite(float(text))
    except ValueError:
        return False


RULES: Mapping[str, tuple[Callable[[Record], bool], Callable[[Record], str | None]]] = {
    CREATED_FIRST: (
        lambda task: any(one in task for one in ("startedAt", "endedAt", "updatedAt")),
        _created_first,
    ),
    STARTED_FIRST: (
        lambda task: task["runStatus"] in {"SUCCEEDED", "FAILED"} and "endedAt" in task,
        _started_first,
    ),
    RUNNING_STARTED: (lambda task: task["runStatus"] == "RUNNING", _running_started),
    DOUBLES: (
        lambda task: any("float" in one for one in task.get("parameters", {}).values()),
        _doubles,
    ),
}
"""Requirement -> whether a task says anything about it, and what is wrong with the task."""


@dataclass(slots=True)
class Sight:
    """The tasks that one check has seen, and what they have said so far."""

    probe: Probe
    told: set[str] = field(default_factory=set)  # the requirements that some task spoke of
    _created: dict[str, str] = field(default_factory=dict)

    def see(self, tasks: Iterable[Record]) -> None:
        """Hold tasks to the rules, whichever answer shows them."""
        for task in tasks:
            self._same_creation(task)
            for name, (speaks, complaint) in RULES.items():
                if speaks(task):
                    self.told.add(name)
                    self._note(name, complaint(task))

    def _same_creation(self, task: Record) -> None:
        key, now = task["taskId"], task["createdAt"]
        before = self._created.setdefault(key, now)
        if before is not now:
            self.told.add(CREATED_STAYS)
        if differ(before, now):
            words = f"task {key} was created {before} in one answer and {now} in another"
            self._note(CREATED_STAYS, words)

    def _note(self, requirement: str, words: str | None) -> None:
        if words is not None:
            self.probe.violated(requirement, words)

    def get(self, task: Mapping[str, str]) -> Record:
        """Get a task."""
        found = read_task(self.probe, task)
        self.see([found])
        return found

    def of_step(self, step: Mapping[str, str]) -> list[Record]:
        """List the tasks of a step, in the order of their numbers."""
        found = listed(self.probe, "listTasks", within(dict(step), "stepId"))
        self.see(found)
        return sorted(found, key=lambda one: number_of(one["taskId"]))

    def batch(self, tasks: Iterable[Path]) -> list[Record]:
        """Get several tasks at once, where that is offered and a POST may be sent."""
        body = {"identifiers": [within(one, "taskId") for one in tasks]}
        try:
            answer = self.probe.call("batchGetTask", body=body)
        except (Forbidden, Unsupported):
            return []
        found = list(answer.json["tasks"]) if answer.is_success else []
        self.see(found)
        return found


def number_of(task_id: str) -> int:
    """Return the number at the end of the id of a task."""
    return int(task_id.rpartition("-")[2])
