"""How to get each declared answer of Deadline Cloud on purpose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.answer import Answer
from conformance.drivers import Recipe
from conformance.drivers.deadline_cloud_farm import (
    UNKNOWN,
    Path,
    Record,
    StepPlan,
    ask,
    is_created,
    known_ids,
    order,
    place,
    steps_of,
    submit,
    tasks_of,
    within,
)
from conformance.failures import NotReached, Unanswered, Violation
from conformance.mode import Needs
from conformance.probe import Probe

MALFORMED = "not-an-id-at-all"
CREATING = frozenset({"createFarm", "createQueue", "createJob"})
CHANGING = frozenset({"updateJob", "updateStep", "updateTask", "batchUpdateTask"})
BAD_BODIES: dict[str, Record] = {
    "createFarm": {},
    "createQueue": {"displayName": 7},
    "createJob": {},
    "updateJob": {"priority": "high"},
    "updateStep": {},
    "updateTask": {"targetRunStatus": "BOGUS"},
    "searchJobs": {"queueIds": []},
    "searchTasks": {"queueIds": []},
    "batchGetTask": {"identifiers": []},
    "batchUpdateTask": {"tasks": []},
}
NOBODY = "nobody outside can bring this about, and the target file names no way"


def recipes(probe: Probe) -> Iterator[Recipe]:
    """Return a recipe for each answer that is declared."""
    operations = probe.contract.operations.values()
    for operation in sorted(operations, key=lambda one: one.id != "getTask"):  # the documented one
        needs = Needs.READ
        if operation.id in CREATING:
            needs = Needs.CREATE
        elif operation.id in CHANGING:
            needs = Needs.CHANGE
        for status in operation.responses:
            yield Recipe(operation.id, status, _player(operation.id, status), needs)


def _player(operation_id: str, status: str) -> Callable[[Probe], Answer]:
    players: Mapping[str, Callable[[str], Callable[[Probe], Answer]]] = {
        "200": _Asking,
        "201": _Asking,
        "400": _Malformed,
        "403": _Denied,
        "404": _Missing,
        "409": _Archived,
    }
    if status == "415":
        return _Asking(operation_id, headers={"Content-Type": "text/plain"})
    if status not in players:
        return _Prepared(operation_id, status)
    return players[status](operation_id)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A request that is right, except for what is given."""

    operation_id: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, probe: Probe) -> Answer:
        path, body = proper(probe, self.operation_id)
        sent = json.dumps(body).encode() if "Content-Type" in self.headers else body
        return probe.call(self.operation_id, path=path, body=sent, headers=dict(self.headers))


@dataclass(frozen=True, slots=True)
class _Malformed:
    """An id or a body without the form that it must have."""

    operation_id: str

    def __call__(self, probe: Probe) -> Answer:
        path, body = proper(probe, self.operation_id)
        if self.operation_id in BAD_BODIES:
            return probe.call(self.operation_id, path=path, body=BAD_BODIES[self.operation_id])
        if not path:
            return probe.call(self.operation_id, query={"maxResults": 0})
        last = list(path)[-1]
        answer = probe.call(self.operation_id, path={**path, last: MALFORMED}, body=body)
        if self.operation_id == "getTask" and answer.status == 400:
            for name in list(path)[:-1]:  # the others must have their form as well
                answer = probe.call(self.operation_id, path={**path, name: MALFORMED})
                if answer.status != 400:
                    break
        return answer


@dataclass(frozen=True, slots=True)
class _Denied:
    """A request of somebody who may do nothing."""

    operation_id: str

    def __call__(self, probe: Probe) -> Answer:
        denied = probe.known.get("deniedAuthorization")
        if denied is None:
            probe.unsupported("the target file names nobody without permissions")
        path, body = proper(probe, self.operation_id)
        headers = {"Authorization": str(denied)}
        return probe.call(self.operation_id, path=path, body=body, headers=headers)


@dataclass(frozen=True, slots=True)
class _Missing:
    """A well-formed id that belongs to nothing."""

    operation_id: str

    def __call__(self, probe: Probe) -> Answer:
        path, body = proper(probe, self.operation_id)
        if not path:
            probe.unsupported("nothing is named that could be missing")
        names = list(reversed(path))
        if self.operation_id in CHANGING:
            names = [one for one in names if one != "jobId"]  # only what is ours is commanded
        answer = self._without(probe, path, names[0], body)
        if self.operation_id == "getTask" and answer.status == 404:
            for name in names[1:]:
                answer = self._without(probe, path, name, body)
                if answer.status != 404:
                    break
        return answer

    def _without(self, probe: Probe, path: Path, name: str, body: Any) -> Answer:
        return probe.call(self.operation_id, path={**path, name: UNKNOWN[name]}, body=body)


