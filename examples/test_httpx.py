"""How code that uses httpx is tested: over a real connection, or within the process."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from mockserver.pytest_plugin import Callsheet, CallsheetApp

JOB = {"job_type_id": 1, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}, "configuration": {}}


def submit(client: httpx.Client) -> int:
    """Queue a job of Scale, and return its id: with the next two, the code that is tested here."""
    return int(client.post("/v6/jobs/", json=JOB).raise_for_status().json()["id"])


def cancel(client: httpx.Client, job: int) -> None:
    """Cancel a job."""
    client.post("/v6/jobs/cancel/", json={"job_ids": [job]}).raise_for_status()


def status(client: httpx.Client, job: int) -> str:
    """Return the status of a job; ask again if the server is too busy."""
    answer = client.get(f"/v6/jobs/{job}/")
    while answer.status_code == 429:
        answer = client.get(f"/v6/jobs/{job}/")
    return str(answer.raise_for_status().json()["status"])


# -- over a connection ---------------------------------------------------------------------------


def test_a_job_is_done_in_the_end(callsheet: Callsheet) -> None:
    """The clock stands still until the test moves it: here as far as it takes."""
    with httpx.Client(base_url=callsheet.base_url) as client:
        job = submit(client)
        assert status(client, job) == "QUEUED"

        moved = callsheet.clock.advance(until={"api": "scale", "key": job, "state": "COMPLETED"})

        assert "RUNNING -> COMPLETED" in f"{moved.fired[-1]}"
        assert status(client, job) == "COMPLETED"


def test_canceling_is_one_request(callsheet: Callsheet) -> None:
    """The journal holds what was sent, and what came of it."""
    with httpx.Client(base_url=callsheet.base_url) as client:
        job = submit(client)
        cancel(client, job)
        callsheet.clock.advance(5)

        assert status(client, job) == "CANCELED"
    request = callsheet.requests.wait(operation="cancelJobs")[0]
    assert request.status == 202
    assert [one.target for one in request.transitions if one.key == job] == ["CANCELED"]


def test_a_busy_server_is_asked_again(callsheet: Callsheet) -> None:
    """A fault strikes as often as the test says."""
    with httpx.Client(base_url=callsheet.base_url) as client:
        job = submit(client)
        fault = callsheet.fault("throttle", api="scale", operation="getJob", times=2)

        assert status(client, job) == "QUEUED"
        assert fault.fired == 2


def test_a_snapshot_brings_everything_back(callsheet: Callsheet) -> None:
    """The clock as well: the same can be tried twice."""
    with httpx.Client(base_url=callsheet.base_url) as client:
        job = submit(client)
        callsheet.clock.advance(until={"api": "scale", "key": job, "state": "RUNNING"})
        before, snapshot = callsheet.clock.now, callsheet.snapshot()
        callsheet.state.move("scale", "Job", job, "FAILED")
        assert status(client, job) == "FAILED"

        snapshot.restore()

        assert status(client, job) == "RUNNING"
        assert callsheet.clock.now == before


@pytest.mark.callsheet(scenario="empty")
def test_an_empty_world_has_no_jobs(callsheet: Callsheet) -> None:
    """A mark says how the session of a test begins."""
    assert httpx.get(callsheet.url("scale", "/v6/jobs/")).json()["count"] == 0


# -- within the process --------------------------------------------------------------------------


def test_no_socket_is_needed(callsheet_app: CallsheetApp) -> None:
    """The same code with a client whose requests are calls."""
    with callsheet_app.client() as client:
        job = submit(client)
        callsheet_app.clock.advance(until={"api": "scale", "key": job, "state": "RUNNING"})

        assert status(client, job) == "RUNNING"


def test_nor_for_code_that_awaits(callsheet_app: CallsheetApp) -> None:
    """Many requests at once, in an event loop of the test's own."""

    async def count() -> int:
        async with callsheet_app.async_client() as client:
            await asyncio.gather(*(client.post("/v6/jobs/", json=JOB) for _ in range(5)))
            return int((await client.get("/v6/jobs/")).json()["count"])

    before = callsheet_app.state.counts("scale", "Job")
    assert asyncio.run(count()) == sum(before.values()) + 5
    assert callsheet_app.requests.count(operation="createJob", status=201) == 5
