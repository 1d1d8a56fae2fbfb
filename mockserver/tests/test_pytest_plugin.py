"""The fixtures of the plugin for pytest, used as anybody's tests use them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from mockserver.pytest_plugin import Callsheet, CallsheetApp, CallsheetServer
from mockserver.pytest_plugin.application import StillWaitingError
from mockserver.pytest_plugin.clock import NotReachedError
from mockserver.pytest_plugin.line import AdminError
from mockserver.pytest_plugin.requests import NotSeenError
from mockserver.pytest_plugin.session import UnknownApiError
from mockserver.tests.admin_client import JOB

BASES = [("scale", ""), ("hpcpack", "/hpc"), ("deadline-cloud", "/2023-10-12"), ("pulp", "")]


def _submit(session: Callsheet) -> int:
    answer = httpx.post(session.url("scale", "/v6/jobs/"), json=JOB)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def _status(session: Callsheet, job: int) -> Any:
    return httpx.get(session.url("scale", f"/v6/jobs/{job}/")).json()["status"]


# -- sessions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_world_of_its_own(callsheet: Callsheet, turn: int) -> None:
    """The first new job has the same number in each test, and the clock the same time."""
    assert _submit(callsheet) == 201
    assert callsheet.clock.now.isoformat() == "2026-01-01T00:00:00+00:00"
    assert callsheet.clock.factor == 0
    assert callsheet.requests.count() == 1
    callsheet.clock.advance(5)


def test_a_session_has_the_name_of_its_test(
    callsheet: Callsheet, callsheet_server: CallsheetServer
) -> None:
    """So that the console shows which is which; it is gone with the test."""
    sessions = callsheet.admin("GET", "/sessions")
    tests = [one["name"] for one in sessions if one["name"].startswith("test_")]

    assert tests == [callsheet.name]
    assert callsheet.name.startswith("test_a_session_has_the_name")
    assert callsheet.base_url == f"{callsheet_server.base_url}/s/{callsheet.name}"
    assert callsheet.origin == callsheet_server.base_url


@pytest.mark.parametrize(("api", "base"), BASES)
def test_an_address_begins_with_session_and_base_path(
    callsheet: Callsheet, api: str, base: str
) -> None:
    """`url` is what a client of that API is told to call."""
    assert callsheet.url(api) == callsheet.base_url + base


def test_an_api_that_is_not_served_is_told(callsheet: Callsheet) -> None:
    """With the names of those that are."""
    with pytest.raises(UnknownApiError, match=r"'nobody' is served; known are .*scale"):
        callsheet.url("nobody")


def test_a_header_does_for_clients_without_a_prefix(callsheet: Callsheet) -> None:
    """`origin` and `headers` lead to the same session."""
    job = _submit(callsheet)
    answer = httpx.get(f"{callsheet.origin}/v6/jobs/{job}/", headers=callsheet.headers)

    assert answer.json()["id"] == job


@pytest.mark.callsheet(seed=4, scenario="empty", clock="60x")
def test_a_mark_says_how_a_session_begins(callsheet: Callsheet) -> None:
    """Seed, scenario and clock are those of the mark."""
    described = callsheet.admin("GET", f"/sessions/{callsheet.name}")

    assert (described["seed"], described["scenario"]) == (4, "empty")
    assert callsheet.clock.factor == 60
    assert callsheet.state.counts("scale", "Job") == {}


def test_known_ids_are_there(callsheet: Callsheet) -> None:
    """`known` names what the session has, for tests that need something to start from."""
    known = callsheet.known("deadline-cloud")
    path = f"/farms/{known['farmId']}/queues/{known['queueId']}"

    assert httpx.get(callsheet.url("deadline-cloud", path)).status_code == 200


# -- clock, state, requests, faults --------------------------------------------------------------


def test_the_clock_tells_what_happened(callsheet: Callsheet) -> None:
    """By seconds, to the next event, until a state; what fired is the answer."""
    job = _submit(callsheet)
    due = callsheet.clock.next_event
    first = callsheet.clock.advance(until="next-event")
    done = callsheet.clock.advance(until={"api": "scale", "key": job, "state": "COMPLETED"})
    moved = [one for one in done.fired if one.schema == "Job" and one.key == job]

    assert first.now == due
    assert first.count == len(first.fired)
    assert (moved[-1].source, moved[-1].target, moved[-1].cause) == ("RUNNING", "COMPLETED", "time")
    assert str(moved[-1]) == f"Job {job} RUNNING -> COMPLETED"
    assert moved[-1].at == done.now
    assert _status(callsheet, job) == "COMPLETED"


def test_a_state_that_never_comes_is_an_error(callsheet: Callsheet) -> None:
    """The test fails, and says what it waited for."""
    job = _submit(callsheet)

    with pytest.raises(NotReachedError, match=f"the resource {job} of scale is not CANCELED"):
        callsheet.clock.advance(until={"api": "scale", "key": job, "state": "CANCELED"}, limit=60)
    with pytest.raises(TypeError, match="seconds or until"):
        callsheet.clock.advance()


def test_the_clock_runs_and_stops(callsheet: Callsheet) -> None:
    """`run` sets the pace, `freeze` stops it."""
    callsheet.clock.run(60)
    assert callsheet.clock.factor == 60
    callsheet.clock.freeze()
    assert callsheet.clock.factor == 0
    assert callsheet.clock.now == callsheet.clock.now


def test_resources_are_found_moved_and_explained(callsheet: Callsheet) -> None:
    """Whatever the API that they belong to, in one shape."""
    job = _submit(callsheet)
    queued = callsheet.state.resources("scale", "Job", "QUEUED")
    mine = next(one for one in queued if one.key == job)

    moved = callsheet.state.move("scale", "Job", job, "CANCELED")

    assert mine.upcoming == "RUNNING"
    assert [str(one) for one in moved] == [f"Job {job} QUEUED -> CANCELED"]
    explained = callsheet.state.explain("scale", "Job", job)
    assert explained["view"]["status"] == "CANCELED"
    assert [one["target"] for one in explained["history"]] == ["CANCELED"]
    assert callsheet.state.counts("scale", "Job")["QUEUED"] == len(queued) - 1
    with pytest.raises(AdminError, match="there is QUEUED") as caught:
        callsheet.state.move("scale", "Job", job, "COMPLETED")
    assert caught.value.status == 409
    assert callsheet.state.move("scale", "Job", job, "COMPLETED", force=True)


@pytest.mark.callsheet(scenario="busy")
def test_all_resources_are_listed(callsheet: Callsheet) -> None:
    """However many pages it takes."""
    found = callsheet.state.resources()

    assert len(found) == callsheet.admin("GET", "/resources", query={"limit": 0})["count"]
    assert len({(one.api, one.schema, one.key) for one in found}) == len(found)


def test_state_goes_out_and_comes_back(callsheet: Callsheet) -> None:
    """A document, a snapshot and a reset each bring back what was."""
    beginning = callsheet.state.read()
    job = _submit(callsheet)
    snapshot = callsheet.snapshot()
    callsheet.clock.advance(600)
    assert _status(callsheet, job) != "QUEUED"

    snapshot.restore()
    assert _status(callsheet, job) == "QUEUED"
    assert snapshot.document()["clock"] == beginning["clock"]
    snapshot.delete()
    with pytest.raises(AdminError, match=snapshot.name):
        snapshot.restore()

    callsheet.state.replace(beginning)
    assert callsheet.state.read()["apis"] == beginning["apis"]
    _submit(callsheet)
    callsheet.reset("state")
    assert callsheet.state.read()["apis"] == beginning["apis"]
    assert callsheet.requests.count() > 0
    callsheet.reset()
    assert callsheet.requests.count() == 0


def test_requests_are_remembered(callsheet: Callsheet) -> None:
    """What was sent, what was answered, and which transitions came of it."""
    job = _submit(callsheet)
    httpx.post(callsheet.url("scale", "/v6/jobs/cancel/"), json={"job_ids": [job]})
    callsheet.clock.advance(5)
    _status(callsheet, job)

    asked, canceled, read = callsheet.requests.list()
    assert (asked.method, asked.path, asked.status) == ("POST", "/v6/jobs/", 201)
    assert (canceled.operation, read.operation) == ("cancelJobs", "getJob")
    assert f"Job {job} QUEUED -> CANCELED" in str(canceled)
    assert callsheet.requests.list(limit=1) == [read]
    assert callsheet.requests.count(method="POST") == 2
    assert callsheet.requests.list(since_id=asked.id, path="/v6/jobs/cancel/") == [canceled]
    assert callsheet.requests.read(asked.id)["request"]["json"] == JOB
    callsheet.requests.clear()
    assert callsheet.requests.list() == []


def test_requests_are_waited_for(callsheet: Callsheet) -> None:
    """Those that have come are there at once; a test that waits in vain says what did come."""
    job = _submit(callsheet)

    assert [one.status for one in callsheet.requests.wait(operation="createJob")] == [201]
    with pytest.raises(NotSeenError, match=r"1 of 2 requests \(api=scale\)(?s:.*)/v6/jobs/ 201"):
        callsheet.requests.wait(2, timeout=0.1, api="scale")
    assert job


def test_faults_strike_as_told(callsheet: Callsheet) -> None:
    """As often as said, or as long as the block lasts."""
    job = _submit(callsheet)
    path = callsheet.url("scale", f"/v6/jobs/{job}/")
    fault = callsheet.fault("throttle", api="scale", operation="getJob", times=1, retry_after=7)
    answers = [httpx.get(path) for _ in range(2)]

    assert [one.status_code for one in answers] == [429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert (fault.matched, fault.fired) == (2, 1)
    with callsheet.fault("status", status=503, body={"busy": True}, path="/v6/jobs/*"):
        assert httpx.get(path).json() == {"busy": True}
    with callsheet.fault("reset", api="scale"), pytest.raises(httpx.TransportError):
        httpx.get(path)
    with callsheet.fault("stuck", schema="Job", api="scale", key=job):
        callsheet.clock.advance(3600)
        assert _status(callsheet, job) == "QUEUED"
    assert httpx.get(path).status_code == 200
    with pytest.raises(AdminError, match="getJobb"):
        callsheet.fault("reset", api="scale", operation="getJobb")


# -- within the process --------------------------------------------------------------------------


def test_an_application_answers_without_a_socket(callsheet_app: CallsheetApp) -> None:
    """The client's paths are those of the API; what it gets is what a server sends."""
    with callsheet_app.client() as client:
        made = client.post("/v6/jobs/", json=JOB)
        moved = client.get("/v6/jobs", follow_redirects=True)
        nothing = client.head("/v6/jobs/99999/")
        callsheet_app.clock.advance(3600)
        job = client.get(f"/v6/jobs/{made.json()['id']}/").json()

    assert made.status_code == 201
    assert made.headers["location"].startswith(f"{callsheet_app.base_url}/v6/jobs/")
    assert moved.history[0].status_code == 301
    assert (moved.status_code, nothing.status_code) == (200, 404)
    assert job["status"] in {"COMPLETED", "FAILED"}
    assert callsheet_app.requests.count(status=201) == 1


