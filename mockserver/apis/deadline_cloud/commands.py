"""What targetRunStatus and targetTaskRunStatus do: who moves, and who stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.apis.deadline_cloud.refusals import StateConflictError
from mockserver.store import Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

LABELS = {
    "PENDING": "requeue",
    "READY": "ready",
    "SUSPENDED": "suspend",
    "CANCELED": "cancel",
    "FAILED": "fail",
    "SUCCEEDED": "succeed",
}
"""The command that a target status means, as the contract calls it."""

SPARED = {
    "CANCELED": frozenset({"SUCCEEDED", "FAILED"}),
    "FAILED": frozenset({"SUCCEEDED"}),
    "SUSPENDED": frozenset({"SUCCEEDED", "CANCELED", "FAILED"}),
}
"""The tasks that a command to a whole step or job leaves alone."""


def command(api: DeadlineState, task: Resource, target: str, caller: str) -> None:
    """Ask *task* for the run status *target*."""
    moment = api.world.clock.now()
    if task.state == "INTERRUPTING":
        task.facts["target"] = target
        task.facts["updated_by"] = caller
        task.columns["updated"] = moment
        following = api.plan("Task", task, api.world.chance("again", task.key, task.version))
        if following is not None:
            task.upcoming = following[0]
        api.tasks.update(task)
        return
    following_state = api.service.machines["Task"].target(task.state, LABELS[target])
    if following_state is None:
        return
    task.facts["commander"] = caller
    if following_state == "INTERRUPTING":
        task.facts["target"] = target
    api.move(api.tasks, task, following_state, moment, "updateTask")


def command_one(api: DeadlineState, task: Resource, target: str, caller: str) -> None:
    """Carry out updateTask; refuse what an archived job or a used-up task does not allow."""
    job = api.parents.job(task.columns["job_id"])
    if job.state == "ARCHIVED":
        raise StateConflictError(
            "An archived job cannot be modified.", "STATUS_CONFLICT", ("job", job.key), job.state
        )
    used_up = task.facts.get("exhausted") and (
        task.facts.get("retries", 0) >= job.facts["max_retries"]
    )
    if target in {"PENDING", "READY"} and used_up:
        raise StateConflictError(
            "The task has used up its retries; raise maxRetriesPerTask of its job first.",
            "STATUS_CONFLICT",
            ("task", task.key),
            task.state,
        )
    command(api, task, target, caller)


def command_many(
    api: DeadlineState, column: str, parent: Resource, target: str, caller: str
) -> None:
    """Ask all tasks with *parent* in *column* for *target*, save those that the command spares."""
    parent.facts["target"] = target
    query = Query((within(column, [parent.key]),), ("ordinal",))
    for task in api.tasks.find(query):
        if task.state not in SPARED.get(target, ()):
            command(api, task, target, caller)