@dataclass(frozen=True, slots=True)
class _Archived:
    """A command to a job that was archived, or to something in it."""

    operation_id: str

    def __call__(self, probe: Probe) -> Answer:
        task = archived(probe)
        path, body = fitted(probe, self.operation_id, task)
        return probe.call(self.operation_id, path=path, body=body)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A request to a farm that the target file says to answer so."""

    operation_id: str
    status: str

    def __call__(self, probe: Probe) -> Answer:
        farm = probe.known.get("farmsThatAnswer", {}).get(self.status)
        if farm is None or "{farmId}" not in probe.contract.operations[self.operation_id].path:
            probe.unsupported(NOBODY)
        path, body = proper(probe, self.operation_id)
        try:
            return probe.call(self.operation_id, path={**path, "farmId": farm}, body=body)
        except Unanswered as outcome:
            probe.ok("getFarm", path=within(place(probe), "farmId"))  # others are answered
            raise Violation(f"{outcome.reason}, and {self.status} is what it should say") from None


def proper(probe: Probe, operation_id: str) -> tuple[Path, Any]:
    """Return path and body of a request that should succeed."""
    names = re.findall(r"\{([^}]+)\}", probe.contract.operations[operation_id].path)
    if operation_id in CHANGING:
        return fitted(probe, operation_id, own_task(probe))
    if "sessionActionId" in names:
        return a_session_action(probe), None
    if "stepId" in names or operation_id == "batchGetTask":
        return fitted(probe, operation_id, a_task(probe))
    if "jobId" in names:
        jobs = known_ids(probe, "jobs", ["CREATE_COMPLETE", "UPDATE_SUCCEEDED"])
        where = jobs[0] if jobs else own_task(probe)
    else:
        where = place(probe) if names else {}
    return fitted(probe, operation_id, where)


def fitted(probe: Probe, operation_id: str, ids: Path) -> tuple[Path, Any]:
    """Return path and body of a request about what the ids name."""
    names = re.findall(r"\{([^}]+)\}", probe.contract.operations[operation_id].path)
    path = {name: ids[name] for name in names}
    queues = [ids["queueId"]] if "queueId" in ids else []
    bodies: dict[str, Callable[[], Record]] = {
        "createFarm": lambda: {"displayName": "Callsheet"},
        "createQueue": lambda: {"displayName": "Callsheet"},
        "createJob": lambda: order(probe),
        "updateJob": lambda: {"priority": 60},
        "updateStep": lambda: {"targetTaskRunStatus": "CANCELED"},
        "updateTask": lambda: {"targetRunStatus": "CANCELED"},
        "searchJobs": lambda: {"queueIds": queues, "itemOffset": 0},
        "searchTasks": lambda: {"queueIds": queues, "itemOffset": 0},
        "batchGetTask": lambda: {"identifiers": [ids]},
        "batchUpdateTask": lambda: {"tasks": [{**ids, "targetRunStatus": "CANCELED"}]},
    }
    make = bodies.get(operation_id)
    return path, None if make is None else make()


def a_task(probe: Probe) -> Path:
    """Return the ids of a task that exists."""
    known = known_ids(probe, "tasks")
    return known[0] if known else own_task(probe)


def own_task(probe: Probe) -> Path:
    """Return the ids of a suspended task that may be changed."""
    return dict(probe.api.subjects()["Task"].spare(probe, "suspended"))


def a_session_action(probe: Probe) -> Path:
    """Return the ids of a session action that exists."""
    known = known_ids(probe, "sessionActions")
    if known:
        return known[0]
    for task in known_ids(probe, "tasks", ["RUNNING", "SUCCEEDED", "FAILED"]):
        shown = probe.ok("getTask", path=task).json
        if "latestSessionActionId" in shown:
            ids = {name: task[name] for name in ("farmId", "queueId", "jobId")}
            return {**ids, "sessionActionId": shown["latestSessionActionId"]}
    raise NotReached("no session action is known")


def archived(probe: Probe) -> Path:
    """Return the ids of a task of a new job that has been archived."""
    job = submit(probe, order(probe, StepPlan(tasks=2)))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    step = next(iter(steps_of(probe, job).values()))
    task = {**step, "taskId": tasks_of(probe, step)[0]["taskId"]}
    if ask(probe, task, "SUSPENDED").is_success:
        probe.ok("updateJob", path=job, body={"lifecycleStatus": "ARCHIVED"})
    status = probe.ok("getJob", path=job).json["lifecycleStatus"]
    probe.assume(status == "ARCHIVED", f"the job could not be archived: it is {status}")
    return task
