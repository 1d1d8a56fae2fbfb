"""The words for a Deadline repository: its jobs, their tasks, the commands to them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from conformance.answer import Answer
from conformance.drivers.subject import example_body
from conformance.mode import Resource
from conformance.probe import Probe

Task = Mapping[str, Any]
TaskList = int | str | Sequence[object] | None

NOBODY = "0" * 24
NOBODY_TOO = "-nobody"
ABSENT = frozenset({404, 405, 410, 501})
UNSET = "0001-01-01"


class Stat(IntEnum):
    """The states of a task, as Deadline numbers them."""

    UNKNOWN = 1
    QUEUED = 2
    SUSPENDED = 3
    RENDERING = 4
    COMPLETED = 5
    FAILED = 6
    PENDING = 8

    __str__ = int.__repr__


QUIET = frozenset({Stat.SUSPENDED, Stat.COMPLETED, Stat.FAILED})
"""What no scheduler leaves by itself."""

LED_TO = {
    Stat.PENDING: "pend",
    Stat.FAILED: "fail",
    Stat.COMPLETED: "complete",
    Stat.SUSPENDED: "suspend",
    Stat.QUEUED: "requeue",
}
"""The command that brings a task into a state, in an order in which a job is suspended last."""


def is_nobody(job: str) -> bool:
    """Whether no job can have that ID: the suite makes such IDs up to ask for nothing."""
    return set(job) == {"0"} or job.endswith(NOBODY_TOO)


def submission(probe: Probe, frames: str, chunk: int = 1, *, way: str = "create") -> dict[str, Any]:
    """Return a body that makes a job: the target file's, or the contract's example.

    *way* names a body of the target file for jobs that take a certain course; without one of that
    name it is as good as `create`.
    """
    given = probe.known.get(way) or probe.known.get("create")
    body = given or example_body(probe.contract, probe.contract.operations["createJob"])
    made: dict[str, Any] = copy.deepcopy(dict(body))
    made["JobInfo"] = {**made.get("JobInfo", {}), "Frames": frames, "ChunkSize": chunk}
    return made


def create_job(probe: Probe, body: Mapping[str, Any]) -> str:
    """Make a job and return its ID; unsupported if the target takes no jobs."""
    answer = probe.call("createJob", body=body)
    if answer.status in ABSENT:
        probe.unsupported(f"jobs cannot be made here: {answer.exchange}")
    probe.assume(answer.is_success, f"{answer.exchange}, so there is no job to work on")
    return str(answer.json["_id"])


def read_tasks(probe: Probe, job: str) -> list[dict[str, Any]]:
    """Return all tasks of a job."""
    tasks: list[dict[str, Any]] = probe.ok("getTasks", query={"JobID": job}).json["Tasks"]
    return tasks


def read_stats(probe: Probe, job: str) -> dict[int, int]:
    """Return the state of each task of a job."""
    return {task["TaskID"]: task["Stat"] for task in read_tasks(probe, job)}


def read_task(probe: Probe, job: str, task: int) -> dict[str, Any]:
    """Return one task."""
    answer = probe.ok("getTasks", query={"JobID": job, "TaskID": task})
    return single(probe, answer)


def single(probe: Probe, answer: Answer) -> dict[str, Any]:
    """Return the one task in an answer; a violation if it is none or several."""
    body = answer.json
    if isinstance(body, Mapping) and "TaskID" not in body and isinstance(body.get("Tasks"), list):
        body = body["Tasks"]
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    probe.require(
        isinstance(body, dict) and "TaskID" in body, f"{answer.exchange} does not hold one task"
    )
    found: dict[str, Any] = body
    return found


def read_jobs(probe: Probe, jobs: Sequence[str] = (), **query: object) -> list[dict[str, Any]]:
    """Return jobs, those named if any are; unsupported if the target lists none."""
    asked = {"JobID": list(jobs) or None, **query}
    answer = probe.call("listJobs", query={name: one for name, one in asked.items() if one})
    if answer.status in ABSENT:
        probe.unsupported(f"jobs cannot be read here: {answer.exchange}")
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    found: list[dict[str, Any]] = answer.json
    return found


def read_job(probe: Probe, job: str) -> dict[str, Any]:
    """Return one job."""
    found = [one for one in read_jobs(probe, [job]) if one["_id"] == job]
    probe.assume(found, f"the job {job} is not listed")
    return found[0]


def order(probe: Probe, word: str, job: str, tasks: TaskList = None, **more: object) -> Answer:
    """Send a command to tasks of a job; without *tasks* there is no TaskList."""
    body: dict[str, object] = {"Command": word, "JobID": job, **more}
    if tasks is not None:
        body["TaskList"] = list(tasks) if isinstance(tasks, tuple) else tasks
    return probe.call("commandTasks", body=body)


def order_job(probe: Probe, word: str, job: str) -> Answer:
    """Send a command to a job as a whole; unsupported if the target takes none."""
    answer = probe.call("commandJobs", body={"Command": word, "JobID": job})
    if answer.status in ABSENT:
        probe.unsupported(f"jobs take no commands here: {answer.exchange}")
    return answer


def known_jobs(probe: Probe) -> list[str]:
    """Return the jobs that may be looked at: the one given first, then some in each state."""
    found = [str(probe.known["job_id"])] if probe.known.get("job_id") is not None else []
    by_state = probe.known.get("jobs", {})
    if isinstance(by_state, Mapping):
        longest = max(map(len, by_state.values()), default=0)
        found += [
            str(jobs[index])
            for index in range(longest)
            for jobs in by_state.values()
            if index < len(jobs)
        ]
    return list(dict.fromkeys(found))


def owned(probe: Probe, jobs: Iterable[str]) -> list[str]:
    """Return those of the jobs that the run may change."""
    return [one for one in jobs if probe.visit.gate.owns(Resource("Job", one))]
