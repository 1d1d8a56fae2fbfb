"""What becomes of jobs and tasks: when they run, when they are stopped, when they run again."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from conformance.checks.hpcpack.listing import tasks
from conformance.checks.hpcpack.stage import SCENES, Report, Steps, perform, scene
from conformance.drivers.hpcpack_cluster import (
    ENDED,
    Properties,
    add_task,
    create_job,
    make,
    order,
    read,
    state_of,
    submit,
)
from conformance.drivers.hpcpack_subjects import send
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

BUSY = frozenset({"Queued", "Dispatching", "Running"})
WORDS = "Enough for today, says the suite."

RELEASES = "hpcpack/submitJob/releases-the-tasks"
FINISHES = "hpcpack/Job/finishes-when-its-tasks-finish"
FAILS = "hpcpack/Job/fails-when-a-task-fails"
OUTLIVES = "hpcpack/Job/run-until-canceled-outlives-its-tasks"
STEPS = "hpcpack/Subtask/one-for-each-step"
ASTERISK = "hpcpack/Subtask/asterisk-becomes-the-step"
FORCED = "hpcpack/cancelJob/forced-ends-canceled"
UNFORCED = "hpcpack/cancelJob/unforced-ends-canceled"
JOB_WORDS = "hpcpack/cancelJob/message-becomes-the-error-message"
CANCEL_STOPS = "hpcpack/cancelJob/stops-the-tasks"
FINISH_STOPS = "hpcpack/finishJob/stops-the-tasks"
STAY = "hpcpack/requeueJob/finished-tasks-stay"
CANCEL_WORDS = "hpcpack/cancelTask/message-becomes-the-error-message"
FINISH_WORDS = "hpcpack/finishTask/message-becomes-the-error-message"
TASK_AGAIN = "hpcpack/requeueTask/queued-again-with-its-job"
STEP_AGAIN = "hpcpack/requeueSubtask/queued-again-with-its-job"


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


@scene(RELEASES, FINISHES, STEPS, ASTERISK)
def _runs(report: Report) -> Steps:
    """Let a job with a plain task and two sweeps run to its end."""
    probe = report.probe
    job = create_job(probe, order(probe, "job"))
    add_task(probe, job, order(probe, "task"))
    line = "echo * and *"
    bounds = {"StartValue": "1", "EndValue": "3", "IncrementValue": "1"}
    plain = add_task(probe, job, order(probe, "sweep", CommandLine=line, **bounds))
    wide = {"StartValue": "2", "EndValue": "7", "IncrementValue": "2"}
    skipping = add_task(probe, job, order(probe, "sweep", **wide))
    submit(probe, job)
    released = yield from report.until(lambda: "Configuring" not in states(probe, job))
    report.tell(RELEASES, released, f"job {job} was submitted, and a task stays Configuring")
    shown, state = yield from follows(report, job)
    if set(shown) == {"Finished"}:
        report.tell(FINISHES, state == "Finished", f"all tasks are Finished, job {job} is {state}")
    found = listed(probe, job)
    for key, steps in ((plain, ("1", "2", "3")), (skipping, ("2", "4", "6"))):
        number = key.partition(".")[2]
        own = [one for one in found if one["JobTaskId"] == number]
        words = f"the sweep {key} from {steps[0]} has {len(own)} subtasks, not {len(steps)}"
        report.tell(STEPS, len(own) == len(steps), words)
        if key == plain:
            lines = sorted(one["CommandLine"] for one in own)
            wanted = [line.replace("*", step) for step in steps]
            report.tell(ASTERISK, lines == wanted, f"the subtasks of {line!r} run {lines}")


@scene(FAILS)
def _fails(report: Report) -> Steps:
    """Let a job end of whose tasks the first fails and the second does not."""
    job = submit(report.probe, make(report.probe, "job", "failing_task", "task"))
    shown, state = yield from follows(report, job)
    report.assume("Failed" in shown, f"the tasks of job {job} are {', '.join(shown)}")
    words = f"the tasks of job {job} are {', '.join(shown)}, and it is {state}"
    report.tell(FAILS, state == "Failed", words)


@scene(OUTLIVES)
def _outlives(report: Report) -> Steps:
    """Let the task of a job end that runs until it is canceled."""
    probe = report.probe
    job = submit(probe, make(probe, "lasting_job", "task"))
    _, state = yield from follows(report, job, "Running")
    watch = probe.target.budget.watch
    left = yield from report.until(lambda: state_of(probe, job) != "Running", 2 * watch)
    state = state_of(probe, job)
    words = f"job {job} has RunUntilCanceled, and is {state} after its tasks"
    report.tell(OUTLIVES, not left and state == "Running", words)
    send(probe, "cancelJob", job, query={"forced": True})


def _running(report: Report, *kinds: str) -> Generator[None, None, str]:
    """Return a job with tasks, the first of which runs."""
    job = submit(report.probe, make(report.probe, "job", *kinds))
    state = yield from comes_to(report, f"{job}.1", "Running")
    report.assume(state == "Running", f"task {job}.1 does not come to run")
    return job


def _cancels(report: Report, requirement: str, *, forced: bool) -> Steps:
    probe = report.probe
    waiting = submit(probe, make(probe, "waiting_job", "task"))
    running = yield from _running(report, "long_task", "long_task", "task")
    yield from comes_to(report, waiting, "Queued")
    for job in (waiting, running):
        answer = send(probe, "cancelJob", job, query={"forced": forced}, body=WORDS)
        state = yield from comes_to(report, job, "Canceled")
        words = f"{answer.exchange}, and the job is {state}"
        report.tell(requirement, state == "Canceled", words)
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
    job = yield from _running(report, "long_task", "long_task")
    answer = send(report.probe, "finishJob", job)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    yield from comes_to(report, job, "Finished")
    yield from _stopped(report, job, FINISH_STOPS)


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
    job = yield from _running(report, "long_task")
    answer = send(probe, word, f"{job}.1", body=WORDS)
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    yield from comes_to(report, f"{job}.1", *ENDED)
    message = read(probe, f"{job}.1").get("ErrorMessage", "")
    words = f"{answer.exchange} with {WORDS!r}, and the ErrorMessage is {message!r}"
    report.tell(requirement, WORDS in message, words)


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
    yield from report.until(lambda: state_of(probe, key) != before)
    report.assume(state_of(probe, key) == "Configuring", f"{key} is not Configuring")
    answer = send(probe, "requeueJob", key.partition(".")[0])
    report.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    gone = yield from report.until(lambda: state_of(probe, key) != "Configuring")
    report.tell(requirement, gone, f"{key} was requeued, and its job, and it stays Configuring")


def _register(requirement: str) -> None:
    @check(requirement, needs=Needs.CHANGE)
    def the_scenes_show_it(probe: Probe, _: None) -> None:
        """Where jobs and tasks run, are stopped and run again, this is seen to hold."""
        perform(probe, requirement)


for name in dict.fromkeys(name for one in SCENES for name in one.requirements):
    _register(name)
