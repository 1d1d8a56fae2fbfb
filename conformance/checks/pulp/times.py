"""The times of a task: which it has in which state, and in what order."""

from __future__ import annotations

import datetime
import re

from conformance.checks.pulp.sources import ALL_SOURCES, SOURCES, in_state, require_of_each
from conformance.drivers.pulp_tasks import Task, is_repeated, listed
from conformance.probe import Probe
from conformance.registry import check

WATCHED = 1.3  # seconds, because times may be given in whole ones


def moment(text: object) -> datetime.datetime | None:
    """Return the moment that an ISO 8601 text names; None without one or in an odd form."""
    if not isinstance(text, str):
        return None
    shortened = re.sub(r"([.,][0-9]{6})[0-9]+", r"\1", text)
    try:
        found = datetime.datetime.fromisoformat(shortened)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


@check("pulp/Task/waiting-task-has-no-start-time", plan=SOURCES, examples=ALL_SOURCES)
def what_waits_has_not_started(probe: Probe, source: str) -> None:
    """A task that waits has no start_time."""

    def fault(task: Task) -> str | None:
        return None if task.get("start_time") is None else f"has started {task['start_time']}"

    require_of_each(probe, source, in_state("waiting"), fault)


@check("pulp/Task/running-task-has-a-start-time", plan=SOURCES, examples=ALL_SOURCES)
def what_runs_has_started(probe: Probe, source: str) -> None:
    """A task that runs has a start_time."""

    def fault(task: Task) -> str | None:
        return None if task.get("start_time") is not None else "has no start_time"

    require_of_each(probe, source, in_state("running"), fault)


@check("pulp/Task/finished-task-has-a-start-time", plan=SOURCES, examples=ALL_SOURCES)
def what_has_finished_has_started(probe: Probe, source: str) -> None:
    """A task that has finished has a start_time."""

    def fault(task: Task) -> str | None:
        return None if task.get("start_time") is not None else "has no start_time"

    require_of_each(probe, source, in_state("finished"), fault)


@check("pulp/Task/unended-task-has-no-finish-time", plan=SOURCES, examples=ALL_SOURCES)
def what_has_not_ended_has_no_finish(probe: Probe, source: str) -> None:
    """A task that waits or runs has no finish_time."""

    def fault(task: Task) -> str | None:
        return None if task.get("finish_time") is None else f"has finished {task['finish_time']}"

    require_of_each(probe, source, in_state("waiting", "running"), fault)


@check("pulp/Task/finished-task-has-a-finish-time", plan=SOURCES, examples=ALL_SOURCES)
def what_has_finished_says_when(probe: Probe, source: str) -> None:
    """A task that has finished has a finish_time."""

    def fault(task: Task) -> str | None:
        return None if task.get("finish_time") is not None else "has no finish_time"

    require_of_each(probe, source, in_state("finished"), fault)


@check("pulp/Task/starts-before-it-finishes", plan=SOURCES, examples=ALL_SOURCES)
def a_task_starts_before_it_finishes(probe: Probe, source: str) -> None:
    """A task that has both times has not finished before it started."""

    def applies(task: Task) -> bool:
        both = moment(task.get("start_time")), moment(task.get("finish_time"))
        return None not in both

    def fault(task: Task) -> str | None:
        start, finish = moment(task["start_time"]), moment(task["finish_time"])
        assert start is not None
        assert finish is not None
        if start <= finish:
            return None
        return f"started {task['start_time']} and finished {task['finish_time']}"

    require_of_each(probe, source, applies, fault)


@check("pulp/Task/times-stay")
def the_start_of_what_runs_stays(probe: Probe, _: None) -> None:
    """The start_time of a task that keeps running stays the same.

    A task that is repeated may have ended and begun again between two looks, so it counts only
    if its start_time changes at every opportunity.
    """
    runs: dict[str, list[object]] = {}
    repeated: set[str] = set()

    def look() -> None:
        now = {task["id"]: task for task in listed(probe) if task["state"] == "running"}
        for gone in runs.keys() - now.keys():
            del runs[gone]
        for one, task in now.items():
            if is_repeated(task):
                repeated.add(one)
            starts = runs.setdefault(one, [])
            if task["start_time"] not in starts[-1:]:
                starts.append(task["start_time"])

    look()
    probe.assume(runs, "no task runs")
    kept = set(runs)
    until = probe.target.time.now() + WATCHED

    def watched() -> bool:
        look()
        kept.intersection_update(runs)
        return not kept or probe.target.time.now() > until

    probe.eventually(watched, within=WATCHED * 10)
    for one in sorted(kept):
        changes = len(runs[one]) - 1
        wrong = changes > (1 if one in repeated else 0)
        probe.require(not wrong, f"{one} runs on, and has started {runs[one][:3]}")
    probe.assume(kept, "no task kept running")
