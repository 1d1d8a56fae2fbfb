"""What becomes of jobs that nobody stops."""

from __future__ import annotations

from conformance.checks.hpcpack.course import follows, listed, states
from conformance.checks.hpcpack.stage import scene
from conformance.drivers.hpcpack_cluster import add_task, create_job, make, order, state_of, submit
from conformance.drivers.hpcpack_subjects import send
from conformance.scenes import Report, Steps

ENTRANCE = frozenset({"Configuring", "Submitted", "Validating", "ExternalValidation"})
QUEUES = "hpcpack/Job/submitJob/Configuring-Queued"
RELEASES = "hpcpack/submitJob/releases-the-tasks"
FINISHES = "hpcpack/Job/finishes-when-its-tasks-finish"
FAILS = "hpcpack/Job/fails-when-a-task-fails"
OUTLIVES = "hpcpack/Job/run-until-canceled-outlives-its-tasks"
STEPS = "hpcpack/Subtask/one-for-each-step"
ASTERISK = "hpcpack/Subtask/asterisk-becomes-the-step"


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
    patience = probe.target.budget.reach + probe.target.budget.settle
    queued = yield from report.until(lambda: state_of(probe, job) not in ENTRANCE, patience)
    words = f"{patience:g} s after job {job} was submitted, it has not come to the queue"
    report.tell(QUEUES, queued, words)
    ended, state = yield from follows(report, job)
    if set(ended) == {"Finished"}:
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
    ended, state = yield from follows(report, job)
    report.assume("Failed" in ended, f"the tasks of job {job} are {', '.join(ended)}")
    words = f"the tasks of job {job} are {', '.join(ended)}, and it is {state}"
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
