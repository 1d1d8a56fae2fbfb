"""How the state of a job follows from the states of its tasks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from conformance.checks.thinkbox.reading import PICKS, TRIES
from conformance.checks.thinkbox.scene import comes_about, staged
from conformance.checks.thinkbox.whole_jobs import mixtures
from conformance.drivers.thinkbox_answers import job_to_read
from conformance.drivers.thinkbox_repository import Stat, read_job, read_stats
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

ACTIVE, SUSPENDED, COMPLETED, FAILED, PENDING = 1, 2, 3, 4, 6  # as jobs are numbered
COUNTS = {
    "CompletedChunks": Stat.COMPLETED,
    "QueuedChunks": Stat.QUEUED,
    "SuspendedChunks": Stat.SUSPENDED,
    "RenderingChunks": Stat.RENDERING,
    "FailedChunks": Stat.FAILED,
    "PendingChunks": Stat.PENDING,
}


@check(
    "thinkbox/Job/chunks-count-the-tasks",
    needs=Needs.CHANGE,
    plan=st.one_of(
        PICKS,
        mixtures([Stat.SUSPENDED, Stat.COMPLETED, Stat.FAILED], []),
        mixtures([Stat.PENDING, Stat.COMPLETED, Stat.FAILED], []),
    ),
    examples=8,
)
def counts_are_those_of_the_tasks(probe: Probe, plan: int | list[Stat]) -> None:
    """The counts of chunks are the numbers of tasks in each state, in a job of ours or any."""
    job = job_to_read(probe, plan) if isinstance(plan, int) else staged(probe, *plan).job
    wrong = ""

    def agrees() -> bool:
        nonlocal wrong
        before, seen = read_stats(probe, job), read_job(probe, job)
        if read_stats(probe, job) != before:
            wrong = ""
            return False
        wrong = miscounted(seen, before)
        return not wrong

    if not comes_about(probe, agrees):
        probe.assume(wrong, f"the tasks of the job {job} do not stand still")
        probe.require(condition=False, message=f"the job {job} counts {wrong}")


def miscounted(job: dict[str, Any], stats: dict[int, int]) -> str:
    """Return the first count that is not the number of tasks in that state, or nothing."""
    number = Counter(stats.values())
    for name, stat in COUNTS.items():
        if name in job and job[name] != number[stat]:
            return f"{name} {job[name]}, and {number[stat]} tasks are in {stat}"
    return ""


def follows(probe: Probe, stats: list[Stat], expected: int) -> None:
    """Require that a job with tasks in those states comes into the expected one."""
    scene = staged(probe, *stats)
    shown: list[int] = []

    def is_there() -> bool:
        shown.append(read_job(probe, scene.job)["Stat"])
        return shown[-1] == expected

    there = comes_about(probe, is_there)
    if not there:
        moved = scene.disturbed(scene.ids, scene.look())
        probe.assume(not moved, "the tasks do not stand still")
    probe.require(there, f"tasks in {stats} make a job that shows {shown[-1]}, not {expected}")


@check("thinkbox/Job/active-while-work-is-left", plan=PICKS, examples=8)
def a_job_with_work_left_is_active(probe: Probe, pick: int) -> None:
    """A job with a task that is queued or renders is active."""
    job = job_to_read(probe, pick)
    at_work = {Stat.QUEUED, Stat.RENDERING}
    shown = ACTIVE
    for _ in range(TRIES):
        probe.assume(at_work & set(read_stats(probe, job).values()), f"{job} has no work left")
        shown = read_job(probe, job)["Stat"]
        if shown == ACTIVE:
            return
    probe.assume(at_work & set(read_stats(probe, job).values()), f"{job} has no work left")
    probe.require(shown == ACTIVE, f"the job {job} has work left and shows {shown}")


@check(
    "thinkbox/Job/completed-when-all-tasks-are",
    needs=Needs.CHANGE,
    plan=st.integers(1, 4),
    examples=2,
)
def a_job_is_completed_with_its_tasks(probe: Probe, size: int) -> None:
    """A job all of whose tasks are completed is completed."""
    follows(probe, [Stat.COMPLETED] * size, COMPLETED)


@check(
    "thinkbox/Job/failed-when-only-failures-are-left",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.FAILED], [Stat.COMPLETED], 4),
    examples=3,
)
def a_job_is_failed_when_failures_are_left(probe: Probe, stats: list[Stat]) -> None:
    """A job whose tasks are failed or completed, one of them at least failed, is failed."""
    follows(probe, stats, FAILED)


@check(
    "thinkbox/Job/suspended-when-the-rest-is",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.SUSPENDED], [Stat.COMPLETED], 4),
    examples=3,
)
def a_job_is_suspended_when_the_rest_is(probe: Probe, stats: list[Stat]) -> None:
    """A job whose tasks are suspended or completed, one at least suspended, is suspended."""
    follows(probe, stats, SUSPENDED)


@check(
    "thinkbox/Job/pending-when-the-rest-is",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.PENDING], [Stat.COMPLETED], 4),
    examples=3,
)
def a_job_is_pending_when_the_rest_is(probe: Probe, stats: list[Stat]) -> None:
    """A job whose tasks are pending or completed, one of them at least pending, is pending."""
    follows(probe, stats, PENDING)
