"""How jobs and tasks go on: what scenes wait for."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from conformance.checks.hpcpack.listing import tasks
from conformance.drivers.hpcpack_cluster import ENDED, Properties, make, state_of, submit
from conformance.probe import Probe
from conformance.scenes import Report


def listed(probe: Probe, job: str, *, expanded: bool = True) -> Sequence[Properties]:
    """Return the tasks of a job with their states."""
    names = ("TaskId", "State", "JobTaskId", "CommandLine")
    return tasks(job).whole(probe, properties=names, expandParametric=expanded)


def states(probe: Probe, job: str) -> list[str]:
    """Return the states of the tasks of a job."""
    return [one["State"] for one in listed(probe, job)]


def comes_to(report: Report, key: str, *wanted: str) -> Generator[None, None, str]:
    """Wait until something shows one of the states, or has ended; return what it shows."""
    shown = ""

    def is_there() -> bool:
        nonlocal shown
        shown = state_of(report.probe, key)
        return shown in wanted or shown in ENDED

    yield from report.until(is_there, report.probe.target.budget.reach)
    return shown


def follows(report: Report, job: str, *wanted: str) -> Generator[None, None, tuple[list[str], str]]:
    """Wait until all tasks of a job have ended, then for the job; return what both show."""
    probe = report.probe
    found: list[str] = []

    def have_ended() -> bool:
        found[:] = states(probe, job)
        return bool(found) and set(found) <= ENDED

    ended = yield from report.until(have_ended, probe.target.budget.reach)
    report.assume(ended, f"the tasks of job {job} are {', '.join(found)}")
    yield from report.until(lambda: state_of(probe, job) in {*wanted, *ENDED})
    return found, state_of(probe, job)


def running(report: Report, *kinds: str) -> Generator[None, None, str]:
    """Return a job with tasks, the first of which runs."""
    job = submit(report.probe, make(report.probe, "job", *kinds))
    state = yield from comes_to(report, f"{job}.1", "Running")
    report.assume(state == "Running", f"task {job}.1 does not come to run")
    return job
