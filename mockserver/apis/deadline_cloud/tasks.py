"""The operations on steps and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.apis.deadline_cloud import commands, paging, places, search
from mockserver.apis.deadline_cloud.caller import caller_of
from mockserver.apis.deadline_cloud.jobs import JobOperations
from mockserver.apis.deadline_cloud.refusals import (
    NotFoundError,
    ServiceError,
    StateConflictError,
)
from mockserver.apis.deadline_cloud.repeats import once
from mockserver.pipeline.call import Call, Reply
from mockserver.store.query import within

IDS = ("farmId", "queueId", "jobId", "stepId", "taskId")


class TaskOperations(JobOperations):
    """Steps and their tasks."""

    def list_steps(self, call: Call) -> Reply:
        """Return a page of the steps of a job."""
        places.require(self, "job", call.path)
        where = (within("job_id", [call.path["jobId"]]),)
        return paging.page(self, call, "steps", (self.steps, where, "summary"))

    def get_step(self, call: Call) -> Reply:
        """Return one step."""
        return Reply.ready(places.view(self, "step", call.path))

    @once
    def update_step(self, call: Call) -> Reply:
        """Command all tasks of a step."""
        places.require(self, "step", call.path)
        moment = self.world.clock.now()
        with self.parents.gathered():
            step = self.parents.step(call.path["stepId"])
            job = self.parents.job(call.path["jobId"])
            if job.state == "ARCHIVED":
                raise StateConflictError(
                    "An archived job cannot be modified.",
                    "STATUS_CONFLICT",
                    ("job", job.key),
                    job.state,
                )
            step.facts["updated"] = moment
            step.facts["updated_by"] = caller_of(call)
            target = self.service.machines["Step"].target(step.state, "updateStep")
            assert target is not None
            self.move(self.steps, step, target, moment, "updateStep")
            status = call.body["targetTaskRunStatus"]
            commands.command_many(self, "step_id", step, status, caller_of(call))
        return Reply.empty(200)

    def list_tasks(self, call: Call) -> Reply:
        """Return a page of the tasks of a step."""
        places.require(self, "step", call.path)
        where = (within("step_id", [call.path["stepId"]]),)
        return paging.page(self, call, "tasks", (self.tasks, where, "detail"))

    def get_task(self, call: Call) -> Reply:
        """Return one task."""
        return Reply.ready(places.view(self, "task", call.path))

    @once
    def update_task(self, call: Call) -> Reply:
        """Command one task."""
        self.command_task(call.path, call.body["targetRunStatus"], caller_of(call))
        return Reply.empty(200)

    def command_task(self, ids: Mapping[str, Any], target: str, caller: str) -> None:
        """Ask the task that *ids* name for the run status *target*."""
        with self.parents.gathered():
            task = places.resource(self, "task", ids)
            commands.command_one(self, task, target, caller)

    def search_tasks(self, call: Call) -> Reply:
        """Return a page of the tasks that fit."""
        farm, body = call.path["farmId"], call.body
        places.require(self, "farm", call.path)
        for queue in body["queueIds"]:
            places.require(self, "queue", {"farmId": farm, "queueId": queue})
        where = [within("queue_id", body["queueIds"])]
        if "jobId" in body:
            job = self.jobs.get(body["jobId"])
            if job is None or job.columns["farm_id"] != farm:
                raise NotFoundError("job", body["jobId"])
            where.append(within("job_id", [job.key]))
        rows, total = search.run(self.tasks, search.TASK_FIELDS, where, body)
        return search.reply("tasks", rows, total, body["itemOffset"])

    def batch_get_task(self, call: Call) -> Reply:
        """Return the tasks that can be read, and an error for each of the others."""
        tasks, errors = [], []
        for item in call.body["identifiers"]:
            ids = {name: item[name] for name in IDS}
            try:
                shown = orjson.loads(places.view(self, "task", ids))
            except ServiceError as error:
                errors.append({**ids, "code": error.code, "message": error.message})
            else:
                tasks.append({**ids, **shown})
        return Reply.json({"tasks": tasks, "errors": errors})

    @once
    def batch_update_task(self, call: Call) -> Reply:
        """Command several tasks, each on its own."""
        errors = []
        for item in call.body["tasks"]:
            ids = {name: item[name] for name in IDS}
            try:
                self.command_task(ids, item["targetRunStatus"], caller_of(call))
            except ServiceError as error:
                errors.append({**ids, "code": error.code, "message": error.message})
        return Reply.json({"errors": errors})
