"""A day in the life of Pulp's tasks: nobody submits them here, other parts of Pulp do."""

from __future__ import annotations

from typing import Any

from stage import Session, address, tell


def coming(session: Session, method: str) -> str:
    """Let time pass until a task waits for its turn that calls a method, and return its id."""
    for _ in range(100):
        waiting = session.requests.get("/tasks/", params={"state": "waiting"}).json()
        found = [one for one in waiting if one["method_name"] == method]
        if found:
            return str(found[0]["id"])
        session.advance(0.5)
    raise SystemExit(f"no task has come that calls {method}")


def task(session: Session, key: str) -> Any:
    """Return a task."""
    return session.requests.get(f"/tasks/{key}/").raise_for_status().json()


def cancel(session: Session, key: str) -> None:
    """Cancel a task; Pulp accepts at once, and does it a little later."""
    assert session.requests.post(f"/tasks/{key}/cancel/").status_code == 202
    session.wait("pulp", "Task", key, "canceled")


with Session(address()) as session:
    key = coming(session, "update_metadata")
    assert task(session, key)["state"] == "waiting"
    tell(f"task {key} waits; time stands still, and so it does")

    on_the_way = session.wait("pulp", "Task", key, "finished")
    assert f"Task {key} waiting -> running" in on_the_way
    tell(f"task {key} is finished, and returns {task(session, key)['result']}")

    key = coming(session, "check_feeds")
    session.wait("pulp", "Task", key, "running")
    session.force("pulp", "Task", key, "error")
    tell(f"task {key} was made to fail: {task(session, key)['exception']}")

    session.wait("pulp", "Task", key, "waiting")
    session.wait("pulp", "Task", key, "running")
    tell("as it is called again and again, it has another try")

    session.hurry("getTask", f"/tasks/{key}/")

    key = coming(session, "update_metadata")
    snapshot = session.snapshot()
    cancel(session, key)
    session.restore(snapshot)
    assert task(session, key)["state"] == "waiting"
    tell(f"task {key} was canceled, and then it never was")

    with session.fork() as other:
        cancel(other, key)
        session.wait("pulp", "Task", key, "finished")
        assert task(other, key)["state"] == "canceled"
        assert task(session, key)["state"] == "finished"
        tell(f"task {key} is finished in one world and canceled in another")
