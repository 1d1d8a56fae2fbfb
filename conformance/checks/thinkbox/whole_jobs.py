"""Commands without a TaskList: each takes all tasks that it is meant for, and no other."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.checks.thinkbox.scene import comes_about, staged
from conformance.drivers.thinkbox_repository import Stat, order, read_job
from conformance.failures import Outcome
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check


def mixtures(always: list[Stat], perhaps: list[Stat], most: int = 6) -> SearchStrategy[list[Stat]]:
    """Plan jobs whose tasks stand in several states, in any order, each of *always* among them."""
    more = st.lists(st.sampled_from([*always, *perhaps]), max_size=most - len(always))
    return more.flatmap(lambda further: st.permutations([*always, *further]))


def takes_all(probe: Probe, word: str, stats: list[Stat], meant: Iterable[Stat]) -> None:
    """Send *word* without a list to a job like that; each task that it is meant for must move."""
    scene = staged(probe, *stats)
    targets = scene.those(*meant)
    answer = order(probe, word, scene.job)
    if not answer.is_success and word == "complete":
        probe.assume(
            all(one["Stat"] != Stat.COMPLETED for one in scene.look().values()),
            "a task has been completed in the meantime, and twice it cannot be",
        )
    probe.require(answer.is_success, f"{word} is not carried out: {answer.exchange}")
    left = scene.unmoved(targets, word)
    states = [f"{one} ({scene.base[one]['Stat']})" for one in left]
    probe.require(not left, f"{word} without a list does nothing to {', '.join(states)}")


@check(
    "thinkbox/commandTasks/requeue-without-list-takes-all",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.SUSPENDED, Stat.COMPLETED, Stat.FAILED, Stat.PENDING], [Stat.QUEUED]),
    examples=5,
)
def requeue_takes_all(probe: Probe, stats: list[Stat]) -> None:
    """Requeue without a list takes each task out of where it was, to be rendered again."""
    meant = (Stat.SUSPENDED, Stat.COMPLETED, Stat.FAILED, Stat.PENDING)
    takes_all(probe, "requeue", stats, meant)


@check(
    "thinkbox/commandTasks/complete-without-list-takes-all",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.SUSPENDED, Stat.FAILED, Stat.PENDING], [Stat.QUEUED]),
    examples=5,
)
def complete_takes_all(probe: Probe, stats: list[Stat]) -> None:
    """Complete without a list completes each task."""
    takes_all(probe, "complete", stats, Stat)


@check(
    "thinkbox/commandTasks/suspend-without-list-takes-all",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.COMPLETED, Stat.FAILED, Stat.QUEUED, Stat.PENDING], []),
    examples=5,
)
def suspend_takes_all(probe: Probe, stats: list[Stat]) -> None:
    """Suspend without a list suspends each task."""
    takes_all(probe, "suspend", stats, Stat)


@check(
    "thinkbox/commandTasks/fail-without-list-takes-all",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.COMPLETED, Stat.SUSPENDED, Stat.QUEUED, Stat.PENDING], []),
    examples=5,
)
def fail_takes_all(probe: Probe, stats: list[Stat]) -> None:
    """Fail without a list fails each task."""
    takes_all(probe, "fail", stats, Stat)


@check(
    "thinkbox/commandTasks/pend-without-list-takes-all",
    needs=Needs.CHANGE,
    plan=st.one_of(
        mixtures([Stat.COMPLETED, Stat.FAILED], []),
        mixtures([Stat.COMPLETED, Stat.FAILED, Stat.QUEUED], [Stat.SUSPENDED]),
    ),
    examples=6,
)
def pend_takes_all(probe: Probe, stats: list[Stat]) -> None:
    """Pend without a list makes each task of a job that is not suspended pending."""
    scene = staged(probe, *stats)
    answer = order(probe, "pend", scene.job)
    if answer.status == 500 and Stat.SUSPENDED in stats:
        probe.assume(is_active(probe, scene.job), "the job may be suspended itself")
    probe.require(answer.is_success, f"pend is not carried out: {answer.exchange}")
    waiting = set(scene.ids)
    lasting: set[int] = set()

    def all_were_pending() -> bool:
        pending = {one for one, task in scene.look().items() if task["Stat"] == Stat.PENDING}
        waiting.difference_update(pending)
        lasting.clear()
        lasting.update(pending)
        return not waiting

    if comes_about(probe, all_were_pending):
        return
    if not lasting:  # pending does not last here, and a look may well come too late
        waiting = set(scene.unmoved(waiting, "pend"))
    states = [f"{one} ({scene.base[one]['Stat']})" for one in sorted(waiting)]
    probe.require(not waiting, f"pend without a list does nothing to {', '.join(states)}")


def is_active(probe: Probe, job: str) -> bool:
    """Whether the job says that it is active."""
    try:
        return bool(read_job(probe, job)["Stat"] == 1)
    except Outcome:
        return False


@check(
    "thinkbox/commandTasks/resumefailed-without-list-takes-all-failed",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.FAILED] * 3, [Stat.SUSPENDED, Stat.COMPLETED, Stat.PENDING]),
    examples=5,
)
def resumefailed_takes_all_failed(probe: Probe, stats: list[Stat]) -> None:
    """Resumefailed without a list takes each failed task out of Failed."""
    takes_all(probe, "resumefailed", stats, [Stat.FAILED])


@check(
    "thinkbox/commandTasks/releasepending-without-list-takes-all-pending",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.PENDING] * 3, [Stat.FAILED, Stat.COMPLETED]),
    examples=5,
)
def releasepending_takes_all_pending(probe: Probe, stats: list[Stat]) -> None:
    """Releasepending without a list takes each pending task out of Pending."""
    takes_all(probe, "releasepending", stats, [Stat.PENDING])


Plan = tuple[list[Stat], bool]


def takes_only(probe: Probe, word: str, plan: Plan, meant: Stat) -> None:
    """Send *word* to a job like that, with a list of all or none; only *meant* may move."""
    stats, names_all = plan
    scene = staged(probe, *stats)
    answer = order(probe, word, scene.job, scene.ids if names_all else None)
    if answer.is_success:
        scene.unmoved(scene.those(meant), word)
    others = [one for one in scene.ids if scene.base[one]["Stat"] in LASTING - {meant}]
    scene.require_undisturbed(others, word)


LASTING = frozenset({Stat.SUSPENDED, Stat.COMPLETED, Stat.FAILED, Stat.PENDING})


@check(
    "thinkbox/commandTasks/resumefailed-takes-only-failed",
    needs=Needs.CHANGE,
    plan=st.tuples(
        mixtures([Stat.FAILED, Stat.SUSPENDED, Stat.COMPLETED, Stat.PENDING], []), st.booleans()
    ),
    examples=4,
)
def resumefailed_takes_only_failed(probe: Probe, plan: Plan) -> None:
    """Resumefailed leaves each task as it is that has not failed, also one that is in its list."""
    takes_only(probe, "resumefailed", plan, Stat.FAILED)


@check(
    "thinkbox/commandTasks/releasepending-takes-only-pending",
    needs=Needs.CHANGE,
    plan=st.tuples(
        st.one_of(
            mixtures([Stat.PENDING, Stat.FAILED, Stat.COMPLETED], []),
            mixtures([Stat.PENDING, Stat.SUSPENDED, Stat.QUEUED], [Stat.FAILED, Stat.COMPLETED]),
        ),
        st.booleans(),
    ),
    examples=6,
)
def releasepending_takes_only_pending(probe: Probe, plan: Plan) -> None:
    """Releasepending leaves each task as it is that is not pending, also one in its list."""
    takes_only(probe, "releasepending", plan, Stat.PENDING)


@check(
    "thinkbox/commandTasks/resume-takes-only-suspended",
    needs=Needs.CHANGE,
    plan=st.tuples(
        mixtures([Stat.SUSPENDED, Stat.FAILED, Stat.COMPLETED, Stat.PENDING], []), st.booleans()
    ),
    examples=4,
)
def resume_takes_only_suspended(probe: Probe, plan: Plan) -> None:
    """Resume leaves each task as it is that is not suspended, also one that is in its list."""
    takes_only(probe, "resume", plan, Stat.SUSPENDED)


@check(
    "thinkbox/commandTasks/resume-without-list-takes-all-suspended",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.SUSPENDED] * 3, [Stat.FAILED, Stat.COMPLETED]),
    examples=4,
)
def resume_takes_all_suspended(probe: Probe, stats: list[Stat]) -> None:
    """Resume without a list takes each suspended task out of Suspended."""
    takes_all(probe, "resume", stats, [Stat.SUSPENDED])
