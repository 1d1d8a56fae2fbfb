"""What happens while tasks run: sessions, dependencies, and what the job shows of it."""

from __future__ import annotations

from conformance.checks.deadline_cloud.crew import GIVEN_OUT, UNDER_WAY
from conformance.checks.deadline_cloud.moments import differ
from conformance.checks.deadline_cloud.stage import OwnJob, Report, own_job, scene
from conformance.checks.deadline_cloud.task_sights import (
    latest_action_is_its_own,
    nothing_ran_later,
)
from conformance.drivers.deadline_cloud_farm import StepPlan
from conformance.failures import Violation
from conformance.scenes import Steps

LATEST = "deadline-cloud/Task/latest-action-is-the-latest"
RAN_IT = "deadline-cloud/Task/latest-action-ran-this-task"
KEEPS_START = "deadline-cloud/Job/requeue-keeps-started-at"
KEEPS_UPDATE = "deadline-cloud/Job/task-changes-keep-updated-at"
NO_END = "deadline-cloud/Job/end-only-when-finished"
WAITS = "deadline-cloud/Step/dependent-tasks-wait"
COUNTED = "deadline-cloud/Step/dependencies-are-counted"
UNTIL_REQUEUED = "deadline-cloud/createJob/suspended-waits-for-requeue"
NEEDS_END = "deadline-cloud/updateJob/archive-needs-an-ended-job"
RETRIES = "deadline-cloud/Task/retries-stay-within-the-limit"
WATCHED = 2.5  # seconds in which a scheduler would give out a task that it may
PUT_AWAY = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "SUSPENDED"})
AT_WORK = GIVEN_OUT | {"READY"}


@scene(
    "second run",
    {
        LATEST: "No action of a task was started after its latest one, also when it runs again.",
        KEEPS_START: "Requeuing a job that has started does not change its startedAt.",
    },
)
def _second_run(report: Report) -> Steps:
    probe = report.probe
    reach = probe.target.budget.reach
    job = yield from own_job(report, StepPlan(tasks=2), targetTaskRunStatus="READY")
    tasks = [job.task(0), job.task(1)]
    for task in tasks:
        shown = yield from job.shows(task, {"RUNNING"}, reach)
        report.assume(shown["runStatus"] == "RUNNING", "no worker takes the task")
    started = job.read().get("startedAt")
    report.tell(NO_END, job.read().get("endedAt") is None, "a job that runs shows an endedAt")
    first = report.sight.get(tasks[0]).get("latestSessionActionId")
    job.command("SUSPENDED")
    for task in tasks:
        yield from job.shows(task, {"SUSPENDED"}, reach)
    job.command("PENDING")
    if started is not None:
        yield from report.pass_time(probe.target.budget.watch)
        again = job.read().get("startedAt")
        words = f"a job that started {started} and was requeued shows {again}"
        report.tell(KEEPS_START, again is not None and not differ(started, again), words)
    for task in tasks:
        shown = yield from job.shows(task, {"RUNNING"}, reach)
        report.assume(shown["runStatus"] == "RUNNING", "no worker takes the task again")
    again = job.read().get("startedAt")
    if started is not None:
        words = f"a job that started {started} and runs again shows {again}"
        report.tell(KEEPS_START, again is not None and not differ(started, again), words)
    report.assume(first is not None, "the task names no session action")
    for task in tasks:
        _judged(report, LATEST, lambda task=task: nothing_ran_later(probe, task))
        _judged(
            report,
            RAN_IT,
            lambda task=task: latest_action_is_its_own(probe, task) is not None,
        )


def _judged(report: Report, requirement: str, look: object) -> None:
    assert callable(look)
    try:
        if look():
            report.tell(requirement, holds=True, message="")
    except Violation as violation:
        if violation.requirement is not None:
            raise
        report.tell(requirement, holds=False, message=violation.reason)


@scene("task changes", {KEEPS_UPDATE: "A change of a task's status leaves its job's updatedAt."})
def _task_changes(report: Report) -> Steps:
    job = yield from own_job(report, StepPlan(tasks=3))
    report.probe.ok("updateJob", path=job.path, body={"priority": 70})
    yield from report.until(lambda: job.read()["lifecycleStatus"] != "UPDATE_IN_PROGRESS")
    yield from report.pass_time(1.2)
    before = job.read()
    for number, target in enumerate(("CANCELED", "SUCCEEDED", "PENDING")):
        job.ask(job.task(number), target)
        yield from job.shows(job.task(number), {target} if number < 2 else GIVEN_OUT)
    after = job.read()
    same = not differ(before.get("updatedAt"), after.get("updatedAt"))
    same &= ("updatedAt" in before) == ("updatedAt" in after)
    words = f"updatedAt of the job was {before.get('updatedAt')} and is {after.get('updatedAt')}"
    report.tell(KEEPS_UPDATE, same, words)


