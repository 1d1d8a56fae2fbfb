"""What else a task says of itself: its ID, its schedule, how it has ended."""

from __future__ import annotations

import re

from conformance.checks.pulp.sources import (
    ALL_SOURCES,
    SOURCES,
    in_state,
    require_of_each,
)
from conformance.drivers.pulp_tasks import Task, has_ended, is_repeated, listed
from conformance.probe import Probe
from conformance.registry import check

LOWER_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SCHEDULERS = ("immediate", "at", "interval")
WATCHED = 1.3  # seconds


@check("pulp/Task/unended-task-has-no-result", plan=SOURCES, examples=ALL_SOURCES)
def what_has_not_ended_has_no_result(probe: Probe, source: str) -> None:
    """A task that waits or runs has no result."""

    def fault(task: Task) -> str | None:
        return None if task.get("result") is None else "has a result"

    require_of_each(probe, source, in_state("waiting", "running"), fault)


@check("pulp/Task/finished-task-has-no-exception", plan=SOURCES, examples=ALL_SOURCES)
def what_has_finished_met_no_error(probe: Probe, source: str) -> None:
    """A task that has finished has no exception."""

    def fault(task: Task) -> str | None:
        return None if task.get("exception") is None else "has an exception"

    require_of_each(probe, source, in_state("finished"), fault)


@check("pulp/Task/erroneous-task-has-an-exception", plan=SOURCES, examples=ALL_SOURCES)
def what_met_an_error_says_which(probe: Probe, source: str) -> None:
    """A task in the state error has an exception."""

    def fault(task: Task) -> str | None:
        return None if task.get("exception") is not None else "has no exception"

    require_of_each(probe, source, in_state("error"), fault)


@check("pulp/Task/traceback-only-with-exception", plan=SOURCES, examples=ALL_SOURCES)
def without_an_error_there_is_no_trace(probe: Probe, source: str) -> None:
    """A task without an exception has no traceback."""

    def fault(task: Task) -> str | None:
        return "has a traceback and no exception" if task.get("traceback") else None

    require_of_each(probe, source, lambda task: task.get("exception") is None, fault)


@check("pulp/Task/ids-are-uuids", plan=SOURCES, examples=ALL_SOURCES)
def an_id_is_a_uuid(probe: Probe, source: str) -> None:
    """The ID of a task is a UUID in small letters."""

    def fault(task: Task) -> str | None:
        return None if LOWER_UUID.fullmatch(task["id"]) else "has no UUID in small letters"

    require_of_each(probe, source, lambda _: True, fault)


@check("pulp/Task/scheduler-is-one-of-three")
def a_scheduler_is_one_of_three(probe: Probe, _: None) -> None:
    """A current task that names its scheduler names one of the three that there are."""

    def fault(task: Task) -> str | None:
        return None if task["scheduler"] in SCHEDULERS else f"has scheduler {task['scheduler']}"

    require_of_each(probe, "list", lambda task: task.get("scheduler") is not None, fault)


@check("pulp/Task/waiting-task-has-a-scheduled-time", plan=SOURCES, examples=ALL_SOURCES)
def what_waits_is_scheduled(probe: Probe, source: str) -> None:
    """A task that waits has a scheduled_time."""

    def fault(task: Task) -> str | None:
        return None if task.get("scheduled_time") is not None else "has no scheduled_time"

    require_of_each(probe, source, in_state("waiting"), fault)


@check("pulp/Task/ended-task-stays-ended")
def what_has_ended_stays_so(probe: Probe, _: None) -> None:
    """A task that has ended, and is not repeated, keeps its state as long as it is listed."""
    ended = {
        task["id"]: task["state"]
        for task in listed(probe)
        if has_ended(task) and not is_repeated(task)
    }
    probe.assume(ended, "no task has ended that is not repeated")
    until = probe.target.time.now() + WATCHED

    def watched() -> bool:
        for task in listed(probe):
            before = ended.get(task["id"], task["state"])
            message = f"{task['id']} was {before} and is {task['state']}"
            probe.require(task["state"] == before, message)
        return probe.target.time.now() > until

    probe.eventually(watched, within=WATCHED * 10)
