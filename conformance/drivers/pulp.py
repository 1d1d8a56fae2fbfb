"""What the suite must be told about Pulp: nobody makes a task, it works on those there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from conformance import drivers
from conformance.answer import Answer, Call
from conformance.drivers import Recipe, generic
from conformance.drivers.pulp_tasks import (
    ENDED,
    NOBODY,
    has_ended,
    ids_of,
    known_ids,
    lent,
    listed,
    owned,
    read_snapshots,
    require_offered,
)
from conformance.drivers.subject import Subject
from conformance.mode import Needs, Touch
from conformance.probe import Probe

WRONG = {"Authorization": "Basic bm9ib2R5Om5vdGhpbmc="}
FORBIDDEN = frozenset({401, 403})
MOST = 20  # IDs remembered of each kind
OBSERVED = frozenset(
    {"deleteTask", "cancelTask", "listTaskSnapshots", "getTaskSnapshot", "deleteTaskSnapshot"}
)
"""Operations that the document does not have."""


class Driver(generic.Driver):
    """Finds tasks in the list, and changes only those that the target file lends.

    A target file says, all of it optional: `tasks`, IDs by state; `interval`, IDs of tasks that
    are repeated; `archived`, IDs that only the history has; `credentials`, values of the header
    Authorization, of which `no_permission` is that of a caller who may not read. What is listed
    under `touch` as a `Task` may be canceled and deleted; there is no way to bring it back.
    """

    def touches(self, call: Call) -> Touch:
        """Return the task in the path, unless no task has that ID."""
        task = call.path.get("id")
        if task is None:
            return super().touches(call)
        return Touch.nothing() if task == NOBODY else Touch.these("Task", [task])

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Return the IDs of current tasks by state, and some that only the history has."""
        found: dict[str, Any] = {}
        current = listed(probe) if {"tasks", "archived"} - probe.known.keys() else []
        by_state: dict[str, list[str]] = {}
        for task in current:
            same = by_state.setdefault(task["state"], [])
            if len(same) < MOST:
                same.append(task["id"])
        found["tasks"] = by_state
        if "archived" not in probe.known:
            history = dict.fromkeys(task["id"] for task in listed(probe, state="archived"))
            there = ids_of(current)
            found["archived"] = [one for one in history if one not in there][:MOST]
        return found

    def parameter(self, probe: Probe, operation_id: str, name: str) -> Sequence[object]:  # noqa: ARG002 - every path has the same one
        return known_ids(probe)[:MOST] if name == "id" else ()

    def subjects(self) -> Mapping[str, drivers.Subject]:
        return {"Task": Tasks(self, self.contract.lifecycles["Task"])}

    def provoke(self, probe: Probe) -> Iterable[Recipe]:  # noqa: ARG002 - they look for themselves
        return recipes(self)


class Tasks(Subject):
    """The tasks: there already, or coming; only a running one takes a command."""

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - nobody can
        probe.unsupported("no request makes a task")

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        """Return the tasks that are in that state now, those first that may be changed."""
        now = [task["id"] for task in listed(probe) if task["state"] == state]
        ours = {task["id"] for task in owned(probe, state)}
        return sorted(now, key=lambda one: (one not in ours, one))

    def state(self, probe: Probe, key: str) -> str:
        """Return the state as the document spells it."""
        return super().state(probe, key).replace("timed out", "timed_out")

    def dispose(self, probe: Probe, key: str) -> None:
        """Do nothing: no task was made here."""


class _Stranger:
    """A recipe: an operation with credentials that nobody has."""

    def __init__(self, operation_id: str) -> None:
        self._operation_id = operation_id

    def __call__(self, probe: Probe) -> Answer:
        if probe.call("listTasks", headers=WRONG).status not in FORBIDDEN:
            probe.unsupported("the target does not ask who is calling")
        operation = probe.contract.operations[self._operation_id]
        task = _any_task(probe) if self._operation_id == "getTask" else NOBODY
        path = {"id": task} if "{id}" in operation.path else {}
        answer = probe.call(self._operation_id, path=path, headers=WRONG)
        if answer.status == 403:
            probe.unsupported("the target refuses with 403 instead")
        return answer


class _Offered:
    """A recipe for an operation that a server need not have."""

    def __init__(self, play: Callable[[Probe], Answer], expected: int) -> None:
        self._play = play
        self._expected = expected

    def __call__(self, probe: Probe) -> Answer:
        answer = self._play(probe)
        if answer.status != self._expected:
            require_offered(probe, answer, 404, 409, 500)
        return answer


def _any_task(probe: Probe) -> str:
    current = listed(probe)
    probe.assume(current, "there is no task")
    return str(current[0]["id"])


def _no_task_in_list(probe: Probe) -> Answer:
    answer = probe.call("listTasks", query={"id": NOBODY})
    if answer.status == 200:
        probe.unsupported("a list without a match is empty, which is right as well")
    return answer


def _snapshot(probe: Probe) -> Answer:
    snapshots = read_snapshots(probe)
    probe.assume(snapshots, "no task has a snapshot")
    return probe.call("getTaskSnapshot", path={"id": snapshots[-1]["id"]})


def _delete_snapshot(probe: Probe) -> Answer:
    there = ids_of(read_snapshots(probe))
    ours = [task for task in owned(probe, "running") if task["id"] in there]
    probe.assume(ours, "no task with a snapshot is lent to the run")
    return probe.call("deleteTaskSnapshot", path={"id": ours[-1]["id"]})


def _cancel(probe: Probe) -> Answer:
    tasks = sorted(owned(probe, *ENDED, "running"), key=lambda task: not has_ended(task))
    probe.assume(tasks, "no task is lent to the run")
    return probe.call("cancelTask", path={"id": tasks[0]["id"]})


def _nobody(operation_id: str) -> Callable[[Probe], Answer]:
    return lambda probe: probe.call(operation_id, path={"id": NOBODY})


def recipes(driver: Driver) -> Iterable[Recipe]:
    """Return one recipe for each declared answer of each operation."""
    plays: dict[tuple[str, int], Callable[[Probe], Answer]] = {
        ("listTasks", 200): lambda probe: probe.call("listTasks"),
        ("listTasks", 400): lambda probe: probe.call("listTasks", query={"state": "asleep"}),
        ("listTasks", 404): _no_task_in_list,
        ("getTask", 200): lambda probe: probe.call("getTask", path={"id": _any_task(probe)}),
        ("getTask", 404): _nobody("getTask"),
        ("cancelTask", 202): _cancel,
        ("cancelTask", 404): _nobody("cancelTask"),
        ("deleteTask", 202): lambda probe: probe.call(
            "deleteTask", path={"id": lent(probe, *ENDED, "running", last=True)["id"]}
        ),
        ("deleteTask", 404): _nobody("deleteTask"),
        ("listTaskSnapshots", 200): lambda probe: probe.call("listTaskSnapshots"),
        ("getTaskSnapshot", 200): _snapshot,
        ("getTaskSnapshot", 404): _nobody("getTaskSnapshot"),
        ("deleteTaskSnapshot", 200): _delete_snapshot,
        ("deleteTaskSnapshot", 404): _nobody("deleteTaskSnapshot"),
    }
    for (operation_id, status), play in plays.items():
        safe = driver.contract.operations[operation_id].is_safe
        offered = _Offered(play, status) if operation_id in OBSERVED else play
        yield Recipe(operation_id, str(status), offered, Needs.READ if safe else Needs.CHANGE)
    for operation in driver.contract.operations.values():
        needs = Needs.READ if operation.is_safe else Needs.CHANGE
        yield Recipe(operation.id, "401", _Stranger(operation.id), needs)
