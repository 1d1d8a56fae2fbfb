"""HPC Pack's scheduler: how jobs, tasks and subtasks move, and how they move each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from mockserver.api import Api
from mockserver.apis.hpcpack import cluster, seed, shell, sweep
from mockserver.apis.hpcpack.layouts import GROUPINGS, JOBS, PACE, TASKS
from mockserver.apis.hpcpack.properties import JOB, TASK, listed
from mockserver.clock import SECOND
from mockserver.service import Pace
from mockserver.store import Collection, Query, Resource
from mockserver.store.query import within

ENDED = frozenset({"Finished", "Failed", "Canceled"})
WAITING = ("Submitted", "Validating", "Queued", "Dispatching")
"""The states of a task that has been submitted and has not begun."""

UNENDED = ("Configuring", *WAITING, "Running", "Finishing", "Canceling")

BEGUN = ENDED | {"Dispatching", "Running", "Finishing", "Canceling"}
"""The states from which a job or a task starts anew when it is requeued."""

STUCK = "stuck in {}"
"""Whatever has this name never leaves that state on its own."""

GIVEN_UP = "given up"
"""The fact of a task that was canceled before it began: requeueing its job leaves it alone."""


class Scheduler(Api):
    """The jobs and tasks of one cluster, and what time and commands do to them."""

    NAME = "hpcpack"
    LAYOUTS = (JOBS, TASKS, GROUPINGS)
    PACE: ClassVar[Pace] = PACE
    IGNORES_CASE = True

    def __init__(self, service: Any, world: Any) -> None:
        super().__init__(service, world)
        self.jobs = self.collections[JOBS.name]
        self.tasks = self.collections[TASKS.name]
        self.groupings = self.collections[GROUPINGS.name]

    @cached_property
    def cluster(self) -> cluster.Cluster:
        """The machines, which never change in this world."""
        return cluster.build(self.world.seed, self.world.born)

    def seed(self, scenario: str) -> None:
        """Fill the world with jobs in all states."""
        seed.fill(self, scenario)

    # -- what is there -----------------------------------------------------------------------------

    def lifecycle_of(self, collection: Collection, resource: Resource) -> str | None:
        """Return Job, Task or Subtask."""
        if resource.columns.get("is_step"):
            return "Subtask"
        return super().lifecycle_of(collection, resource)

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a job or a task as a row of a list, and with all its properties."""
        if name == GROUPINGS.name:
            return {}
        book = JOB if name == JOBS.name else TASK
        values = book.values(resource)
        if self.service.options.validate_responses:
            schema = self.lifecycle_of(self.collections[name], resource)
            assert schema is not None
            self.service.check_view(schema, values)
        return {
            "row": {"Properties": listed(values, book.rows)},
            "detail": listed(values, book.names),
        }

    def tasks_of(self, job: int, *states: str, steps: bool | None = None) -> list[Resource]:
        """Return the tasks and subtasks of a job, or either; in their order; in any state if none."""
        where = [within("ParentJobId", [job])]
        if states:
            where.append(within("state", states))
        if steps is not None:
            where.append(within("is_step", [int(steps)]))
        return self.tasks.find(Query(tuple(where), ("rank",)))

    def steps_of(self, master: Resource, *states: str) -> list[Resource]:
        """Return the subtasks of a sweep, or those in some *states*."""
        where = [
            within("ParentJobId", [master.columns["ParentJobId"]]),
            within("JobTaskId", [master.columns["JobTaskId"]]),
            within("is_step", [1]),
        ]
        if states:
            where.append(within("state", states))
        return self.tasks.find(Query(tuple(where), ("rank",)))

    def _any(self, *where: Any) -> bool:
        return bool(self.tasks.find(Query(tuple(where)), 1))

    def _master(self, step: Resource) -> Resource | None:
        return self.tasks.get(step.key.rpartition(".")[0])

    # -- how long, and whereto ---------------------------------------------------------------------

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw which state follows on its own, and when; None if it takes more than time."""
        if resource.columns["Name"] == STUCK.format(resource.state):
            return None
        usual = super().plan(schema, resource, chance)
        if usual is None:
            return None
        decide = self._job_follows if schema == "Job" else self._task_follows
        target = decide(resource, usual[0])
        if target is None:
            return None
        wait = usual[1]
        seconds = resource.facts.get("seconds") if resource.state == "Running" else None
        return target, wait if seconds is None else max(int(seconds * SECOND), 1)

    def _job_follows(self, job: Resource, usual: str) -> str | None:
        columns = job.columns
        match job.state:
            case "Validating":
                if self._misplaced(job):
                    return "Failed"
                screened = columns["JobTemplate"].lower() == cluster.SCREENED.lower()
                return "ExternalValidation" if screened else usual
            case "Queued":
                return None if self._exceeds_cluster(job) else usual
            case "Running":
                keeps_on = columns["RunUntilCanceled"] == "True"
                return None if keeps_on or self._has_unended_tasks(job.key) else usual
            case "Finishing":
                return str(job.facts.get("outcome", usual))
        return usual

    def _task_follows(self, task: Resource, usual: str) -> str | None:
        match task.state:
            case "Queued":
                job = self.jobs.get(task.columns["ParentJobId"])
                return usual if job is not None and job.state == "Running" else None
            case "Running":
                return None if self.is_expanded(task) else usual
            case "Finishing" | "Canceling":
                return str(task.facts.get("outcome", usual))
        return usual

    def is_expanded(self, task: Resource) -> bool:
        return not task.columns["is_step"] and not task.columns["shown_expanded"]

    def _exceeds_cluster(self, job: Resource) -> bool:
        """Return whether the cluster will never have what *job* waits for."""
        columns = job.columns
        return bool(
            columns["MinCores"] > self.cluster.cores
            or columns["MinNodes"] > len(self.cluster.nodes)
            or columns["MinSockets"] > 2 * len(self.cluster.nodes)
        )

    def _misplaced(self, job: Resource) -> bool:
        """Return whether *job* names node groups, and the cluster has none of them."""
        named = [one for one in job.columns["grouping"].split(",") if one]
        return bool(named) and all(self.cluster.members(one) is None for one in named)

    def _has_unended_tasks(self, job: int) -> bool:
        return self._any(
            within("ParentJobId", [job]), within("is_step", [0]), within("state", UNENDED)
        )

    # -- what a state brings along -------------------------------------------------------------------

    def elapse(self, collection: Collection) -> Callable[[Resource], None]:
        """Return what carries out a due transition, unless another one has overtaken it."""
        act = super().elapse(collection)

        def unless_overtaken(resource: Resource) -> None:
            current = collection.get(resource.key)
            if current is not None and current.version == resource.version:
                act(current)

        return unless_overtaken

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a job or a task shows in its new state."""
        columns, facts = resource.columns, resource.facts
        columns["PreviousState"], columns["ChangeTime"] = source, moment
        match resource.state:
            case "Submitted":
                columns["SubmitTime"] = moment
            case "Queued" | "Configuring" if source in BEGUN:
                self._begin_anew(name, resource, moment)
            case "Running":
                columns["StartTime"], columns["EndTime"] = moment, None
                nodes = self.cluster.members("ComputeNodes") or []
                chance = self.world.chance("hpcpack nodes", resource.key, moment)
                columns["AllocatedNodes"] = chance.pick(nodes)
                if name == TASKS.name:
                    self._start(resource)
            case "Finished" | "Failed" | "Canceled":
                columns["EndTime"] = moment
                self._end(name, resource, source)
        if resource.state in ENDED:
            facts.pop("outcome", None)
            facts.pop("seconds", None)

    def _begin_anew(self, name: str, resource: Resource, moment: int) -> None:
        columns = resource.columns
        columns["RequeueCount"] += 1
        columns["StartTime"] = columns["EndTime"] = None
        columns["ErrorMessage"] = columns["AllocatedNodes"] = ""
        if name == TASKS.name:
            columns["ExitCode"], columns["Output"] = None, ""
        elif columns["SubmitTime"] is None:
            columns["SubmitTime"] = moment
        for fact in ("outcome", "seconds", "result", "stopped"):
            resource.facts.pop(fact, None)

    def _start(self, task: Resource) -> None:
        """Decide what a task that begins to run will write and return, and how long it takes."""
        if self.is_expanded(task):
            return
        job = self.jobs.get(task.columns["ParentJobId"])
        assert job is not None
        outcome = shell.run(task.columns["CommandLine"], sweep.variables(job, task))
        task.facts["result"] = [outcome.output, outcome.exit_code]
        limit = task.columns["RuntimeSeconds"]
        if outcome.slept:
            task.facts["seconds"] = outcome.slept
        if limit is not None and outcome.slept > limit:
            task.facts["seconds"] = limit
            task.facts["result"] = [outcome.output, -1]
        task.facts["outcome"] = "Failed" if task.facts["result"][1] else "Finished"

    def _end(self, name: str, resource: Resource, source: str) -> None:
        """Set what a job or task shows when it has ended."""
        columns, facts = resource.columns, resource.facts
        if name == JOBS.name:
            if resource.state == "Failed" and not columns["ErrorMessage"]:
                columns["ErrorMessage"] = (
                    "One or more tasks of the job have failed."
                    if source == "Finishing"
                    else "The job names no node group of this cluster."
                )
            return
        result = facts.get("result")
        if source != "Finishing" or result is None:
            return
        columns["Output"], columns["ExitCode"] = result
        if resource.state == "Failed" and not columns["ErrorMessage"]:
            columns["ErrorMessage"] = f"The task failed with exit code {result[1]}."

    # -- who follows whom ------------------------------------------------------------------------------

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Have tasks follow their job, sweeps and jobs their tasks."""
        if name == JOBS.name:
            self._lead(resource, source, moment)
        elif resource.state in ENDED:
            self._follow(resource, moment)
        elif resource.state == "Running" and self.is_expanded(resource):
            self.conclude(resource, moment)

    def _lead(self, job: Resource, source: str, moment: int) -> None:
        """Take the tasks of a job along to its new state."""
        match job.state:
            case "Submitted":
                self._take(job, "Configuring", "Submitted", moment)
            case "Validating":
                self._take(job, "Submitted", "Validating", moment)
            case "Queued":
                if source in ENDED or source == "Running":
                    self._requeue_tasks(job, moment)
                else:
                    self._take(job, "Validating", "Queued", moment)
                for task in self.tasks_of(job.key, "Queued", steps=False):
                    self._expand(task, moment)
            case "Running":
                for task in self.tasks_of(job.key, "Queued"):
                    self.schedule(self.tasks, task)
                    if task.due is not None:
                        self.tasks.update(task)
                        self.world.expect(task.due)
            case "Failed" if source != "Finishing":
                self._take(job, "Validating", "Failed", moment)
            case "Canceled":
                self.stop_tasks(job, moment, forced=True)

    def _take(self, job: Resource, source: str, target: str, moment: int) -> None:
        for task in self.tasks_of(job.key, source):
            if source == "Configuring" or task.columns["Name"] != STUCK.format(source):
                self.move(self.tasks, task, target, moment, "job")

    def _expand(self, master: Resource, moment: int) -> None:
        """Make the subtasks of a sweep that is queued for the first time."""
        if master.columns["Type"] != "ParametricSweep" or self.is_expanded(master):
            return
        steps = sweep.steps(master, moment)
        self.tasks.insert_many(steps)
        master.columns["shown_expanded"] = 0
        self.tasks.update(master)

    def _requeue_tasks(self, job: Resource, moment: int) -> None:
        """Queue the tasks of a requeued job again, but for those that Finished or never will run."""
        for task in self.tasks_of(job.key):
            if task.state in {"Finished", "Queued"} or task.facts.get("stopped") == GIVEN_UP:
                continue
            self.move(self.tasks, task, "Queued", moment, "job")

    def stop_tasks(self, job: Resource, moment: int, *, forced: bool, finishes: bool = False) -> None:
        """Stop the tasks of a job: at once, or after the grace period if not *forced*."""
        for task in self.tasks_of(job.key, *WAITING, "Running", "Canceling"):
            current = self.tasks.get(task.key)
            if current is None or current.state in ENDED or current.state == "Finishing":
                continue
            self.stop(current, moment, forced=forced, finishes=finishes, fails=not finishes)

    def stop(
        self, task: Resource, moment: int, *, forced: bool, finishes: bool = False, fails: bool = False
    ) -> None:
        """Stop one task on behalf of its job or its sweep; a running one *fails* if need be."""
        is_master = self.is_expanded(task)
        begun = task.state in {"Running", "Canceling"}
        target = "Finished" if finishes and begun else "Canceled"
        if begun and fails and not is_master:
            target = "Failed"
            task.columns["ErrorMessage"] = "The task was canceled with its job."
        if begun and not forced and not finishes:
            if task.state == "Canceling":
                return
            task.facts["outcome"] = target
            target = "Canceling"
        self.move(self.tasks, task, target, moment, "job")

    def _follow(self, task: Resource, moment: int) -> None:
        """Have the sweep or the job of a task that has ended find out whether it has, too."""
        columns = task.columns
        if columns["is_step"]:
            master = self._master(task)
            if master is not None and master.state == "Running":
                self.conclude(master, moment)
            return
        if self.is_expanded(task):
            for step in self.steps_of(task, *WAITING, "Running", "Canceling"):
                if task.facts.get("stopped") == GIVEN_UP:
                    step.facts["stopped"] = GIVEN_UP
                self.stop(step, moment, forced=True, finishes=task.state == "Finished")
        job = self.jobs.get(columns["ParentJobId"])
        if job is None or job.state != "Running":
            return
        ends_job = "True" in {job.columns["FailOnTaskFailure"], columns["FailJobOnFailure"]}
        if task.state == "Failed" and ends_job:
            job.facts["outcome"] = "Failed"
            self.move(self.jobs, job, "Finishing", moment, "task")
            self.stop_tasks(job, moment, forced=True)
        elif job.columns["RunUntilCanceled"] != "True" and not self._has_unended_tasks(job.key):
            failed = self._any(
                within("ParentJobId", [job.key]), within("is_step", [0]), within("state", ["Failed"])
            )
            job.facts["outcome"] = "Failed" if failed else "Finished"
            self.move(self.jobs, job, "Finishing", moment, "task")

    def conclude(self, master: Resource, moment: int) -> None:
        """End a running sweep if all of its subtasks have ended."""
        if self.steps_of(master, *UNENDED):
            return
        failed = bool(self.steps_of(master, "Failed"))
        master.facts["outcome"] = "Failed" if failed else "Finished"
        master.facts["result"] = ["", 1 if failed else 0]
        self.move(self.tasks, master, "Finishing", moment, "subtask")
