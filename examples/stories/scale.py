"""A day in the life of Scale's jobs."""

from __future__ import annotations

from typing import Any

from stage import Session, address, tell

JOB = {"job_type_id": 1, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}, "configuration": {}}


def submit(session: Session) -> int:
    """Queue a job, and return its id."""
    return int(session.requests.post("/v6/jobs/", json=JOB).raise_for_status().json()["id"])


def job(session: Session, key: int) -> Any:
    """Return a job."""
    return session.requests.get(f"/v6/jobs/{key}/").raise_for_status().json()


def command(session: Session, name: str, key: int) -> None:
    """Cancel or requeue a job; Scale accepts at once, and does it a little later."""
    answer = session.requests.post(f"/v6/jobs/{name}/", json={"job_ids": [key]})
    assert answer.status_code == 202
    session.advance(0.3)


def finish(session: Session, key: int) -> None:
    """Let time pass until a job is COMPLETED; one in ten fails at first, and is requeued."""
    session.advance(10)
    while job(session, key)["status"] == "FAILED":
        command(session, "requeue", key)
        session.advance(10)
    assert job(session, key)["status"] == "COMPLETED"


with Session(address()) as session:
    key = submit(session)
    assert job(session, key)["status"] == "QUEUED"
    tell(f"job {key} is QUEUED; time stands still, and so it stays")

    on_the_way = session.wait("scale", "Job", key, "RUNNING")
    assert f"Job {key} QUEUED -> RUNNING" in on_the_way
    finish(session, key)
    assert job(session, key)["execution"]["status"] == "COMPLETED"
    tell(f"job {key} ran on {job(session, key)['node']['hostname']} and is COMPLETED")

    key = submit(session)
    session.wait("scale", "Job", key, "RUNNING")
    session.force("scale", "Job", key, "FAILED")
    tell(f"job {key} was made to fail: {job(session, key)['error']['title']}")

    command(session, "requeue", key)
    assert job(session, key)["status"] == "QUEUED"
    finish(session, key)
    tries = job(session, key)["num_exes"]
    assert tries > 1
    tell(f"job {key} was requeued, and COMPLETED at try {tries}")

    session.hurry("getJob", f"/v6/jobs/{key}/")

    key = submit(session)
    snapshot = session.snapshot()
    command(session, "cancel", key)
    assert job(session, key)["status"] == "CANCELED"
    session.restore(snapshot)
    assert job(session, key)["status"] == "QUEUED"
    tell(f"job {key} was CANCELED, and then it never was")

    with session.fork() as other:
        command(other, "cancel", key)
        finish(session, key)
        assert job(other, key)["status"] == "CANCELED"
        tell(f"job {key} is COMPLETED in one world and CANCELED in another")
