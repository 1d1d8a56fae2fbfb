"""A suspended job refuses two commands on its tasks."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.thinkbox.scene import comes_about
from conformance.drivers.thinkbox_repository import (
    Stat,
    order,
    order_job,
    read_job,
    read_stats,
)
from conformance.failures import Outcome
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

SIZE = 2
SUSPENDED = 2  # as jobs are numbered
WAYS = ("from the start", "task by task", "as a whole")
LISTS = ("none", "all", "one")
PLANS = st.tuples(st.sampled_from(LISTS), st.sampled_from(WAYS))


def suspended_job(probe: Probe, way: str) -> str:
    """Return a job that is suspended, in one of three ways; not reached if it is not."""
    starts = way == "from the start"
    status = "Suspended" if starts else "Active"
    job: str = probe.api.job_to_change(probe, SIZE, InitialStatus=status)
    if way == "as a whole":
        order_job(probe, "suspend", job)
    elif not starts or job in probe.api.borrowed:
        order(probe, "suspend", job)
    probe.assume(
        comes_about(probe, lambda: set(read_stats(probe, job).values()) == {Stat.SUSPENDED}),
        "the tasks of the job are not suspended",
    )
    return job


def is_suspended(probe: Probe, job: str) -> bool | None:
    """Whether the job says that it is suspended; None if nobody can ask it."""
    try:
        return bool(read_job(probe, job)["Stat"] == SUSPENDED)
    except Outcome:
        return None


def refuses(probe: Probe, word: str, plan: tuple[str, str]) -> None:
    """Send *word* to a suspended job, which must answer 500."""
    form, way = plan
    job = suspended_job(probe, way)
    if is_suspended(probe, job) is not None:
        shows = comes_about(probe, lambda: is_suspended(probe, job))
        probe.assume(shows, "a job all of whose tasks are suspended is not suspended here")
    ids = sorted(read_stats(probe, job))
    answer = order(probe, word, job, {"none": None, "all": ids, "one": ids[-1]}[form])
    if answer.status != 500:
        reason = "nothing shows that the job is suspended"
        probe.assume(is_suspended(probe, job) or way != "task by task", reason)
    probe.require(answer.status == 500, f"{answer.exchange}, though the job is suspended")


@check(
    "thinkbox/commandTasks/pend-on-suspended-job-is-500",
    needs=Needs.CHANGE,
    plan=PLANS,
    examples=6,
)
def a_suspended_job_does_not_pend(probe: Probe, plan: tuple[str, str]) -> None:
    """Pend on the tasks of a suspended job, all or some of them, is answered with 500."""
    refuses(probe, "pend", plan)


@check(
    "thinkbox/commandTasks/releasepending-on-suspended-job-is-500",
    needs=Needs.CHANGE,
    plan=PLANS,
    examples=6,
)
def a_suspended_job_does_not_release(probe: Probe, plan: tuple[str, str]) -> None:
    """Releasepending on the tasks of a suspended job, all or some, is answered with 500."""
    refuses(probe, "releasepending", plan)
