"""Commands to a job as a whole."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.thinkbox.scene import comes_about, staged
from conformance.checks.thinkbox.whole_jobs import mixtures
from conformance.drivers.thinkbox_repository import Stat, order_job, read_job, read_stats
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

ACTIVE, SUSPENDED = 1, 2  # as jobs are numbered
AT_WORK = frozenset({Stat.QUEUED, Stat.RENDERING})


def commanded(probe: Probe, word: str, job: str) -> None:
    """Send a command to a job that must be carried out."""
    answer = order_job(probe, word, job)
    probe.require(answer.is_success, f"{word} is not carried out: {answer.exchange}")


@check(
    "thinkbox/commandJobs/suspend-suspends-the-job",
    needs=Needs.CHANGE,
    plan=st.integers(1, 5),
    examples=3,
)
def suspend_suspends_the_job(probe: Probe, size: int) -> None:
    """After suspend a job that had tasks to render is suspended, and so are these tasks."""
    scene = staged(probe, *[Stat.QUEUED] * size)
    commanded(probe, "suspend", scene.job)

    def is_suspended() -> bool:
        now = set(read_stats(probe, scene.job).values())
        probe.assume(now != {Stat.COMPLETED}, "the job was completed before it was suspended")
        return not now & AT_WORK and read_job(probe, scene.job)["Stat"] == SUSPENDED

    probe.eventually(is_suspended, message=f"suspend does not suspend the job {scene.job}")


@check(
    "thinkbox/commandJobs/suspend-leaves-ended-tasks",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.COMPLETED, Stat.FAILED, Stat.QUEUED], []),
    examples=3,
)
def suspend_leaves_what_has_ended(probe: Probe, stats: list[Stat]) -> None:
    """Suspend on a job leaves its completed and its failed tasks as they were."""
    scene = staged(probe, *stats)
    commanded(probe, "suspend", scene.job)
    scene.unmoved(scene.those(Stat.QUEUED), "suspend")
    scene.require_undisturbed(scene.those(Stat.COMPLETED, Stat.FAILED), "suspend of the job")


@check(
    "thinkbox/commandJobs/resume-resumes-the-job",
    needs=Needs.CHANGE,
    plan=mixtures([Stat.SUSPENDED], [Stat.COMPLETED]),
    examples=3,
)
def resume_resumes_the_job(probe: Probe, stats: list[Stat]) -> None:
    """After resume a job that was suspended is active, and its suspended tasks go on."""
    scene = staged(probe, *stats)
    probe.assume(
        comes_about(probe, lambda: read_job(probe, scene.job)["Stat"] == SUSPENDED),
        "the job is not suspended",
    )
    commanded(probe, "resume", scene.job)
    left = scene.unmoved(scene.those(Stat.SUSPENDED), "resume")
    probe.require(not left, f"resume of the job leaves {list(left)} suspended")

    def goes_on() -> bool:
        if not set(read_stats(probe, scene.job).values()) & AT_WORK:
            probe.assume(condition=False, reason="the job was rendered before anybody looked")
        return bool(read_job(probe, scene.job)["Stat"] == ACTIVE)

    probe.eventually(goes_on, message=f"the job {scene.job} is not active after resume")


@check(
    "thinkbox/commandJobs/unknown-command-is-500",
    needs=Needs.CHANGE,
    plan=st.sampled_from(["explode", "restart", "cancel"]),
    examples=3,
)
def a_job_command_that_does_not_exist_is_trouble(probe: Probe, word: str) -> None:
    """A Command to a job that Deadline does not know is answered with 500."""
    answer = order_job(probe, word, probe.api.job_to_change(probe, 2))
    probe.require(answer.status == 500, f"{answer.exchange}, though there is no command {word}")
