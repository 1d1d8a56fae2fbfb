"""How steps, jobs and queues follow their tasks.

Everything that moves at once is gathered: steps and jobs are read once, counted as tasks move, and
written at the end, when it is clear which steps have what they wait for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud.layouts import ACTIVE, FINISHED, PRECEDENCE
from mockserver.store import Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState


def status_of(counts: dict[str, int]) -> str:
    """Return the run status of a step or a job whose tasks are so many in each state."""
    return next((state for state in PRECEDENCE if counts[state]), "PENDING")


class Parents:
    """The steps and jobs whose tasks are moving."""

    def __init__(self, api: DeadlineState) -> None:
        self._api = api
        self._depth = 0
        self._jobs: dict[str, Resource] = {}
        self._steps: dict[str, Resource] = {}
        self._unsettled: set[str] = set()
        self._changed: set[str] = set()
        self._moment = 0

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Let parents follow what moves inside when all of it has moved; nests."""
        if self._depth:
            yield
            return
        self._depth = 1
        try:
            with self._api.world.database.transaction():
                yield
                if self._changed:
                    self._settle()
        finally:
            self._depth = 0
            for one in (self._jobs, self._steps, self._unsettled, self._changed):
                one.clear()

    def job(self, key: str) -> Resource:
        """Return the job with *key*, the same object until everything has settled."""
        found = self._jobs.get(key)
        if found is None:
            found = self._jobs[key] = _existing(self._api.jobs.get(key))
        return found

    def step(self, key: str) -> Resource:
        """Return the step with *key*, the same object until everything has settled."""
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = _existing(self._api.steps.get(key))
        return found

    def hold(self, job: Resource, steps: list[Resource], moment: int) -> None:
        """Take up a job that has just got its *steps*."""
        self._jobs[job.key] = job
        for step in steps:
            self._steps[step.key] = step
            self._changed.add(step.key)
            self._unsettled.add(step.key)
        self._changed.add(job.key)
        self._moment = moment

    def follow(self, task: Resource, source: str, moment: int) -> None:
        """Count *task*, which has come from *source*, anew."""
        step, job = self.step(task.columns["step_id"]), self.job(task.columns["job_id"])
        for parent in (step, job):
            counts = parent.facts["counts"]
            counts[source] -= 1
            counts[task.state] += 1
            self._changed.add(parent.key)
        if task.state == "RUNNING":
            if step.facts.get("started") is None:
                step.facts["started"] = moment
            if job.columns.get("started") is None:
                job.columns["started"] = moment
        self._unsettled.add(step.key)
        self._moment = moment

    def retried(self, task: Resource) -> None:
        """Count one more try of *task*."""
        for parent in (self.step(task.columns["step_id"]), self.job(task.columns["job_id"])):
            parent.facts["retries"] += 1
            self._changed.add(parent.key)

    # -- at the end ----------------------------------------------------------------------------

    def _settle(self) -> None:
        while self._unsettled:
            steps, self._unsettled = sorted(self._unsettled), set()
            for key in steps:
                self._resolve(self.step(key))
            for key in sorted({self.step(one).columns["job_id"] for one in steps}):
                self._api.workers.hand_out(self.job(key), self._moment)
        for key in sorted(self._changed & self._steps.keys()):
            step = self._steps[key]
            facts = step.facts
            facts["run_status"] = status_of(facts["counts"])
            facts["ended"] = self._ended(facts["counts"], facts.get("ended"))
            self._api.steps.update(step)
        for key in sorted(self._changed & self._jobs.keys()):
            self._write(self._jobs[key])

    def _ended(self, counts: dict[str, int], ended: int | None) -> int | None:
        """Return when a step or a job ended: None while there is a task that has not."""
        if any(count for state, count in counts.items() if state not in FINISHED):
            return None
        return self._moment if ended is None else ended

    def _resolve(self, step: Resource) -> None:
        """Let the steps that wait for *step* know, and its own tasks wait or be ready."""
        for key in step.facts["consumers"]:
            consumer = self.step(key)
            missing = sum(not is_resolved(self.step(one)) for one in consumer.facts["depends_on"])
            self._changed.add(key)
            if missing != consumer.facts["unresolved"]:
                consumer.facts["unresolved"] = missing
                self._wait(consumer)
        self._wait(step)

    def _wait(self, step: Resource) -> None:
        """Make the pending tasks of *step* ready if it waits for nothing, else have them wait."""
        counts = step.facts["counts"]
        source, target = "PENDING", "READY"
        if self.must_wait(step):
            source, target = target, source
        if not counts[source]:
            return
        api = self._api
        query = Query((within("step_id", [step.key]), within("state", [source])), ("ordinal",))
        for task in api.tasks.find(query):
            api.move(api.tasks, task, target, self._moment, "dependencies")

    def must_wait(self, step: Resource) -> bool:
        """Return whether the tasks of *step* may not be ready yet."""
        return bool(step.facts["unresolved"])

    def _write(self, job: Resource) -> None:
        columns = job.columns
        before = columns.get("run_status")
        counts = job.facts["counts"]
        columns["run_status"] = status_of(counts)
        columns["ended"] = self._ended(counts, columns.get("ended"))
        self._api.jobs.update(job)
        if (before in ACTIVE) != (columns["run_status"] in ACTIVE):
            self._follow_with_queue(columns["queue_id"])

    def _follow_with_queue(self, key: str) -> None:
        """Have a queue show whether it gives out work."""
        api = self._api
        queue = _existing(api.queues.get(key))
        jobs = Query((within("queue_id", [key]), within("run_status", sorted(ACTIVE))))
        state = "IDLE"
        if api.jobs.count(jobs):
            state = "SCHEDULING_BLOCKED" if is_blocked(queue) else "SCHEDULING"
        if state != queue.state:
            api.move(api.queues, queue, state, self._moment, "jobs")


def is_resolved(step: Resource) -> bool:
    """Return whether steps that depend on *step* need wait no longer."""
    counts: dict[str, Any] = step.facts["counts"]
    return bool(counts["SUCCEEDED"] == sum(counts.values()))


def is_blocked(queue: Resource) -> bool:
    """Return whether *queue* gives out no work: it needs a budget and nobody can give it one."""
    return bool(queue.facts["settings"]["defaultBudgetAction"] != "NONE")


def _existing(found: Resource | None) -> Resource:
    if found is None:
        raise LookupError("a task belongs to a step, a job and a queue that are there")
    return found
