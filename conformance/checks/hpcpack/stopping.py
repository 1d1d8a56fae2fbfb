"""What becomes of jobs and tasks that are canceled or finished."""

from __future__ import annotations

from conformance.checks.hpcpack.course import comes_to, running, states
from conformance.checks.hpcpack.stage import scene
from conformance.drivers.hpcpack_cluster import (
    ENDED,
    make,
    path_of,
    read,
    reader_of,
    shown,
    state_of,
    submit,
)
from conformance.drivers.hpcpack_subjects import send
from conformance.scenes import Report, Steps

BUSY = frozenset({"Queued", "Dispatching", "Running"})
WORDS = "Enough for today, says the suite."
QUEUED = "hpcpack/Job/cancelJob/Queued-Canceled"
FORCED = "hpcpack/cancelJob/forced-ends-canceled"
UNFORCED = "hpcpack/cancelJob/unforced-ends-canceled"
JOB_WORDS = "hpcpack/cancelJob/message-becomes-the-error-message"
CANCEL_STOPS = "hpcpack/cancelJob/stops-the-tasks"
FINISH_STOPS = "hpcpack/finishJob/stops-the-tasks"
CANCEL_WORDS = "hpcpack/cancelTask/message-becomes-the-error-message"
FINISH_WORDS = "hpcpack/finishTask/message-becomes-the-error-message"


def _cancels(report: Report, requirement: str, *, forced: bool) -> Steps:
    probe = report.probe
    waiting = submit(probe, make(probe, "waiting_job", "task"))
    busy = yield from running(report, "long_task", "long_task", "task")
    yield from comes_to(report, waiting, "Queued")
    for job, name in ((waiting, QUEUED), (busy, requirement)):
        answer = send(probe, "cancelJob", job, query={"forced": forced}, body=WORDS)
        state = yield from comes_to(report, job, "Canceled")
        report.tell(name, state == "Canceled", f"{answer.exchange}, and the job is {state}")
        if state == "Canceled":
            message = read(probe, job).get("ErrorMessage", "")
            words = f"job {job} was canceled with {WORDS!r}, and its ErrorMessage is {message!r}"
            report.tell(JOB_WORDS, WORDS in message, words)
            yield from _stopped(report, job, CANCEL_STOPS)


def _stopped(report: Report, job: str, requirement: str) -> Steps:
    """Tell whether all tasks of a job come to rest."""
    probe = report.probe
    idle = yield from report.until(lambda: not BUSY & set(states(probe, job)))
    words = f"job {job} was stopped, and its tasks are {', '.join(states(probe, job))}"
    report.tell(requirement, idle, words)


@scene(FORCED, JOB_WORDS, CANCEL_STOPS)
def _cancels_at_once(report: Report) -> Steps:
    """Cancel a queued job and a running one without a grace period."""
    yield from _cancels(report, FORCED, forced=True)


@scene(UNFORCED, JOB_WORDS, CANCEL_STOPS)
def _cancels_gently(report: Report) -> Steps:
    """Cancel a queued job and a running one with a grace period."""
    yield from _cancels(report, UNFORCED, forced=False)


@scene(FINISH_STOPS)
def _finishes(report: Report) -> Steps:
    """Finish a job of which two tasks run."""
    job = yield from running(report, "long_task", "long_task")
    answer = send(report.probe, "finishJob", job)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    state = yield from comes_to(report, job, "Finished")
    name = "hpcpack/Job/finishJob/Running-Finished"
    report.tell(name, state == "Finished", f"{answer.exchange}, and the job is {state}")
    yield from _stopped(report, job, FINISH_STOPS)


@scene(CANCEL_WORDS)
def _cancels_a_task(report: Report) -> Steps:
    """Cancel a running task with a message."""
    yield from _ends_a_task(report, "cancelTask", CANCEL_WORDS)


@scene(FINISH_WORDS)
def _finishes_a_task(report: Report) -> Steps:
    """Finish a running task with a message."""
    yield from _ends_a_task(report, "finishTask", FINISH_WORDS)


def _ends_a_task(report: Report, word: str, requirement: str) -> Steps:
    probe = report.probe
    job = yield from running(report, "long_task")
    answer = send(probe, word, f"{job}.1", body=WORDS)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    state = yield from comes_to(report, f"{job}.1", *ENDED)
    if word == "finishTask":
        name = "hpcpack/Task/finishTask/Running-Finished"
        report.tell(name, state == "Finished", f"{answer.exchange}, and the task is {state}")
    message = read(probe, f"{job}.1").get("ErrorMessage", "")
    words = f"{answer.exchange} with {WORDS!r}, and the ErrorMessage is {message!r}"
    report.tell(requirement, WORDS in message, words)


@scene()
def _cancels_one_of_two(report: Report) -> Steps:
    """Cancel tasks and subtasks that would stay as they are, as their neighbours do."""
    probe = report.probe
    tasks_ = [submit(probe, make(probe, job, *[task] * 2))
              for job, task in (("waiting_job", "task"), ("job", "long_task"))]  # fmt: skip
    sweeps = [submit(probe, make(probe, job, sweep))
              for job, sweep in (("waiting_job", "sweep"), ("job", "long_sweep"))]  # fmt: skip
    pairs = [(f"{one}.1", f"{one}.2") for one in tasks_]
    pairs += [(f"{one}.1.1", f"{one}.1.2") for one in sweeps]
    for state, (key, neighbour) in zip(("Queued", "Running") * 2, pairs, strict=True):
        yield from _cancels_beside(report, state, key, neighbour)


def _cancels_beside(report: Report, state: str, key: str, neighbour: str) -> Steps:
    """Cancel something in a state that lasts, as something beside it shows."""
    probe = report.probe
    kind = ("Task", "Subtask")[key.count(".") - 1]

    def are_there() -> bool:
        found = [probe.call(reader_of(one), path=path_of(one)) for one in (key, neighbour)]
        return all(one.is_success and shown(one)["State"] == state for one in found)

    arrived = yield from report.until(are_there, probe.target.budget.reach)
    if not arrived:
        return
    answer = send(probe, f"cancel{kind}", key)
    now = yield from comes_to(report, key, *ENDED)
    if state_of(probe, neighbour) == state and answer.is_success:
        words = f"{answer.exchange}, while it was {state}, and it is {now}"
        right = {"Canceled"} if state == "Queued" else {"Canceled", "Failed", "Canceling"}
        report.tell(f"hpcpack/{kind}/cancel{kind}/{state}-Canceled", now in right, words)