@scene(
    "dependencies",
    {
        WAITS: "No task becomes READY while its step waits for others.",
        COUNTED: "The dependencies of a step add up to those in its template.",
    },
)
def _dependencies(report: Report) -> Steps:
    plans = (
        StepPlan("First", tasks=3),
        StepPlan("Aside"),
        StepPlan("Second", tasks=2, after=("First",)),
        StepPlan("Third", after=("First", "Aside", "Second")),
    )
    job = yield from own_job(report, *plans, targetTaskRunStatus="READY")
    _counted(report, job, plans)
    yield from report.until(lambda: _someone_rushed(report, job), WATCHED)
    job.ask(job.task(1, "Second"), "CANCELED")
    yield from job.shows(job.task(1, "Second"), {"CANCELED"})
    job.ask(job.task(1, "Second"), "PENDING")
    yield from report.until(lambda: _someone_rushed(report, job), WATCHED / 2)
    job.command("PENDING")
    yield from report.until(lambda: _someone_rushed(report, job), WATCHED / 2)
    for number, state in enumerate(("SUCCEEDED", "FAILED", "SUCCEEDED")):
        job.ask(job.task(number, "First"), state)
        yield from job.shows(job.task(number, "First"), {state})
        yield from report.until(lambda: _someone_rushed(report, job), WATCHED / 2)
    job.ask(job.task(1, "First"), "SUCCEEDED")  # now the first step is through
    yield from job.shows(job.task(1, "First"), {"SUCCEEDED"})
    yield from report.until(lambda: _someone_rushed(report, job), WATCHED / 2)
    job.ask(job.task(0, "Aside"), "SUCCEEDED")  # of three, one is left
    yield from job.shows(job.task(0, "Aside"), {"SUCCEEDED"})
    yield from report.until(lambda: _someone_rushed(report, job), WATCHED / 2)
    _counted(report, job, plans)


def _someone_rushed(report: Report, job: OwnJob) -> bool:
    """Look whether a task of a step that waits is READY, or past that."""
    rushed = False
    for name in ("Second", "Third"):
        before = job.step(name).get("dependencyCounts", {}).get("dependenciesUnresolved", 0)
        busy = [one for one in job.tasks(name) if one["runStatus"] in AT_WORK - {"INTERRUPTING"}]
        after = job.step(name).get("dependencyCounts", {}).get("dependenciesUnresolved", 0)
        if before > 0 and after > 0:
            words = f"step {name} waits for {after} others, and a task of it is {busy[:1]}"
            report.tell(WAITS, not busy, words)
            rushed |= bool(busy)
    return rushed


def _counted(report: Report, job: OwnJob, plans: tuple[StepPlan, ...]) -> None:
    for plan in plans:
        counts = job.step(plan.name).get("dependencyCounts")
        if counts is None:
            continue
        total = counts["dependenciesResolved"] + counts["dependenciesUnresolved"]
        words = f"step {plan.name} depends on {len(plan.after)} others, and shows {counts}"
        report.tell(COUNTED, total == len(plan.after), words)


@scene("suspended", {UNTIL_REQUEUED: "A job that was created SUSPENDED runs when it is requeued."})
def _suspended(report: Report) -> Steps:
    job = yield from own_job(report, StepPlan(tasks=2, command="short"))

    def ran() -> bool:
        return any(one["runStatus"] not in {"SUSPENDED", "PENDING", "READY"} for one in job.tasks())

    rushed = yield from report.until(ran, WATCHED)
    report.tell(UNTIL_REQUEUED, not rushed, "a job that was created SUSPENDED runs")
    job.command("PENDING")


@scene("archive", {NEEDS_END: "A job that has not ended is not archived."})
def _archive(report: Report) -> Steps:
    probe = report.probe
    job = yield from own_job(report, StepPlan(tasks=2), targetTaskRunStatus="READY")
    for _ in range(2):
        before = job.read()["taskRunStatus"]
        probe.call("updateJob", path=job.path, body={"lifecycleStatus": "ARCHIVED"})
        yield from report.pass_time(2 * probe.target.budget.watch)
        shown = job.read()
        if before not in PUT_AWAY and shown["taskRunStatus"] not in PUT_AWAY:
            words = f"a job whose tasks are {before} is archived"
            report.tell(NEEDS_END, shown["lifecycleStatus"] != "ARCHIVED", words)
        job.ask(job.task(0), "SUCCEEDED")
        yield from job.shows(job.task(0), {"SUCCEEDED"})


@scene("failures", {})
def _failures(report: Report) -> Steps:
    plan = StepPlan(tasks=2, command="failing")
    job = yield from own_job(report, plan, targetTaskRunStatus="READY", maxRetriesPerTask=1)
    seen: list[int] = []

    def is_over() -> bool:
        tasks = job.tasks()
        for one in tasks:
            number = one.get("failureRetryCount", 0)
            report.tell(RETRIES, number <= 1, f"{one['taskId']} was retried {number} times, not 1")
            seen.append(number)
        return all(one["runStatus"] not in UNDER_WAY for one in tasks)

    over = yield from report.until(is_over, report.probe.target.budget.reach)
    report.assume(over and max(seen), "no task fails and is tried again")
    _judged(report, LATEST, lambda: nothing_ran_later(report.probe, job.task(0)))
