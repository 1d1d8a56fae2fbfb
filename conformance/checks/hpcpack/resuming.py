"""What becomes of jobs, tasks and subtasks that are requeued."""

from __future__ import annotations

from conformance.checks.hpcpack.course import comes_to, follows
from conformance.checks.hpcpack.stage import scene
from conformance.drivers.hpcpack_cluster import add_task, create_job, make, order, state_of, submit
from conformance.drivers.hpcpack_subjects import send
from conformance.scenes import Report, Steps

STAY = "hpcpack/requeueJob/finished-tasks-stay"
TASK_AGAIN = "hpcpack/requeueTask/queued-again-with-its-job"
STEP_AGAIN = "hpcpack/requeueSubtask/queued-again-with-its-job"
AGAIN = "hpcpack/Job/requeueJob/Canceled-Queued"
REQUEUED = "hpcpack/Job/requeueJob/Failed-Queued"


@scene(STAY)
def _requeues(report: Report) -> Steps:
    """Requeue a job of which one task finished and one failed."""
    probe = report.probe
    job = submit(probe, make(probe, "job", "task", "failing_task"))
    yield from follows(report, job)
    first = state_of(probe, f"{job}.1")
    report.assume(first == "Finished", f"task {job}.1 is {first}")
    answer = send(probe, "requeueJob", job)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")

    def has_left() -> bool:
        return state_of(probe, f"{job}.1") != "Finished"

    left = yield from report.until(has_left, 3 * probe.target.budget.watch)
    words = f"task {job}.1 was Finished, and is not any more since the job was requeued"
    report.tell(STAY, not left, words)


@scene(TASK_AGAIN)
def _requeues_tasks(report: Report) -> Steps:
    """Requeue one of two failed tasks, then the job."""
    probe = report.probe
    job = submit(probe, make(probe, "job", "failing_task", "failing_task"))
    yield from follows(report, job)
    yield from _again(report, f"{job}.2", "requeueTask", TASK_AGAIN)


@scene(STEP_AGAIN)
def _requeues_subtasks(report: Report) -> Steps:
    """Requeue one of three failed subtasks, then the job."""
    probe = report.probe
    job = create_job(probe, order(probe, "job"))
    line = order(probe, "failing_task")["CommandLine"]
    bounds = {"StartValue": "1", "EndValue": "3", "IncrementValue": "1"}
    master = add_task(probe, job, order(probe, "sweep", CommandLine=line, **bounds))
    submit(probe, job)
    yield from follows(report, job)
    yield from _again(report, f"{master}.2", "requeueSubtask", STEP_AGAIN)


def _again(report: Report, key: str, word: str, requirement: str) -> Steps:
    """Requeue what has failed, and then its job; tell whether it is left behind."""
    probe = report.probe
    before = state_of(probe, key)
    report.assume(before == "Failed", f"{key} is {before}")
    answer = send(probe, word, key)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    moved = yield from report.until(lambda: state_of(probe, key) != before)
    kind = ("Task", "Subtask")[key.count(".") - 1]
    name = f"hpcpack/{kind}/{word}/Failed-Configuring"
    report.tell(name, moved, f"{answer.exchange}, and it is still {before}")
    report.assume(state_of(probe, key) == "Configuring", f"{key} is not Configuring")
    job = key.partition(".")[0]
    answer = send(probe, "requeueJob", job)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    gone = yield from report.until(lambda: state_of(probe, key) != "Configuring")
    name = REQUEUED if not gone and state_of(probe, job) == "Failed" else requirement
    report.tell(name, gone, f"{key} was requeued, and its job, and it stays Configuring")


@scene()
def _requeues_a_canceled_job(report: Report) -> Steps:
    """Requeue a job that was canceled while it waited in the queue."""
    probe = report.probe
    job = submit(probe, make(probe, "waiting_job", "task"))
    yield from comes_to(report, job, "Queued")
    send(probe, "cancelJob", job, query={"forced": True})
    state = yield from comes_to(report, job, "Canceled")
    report.assume(state == "Canceled", f"job {job} is {state}")
    answer = send(probe, "requeueJob", job)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    yield from report.until(lambda: state_of(probe, job) != "Canceled")
    state = state_of(probe, job)
    words = f"job {job} was canceled and requeued, and it is {state}"
    report.tell(AGAIN, state not in {"Canceled", "Configuring"}, words)
