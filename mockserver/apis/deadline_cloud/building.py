"""New resources: farms, queues, jobs, and the steps and tasks of a job that is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud import fates, template
from mockserver.apis.deadline_cloud.parents import is_blocked
from mockserver.apis.deadline_cloud.views import no_counts
from mockserver.apis.deadline_cloud.workers import make_slots
from mockserver.store import Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

JsonObject = dict[str, Any]

FARM_SETTINGS = ("displayName", "description", "kmsKeyArn", "costScaleFactor")
QUEUE_SETTINGS = (
    "displayName", "defaultBudgetAction", "description", "jobAttachmentSettings", "roleArn",
    "requiredFileSystemLocationNames", "allowedStorageProfileIds", "jobRunAsUser",
    "schedulingConfiguration",
)  # fmt: skip
QUEUE_DEFAULTS: Mapping[str, Any] = {
    "defaultBudgetAction": "NONE",
    "schedulingConfiguration": {"priorityFifo": {}},
}
ACCOUNT = "123456789012"
FAILING_SHARE = 0.7
MAX_FAILED, MAX_RETRIES = 100, 5
"""The limits of a job that is created without any."""


def new_farm(api: DeadlineState, body: JsonObject, caller: str, moment: int) -> Resource:
    """Return a farm with the settings of *body*."""
    ordinal = api.next_ordinal(api.farms)
    settings = {name: body[name] for name in FARM_SETTINGS if name in body}
    facts = {
        "settings": {"costScaleFactor": 1, **settings},
        "created": moment,
        "created_by": caller,
    }
    key = f"farm-{api.digits('farm', ordinal)}"
    return Resource(key, "ACTIVE", moment, columns={"ordinal": ordinal}, facts=facts)


def new_queue(
    api: DeadlineState, farm_id: str, body: JsonObject, caller: str, moment: int
) -> Resource:
    """Return a queue of a farm with the settings of *body*."""
    ordinal = api.next_ordinal(api.queues)
    settings = {name: body[name] for name in QUEUE_SETTINGS if name in body}
    facts = {
        "settings": {**QUEUE_DEFAULTS, **settings},
        "created": moment,
        "created_by": caller,
        "environments": [],
    }
    key = f"queue-{api.digits('queue', ordinal)}"
    columns = {"farm_id": farm_id, "ordinal": ordinal}
    return Resource(key, "IDLE", moment, columns=columns, facts=facts)


def new_job(
    api: DeadlineState, queue: Resource, body: JsonObject, caller: str, moment: int
) -> Resource:
    """Return a job as *body* asks for it, with what is needed to fill it when it is made."""
    name, plan, reason = _plan(api, body)
    job = planned_job(api, queue, {**body, "name": name}, plan, moment)
    job.columns["created_by"] = caller
    job.facts["reason"] = reason and f"Job creation failed: {reason}"
    return job


def planned_job(
    api: DeadlineState, queue: Resource, body: JsonObject, plan: JsonObject, moment: int
) -> Resource:
    """Return a job that will get the steps of *plan*."""
    ordinal = api.next_ordinal(api.jobs)
    columns = {
        "farm_id": queue.columns["farm_id"],
        "queue_id": queue.key,
        "ordinal": ordinal,
        "run_status": "PENDING",
        "name": body.get("nameOverride") or body["name"],
        "priority": body["priority"],
        "created_by": f"arn:aws:iam::{ACCOUNT}:user/mira",
        "created": moment,
        "started": None,
        "ended": None,
        "updated": None,
    }
    facts = {
        "plan": plan,
        "suspended": body.get("targetTaskRunStatus") == "SUSPENDED",
        "target": body.get("targetTaskRunStatus"),
        "blocked": is_blocked(queue),
        "counts": no_counts(),
        "retries": 0,
        "max_failed": body.get("maxFailedTasksCount", MAX_FAILED),
        "max_retries": body.get("maxRetriesPerTask", MAX_RETRIES),
        "max_workers": body.get("maxWorkerCount"),
        "source_job": body.get("sourceJobId"),
        "description": body.get("descriptionOverride", plan["description"]),
        "parameters": body.get("parameters"),
        "attachments": body.get("attachments"),
        "storage_profile": body.get("storageProfileId"),
        "slots": make_slots(api, queue.columns["farm_id"], body.get("maxWorkerCount")),
        "sessions": 0,
        "actions": 0,
    }
    key = f"job-{api.digits('job', ordinal)}"
    return Resource(key, "CREATE_IN_PROGRESS", moment, columns=columns, facts=facts)


def _plan(api: DeadlineState, body: JsonObject) -> tuple[str, JsonObject, str | None]:
    """Return the name of a new job, its steps, and why there are none if it cannot be made."""
    nothing: JsonObject = {"description": "", "steps": []}
    if "template" not in body:
        source = api.jobs.get(body["sourceJobId"])
        assert source is not None
        plan = source.facts.get("plan") or plan_of(api, source)
        return source.columns["name"], plan, source.facts.get("reason")
    name = "Untitled"
    try:
        document = template.read(body["template"])
        name = template.name_of(document)
        found = template.expand(
            document, body.get("parameters", {}), api.service.book.component("TaskParameters")
        )
    except template.TemplateError as error:
        return name, nothing, str(error)
    return found.pop("name"), found, None


def plan_of(api: DeadlineState, job: Resource) -> JsonObject:
    """Return the plan from which the steps and tasks of *job* could be made again."""
    steps = api.steps.find(Query((within("job_id", [job.key]),), ("ordinal",)))
    names = {one.key: one.facts["name"] for one in steps}
    found = []
    for step in steps:
        tasks = api.tasks.find(Query((within("step_id", [step.key]),), ("ordinal",)))
        found.append(
            {
                "name": step.facts["name"],
                "description": step.facts.get("description") or "",
                "depends_on": [names[one] for one in step.facts["depends_on"]],
                "tasks": [one.facts["parameters"] for one in tasks],
                "space": step.facts.get("space"),
                "capabilities": step.facts.get("capabilities"),
                "fate": step.facts["fate"],
            }
        )
    return {"description": job.facts.get("description") or "", "steps": found}


def is_due(job: Resource) -> bool:
    """Return whether *job* has been created and still has no steps: it has a plan until then."""
    return job.state == "CREATE_COMPLETE" and "plan" in job.facts


def count(job: Resource) -> None:
    """Set the counts of a job that is about to get its tasks."""
    counts = no_counts()
    for step in job.facts["plan"]["steps"]:
        counts[first_state(job, step)] += len(step["tasks"])
    job.facts["counts"] = counts


def first_state(job: Resource, step: JsonObject) -> str:
    """Return the state in which the tasks of a planned step begin."""
    if job.facts["suspended"]:
        return "SUSPENDED"
    return "PENDING" if step["depends_on"] else "READY"


def build(api: DeadlineState, job: Resource, moment: int) -> None:
    """Make the steps and tasks of a job from its plan."""
    planned = job.facts.pop("plan")["steps"]
    ids = {
        one["name"]: f"step-{api.digits('step', job.key, number)}"
        for number, one in enumerate(planned)
    }
    steps = []
    for number, one in enumerate(planned):
        step = new_step(job, one, ids, number, moment)
        step.facts["consumers"] = [
            ids[other["name"]] for other in planned if one["name"] in other["depends_on"]
        ]
        step.facts["counts"][first_state(job, one)] = len(one["tasks"])
        step.facts["run_status"] = first_state(job, one)
        api.add(api.steps, step)
        tasks = [
            new_task(job, step, values, index, first_state(job, one))
            for index, values in enumerate(one["tasks"])
        ]
        for task in tasks:
            spoil(api, task)
            api.schedule(api.tasks, task)
            api.world.expect(task.due)
        api.tasks.insert_many(tasks)
        steps.append(step)
    api.parents.hold(job, steps, moment)


def spoil(api: DeadlineState, task: Resource) -> None:
    """Have most tasks fail in the scenario in which they do."""
    is_failing = api.world.scenario == "failing" and task.facts["fate"] == fates.SUCCEEDS
    if is_failing and api.world.chance("fails", task.key).number() < FAILING_SHARE:
        task.facts["fate"] = fates.FAILS


def new_step(
    job: Resource, plan: JsonObject, ids: Mapping[str, str], number: int, moment: int
) -> Resource:
    """Return a step of *job*; *ids* are those of all its steps by their names."""
    facts = {
        "name": plan["name"],
        "description": plan["description"],
        "depends_on": [ids[name] for name in plan["depends_on"]],
        "unresolved": len(plan["depends_on"]),
        "space": plan["space"],
        "capabilities": plan["capabilities"],
        "fate": plan["fate"],
        "counts": no_counts(),
        "retries": 0,
        "created": moment,
        "created_by": job.columns["created_by"],
        "started": None,
        "ended": None,
    }
    columns = {
        "farm_id": job.columns["farm_id"],
        "queue_id": job.columns["queue_id"],
        "job_id": job.key,
        "ordinal": number,
    }
    return Resource(ids[plan["name"]], "CREATE_COMPLETE", moment, columns=columns, facts=facts)


def new_task(
    job: Resource, step: Resource, parameters: JsonObject, number: int, state: str
) -> Resource:
    """Return the task *number* of *step*."""
    facts: JsonObject = {
        "parameters": parameters,
        "fate": step.facts["fate"],
        "created": step.facts["created"],
        "created_by": step.facts["created_by"],
    }
    if job.facts["blocked"]:
        facts["blocked"] = True
    columns = {
        "farm_id": step.columns["farm_id"],
        "queue_id": step.columns["queue_id"],
        "job_id": job.key,
        "step_id": step.key,
        "ordinal": number,
        "started": None,
        "ended": None,
        "updated": None,
    }
    key = f"task-{step.key.removeprefix('step-')}-{number}"
    return Resource(key, state, step.since, columns=columns, facts=facts)
