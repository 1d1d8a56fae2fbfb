"""The operations on jobs."""

from __future__ import annotations

from typing import Any

from mockserver.apis.deadline_cloud import building, commands, paging, places, search
from mockserver.apis.deadline_cloud.caller import caller_of
from mockserver.apis.deadline_cloud.farms import FarmOperations
from mockserver.apis.deadline_cloud.refusals import (
    NotFoundError,
    StateConflictError,
    invalid_field,
)
from mockserver.apis.deadline_cloud.repeats import once
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource
from mockserver.store.query import within

ARCHIVABLE = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "SUSPENDED"})

SETTINGS = {
    "maxFailedTasksCount": "max_failed",
    "maxRetriesPerTask": "max_retries",
    "maxWorkerCount": "max_workers",
    "description": "description",
}
"""What updateJob changes among the facts of a job."""


class JobOperations(FarmOperations):
    """Jobs."""

    def list_jobs(self, call: Call) -> Reply:
        """Return a page of the jobs of a queue."""
        places.require(self, "queue", call.path)
        where = (within("queue_id", [call.path["queueId"]]),)
        return paging.page(self, call, "jobs", (self.jobs, where, "summary"))

    @once
    def create_job(self, call: Call) -> Reply:
        """Accept a job; its steps and tasks come when its template has been worked through."""
        places.require(self, "queue", call.path, call.operation_id)
        queue = places.resource(self, "queue", call.path)
        body = call.body
        if "template" not in body:
            if "sourceJobId" not in body:
                raise invalid_field("template", "is required without a sourceJobId")
            source = self.jobs.get(body["sourceJobId"])
            if source is None or source.columns["farm_id"] != call.path["farmId"]:
                raise NotFoundError("job", body["sourceJobId"])
        job = building.new_job(self, queue, body, caller_of(call), self.world.clock.now())
        self.add(self.jobs, job)
        return Reply.json({"jobId": job.key}, 201)

    def get_job(self, call: Call) -> Reply:
        """Return one job."""
        return Reply.ready(places.view(self, "job", call.path))

    @once
    def update_job(self, call: Call) -> Reply:
        """Change the settings of a job, command its tasks, or put it away."""
        places.require(self, "job", call.path)
        body = call.body
        with self.parents.gathered():
            job = self.parents.job(call.path["jobId"])
            known = {*SETTINGS, "targetTaskRunStatus", "priority", "name", "lifecycleStatus"}
            if not known & body.keys():
                return Reply.empty(200)
            command = "archive" if "lifecycleStatus" in body else "update"
            target = self.service.machines["Job"].target(job.state, command)
            if target is None or (command == "archive" and not self.can_archive(job)):
                status = job.state if target is None else str(job.columns["run_status"])
                raise StateConflictError(
                    f"The job is {status}: no {command} now.",
                    "STATUS_CONFLICT",
                    ("job", job.key),
                    status,
                )
            self._change(job, body)
            job.columns["updated"] = self.world.clock.now()
            job.facts["updated_by"] = caller_of(call)
            self.move(self.jobs, job, target, self.world.clock.now(), "updateJob")
            if "targetTaskRunStatus" in body and target != "ARCHIVED":
                status = body["targetTaskRunStatus"]
                commands.command_many(self, "job_id", job, status, caller_of(call))
        return Reply.empty(200)

    def can_archive(self, job: Resource) -> bool:
        """Return whether *job* has come to an end, so that it may be put away."""
        return job.columns["run_status"] in ARCHIVABLE

    def _change(self, job: Resource, body: dict[str, Any]) -> None:
        for name in ("priority", "name"):
            if name in body:
                job.columns[name] = body[name]
        for name, fact in SETTINGS.items():
            if name in body:
                job.facts[fact] = body[name]

    def search_jobs(self, call: Call) -> Reply:
        """Return a page of the jobs that fit."""
        farm, body = call.path["farmId"], call.body
        places.require(self, "farm", call.path)
        for queue in body["queueIds"]:
            places.require(self, "queue", {"farmId": farm, "queueId": queue})
        where = [within("queue_id", body["queueIds"])]
        rows, total = search.run(self.jobs, search.JOB_FIELDS, where, body)
        return search.reply("jobs", rows, total, body["itemOffset"])
