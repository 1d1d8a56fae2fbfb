"""Commands to single tasks, one by one and in batches."""

from __future__ import annotations

import datetime

from conformance.checks.deadline_cloud.crew import ENDS, GIVEN_OUT, UNDER_WAY, has_moved
from conformance.checks.deadline_cloud.moments import is_before
from conformance.checks.deadline_cloud.sight import CREATED_STAYS
from conformance.checks.deadline_cloud.stage import OwnJob, Report, own_job, scene
from conformance.drivers.deadline_cloud_farm import (
    UNKNOWN,
    Path,
    Record,
    StepPlan,
    ask,
    order,
    submit,
)
from conformance.scenes import Steps

REACHES = "deadline-cloud/updateTask/task-reaches-the-target"
READY_AGAIN = "deadline-cloud/updateTask/requeued-task-is-ready"
ONLY_IT = "deadline-cloud/updateTask/only-the-named-task-moves"
ARCHIVED = "deadline-cloud/updateTask/archived-job-409"
UPDATED = "deadline-cloud/Task/command-moves-updated-at"
LAST_ASKED = "deadline-cloud/Task/target-is-the-last-asked"
NO_TIMES = "deadline-cloud/Task/no-times-without-a-run"
BATCH_EFFECT = "deadline-cloud/batchUpdateTask/commands-like-update-task"
BATCH_UNKNOWN = "deadline-cloud/batchUpdateTask/unknown-task-among-the-errors"
BATCH_GOES_ON = "deadline-cloud/batchUpdateTask/errors-do-not-stop-others"
TARGETS = ("CANCELED", "FAILED", "SUCCEEDED", "SUSPENDED")
SKEW = datetime.timedelta(seconds=1)  # between the clocks of one target
LONG_AFTER = 2.2  # seconds, which any skew of the clocks is below


def _asked(report: Report, job: OwnJob, task: Path, target: str) -> Steps:
    """Ask one task for a state, and see that it gets there and that nothing else moves."""
    probe = report.probe
    before = job.every_task()
    job.ask(task, target)
    shown = yield from job.shows(task, {target})
    words = f"{task['taskId']} was asked to be {target} and is {shown['runStatus']}"
    report.tell(REACHES, shown["runStatus"] == target, words)
    now = job.every_task()
    moved = [
        f"{key} was {one['runStatus']} and is {now[key]['runStatus']}"
        for key, one in before.items()
        if key != task["taskId"]
        and one["runStatus"] in ENDS
        and now[key]["runStatus"] != one["runStatus"]
    ]
    words = f"{task['taskId']} was asked to be {target}, and {'; '.join(moved)}"
    report.tell(ONLY_IT, not moved, words)
    asked = report.sight.get(task).get("targetRunStatus")
    words = f"{task['taskId']} was asked for {target} last, and shows {asked}"
    report.tell(LAST_ASKED, asked in {None, target}, words)
    probe.assume(shown["runStatus"] == target, "the task did not get there")


@scene(
    "single tasks commanded",
    {
        REACHES: "A task that is asked to be in a state comes to it, also by way of an interrupt.",
        ONLY_IT: "A command to one task changes no other task of its step.",
        READY_AGAIN: "An ended task without dependencies does not stay PENDING.",
        LAST_ASKED: "A targetRunStatus is the one that was asked for last.",
    },
)
def _commanded(report: Report) -> Steps:
    job = yield from own_job(report, StepPlan(tasks=6))
    tasks = [{**job.steps["Render"], "taskId": one["taskId"]} for one in job.tasks()]
    created = {one["taskId"]: one["createdAt"] for one in job.tasks()}
    for task, target in zip(tasks, (*TARGETS, "CANCELED"), strict=False):
        yield from _asked(report, job, task, target)
    for task in tasks[:3]:
        job.ask(task, "PENDING")
        shown = yield from job.shows(task, UNDER_WAY - {"PENDING"})
        words = f"{task['taskId']} was requeued and stays {shown['runStatus']}"
        report.tell(READY_AGAIN, shown["runStatus"] != "PENDING", words)
        words = f"{task['taskId']} was created {created[task['taskId']]}, then {shown['createdAt']}"
        same = CREATED_STAYS not in report.probe.violations
        report.tell(CREATED_STAYS, same, words)


@scene("running tasks commanded", {})
def _interrupted(report: Report) -> Steps:
    reach = report.probe.target.budget.reach
    job = yield from own_job(report, StepPlan(tasks=5), targetTaskRunStatus="READY")
    for number, target in enumerate(TARGETS):
        task = job.task(number)
        shown = yield from job.shows(task, {"RUNNING"}, reach)
        report.assume(shown["runStatus"] == "RUNNING", "no worker takes the task")
        yield from _asked(report, job, task, target)


@scene("commands leave a trace", {UPDATED: "A command that moves a task moves its updatedAt."})
def _updated(report: Report) -> Steps:
    job = yield from own_job(report, StepPlan(tasks=6))
    tasks = [{**job.steps["Render"], "taskId": one["taskId"]} for one in job.tasks()]
    targets = ("CANCELED", "FAILED", "SUCCEEDED", "PENDING")
    for round_number, wanted in enumerate((targets, ("SUSPENDED",) * 3)):
        yield from report.pass_time(LONG_AFTER)
        marker = submit(report.probe, order(report.probe))
        moment = report.probe.ok("getJob", path=marker).json["createdAt"]
        for task, target in zip(tasks, wanted, strict=False):
            before = report.sight.get(task)
            job.ask(task, target)
            states = {target} if target != "PENDING" else UNDER_WAY
            shown = yield from job.shows(task, states)
            if shown["runStatus"] == before["runStatus"] or shown["runStatus"] not in states:
                continue
            fresh = shown.get("updatedAt") is not None and not is_before(
                shown["updatedAt"], moment, SKEW
            )
            words = (
                f"{task['taskId']} became {shown['runStatus']} by a command after {moment}, and "
                f"shows updatedAt {shown.get('updatedAt')} (round {round_number + 1})"
            )
            report.tell(UPDATED, fresh, words)


