"""Thinkbox Deadline 10, Tasks: handlers for `specs/thinkbox.yaml`, one method per operationId."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mockserver.apis.thinkbox import farm, orders, seed, views
from mockserver.apis.thinkbox.orders import bad_request, trouble
from mockserver.apis.thinkbox.repository import Repository
from mockserver.errors import ApiError
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Query, Resource
from mockserver.store.collection import ALL
from mockserver.store.query import within

VERSION = "Deadline Web Service 10.1.23.6"


class Thinkbox(Repository):
    """One Deadline repository: its jobs, and the tasks that Workers render."""

    # -- tasks ---------------------------------------------------------------------------------

    def get_tasks(self, call: Call) -> Reply:
        """Return all tasks of a job, one of them, or their IDs."""
        job_id = call.query.get("JobID")
        if not job_id:
            raise bad_request("No JobID is given.")
        wanted = call.values("TaskID")
        number = orders.integer(wanted[-1]) if wanted else None
        if wanted and number is None:
            raise bad_request("TaskID must be an integer.")
        if call.values("IdOnly") and "IdOnly" not in call.query:
            raise bad_request("IdOnly must be true or false.")
        self.find_job(job_id)
        if call.query.get("IdOnly"):
            return self.task_ids(job_id)
        return self.all_tasks(job_id) if number is None else self.one_task(job_id, number)

    def task_ids(self, job_id: str) -> Reply:
        """Return the IDs of the tasks of a job."""
        start = len(job_id) + 1
        return Reply.json([int(key[start:]) for key in self.tasks.keys(farm.tasks_of(job_id))])

    def one_task(self, job_id: str, number: int) -> Reply:
        """Return one task of a job."""
        task = self.tasks.get(farm.task_key(job_id, number))
        if task is None:
            raise ApiError(f"Job {job_id} has no task {number}.", 404, "NotFound")
        return Reply.json(views.task(task, self.world.clock.now()))

    def all_tasks(self, job_id: str) -> Reply:
        """Return all tasks of a job: as written, but those that render as they are now."""
        rows = self.tasks.page(farm.tasks_of(job_id), "full", orders.MOST_TASKS)
        now = self.world.clock.now()
        for task in self.tasks.find(farm.tasks_of(job_id, views.RENDERING)):
            rows[task.columns["number"]] = orjson.dumps(views.task(task, now))
        return Reply.ready(self.envelope(job_id, rows))

    def envelope(self, job_id: str, rows: Sequence[bytes]) -> bytes:
        """Return the tasks of a job in what Deadline puts around them."""
        body = b'{"ID":%s,"PreTask":null,"Tasks":[%s],"PostTask":null}'
        return body % (orjson.dumps(job_id), b",".join(rows))

    def command_tasks(self, call: Call) -> Reply:
        """Carry out a command on tasks of a job."""
        body = orders.parse(call.raw)
        command, job_id = orders.address(body)
        job = self.find_job(job_id)
        if command not in orders.TASK_COMMANDS:
            raise trouble(f"{command[:40]} is no command for tasks.")
        numbers = orders.task_list(body.get("TaskList"))
        tasks = self.listed(job, numbers)
        self.check_allowed(job, command)
        if command == "complete" and numbers is not None:
            self.check_none_is_completed(tasks)
        self.command(job, tasks, command)
        return Reply.text("Success")

    def addressed(self, call: Call) -> Sequence[Resource]:
        """Return the tasks that the query or the body names, or all tasks of the job there."""
        named = call.body if isinstance(call.body, dict) else call.query
        job_id, numbers = named.get("JobID"), named.get("TaskID", named.get("TaskList"))
        if not isinstance(job_id, str):
            return []
        if numbers in (None, []):
            return self.tasks.find(farm.tasks_of(job_id))
        numbers = numbers if isinstance(numbers, list) else [numbers]
        found = (self.tasks.get(f"{job_id}_{one}") for one in numbers)
        return [one for one in found if one is not None]

    def listed(self, job: Resource, numbers: tuple[int, ...] | None) -> list[Resource]:
        """Return the tasks with those numbers, or all tasks of the job."""
        if numbers is None:
            return self.tasks.find(farm.tasks_of(job.key))
        found = []
        for number in numbers:
            task = self.tasks.get(farm.task_key(job.key, number))
            if task is None:
                raise ApiError(f"Job {job.key} has no task {number}.", 404, "NotFound")
            found.append(task)
        return found

    def post_tasks(self, call: Call) -> Reply:
        """Refuse to make tasks."""
        raise self.not_implemented(call)

    def delete_tasks(self, call: Call) -> Reply:
        """Refuse to delete tasks."""
        raise self.not_implemented(call)

    def not_implemented(self, call: Call) -> ApiError:
        """Return the refusal of a request of a kind that tasks do not have."""
        return ApiError(f"{call.method} is not supported for tasks.", 501, "NotImplemented")

    # -- jobs ----------------------------------------------------------------------------------

    def list_jobs(self, call: Call) -> Reply:
        """Return the jobs with certain IDs, in certain states, or all."""
        where = []
        if call.values("JobID"):
            where.append(within("key", list(dict.fromkeys(call.query["JobID"]))))
        if "States" in call.query:
            where.append(within("state", [views.JOB_STATES[one] for one in call.query["States"]]))
        query = Query(tuple(where), ("number",))
        if call.query.get("IdOnly"):
            return Reply.json(self.jobs.keys(query))
        return Reply.ready(b"[%s]" % b",".join(self.jobs.page(query, "full", ALL)))

    def create_job(self, call: Call) -> Reply:
        """Take a new job and cut it into tasks."""
        if not isinstance(call.body, dict):
            raise bad_request("The message body is no submission.")
        job = self.submit(call.body)
        if call.body.get("IdOnly") is True:
            return Reply.json({"_id": job.key})
        return Reply.json(views.job(job))

    def submit(self, submission: Mapping[str, Any]) -> Resource:
        """Put a new job and its tasks into the repository."""
        info, plugin = submission["JobInfo"], submission["PluginInfo"]
        spans = orders.chunks(info.get("Frames", "0"), info.get("ChunkSize", 1))
        paused = info.get("InitialStatus") == "Suspended"
        latest = self.jobs.find(Query(order=("-number",)), 1)
        number = latest[0].columns["number"] + 1 if latest else 1
        self.submissions += 1
        job = seed.new_job(self, number, (info, plugin), len(spans), self.world.clock.now())
        job.facts["files"] = submission.get("AuxFiles", [])
        state = views.SUSPENDED if paused else views.QUEUED
        job.facts["tally"] = {state: len(spans)}
        job.state = views.job_state(job.facts["tally"])
        self.jobs.insert(job)
        tasks = [
            farm.new_task(job.key, index, span, state, job.since)
            for index, span in enumerate(spans)
        ]
        for task in tasks:
            task.facts["course"] = orders.course(job.facts["props"]["Name"])
            self.schedule(self.tasks, task)
            self.world.expect(task.due)
        self.tasks.insert_many(tasks)
        return job

    def command_jobs(self, call: Call) -> Reply:
        """Carry out a command on a job as a whole."""
        command, job_id = orders.address(orders.parse(call.raw))
        job = self.find_job(job_id)
        if command not in orders.TASK_COMMANDS:
            raise trouble(f"{command[:40]} is no command for jobs.")
        self.check_allowed(job, command)
        tasks = self.tasks.find(farm.tasks_of(job_id))
        if command == "suspend":
            tasks = [one for one in tasks if one.state not in {views.COMPLETED, views.FAILED}]
        self.command(job, tasks, command)
        return Reply.text("Success")

    def delete_jobs(self, call: Call) -> Reply:
        """Take jobs and their tasks out of the repository: all that are named, or none."""
        for job in [self.find_job(one) for one in dict.fromkeys(call.query["JobID"])]:
            for task in self.tasks.find(farm.tasks_of(job.key)):
                self.tasks.delete(task)
            self.jobs.delete(job)
            self.world.remember()  # its number is free again, and must not lead to its id
        return Reply.text("Success")

    def get_version(self, _call: Call) -> Reply:
        """Return the name and version of the service."""
        return Reply.text(VERSION)

    def seed(self, scenario: str) -> None:
        """Fill the repository with jobs in all states."""
        seed.fill(self, scenario)

    def target(self) -> dict[str, Any]:
        """Return what a suite may use: jobs and tasks by state, and jobs to submit."""
        return seed.known(self)
