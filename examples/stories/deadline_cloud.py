"""A day in the life of the tasks of AWS Deadline Cloud: made of a job template, run by workers."""

from __future__ import annotations

from typing import Any

from stage import Session, address, tell

API = "deadline-cloud"

TEMPLATE = """\
specificationVersion: jobtemplate-2023-09
name: Story
steps:
  - name: Render
    script:
      actions:
        onRun: {command: render}
"""


def submit(session: Session) -> str:
    """Create a job of one task, and return the path to the task once that is there."""
    known = session.known(API)
    jobs = f"/2023-10-12/farms/{known['farmId']}/queues/{known['queueId']}/jobs"
    body = {"template": TEMPLATE, "templateType": "YAML", "priority": 50}
    job = session.requests.post(jobs, json=body).raise_for_status().json()["jobId"]
    session.wait(API, "Job", job, "CREATE_COMPLETE")
    steps = f"{jobs}/{job}/steps"
    step = session.requests.get(steps).json()["steps"][0]["stepId"]
    task = session.requests.get(f"{steps}/{step}/tasks").json()["tasks"][0]["taskId"]
    return f"{steps}/{step}/tasks/{task}"


def name(path: str) -> str:
    """Return the id of the task that a path leads to."""
    return path.rpartition("/")[2]


def task(session: Session, path: str) -> Any:
    """Return a task."""
    return session.requests.get(path).raise_for_status().json()


def order(session: Session, path: str, target: str) -> None:
    """Say how a task is to run from now on."""
    session.requests.patch(path, json={"targetRunStatus": target}).raise_for_status()


with Session(address()) as session:
    path = submit(session)
    assert task(session, path)["runStatus"] == "READY"
    tell(f"{name(path)} is READY; time stands still, and so it stays")

    on_the_way = session.wait(API, "Task", name(path), "SUCCEEDED")
    assert any(f"Task {name(path)}" in one and "-> RUNNING" in one for one in on_the_way)
    tell(f"it ran as {task(session, path)['latestSessionActionId']} and has SUCCEEDED")

    path = submit(session)
    session.wait(API, "Task", name(path), "RUNNING")
    session.force(API, "Task", name(path), "FAILED")
    assert task(session, path)["runStatus"] == "FAILED"
    tell(f"{name(path)} was made to fail")

    order(session, path, "PENDING")
    session.wait(API, "Task", name(path), "SUCCEEDED")
    tell("it was requeued, and has SUCCEEDED")

    session.hurry("getTask", path)

    path = submit(session)
    snapshot = session.snapshot()
    order(session, path, "CANCELED")
    session.wait(API, "Task", name(path), "CANCELED")
    session.restore(snapshot)
    assert task(session, path)["runStatus"] == "READY"
    tell(f"{name(path)} was CANCELED, and then it never was")

    with session.fork() as other:
        order(other, path, "CANCELED")
        other.wait(API, "Task", name(path), "CANCELED")
        session.wait(API, "Task", name(path), "SUCCEEDED")
        assert task(other, path)["runStatus"] == "CANCELED"
        assert task(session, path)["runStatus"] == "SUCCEEDED"
        tell(f"{name(path)} has SUCCEEDED in one world and is CANCELED in another")
