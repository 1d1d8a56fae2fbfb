"""The words for Pulp's tasks: lists, single tasks, and what is lent to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.answer import Answer
from conformance.mode import Resource
from conformance.probe import Probe

Task = Mapping[str, Any]

NOBODY = "00000000-0000-0000-0000-000000000000"
UNENDED = frozenset({"waiting", "running"})
ENDED = frozenset({"finished", "error", "timed_out", "timed out", "canceled"})
FILTERS = ("waiting", "running", "complete", "incomplete")
"""The state filters that divide the current tasks."""


def listed(probe: Probe, **query: object) -> list[dict[str, Any]]:
    """Return the entries of the list with those filters."""
    entries: list[dict[str, Any]] = probe.ok("listTasks", query=query).json
    return entries


def ids_of(tasks: Iterable[Task]) -> set[str]:
    """Return the IDs of tasks."""
    return {str(task["id"]) for task in tasks}


def read(probe: Probe, task: str) -> dict[str, Any] | None:
    """Return a task, or None if there is none with that ID."""
    answer = probe.call("getTask", path={"id": task})
    if answer.status == 404:
        return None
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    found: dict[str, Any] = answer.json
    return found


def has_ended(task: Task) -> bool:
    """Whether a task is in a state in which it no longer waits or runs."""
    return task["state"] in ENDED


def is_repeated(task: Task) -> bool:
    """Whether a task may come back after it has ended; one that does not say so may."""
    return task.get("scheduler") not in {"immediate", "at"}


def moment_of_life(task: Task) -> tuple[object, ...]:
    """Return what differs whenever a task has moved on."""
    return tuple(
        task.get(name) for name in ("state", "start_time", "finish_time", "scheduled_time")
    )


def known_ids(probe: Probe, *states: str) -> list[str]:
    """Return known IDs of current tasks that are believed to be in those states, or in any."""
    by_state = probe.known.get("tasks", {})
    found = [
        str(one)
        for state, tasks in by_state.items()
        if not states or state in states
        for one in tasks
    ]
    return found if states else [*found, *map(str, probe.known.get("interval", ()))]


def owned(probe: Probe, *states: str) -> list[dict[str, Any]]:
    """Return the current tasks in those states that the run may change, as they are now."""
    return [
        task
        for task in listed(probe)
        if task["state"] in states and probe.visit.gate.owns(Resource("Task", task["id"]))
    ]


def lent(probe: Probe, *states: str, last: bool = False) -> dict[str, Any]:
    """Return one current task in those states that the run may change; not reached if none is."""
    found = sorted(owned(probe, *states), key=lambda task: str(task["id"]))
    probe.assume(found, f"no task that is {' or '.join(states)} is lent to the run")
    return found[-1 if last else 0]


def require_offered(probe: Probe, answer: Answer, *fine: int) -> None:
    """Say unsupported if an operation that no document describes is not there, or not for us."""
    if not answer.is_success and answer.status not in fine:
        probe.unsupported(f"the target does not offer it, or not to us: {answer.exchange}")


def read_snapshots(probe: Probe) -> list[dict[str, Any]]:
    """Return all snapshots; unsupported if the target shows none."""
    answer = probe.call("listTaskSnapshots")
    require_offered(probe, answer)
    snapshots: list[dict[str, Any]] = answer.json
    return snapshots


def snapshot_of(probe: Probe, task: str) -> dict[str, Any] | None:
    """Return the snapshot of a task, or None if it has none."""
    answer = probe.call("getTaskSnapshot", path={"id": task})
    if answer.status == 404:
        return None
    require_offered(probe, answer)
    found: dict[str, Any] = answer.json
    return found
