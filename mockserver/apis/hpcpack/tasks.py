"""The operations on tasks and on subtasks."""

from __future__ import annotations

from mockserver.apis.hpcpack import listing, sweep
from mockserver.apis.hpcpack.faults import Code, SchedulerError
from mockserver.apis.hpcpack.inventory import WAITING
from mockserver.apis.hpcpack.jobs import JobOperations
from mockserver.apis.hpcpack.listing import Listing
from mockserver.apis.hpcpack.properties import TASK, settings
from mockserver.apis.hpcpack.scheduler import GIVEN_UP
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Condition, Resource
from mockserver.store.query import within

CLOSED = frozenset({"Finishing", "Finished", "Canceling"})
"""The states of a job that takes no more tasks, for it will not run again."""


class TaskOperations(JobOperations):
    """Tasks: the command lines of a job; and what they share with subtasks."""

    def list_tasks(self, call: Call) -> Reply:
        """Return a page of the tasks of a job."""
        job = self.job(call)
        wanted = listing.asked(call, "sortTasksBy", job.key)
        shown = "shown_expanded" if wanted.expanded else "shown_unexpanded"
        where = [within("ParentJobId", [job.key]), within(shown, [1])]
        where += listing.conditions(
            wanted.filter,
            {
                "taskstate": self._in_task_state,
                "taskstates": self._in_task_state,
                "taskids": lambda text: listing.numbers("JobTaskId", text),
                "taskinstanceids": lambda text: listing.numbers("InstanceId", text),
                "changetimefrom": lambda text: listing.since("ChangeTime", text),
            },
        )
        name = TASK.canonical(wanted.sort) or "TaskId"
        column = {"TaskId": "rank", "State": "state"}.get(name, name)
        found = Listing(self.tasks, tuple(where), column, "rank", wanted.ascending)
        return self.list_rows(call, TASK, wanted, found)

    def _in_task_state(self, text: str) -> Condition:
        return listing.states(self.service.machines["Task"].lifecycle.states, text)

    def add_task(self, call: Call) -> Reply:
        """Add a task to a job."""
        job = self.own_job(call)
        if job.state in CLOSED:
            message = f"Job {job.key} is {job.state}, so it takes no more tasks."
            raise SchedulerError(Code.TASK_ADDED_IN_WRONG_STATE, message)
        task = self.add_new_task(job, TASK.parse(settings(call.body)))
        return self.answer(call, b"%d" % task.columns["JobTaskId"])

    def get_task(self, call: Call) -> Reply:
        """Return the properties of a task."""
        detail = self.tasks.view(self.task(call).key, "detail")
        return self.show(call, TASK, detail or b"[]")

    def set_task_properties(self, call: Call) -> Reply:
        """Change properties of a task."""
        self.own_job(call)
        return self._set_task(call, self.task(call), ("Configuring",))

    def _set_task(self, call: Call, task: Resource, states: tuple[str, ...]) -> Reply:
        if task.state not in states:
            message = f"Task {task.key} is {task.state}, so it cannot be changed."
            raise SchedulerError(Code.TASK_STATE_FORBIDS_CHANGE, message)
        values = TASK.parse(settings(call.body))
        task.columns |= values
        if not task.columns["is_step"] and not self.is_expanded(task):
            sweep.complete(task.columns)
        task.columns["ChangeTime"] = self.world.clock.now()
        self.tasks.update(task)
        return Reply.empty(204)

    def get_task_custom_properties(self, call: Call) -> Reply:
        """Return custom properties of a task."""
        return self.list_custom(call, self.task(call))

    def set_task_custom_properties(self, call: Call) -> Reply:
        """Give custom properties of a task their values."""
        return self._set_task_facts(call, "custom")

    def get_task_environment_variables(self, call: Call) -> Reply:
        """Return environment variables of a task."""
        return self.list_variables(call, self.task(call))

    def set_task_environment_variables(self, call: Call) -> Reply:
        """Give environment variables of a task their values."""
        return self._set_task_facts(call, "variables")

    def _set_task_facts(self, call: Call, name: str) -> Reply:
        self.own_job(call)
        task = self.task(call)
        task.facts[name] |= dict(settings(call.body))
        self.tasks.update(task)
        return Reply.empty(204)

    def cancel_task(self, call: Call) -> Reply:
        """End a task, or a sweep with all that is left of it."""
        self.own_job(call)
        return self._cancel(call, self.task(call), "cancelTask")

    def finish_task(self, call: Call) -> Reply:
        """End a task as Finished."""
        self.own_job(call)
        return self._finish(call, self.task(call), "finishTask")

    def requeue_task(self, call: Call) -> Reply:
        """Take a task back to Configuring, and with a sweep those subtasks that can be."""
        self.own_job(call)
        return self._requeue(self.task(call), "requeueTask")

    # -- subtasks ------------------------------------------------------------------------------

    def get_subtask(self, call: Call) -> Reply:
        """Return the properties of a subtask."""
        detail = self.tasks.view(self.subtask(call).key, "detail")
        return self.show(call, TASK, detail or b"[]")

    def set_subtask_properties(self, call: Call) -> Reply:
        """Change properties of a subtask."""
        self.own_job(call)
        return self._set_task(call, self.subtask(call), ("Configuring", "Queued"))

    def cancel_subtask(self, call: Call) -> Reply:
        """End one step of a sweep."""
        self.own_job(call)
        return self._cancel(call, self.subtask(call), "cancelSubtask")

    def finish_subtask(self, call: Call) -> Reply:
        """End one step of a sweep as Finished."""
        self.own_job(call)
        return self._finish(call, self.subtask(call), "finishSubtask")

    def requeue_subtask(self, call: Call) -> Reply:
        """Take one step of a sweep back to Configuring."""
        self.own_job(call)
        return self._requeue(self.subtask(call), "requeueSubtask")

    # -- what both do --------------------------------------------------------------------------

    def _task_target(self, task: Resource, command: str, number: Code) -> str:
        """Return where *command* takes *task*; raise `SchedulerError` if its state forbids it."""
        schema = self.lifecycle_of(self.tasks, task) or "Task"
        target = self.service.machines[schema].target(task.state, command)
        if target is None:
            raise SchedulerError(number, f"Task {task.key} is {task.state}: no {command} now.")
        return target

    def _cancel(self, call: Call, task: Resource, command: str) -> Reply:
        target = self._task_target(task, command, Code.INVALID_CANCEL_TASK_STATE)
        now = self.world.clock.now()
        task.columns["ErrorMessage"] = call.body or "The task was canceled."
        if task.state == "Running":
            task.facts["outcome"] = "Canceled"
            if not call.query["forced"]:
                target = "Canceling"
        else:
            task.facts["stopped"] = GIVEN_UP
        self.move(self.tasks, task, target, now, command)
        if target == "Canceling" and self.is_expanded(task):
            for step in self.children(task.key, *WAITING, "Running"):
                self.stop(step, now, forced=False)
        return Reply.empty(204)

    def _finish(self, call: Call, task: Resource, command: str) -> Reply:
        target = self._task_target(task, command, Code.INVALID_OPERATION)
        now = self.world.clock.now()
        task.columns["ErrorMessage"] = call.body or ""
        if task.state == "Running" and self.is_expanded(task):
            target = "Finishing"
            task.facts["outcome"] = "Finished"
            task.facts["result"] = ["", 0]
        self.move(self.tasks, task, target, now, command)
        if target == "Finishing":
            for step in self.children(task.key, *WAITING, "Running", "Canceling"):
                self.stop(step, now, forced=True, finishes=True)
        return Reply.empty(204)

    def _requeue(self, task: Resource, command: str) -> Reply:
        target = self._task_target(task, command, Code.ONLY_ENDED_TASKS_ARE_REQUEUED)
        now = self.world.clock.now()
        self.move(self.tasks, task, target, now, command)
        if self.is_expanded(task):
            for step in self.children(task.key, "Failed", "Canceled", "Queued"):
                self.move(self.tasks, step, target, now, command)
        return Reply.empty(204)
