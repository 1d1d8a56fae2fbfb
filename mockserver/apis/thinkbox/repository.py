"""One Deadline repository: what happens to its jobs and tasks, and whom it lets in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from mockserver.api import Api
from mockserver.apis.thinkbox import farm, orders, views
from mockserver.apis.thinkbox.orders import bad_request, trouble
from mockserver.errors import (
    ApiError,
    CredentialsError,
    InvalidRequestError,
    MethodError,
    Violation,
)
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Pace
from mockserver.store import Resource


class Repository(Api):
    """Everything about a repository but its operations."""

    NAME = "thinkbox"
    LAYOUTS = (farm.JOBS, farm.TASKS)
    PACE: ClassVar[Pace] = farm.PACE

    def __init__(self, service: Any, world: Any) -> None:
        super().__init__(service, world)
        self.jobs = self.collections[farm.JOBS.name]
        self.tasks = self.collections[farm.TASKS.name]
        self.submissions = 0
        self._held: Resource | None = None

    def memory(self) -> dict[str, Any]:
        """Remember how many jobs were submitted: ids are drawn by it."""
        return {"submissions": self.submissions}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on counting submissions."""
        self.submissions = int(memory.get("submissions", 0))

    def named(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return how a command names a job, or one of its tasks alone."""
        if name == farm.JOBS.name:
            return {"JobID": resource.key}
        return {"JobID": resource.columns["job"], "TaskList": [resource.columns["number"]]}

    def find_job(self, job_id: str) -> Resource:
        """Return a job, or refuse as Deadline does: for it this is an exception like any other."""
        job = self.jobs.get(job_id)
        if job is None:
            raise trouble(f"There is no job with the ID {job_id[:40]}.")
        return job

    def check_allowed(self, job: Resource, command: str) -> None:
        """Refuse what a suspended job does not allow."""
        if job.state != views.JOB_STATES["Suspended"]:
            return
        if command in orders.REFUSED_TO_SUSPENDED_JOBS:
            raise trouble(f"Job {job.key} is suspended: {command} is not possible now.")

    def check_none_is_completed(self, tasks: Sequence[Resource]) -> None:
        """Refuse to complete what is complete."""
        if any(one.state == views.COMPLETED for one in tasks):
            raise trouble("A task with the status Completed cannot be completed.")

    def command(self, job: Resource, tasks: Sequence[Resource], command: str) -> None:
        """Take those of *tasks* that *command* is meant for where it takes them."""
        moment = self.world.clock.now()
        self._held = job
        try:
            for task in tasks:
                target = self.destination(task, command)
                if target is not None:
                    self.move(self.tasks, task, target, moment, command)
        finally:
            self._held = None
        self.follow(job, moment)
        self.jobs.update(job)

    def destination(self, task: Resource, command: str) -> str | None:
        """Return where *command* takes a task, or None if it leaves it as it is."""
        return self.service.machines["Task"].target(task.state, command)

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw what becomes of a task: its course decides, or the scenario."""
        if resource.facts["course"] == "waits":
            return None
        if resource.state == views.RENDERING:
            ending, wait = farm.ending(resource, chance, farm.ERRORS[self.world.scenario])
            if ending in {views.QUEUED, views.FAILED}:
                resource.facts["error_at"] = resource.since + wait
            return ending, wait
        return super().plan(schema, resource, chance)

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a task shows in its new state."""
        if name == farm.TASKS.name:
            chance = self.world.chance("worker", resource.key, moment)
            farm.arrive(resource, source, moment, chance.pick(farm.WORKERS))

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Count a task anew in its job, whose state follows."""
        if name != farm.TASKS.name:
            return
        held = self._held
        job = held if held is not None else self.jobs.get(resource.columns["job"])
        if job is None:
            return
        tally = job.facts["tally"]
        tally[source] -= 1
        tally[resource.state] = tally.get(resource.state, 0) + 1
        if resource.state == views.RENDERING and job.facts["started"] is None:
            job.facts["started"] = moment
        if held is None:
            self.follow(job, moment)
            self.jobs.update(job)

    def follow(self, job: Resource, moment: int) -> None:
        """Give a job the state that its tasks make."""
        state = views.job_state(job.facts["tally"])
        if state == job.state:
            return
        job.state, job.since = state, moment
        job.facts["completed"] = moment if state == views.JOB_STATES["Completed"] else None

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a job or a task."""
        if name == farm.JOBS.name:
            return {"full": views.job(resource)}
        return {"full": views.task(resource, resource.since)}

    def authenticate(self, call: Call) -> None:
        """Check the form of credentials; demand some if the server was started so."""
        given = call.header("authorization")
        scheme, _, value = (given or "").partition(" ")
        if scheme.lower() == "basic":
            if not _is_user_and_password(value.strip()):
                raise CredentialsError("The user name or the password is wrong.", 401)
        elif self.service.options.demand_credentials:
            raise CredentialsError("A user name and a password are needed.", 401)

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        """Refuse requests about jobs that are wrong; the other handlers judge for themselves."""
        if call.operation_id == "createJob":
            if any(one.code == "media-type" for one in violations):
                raise bad_request("A submission is sent as application/json.")
            raise InvalidRequestError(violations)
        if call.operation_id == "deleteJobs":
            raise bad_request("No JobID is given.")
        if call.operation_id == "listJobs" and not _is_empty_list(call, violations):
            raise InvalidRequestError(violations)

    def render_error(self, error: ApiError, _call: Call) -> Reply:
        """Return a short text."""
        reply = Reply.text(f"Error: {error.message}", error.status)
        if isinstance(error, MethodError):
            return reply.with_header("allow", ", ".join(error.allow))
        if isinstance(error, CredentialsError):
            return reply.with_header("www-authenticate", 'Basic realm="Deadline"')
        return reply


def _is_empty_list(call: Call, violations: Sequence[Violation]) -> bool:
    """Return whether nothing is wrong but a list of states without any."""
    return call.values("States") == [""] and {one.name for one in violations} == {"States"}


def _is_user_and_password(value: str) -> bool:
    """Return whether the text after `Basic` spells a user and a password, neither empty."""
    try:
        user, colon, password = base64.b64decode(value, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return bool(user and colon and password)
