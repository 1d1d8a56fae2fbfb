"""Commands to all tasks of a job or a step: who moves and who stays."""

from __future__ import annotations

from functools import partial

from conformance.checks.deadline_cloud.crew import ENDS, UNDER_WAY, has_moved, varied
from conformance.checks.deadline_cloud.stage import OwnJob, Report, own_job, scene
from conformance.drivers.deadline_cloud_farm import Record, StepPlan
from conformance.scenes import Steps

OF_JOB = {
    "PENDING": "deadline-cloud/updateJob/requeue-takes-every-task",
    "CANCELED": "deadline-cloud/updateJob/cancel-spares-ended-tasks",
    "FAILED": "deadline-cloud/updateJob/fail-spares-succeeded-tasks",
    "SUCCEEDED": "deadline-cloud/updateJob/succeed-takes-every-task",
    "SUSPENDED": "deadline-cloud/updateJob/suspend-spares-ended-tasks",
}
SPARED: dict[str, frozenset[str]] = {
    "PENDING": frozenset(),
    "CANCELED": frozenset({"SUCCEEDED", "FAILED"}),
    "FAILED": frozenset({"SUCCEEDED"}),
    "SUCCEEDED": frozenset(),
    "SUSPENDED": frozenset({"SUCCEEDED", "CANCELED", "FAILED"}),
}
OF_STEP = "deadline-cloud/updateStep/commands-like-update-job"
ALONE = "deadline-cloud/updateStep/other-steps-are-left-alone"
JOB_ALIKE = "deadline-cloud/Job/tasks-alike-say-the-status"
STEP_ALIKE = "deadline-cloud/Step/tasks-alike-say-the-status"
NO_END = "deadline-cloud/Job/end-only-when-finished"


def _order(target: str) -> tuple[str, ...]:
    """Return states for the tasks of a step, such that the last one is to move."""
    if target == "PENDING":
        return ("SUSPENDED", "CANCELED", "FAILED", "SUCCEEDED")
    return (*ENDS, "PENDING")


def _wrong(target: str, before: Record, now: Record) -> bool:
    """Whether a task is not where the command must have brought or left it."""
    if before["runStatus"] in SPARED[target]:
        return bool(now["runStatus"] != before["runStatus"])
    if target == "PENDING":
        return not (now["runStatus"] in UNDER_WAY or has_moved(before, now))
    return bool(now["runStatus"] != target)


def _play(report: Report, target: str, *, whole: bool) -> Steps:
    job = yield from varied(report, _order(target))
    requirement = OF_JOB[target] if whole else OF_STEP
    before = job.every_task()
    own = {one["taskId"] for one in job.tasks("Second")} if not whole else set(before)
    job.command(target, "" if whole else "Second")

    def wrong() -> list[str]:
        now = job.every_task()
        return [
            f"task {key} was {one['runStatus']} and is {now[key]['runStatus']}"
            for key, one in before.items()
            if key in own and _wrong(target, one, now[key])
        ]

    arrived = yield from report.until(lambda: not wrong())
    if arrived:
        yield from report.pass_time(report.probe.target.budget.watch)
    left = wrong()
    report.tell(requirement, not left, f"after {target}, {'; '.join(left)}")
    if not whole:
        _left_alone(job, before, own)


def _left_alone(job: OwnJob, before: dict[str, Record], own: set[str]) -> None:
    now = job.every_task()
    moved = [
        f"task {key} of another step was {one['runStatus']} and is {now[key]['runStatus']}"
        for key, one in before.items()
        if key not in own and one["runStatus"] in ENDS and one["runStatus"] != now[key]["runStatus"]
    ]
    job.report.tell(ALONE, not moved, "; ".join(moved))


CLAIMS = {
    "PENDING": "A requeued job leaves no task where it was.",
    "CANCELED": "A canceled job keeps what succeeded or failed.",
    "FAILED": "A job that is marked failed keeps what succeeded.",
    "SUCCEEDED": "A job that is marked so has succeeded everywhere.",
    "SUSPENDED": "A suspended job keeps whatever had ended.",
}

for _target, _claim in CLAIMS.items():
    scene(f"job to {_target}", {OF_JOB[_target]: _claim})(
        partial(_play, target=_target, whole=True)
    )


@scene(
    "steps commanded",
    {
        OF_STEP: "A command to a step moves and spares tasks as one to a job does.",
        ALONE: "A command to a step leaves the tasks of independent steps alone.",
    },
)
def _steps_commanded(report: Report) -> Steps:
    playing = [_play(report, target, whole=False) for target in OF_JOB]
    while playing:
        for one in list(playing):
            try:
                next(one)
            except StopIteration:
                playing.remove(one)
        yield


@scene(
    "tasks alike",
    {
        JOB_ALIKE: "A job all of whose tasks are in one state is in that state.",
        STEP_ALIKE: "A step all of whose tasks are in one state is in that state.",
        NO_END: "A job that is not finished shows no endedAt.",
    },
)
def _tasks_alike(report: Report) -> Steps:
    job = yield from own_job(report, StepPlan("First", tasks=2), StepPlan("Second", tasks=2))
    for state in ("SUSPENDED", "CANCELED", "SUSPENDED", "FAILED", "SUCCEEDED"):
        tasks = job.every_task()
        for name, step in job.steps.items():
            for task in job.tasks(name):
                if task["runStatus"] != state:
                    job.ask({**step, "taskId": task["taskId"]}, state)
                    if tasks[task["taskId"]]["runStatus"] != "SUSPENDED":
                        continue
                    shown = job.read()
                    tasks = job.every_task()
                    unfinished = any(one["runStatus"] == "SUSPENDED" for one in tasks.values())
                    words = f"job {shown['jobId']} has SUSPENDED tasks and shows an endedAt"
                    if unfinished:
                        report.tell(NO_END, shown.get("endedAt") is None, words)
        arrived = yield from report.until(
            lambda state=state: {one["runStatus"] for one in job.every_task().values()} == {state}  # type: ignore[misc]
        )
        report.assume(arrived, f"the tasks did not all become {state}")
        yield from report.until(lambda state=state: job.read()["taskRunStatus"] == state)  # type: ignore[misc]
        shown = job.read()
        words = f"all tasks are {state}, and job {shown['jobId']} is {shown['taskRunStatus']}"
        report.tell(JOB_ALIKE, shown["taskRunStatus"] == state, words)
        for name in job.steps:
            step_now = job.step(name)
            words = f"all tasks are {state}, and step {name} is {step_now['taskRunStatus']}"
            report.tell(STEP_ALIKE, step_now["taskRunStatus"] == state, words)
        if state == "SUSPENDED":
            words = f"job {shown['jobId']} is SUSPENDED as all its tasks, and shows an endedAt"
            report.tell(NO_END, shown.get("endedAt") is None, words)
