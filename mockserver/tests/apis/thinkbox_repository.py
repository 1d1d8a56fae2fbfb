"""What tests ask of a Deadline repository again and again."""

from __future__ import annotations

from typing import Any

from mockserver.tests.apis.stage import Stage

QUEUED, SUSPENDED, RENDERING, COMPLETED, FAILED, PENDING = 2, 3, 4, 5, 6, 8
NOWHERE = "0" * 24
NO_DATE = "0001-01-01T00:00:00Z"


def submit(stage: Stage, name: str = "shot [waits]", frames: str = "1-40", **info: Any) -> str:
    """Return the ID of a new job with tasks of ten frames."""
    body = {"JobInfo": {"Name": name, "Frames": frames, "ChunkSize": 10, **info}, "PluginInfo": {}}
    answer = stage.request("POST", "/api/jobs", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["_id"])


def order(stage: Stage, command: str, job: str, tasks: Any = None) -> int:
    """Return the status that a command to tasks is answered with."""
    body = {"Command": command, "JobID": job} | ({} if tasks is None else {"TaskList": tasks})
    return stage.request("PUT", "/api/tasks", json=body).status_code


def command_job(stage: Stage, command: str, job: str) -> None:
    """Carry out a command on a job as a whole."""
    answer = stage.request("PUT", "/api/jobs", json={"Command": command, "JobID": job})
    assert (answer.status_code, answer.text) == (200, "Success")


def states(stage: Stage, job: str) -> list[int]:
    """Return the states of the tasks of a job."""
    return [one["Stat"] for one in stage.get("/api/tasks", JobID=job).json()["Tasks"]]


def job_of(stage: Stage, job: str) -> dict[str, Any]:
    """Return a job."""
    found: list[dict[str, Any]] = stage.get("/api/jobs", JobID=job).json()
    return found[0]
