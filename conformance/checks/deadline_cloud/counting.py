"""The counts of jobs and steps against their tasks."""

from __future__ import annotations

from conformance.checks.deadline_cloud.crew import varied
from conformance.checks.deadline_cloud.patience import insist
from conformance.checks.deadline_cloud.stage import Report, scene
from conformance.drivers.deadline_cloud_farm import (
    COMING,
    STILLBORN,
    Path,
    key_of,
    known_ids,
    listed,
    within,
)
from conformance.probe import Probe
from conformance.registry import check
from conformance.scenes import Steps

ALWAYS = "deadline-cloud/Job/counts-are-always-there"
ADD_UP = "deadline-cloud/Job/counts-add-up-to-the-tasks"
AS_MANY = "deadline-cloud/listTasks/as-many-as-the-step-counts"
UNFINISHED = "deadline-cloud/Job/end-only-when-finished"
MOST = 12
DONE = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "NOT_COMPATIBLE"})


def statuses(probe: Probe) -> list[str]:
    """Return the run statuses of the contract."""
    states: list[str] = list(probe.contract.lifecycles["Task"].states)
    return states


def census(probe: Probe, job: Path) -> str | None:
    """Return what the counts of a job say against its tasks, if anything."""
    shown = probe.ok("getJob", path=job).json.get("taskRunStatusCounts", {})
    found: dict[str, int] = {}
    for step in listed(probe, "listSteps", job):
        for task in listed(probe, "listTasks", {**job, "stepId": step["stepId"]}):
            found[task["runStatus"]] = found.get(task["runStatus"], 0) + 1
    if sum(shown.values()) == sum(found.values()):
        return None
    return f"job {job['jobId']} has {sum(found.values())} tasks, and counts {shown}"


def number_of_tasks(probe: Probe, step: Path) -> str | None:
    """Return what the list of a step's tasks says against its counts, if anything."""
    counts = probe.ok("getStep", path=step).json["taskRunStatusCounts"]
    found = listed(probe, "listTasks", step)
    if len(found) == sum(counts.values()):
        return None
    return f"step {step['stepId']} counts {counts}, and {len(found)} tasks are listed"


def _complete(probe: Probe) -> list[Path]:
    jobs = known_ids(probe, "jobs")
    ids = {key_of(within(one, "jobId")): within(one, "jobId") for one in jobs}
    return list(ids.values())[:MOST]


@check(ALWAYS)
def a_complete_job_counts_every_status(probe: Probe, _: object) -> None:
    """A job whose creation is complete shows a number for every run status."""
    judged = 0
    for path in _complete(probe):
        job = probe.ok("getJob", path=path).json
        if job["lifecycleStatus"] in COMING | STILLBORN:
            continue
        judged += 1
        missing = set(statuses(probe)) - set(job.get("taskRunStatusCounts", {}))
        probe.require(not missing, f"job {job['jobId']} counts no {', '.join(sorted(missing))}")
    probe.assume(judged, "no complete job is known")


@check(ADD_UP)
def the_counts_of_a_job_add_up(probe: Probe, _: object) -> None:
    """The counts of a job add up to the number of its tasks."""
    judged = 0
    for path in _complete(probe):
        status = probe.ok("getJob", path=path).json["lifecycleStatus"]
        if status not in COMING | STILLBORN:
            judged += 1
            insist(probe, lambda path=path: census(probe, path))  # type: ignore[misc]
    probe.assume(judged, "no complete job is known")


@check(AS_MANY)
def a_step_has_as_many_tasks_as_it_counts(probe: Probe, _: object) -> None:
    """The list of tasks is as long as the counts of the step say."""
    steps = {
        key_of(within(one, "stepId")): within(one, "stepId") for one in known_ids(probe, "tasks")
    }
    probe.assume(steps, "no step is known")
    for step in list(steps.values())[:MOST]:
        insist(probe, lambda step=step: number_of_tasks(probe, step))  # type: ignore[misc]


@scene("counts", {})
def _counts(report: Report) -> Steps:
    probe = report.probe
    for state in ("SUSPENDED", "CANCELED", "FAILED", "SUCCEEDED"):
        job = yield from varied(report, (state, "SUSPENDED", state), ("First", "Second"))
        words = census(probe, job.path)
        report.tell(ADD_UP, words is None, words or "")
        shown, found = job.read(), job.every_task()
        expected = {
            one: sum(task["runStatus"] == one for task in found.values()) for one in statuses(probe)
        }
        wrong = {
            one: number
            for one, number in shown.get("taskRunStatusCounts", {}).items()
            if number != expected[one]
        }
        words = f"the counts of job {shown['jobId']} are wrong: {wrong}, not {expected}"
        report.tell(ADD_UP, not wrong, words)
        is_open = any(task["runStatus"] not in DONE for task in found.values())
        words = f"job {shown['jobId']} is not finished and shows endedAt"
        report.tell(UNFINISHED, not (is_open and shown.get("endedAt")), words)
        for step in job.steps.values():
            said = number_of_tasks(probe, step)
            report.tell(AS_MANY, said is None, said or "")
