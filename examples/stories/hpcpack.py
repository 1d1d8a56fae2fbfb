"""A day in the life of HPC Pack's jobs: made first, given tasks, then submitted."""

from __future__ import annotations

from typing import Any

from stage import Session, address, tell


def properties(**values: str) -> list[dict[str, str]]:
    """Return properties as HPC Pack wants them."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def submit(session: Session, line: str) -> int:
    """Make a job of one task that runs a command line, submit it, and return its id."""
    ask = session.requests
    key = ask.post("/hpc/jobs", json=properties(Name="story")).raise_for_status().json()
    ask.post(f"/hpc/jobs/{key}/tasks", json=properties(CommandLine=line)).raise_for_status()
    order(session, f"{key}/submit", json=[])
    return int(key)


def order(session: Session, path: str, **body: Any) -> None:
    """Give a job or a task an order that is carried out at once."""
    answer = session.requests.post(f"/hpc/jobs/{path}", **body)
    assert answer.status_code == 204, answer.text


def read(session: Session, path: str) -> dict[str, str]:
    """Return the properties of a job or a task by their names."""
    found = session.requests.get(f"/hpc/jobs/{path}").raise_for_status().json()
    return {one["Name"]: one["Value"] for one in found}


with Session(address()) as session:
    key = submit(session, "echo hello")
    assert read(session, f"{key}")["State"] == "Submitted"
    tell(f"job {key} is Submitted; time stands still, and so it stays")

    on_the_way = session.wait("hpcpack", "Job", key, "Finished")
    ways = ["Submitted -> Validating", "Queued -> Running", "Finishing -> Finished"]
    assert all(f"Job {key} {one}" in on_the_way for one in ways)
    assert read(session, f"{key}/tasks/1")["Output"].strip() == "hello"
    tell(f"job {key} is Finished, and its task has said hello")

    key = submit(session, "echo hello")
    session.wait("hpcpack", "Job", key, "Running")
    session.force("hpcpack", "Task", f"{key}.1", "Failed")
    session.wait("hpcpack", "Job", key, "Failed")
    tell(f"job {key} was made to fail: {read(session, f'{key}')['ErrorMessage']}")

    order(session, f"{key}/requeue")
    session.wait("hpcpack", "Job", key, "Finished")
    assert read(session, f"{key}")["RequeueCount"] == "1"
    tell(f"job {key} was requeued, and is Finished")

    session.hurry("getJob", f"/hpc/jobs/{key}")

    key = submit(session, "echo hello")
    session.wait("hpcpack", "Job", key, "Running")
    snapshot = session.snapshot()
    order(session, f"{key}/cancel?forced=true")
    assert read(session, f"{key}")["State"] == "Canceled"
    session.restore(snapshot)
    assert read(session, f"{key}")["State"] == "Running"
    tell(f"job {key} was Canceled, and then it never was")

    with session.fork() as other:
        order(other, f"{key}/cancel?forced=true")
        session.wait("hpcpack", "Job", key, "Finished")
        assert read(other, f"{key}")["State"] == "Canceled"
        assert read(session, f"{key}")["State"] == "Finished"
        tell(f"job {key} is Finished in one world and Canceled in another")
