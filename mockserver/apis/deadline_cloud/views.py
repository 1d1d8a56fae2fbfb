"""Deadline Cloud's resources as it shows them: a member without a value is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver import moment as moments
from mockserver.apis.deadline_cloud.layouts import RUN_STATES
from mockserver.store import Resource

JsonObject = dict[str, Any]

FARM_ONLY = ("description", "costScaleFactor")
"""What only getFarm shows."""

QUEUE_ONLY = (
    "description", "jobAttachmentSettings", "roleArn", "requiredFileSystemLocationNames",
    "allowedStorageProfileIds", "jobRunAsUser", "schedulingConfiguration",
)  # fmt: skip
"""What only getQueue shows."""

JOB_ONLY = ("description", "parameters", "attachments", "storageProfileId")
"""What only getJob shows."""

STEP_ONLY = ("description", "parameterSpace", "requiredCapabilities")
"""What only getStep shows."""

MESSAGES = {
    "CREATE_IN_PROGRESS": "Job creation is in progress",
    "CREATE_COMPLETE": "Job creation completed successfully",
    "CREATE_FAILED": "Job creation failed",
    "UPLOAD_IN_PROGRESS": "The upload of the job's files is in progress",
    "UPLOAD_FAILED": "The upload of the job's files failed",
    "UPDATE_IN_PROGRESS": "The update is in progress",
    "UPDATE_FAILED": "The update failed",
    "UPDATE_SUCCEEDED": "The update completed successfully",
    "ARCHIVED": "The job is archived",
}


def _shown(members: Mapping[str, Any]) -> JsonObject:
    """Return *members* without those that have no value."""
    return {name: value for name, value in members.items() if value is not None}


def iso(moment: int) -> str:
    """Return *moment* with its microseconds, 0 or not, so that texts compare as times do."""
    text = moments.iso(moment)
    return text if "." in text else f"{text[:-1]}.000000Z"


def _when(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)


def _trace(facts: Mapping[str, Any]) -> JsonObject:
    """Return who made and last updated a resource, and when."""
    return {
        "createdAt": iso(facts["created"]),
        "createdBy": facts["created_by"],
        "updatedAt": _when(facts.get("updated")),
        "updatedBy": facts.get("updated_by"),
    }


def farm(resource: Resource) -> dict[str, JsonObject]:
    """Return a farm as lists show it, and in full."""
    facts = resource.facts
    detail = _shown({"farmId": resource.key, **facts["settings"], **_trace(facts)})
    summary = {name: value for name, value in detail.items() if name not in FARM_ONLY}
    return {"summary": summary, "detail": detail}


def queue(resource: Resource) -> dict[str, JsonObject]:
    """Return a queue as lists show it, and in full."""
    facts = resource.facts
    detail = _shown(
        {
            "farmId": resource.columns["farm_id"],
            "queueId": resource.key,
            "status": resource.state,
            "blockedReason": (
                "NO_BUDGET_CONFIGURED" if resource.state == "SCHEDULING_BLOCKED" else None
            ),
            **facts["settings"],
            **_trace(facts),
        }
    )
    summary = {name: value for name, value in detail.items() if name not in QUEUE_ONLY}
    return {"summary": summary, "detail": detail}


def job(resource: Resource) -> dict[str, JsonObject]:
    """Return a job as lists show it, in full, and as searches show it."""
    facts, columns = resource.facts, resource.columns
    counts = facts["counts"]
    detail = _shown(
        {
            "jobId": resource.key,
            "name": columns["name"],
            "lifecycleStatus": resource.state,
            "lifecycleStatusMessage": facts.get("reason") or MESSAGES[resource.state],
            "priority": columns["priority"],
            "createdAt": iso(columns["created"]),
            "createdBy": columns["created_by"],
            "updatedAt": _when(columns.get("updated")),
            "updatedBy": facts.get("updated_by"),
            "startedAt": _when(columns.get("started")),
            "endedAt": _when(columns.get("ended")),
            "taskRunStatus": columns.get("run_status"),
            "targetTaskRunStatus": facts.get("target") if counts["INTERRUPTING"] else None,
            "taskRunStatusCounts": counts,
            "taskFailureRetryCount": facts["retries"],
            "maxFailedTasksCount": facts["max_failed"],
            "maxRetriesPerTask": facts["max_retries"],
            "maxWorkerCount": facts.get("max_workers"),
            "sourceJobId": facts.get("source_job"),
            "description": facts.get("description") or None,
            "parameters": facts.get("parameters") or None,
            "attachments": facts.get("attachments"),
            "storageProfileId": facts.get("storage_profile"),
        }
    )
    summary = {name: value for name, value in detail.items() if name not in JOB_ONLY}
    search = {**summary, "queueId": columns["queue_id"]}
    if "parameters" in detail:
        search["jobParameters"] = detail["parameters"]
    return {"summary": summary, "detail": detail, "search": search}


def step(resource: Resource) -> dict[str, JsonObject]:
    """Return a step as lists show it, and in full."""
    facts = resource.facts
    counts = facts["counts"]
    consumers = len(facts["consumers"])
    resolved = counts["SUCCEEDED"] == sum(counts.values())
    detail = _shown(
        {
            "stepId": resource.key,
            "name": facts["name"],
            "lifecycleStatus": resource.state,
            "lifecycleStatusMessage": MESSAGES[resource.state],
            "taskRunStatus": facts["run_status"],
            "taskRunStatusCounts": counts,
            "taskFailureRetryCount": facts["retries"],
            "targetTaskRunStatus": facts.get("target") if counts["INTERRUPTING"] else None,
            **_trace(facts),
            "startedAt": _when(facts.get("started")),
            "endedAt": _when(facts.get("ended")),
            "dependencyCounts": {
                "dependenciesResolved": len(facts["depends_on"]) - facts["unresolved"],
                "dependenciesUnresolved": facts["unresolved"],
                "consumersResolved": consumers if resolved else 0,
                "consumersUnresolved": 0 if resolved else consumers,
            },
            "requiredCapabilities": facts.get("capabilities"),
            "parameterSpace": facts.get("space"),
            "description": facts.get("description") or None,
        }
    )
    summary = {name: value for name, value in detail.items() if name not in STEP_ONLY}
    return {"summary": summary, "detail": detail}


def task(resource: Resource) -> dict[str, JsonObject]:
    """Return a task, and as searches show it."""
    facts, columns = resource.facts, resource.columns
    detail = _shown(
        {
            "taskId": resource.key,
            "createdAt": iso(facts["created"]),
            "createdBy": facts["created_by"],
            "runStatus": resource.state,
            "targetRunStatus": facts.get("target") if resource.state == "INTERRUPTING" else None,
            "failureRetryCount": facts.get("retries", 0),
            "parameters": facts["parameters"] or None,
            "startedAt": _when(columns.get("started")),
            "endedAt": _when(columns.get("ended")),
            "updatedAt": _when(columns.get("updated")),
            "updatedBy": facts.get("updated_by"),
            "latestSessionActionId": facts.get("action"),
        }
    )
    search = {name: value for name, value in detail.items() if not name.startswith("created")}
    search |= {
        "stepId": columns["step_id"],
        "jobId": columns["job_id"],
        "queueId": columns["queue_id"],
    }
    return {"detail": detail, "search": search}


def session(resource: Resource) -> dict[str, JsonObject]:
    """Return a session."""
    facts = resource.facts
    detail = {
        "sessionId": resource.key,
        "fleetId": facts["fleet"],
        "workerId": facts["worker"],
        "startedAt": iso(facts["started"]),
        "endedAt": _when(facts.get("ended")),
        "lifecycleStatus": resource.state,
    }
    return {"detail": _shown(detail)}


def action(resource: Resource) -> dict[str, JsonObject]:
    """Return a session action as lists show it, and in full."""
    facts, columns = resource.facts, resource.columns
    ended = facts.get("ended")
    run = {"stepId": facts["step"], "taskId": columns["task_id"], "parameters": facts["parameters"]}
    summary = _shown(
        {
            "sessionActionId": resource.key,
            "status": resource.state,
            "startedAt": _when(facts.get("started")),
            "endedAt": _when(ended),
            "workerUpdatedAt": _when(facts.get("updated")),
            "progressPercent": 100.0 if resource.state == "SUCCEEDED" else 0.0,
            "definition": {"taskRun": run},
        }
    )
    detail = {**summary, "sessionId": columns["session_id"]}
    if resource.state in {"SUCCEEDED", "FAILED"}:
        detail["processExitCode"] = 0 if resource.state == "SUCCEEDED" else 1
    return {"summary": summary, "detail": detail}


def no_counts() -> dict[str, int]:
    """Return the counts of no task at all: every run status has one."""
    return dict.fromkeys(RUN_STATES, 0)