def test_applications_isolate_tests_as_well(callsheet_app: CallsheetApp) -> None:
    """Nothing is left of the test before."""
    with callsheet_app.client() as client:
        assert client.post("/v6/jobs/", json=JOB).json()["id"] == 201
    assert callsheet_app.clock.now.hour == 0


def test_faults_strike_calls_too(callsheet_app: CallsheetApp) -> None:
    """A latency is waited for, and a connection that is reset is an error."""
    with callsheet_app.client() as client:
        with callsheet_app.fault("latency", seconds=0.01, api="scale") as fault:
            assert client.get("/v6/jobs/1/").status_code == 200
            assert fault.fired == 1
        with callsheet_app.fault("reset", api="scale"), pytest.raises(ConnectionResetError):
            client.get("/v6/jobs/1/")


def test_code_that_awaits_is_tested_in_its_loop(callsheet_app: CallsheetApp) -> None:
    """Clock and journal can be used there too; only waiting for others cannot."""

    async def story() -> list[int]:
        async with callsheet_app.async_client() as client:
            many = [client.post("/v6/jobs/", json=JOB) for _ in range(3)]
            made = [one.json()["id"] for one in await asyncio.gather(*many)]
            callsheet_app.clock.advance(3600)
            with callsheet_app.client() as other:
                assert other.get(f"/v6/jobs/{made[0]}/").json()["status"] != "QUEUED"
            assert len(callsheet_app.requests.wait(3, operation="createJob")) == 3
            with pytest.raises(StillWaitingError, match="async_client"):
                callsheet_app.requests.wait(99)
            return made

    assert asyncio.run(story()) == [201, 202, 203]
