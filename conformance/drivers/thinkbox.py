"""What the suite must be told about Thinkbox Deadline: jobs are made, tasks are what lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance import drivers
from conformance.answer import Answer, Call
from conformance.drivers import Recipe, generic
from conformance.drivers.thinkbox_answers import recipes
from conformance.drivers.thinkbox_repository import (
    LED_TO,
    Stat,
    create_job,
    is_nobody,
    known_jobs,
    order,
    owned,
    read_jobs,
    read_stats,
    submission,
)
from conformance.drivers.thinkbox_subjects import Jobs, Loans, Tasks
from conformance.failures import NotReached, Outcome, Unsupported
from conformance.mode import Resource, Touch
from conformance.probe import Probe
from specs.contract import Contract

WORDS = {0: "Unknown", 1: "Active", 2: "Suspended", 3: "Completed", 4: "Failed", 6: "Pending"}
MOST_JOBS = 20  # looked at in search of one in each state
MOST_TASKS = 6  # remembered of each state


class Driver(generic.Driver):
    """Knows what a body touches, and how to work on a job that the target file lends.

    A target file says, all of it optional: `job_id`, a job to look at; `jobs`, IDs by the word for
    their state; `tasks`, by number of state, some tasks as {JobID, TaskID}; `create`, a body that
    makes a job; `create_slow`, `create_waiting` and `create_vanishing`, bodies of jobs whose tasks
    render for long, never start, or become Unknown. What is listed under `touch` as a `Job` is
    worked on where no job can be made, and brought back in the end.
    """

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self.borrowed: dict[str, dict[int, int]] = {}  # job -> its tasks as they were
        self._in_use: set[str] = set()

    def touches(self, call: Call) -> Touch:
        """Return the job that is named; what names none is refused and touches nothing."""
        body: Mapping[str, Any] = call.body if isinstance(call.body, Mapping) else {}
        if call.body not in (None, b"") and not body and call.body != {}:
            return Touch.everything()
        match call.operation_id:
            case "createJob":
                return Touch.creates() if body else Touch.nothing()
            case "commandTasks" | "commandJobs":
                named = [body["JobID"]] if "JobID" in body else []
            case "deleteJobs":
                named = [one for text in call.values("JobID") for one in text.split(",")]
                if not any(named):
                    return Touch.everything()
            case _:
                named = [*call.values("JobID"), *([body["JobID"]] if "JobID" in body else [])]
        if not all(isinstance(one, str) for one in named):
            return Touch.everything()
        changed = [one for one in named if one and not is_nobody(one)]
        return Touch.these("Job", changed) if changed else Touch.nothing()

    def made(self, call: Call, answer: Answer) -> Iterable[Resource]:
        """Return the job in the answer to a submission."""
        if call.operation_id == "createJob" and answer.is_success:
            body = answer.json
            if isinstance(body, Mapping) and body.get("_id") is not None:
                yield Resource("Job", str(body["_id"]))

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Return some jobs by the word for their state, and some of their tasks."""
        found: dict[str, Any] = {}
        if "jobs" not in probe.known:
            try:
                found["jobs"] = self._jobs(probe)
            except Outcome:
                found["jobs"] = {}
        if "tasks" not in probe.known:
            given = [str(probe.known["job_id"])] if "job_id" in probe.known else []
            first = [jobs[0] for jobs in found.get("jobs", {}).values()]
            found["tasks"] = self._tasks(probe, [*given, *first])
        return found

    def _jobs(self, probe: Probe) -> dict[str, list[str]]:
        answer = probe.ok("listJobs", query={"IdOnly": True})
        jobs: dict[str, list[str]] = {}
        ids = [one for one in answer.json if isinstance(one, str)][:MOST_JOBS]
        for job in read_jobs(probe, ids) if ids else ():
            jobs.setdefault(WORDS.get(job.get("Stat", 0), "Unknown"), []).append(job["_id"])
        return jobs

    def _tasks(self, probe: Probe, jobs: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        tasks: dict[str, list[dict[str, Any]]] = {}
        for job in dict.fromkeys(jobs):
            try:
                stats = read_stats(probe, job)
            except Outcome:
                continue
            for task, stat in stats.items():
                same = tasks.setdefault(str(stat), [])
                if len(same) < MOST_TASKS:
                    same.append({"JobID": job, "TaskID": task})
        return tasks

    def parameter(self, probe: Probe, operation_id: str, name: str) -> Sequence[object]:  # noqa: ARG002 - no path has a parameter
        return known_jobs(probe) if name == "JobID" else ()

    def subjects(self) -> Mapping[str, drivers.Subject]:
        return {"Task": Tasks(self), "Job": Jobs(), "Loan": Loans(self)}

    def provoke(self, probe: Probe) -> Iterable[Recipe]:  # noqa: ARG002 - they look for themselves
        return recipes(self)

    def job_to_change(self, probe: Probe, size: int, *, way: str = "create", **info: object) -> str:
        """Return a job with at least so many tasks: a new one, or one that is lent to us."""
        body = submission(probe, f"1-{size}" if size > 1 else "1", way=way)
        body["JobInfo"] |= info
        try:
            return create_job(probe, body)
        except Unsupported as outcome:
            for job in owned(probe, known_jobs(probe)):
                if len(self.borrow(probe, job)) >= size:
                    return job
            probe.unsupported(f"{outcome.reason}, and no job with {size} tasks is lent")

    def task_to_change(self, probe: Probe) -> tuple[str, int]:
        """Return a queued task and its job: a new one, or one that is lent and not in use."""
        try:
            return create_job(probe, submission(probe, "1-2")), 0
        except Unsupported as outcome:
            jobs = owned(probe, known_jobs(probe))
            if not jobs:
                probe.unsupported(f"{outcome.reason}, and no job is lent")
        for job in jobs:
            for task in self.borrow(probe, job):
                if self.claim(job, task):
                    order(probe, "requeue", job, [task])
                    return job, task
        raise NotReached("each task that is lent is in use already")

    def claim(self, job: str, task: int) -> bool:
        """Take a task for one walk alone; whether it was still free."""
        key = f"{job}_{task}"
        if key in self._in_use:
            return False
        self._in_use.add(key)
        return True

    def borrow(self, probe: Probe, job: str) -> dict[int, int]:
        """Return how the tasks of a job were before we began; they are brought back in the end."""
        if job not in self.borrowed:
            self.borrowed[job] = read_stats(probe, job)
            probe.made("Loan", job)
        return self.borrowed[job]

    def give_back(self, probe: Probe, job: str) -> bool:
        """Bring each task of a borrowed job back to where it was; whether that went well."""
        before = self.borrowed.get(job, {})
        now = read_stats(probe, job)
        wanted = {task: stat for task, stat in before.items() if now.get(task, stat) != stat}
        if any(stat in {Stat.PENDING, Stat.RENDERING} for stat in wanted.values()):
            order(probe, "requeue", job, list(wanted))  # or the job may refuse, being suspended
        went_well = True
        for stat, word in LED_TO.items():
            tasks = [
                task
                for task, was in wanted.items()
                if was == stat or (stat is Stat.QUEUED and was == Stat.RENDERING)
            ]
            if tasks:
                went_well &= order(probe, word, job, tasks).is_success
        return went_well
