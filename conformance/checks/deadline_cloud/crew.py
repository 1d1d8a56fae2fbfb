"""Jobs in known states, as several scenes need them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from conformance.checks.deadline_cloud.stage import OwnJob, Report, own_job
from conformance.drivers.deadline_cloud_farm import Record, StepPlan

ENDS = ("SUCCEEDED", "FAILED", "CANCELED", "SUSPENDED")
UNDER_WAY = frozenset(
    {"READY", "SCHEDULED", "ASSIGNED", "STARTING", "RUNNING", "INTERRUPTING", "PENDING"}
)
GIVEN_OUT = frozenset({"SCHEDULED", "ASSIGNED", "STARTING", "RUNNING", "INTERRUPTING"})


def varied(
    report: Report, states: Sequence[str], names: Sequence[str] = ("First", "Second")
) -> Generator[None, None, OwnJob]:
    """Return a job whose steps have a task in each of the states; PENDING is one under way."""
    plans = [StepPlan(name, tasks=len(states)) for name in names]
    job = yield from own_job(report, *plans)
    for name in names:
        for task, state in zip(job.tasks(name), states, strict=True):
            if state != "SUSPENDED":
                job.ask({**job.steps[name], "taskId": task["taskId"]}, state)
    for name in names:
        ready = yield from report.until(lambda name=name: _stand(job.tasks(name), states))  # type: ignore[misc]
        report.assume(ready, f"the tasks of {name} could not be brought to {', '.join(states)}")
    return job


def _stand(tasks: Sequence[Record], states: Sequence[str]) -> bool:
    shown = [one["runStatus"] for one in tasks]
    return len(shown) == len(states) and all(
        now == wanted or (wanted == "PENDING" and now in UNDER_WAY)
        for now, wanted in zip(shown, states, strict=True)
    )


def has_moved(before: Record, now: Record) -> bool:
    """Whether a task left its state, even if it has come back since."""
    marks: tuple[Any, ...] = ("runStatus", "updatedAt", "startedAt", "latestSessionActionId")
    return any(before.get(one) != now.get(one) for one in marks)
