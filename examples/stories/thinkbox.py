"""A day in the life of Deadline's tasks: a job is submitted, its tasks are rendered one by one."""

from __future__ import annotations

from typing import Any

from stage import Session, address, tell

STATES = {2: "queued", 3: "suspended", 4: "rendering", 5: "completed", 6: "failed", 8: "pending"}

INFO = {"Name": "story", "Frames": "1-3", "ChunkSize": 1}
JOB = {"JobInfo": INFO, "PluginInfo": {}, "AuxFiles": []}


def submit(session: Session) -> str:
    """Submit a job of three tasks, and return its id."""
    return str(session.requests.post("/api/jobs", json=JOB).raise_for_status().json()["_id"])


def tasks(session: Session, job: str) -> list[str]:
    """Return the states of the tasks of a job, in words."""
    found = session.requests.get("/api/tasks", params={"JobID": job}).raise_for_status().json()
    return [STATES[one["Stat"]] for one in found["Tasks"]]


def order(session: Session, command: str, job: str, **which: Any) -> None:
    """Give tasks of a job an order that is carried out at once."""
    body = {"Command": command, "JobID": job, **which}
    assert session.requests.put("/api/tasks", json=body).text == "Success"


def finish(session: Session, job: str) -> list[str]:
    """Let time pass until the last task of a job is completed; return what happened on the way."""
    moved = []
    for number in range(3):
        moved += session.wait("thinkbox", "Task", f"{job}_{number}", "5")
    return moved


with Session(address()) as session:
    job = submit(session)
    assert tasks(session, job) == ["queued"] * 3
    tell(f"the tasks of job {job} are queued; time stands still, and so they stay")

    on_the_way = finish(session, job)
    assert f"Task {job}_0 2 -> 4" in on_the_way
    assert tasks(session, job) == ["completed"] * 3
    tell("all three were rendered, and are completed")

    job = submit(session)
    session.wait("thinkbox", "Task", f"{job}_0", "4")
    session.force("thinkbox", "Task", f"{job}_0", "6")
    assert tasks(session, job)[0] == "failed"
    tell("the first task of another job was made to fail")

    order(session, "requeue", job, TaskList=[0])
    assert tasks(session, job)[0] == "queued"
    finish(session, job)
    tell("it was requeued, and all three are completed")

    session.hurry("getTasks", f"/api/tasks?JobID={job}")

    job = submit(session)
    snapshot = session.snapshot()
    order(session, "suspend", job)
    assert tasks(session, job) == ["suspended"] * 3
    session.restore(snapshot)
    assert tasks(session, job) == ["queued"] * 3
    tell("the tasks of a third job were suspended, and then they never were")

    with session.fork() as other:
        order(other, "suspend", job)
        finish(session, job)
        assert tasks(other, job) == ["suspended"] * 3
        assert tasks(session, job) == ["completed"] * 3
        tell("they are completed in one world and suspended in another")