@scene("tasks that never ran", {NO_TIMES: "A task that never ran shows neither start nor end."})
def _never_ran(report: Report) -> Steps:
    probe = report.probe
    blocked = probe.known.get("blockedQueueId")
    suspended = yield from own_job(report, StepPlan(tasks=3))
    waiting = yield from own_job(
        report, StepPlan(tasks=3), queue=blocked, targetTaskRunStatus="READY"
    )
    _without_times(report, suspended.tasks())
    _without_times(report, waiting.tasks())
    task = suspended.task(0)
    suspended.ask(task, "PENDING")
    _without_times(report, [report.sight.get(task)])
    waited = waiting.task(1)
    waiting.ask(waited, "SUSPENDED")
    yield from report.pass_time(probe.target.budget.watch)
    if "blockedQueueId" in probe.known:
        _without_times(report, waiting.tasks())
    _without_times(report, suspended.tasks()[1:])


def _without_times(report: Report, tasks: list[Record]) -> None:
    for task in tasks:
        ran = task.get("latestSessionActionId") or task.get("failureRetryCount")
        if task["runStatus"] in {"PENDING", "READY", "SUSPENDED"} and not ran:
            shown = [name for name in ("startedAt", "endedAt") if task.get(name) is not None]
            words = f"{task['taskId']} is {task['runStatus']}, never ran and shows {shown}"
            report.tell(NO_TIMES, not shown, words)


@scene("archived job", {ARCHIVED: "A command to a task of an archived job is a STATUS_CONFLICT."})
def _archived(report: Report) -> Steps:
    job = yield from own_job(report, StepPlan(tasks=2))
    report.probe.ok("updateJob", path=job.path, body={"lifecycleStatus": "ARCHIVED"})
    gone = yield from report.until(lambda: job.read()["lifecycleStatus"] == "ARCHIVED")
    report.assume(gone, "the job is not archived")
    for target in ("CANCELED", "PENDING"):
        answer = ask(report.probe, job.task(1), target)
        fits = answer.status == 409 and answer.json.get("reason") == "STATUS_CONFLICT"
        report.tell(ARCHIVED, fits, f"{answer.exchange}: {answer.text[:80]}")


@scene(
    "batches",
    {
        BATCH_EFFECT: "An item of a batch has the effect of an updateTask.",
        BATCH_UNKNOWN: "An unknown task of a batch is among the errors.",
        BATCH_GOES_ON: "Items take effect before and after one that has an error.",
    },
)
def _batches(report: Report) -> Steps:
    probe = report.probe
    job = yield from own_job(report, StepPlan(tasks=8))
    tasks = [{**job.steps["Render"], "taskId": one["taskId"]} for one in job.tasks()]
    wanted = dict(
        zip(
            [one["taskId"] for one in tasks[:5]], (*TARGETS[:3], "CANCELED", "PENDING"), strict=True
        )
    )
    items = [{**one, "targetRunStatus": wanted[one["taskId"]]} for one in tasks[:5]]
    before = job.every_task()
    answer = probe.ok("batchUpdateTask", body={"tasks": items})
    failed = {one["taskId"] for one in answer.json["errors"]}
    yield from report.until(lambda: not _late(job, wanted, failed, before))
    late = _late(job, wanted, failed, before)
    report.tell(BATCH_EFFECT, not late, f"after a batch, {'; '.join(late)}")
    left = [key for key, one in job.every_task().items() if key not in wanted]
    moved = [key for key in left if job.every_task()[key]["runStatus"] != "SUSPENDED"]
    report.tell(BATCH_EFFECT, not moved, f"the batch does not name {moved}, which moved")
    unknown = {**tasks[0], "taskId": UNKNOWN["taskId"], "targetRunStatus": "CANCELED"}
    around = [{**one, "targetRunStatus": "CANCELED"} for one in tasks[5:8]]
    mixed = [around[0], unknown, *around[1:]]
    answer = probe.call("batchUpdateTask", body={"tasks": mixed})
    errors = answer.json.get("errors", []) if answer.status == 200 else []
    codes = [one["code"] for one in errors if one["taskId"] == unknown["taskId"]]
    fits = answer.status == 200 and codes == ["ResourceNotFoundException"]
    report.tell(BATCH_UNKNOWN, fits, f"{answer.exchange}: {answer.text[:160]}")
    goal = {one["taskId"]: "CANCELED" for one in around}
    failed = {one["taskId"] for one in errors}
    yield from report.until(lambda: not _late(job, goal, failed, before))
    late = _late(job, goal, failed, before)
    report.tell(BATCH_GOES_ON, not late, f"beside an item with an error, {'; '.join(late)}")


def _late(
    job: OwnJob, wanted: dict[str, str], failed: set[str], before: dict[str, Record]
) -> list[str]:
    """Return what is said against tasks that are not where a batch must have brought them."""
    now = job.every_task()
    found = []
    for key, target in wanted.items():
        there = now[key]["runStatus"] == target
        if target == "PENDING":
            there = now[key]["runStatus"] in UNDER_WAY | GIVEN_OUT or has_moved(
                before[key], now[key]
            )
        if key not in failed and not there:
            found.append(f"{key} was asked to be {target} and is {now[key]['runStatus']}")
    return found
