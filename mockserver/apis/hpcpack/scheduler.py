"""HPC Pack's scheduler: how jobs, sweeps, tasks and subtasks move each other."""

from __future__ import annotations

from mockserver.apis.hpcpack import sweep
from mockserver.apis.hpcpack.course import STUCK, Course
from mockserver.apis.hpcpack.inventory import ENDED, UNENDED, WAITING
from mockserver.apis.hpcpack.layouts import JOBS
from mockserver.store import Resource

GIVEN_UP = "given up"
"""The fact of a task that was canceled before it began: requeueing its job leaves it alone."""


class Scheduler(Course):
    """The jobs and tasks of one cluster, and who follows whom."""

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
                self._queue_tasks(job, source, moment)
            case "Running":
                self._release_tasks(job)
            case "Failed" if source != "Finishing":
                self._take(job, "Validating", "Failed", moment)
            case "Canceled":
                self.stop_tasks(job, moment, forced=True)

    def _queue_tasks(self, job: Resource, source: str, moment: int) -> None:
        """Queue the tasks of a job that has been queued, for the first time or again."""
        if source in ENDED or source == "Running":
            self._requeue_tasks(job, moment)
        else:
            self._take(job, "Validating", "Queued", moment)
        for task in self.children(job.key, "Queued"):
            self._expand(task, moment)

    def _release_tasks(self, job: Resource) -> None:
        """Let the queued tasks of a job that runs begin when their time comes."""
        for task in self.tasks_of(job.key, "Queued"):
            self.schedule(self.tasks, task)
            if task.due is not None:
                self.tasks.update(task)
                self.world.expect(task.due)

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
        """Queue the tasks of a requeued job again, but for the Finished and the given up."""
        for task in self.tasks_of(job.key):
            if task.state in {"Finished", "Queued"} or task.facts.get("stopped") == GIVEN_UP:
                continue
            self.move(self.tasks, task, "Queued", moment, "job")

    def stop_tasks(
        self, job: Resource, moment: int, *, forced: bool, finishes: bool = False
    ) -> None:
        """Stop the tasks of a job: at once, or after the grace period if not *forced*."""
        for task in reversed(self.tasks_of(job.key, *WAITING, "Running", "Canceling")):
            current = self.tasks.get(task.key)
            if current is None or current.state in ENDED or current.state == "Finishing":
                continue
            self.stop(current, moment, forced=forced, finishes=finishes, fails=not finishes)

    def stop(
        self,
        task: Resource,
        moment: int,
        *,
        forced: bool,
        finishes: bool = False,
        fails: bool = False,
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
        job = self.jobs.get(columns["ParentJobId"])
        if columns["is_step"]:
            master = self.master_of(task)
            if job and master and job.state == master.state == "Running":
                self.conclude(master, moment)
            return
        if self.is_expanded(task):
            for step in self.children(task.key, *WAITING, "Running", "Canceling"):
                if task.facts.get("stopped") == GIVEN_UP:
                    step.facts["stopped"] = GIVEN_UP
                self.stop(step, moment, forced=True, finishes=task.state == "Finished")
        if job is None or job.state != "Running":
            return
        ends_job = "True" in {job.columns["FailOnTaskFailure"], columns["FailJobOnFailure"]}
        if task.state == "Failed" and ends_job:
            job.facts["outcome"] = "Failed"
            self.move(self.jobs, job, "Finishing", moment, "task")
            self.stop_tasks(job, moment, forced=True)
        elif job.columns["RunUntilCanceled"] != "True" and not self.has_children(job.key, *UNENDED):
            failed = self.has_children(job.key, "Failed")
            job.facts["outcome"] = "Failed" if failed else "Finished"
            self.move(self.jobs, job, "Finishing", moment, "task")

    def conclude(self, master: Resource, moment: int) -> None:
        """End a running sweep if all of its subtasks have ended."""
        if self.has_children(master.key, *UNENDED):
            return
        failed = self.has_children(master.key, "Failed")
        master.facts["outcome"] = "Failed" if failed else "Finished"
        master.facts["result"] = ["", 1 if failed else 0]
        self.move(self.tasks, master, "Finishing", moment, "subtask")
