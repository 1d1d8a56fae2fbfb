"""Faults: what a client is to live with, over real connections."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Mapping
from typing import Any

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from mockserver.tests.admin_client import SLOW_JOB, Admin
from mockserver.tests.conftest import Serve, Server
from mockserver.traffic.fault import Effect, Fault, FaultError, Kind, parse
from mockserver.traffic.selection import Selection, UnknownNameError
from specs.contract import load

CONTRACTS = {"scale": load("scale")}

JOB = "/v6/jobs/1/"


@pytest.fixture
def admin(server: Server) -> Admin:
    """Make a session of Scale."""
    return Admin(server).new()


def _make(admin: Admin, do: Mapping[str, Any], **match: Any) -> dict[str, Any]:
    made: dict[str, Any] = admin.ask("POST", "/faults", {**match, "do": do}, 201)
    return made


def _get(admin: Admin, path: str = JOB, method: str = "GET") -> urllib3.BaseHTTPResponse:
    return admin.server.request(method, path, headers=admin.headers)


# -- how it is asked for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"do": {}}, "status, latency, reset, truncate, throttle, stuck"),
        ({"do": {"kind": "explode"}}, "do.kind is one of"),
        ({"do": {"kind": "status"}}, "do.status"),
        ({"do": {"kind": "status", "status": 700}}, "200 to 599"),
        ({"do": {"kind": "status", "status": 500, "seconds": 1}}, "do.seconds means nothing"),
        ({"do": {"kind": "latency"}}, "do.seconds"),
        ({"do": {"kind": "latency", "seconds": 1, "spread": 2}}, "do.spread"),
        ({"do": {"kind": "reset", "body": 1}}, "it takes nothing else"),
        ({"do": {"kind": "throttle", "retry_after": -1}}, "do.retry_after"),
        ({"do": {"kind": "stuck"}}, "do.schema"),
        ({"do": {"kind": "stuck", "schema": "Job"}, "rate": 0.5}, "alone"),
        ({"do": {"kind": "reset"}, "rate": 1.5}, "from 0 to 1"),
        ({"do": {"kind": "reset"}, "times": 0}, "1 or more"),
        ({"do": {"kind": "reset"}, "color": "red"}, "no 'color'"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(asked: dict[str, Any], says: str) -> None:
    """One sentence says what would make sense."""
    with pytest.raises(FaultError, match=says):
        parse(1, asked, CONTRACTS)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({"api": "thinkbox"}, "scale"),
        ({"operation": "getjob"}, "getJob"),
        ({"state": "queued"}, "QUEUED"),
        ({"do": {"kind": "stuck", "schema": "Task"}}, "JobExecution"),
    ],
)
def test_unknown_names_are_refused_with_the_known(asked: dict[str, Any], known: str) -> None:
    """A name that nothing has is answered with those that there are."""
    with pytest.raises(UnknownNameError) as caught:
        parse(1, {"do": {"kind": "reset"}, **asked}, CONTRACTS)

    assert known in caught.value.known


@given(
    rate=st.floats(0, 1),
    times=st.none() | st.integers(1, 20),
    seed=st.integers(0, 99),
    asked=st.integers(0, 60),
)
def test_rate_and_times_bound_what_it_strikes(
    rate: float, times: int | None, seed: int, asked: int
) -> None:
    """The same seed strikes the same requests, and never more often than is allowed."""
    struck = []
    for _ in range(2):
        fault = Fault(3, Selection(), Effect(Kind.RESET), rate=rate, times=times)
        struck.append([fault.strikes(seed) for _ in range(asked)])
        assert fault.matched == asked
        assert fault.fired == sum(struck[-1]) <= (asked if times is None else times)

    assert struck[0] == struck[1]
    if rate == 1:
        assert sum(struck[0]) == min(asked, asked if times is None else times)
    if rate == 0:
        assert not any(struck[0])


@given(seconds=st.floats(0.1, 100), spread=st.floats(0, 1), seed=st.integers(0, 99))
def test_a_latency_stays_within_its_spread(seconds: float, spread: float, seed: int) -> None:
    """A delay is never longer or shorter than the spread allows."""
    fault = Fault(1, Selection(), Effect(Kind.LATENCY, seconds=seconds, spread=spread))
    for _ in range(5):
        fault.strikes(seed)
        delay = fault.delay(seed)

        assert seconds * (1 - spread) <= delay <= seconds * (1 + spread)


# -- what it does ------------------------------------------------------------------------------


def test_a_status_comes_in_the_apis_own_words(admin: Admin) -> None:
    """A declared status looks as the contract shows it, another as the API words errors."""
    _make(admin, {"kind": "status", "status": 403}, operation="getJob", times=1)
    _make(admin, {"kind": "status", "status": 503}, operation="getJob", times=1)
    declared, other, usual = _get(admin), _get(admin), _get(admin)

    assert (declared.status, list(declared.json())) == (403, ["detail"])
    assert (other.status, other.json()) == (503, {"detail": "Service Unavailable."})
    assert other.headers["x-callsheet"].endswith("; fault=2")
    assert usual.status == 200


def test_a_status_may_bring_its_own_body(admin: Admin) -> None:
    """A JSON value is sent as JSON, a text as it is; Retry-After if it is asked for."""
    _make(admin, {"kind": "status", "status": 500, "body": {"a": [1]}}, times=1)
    _make(admin, {"kind": "status", "status": 502, "body": "<h1>Bad Gateway</h1>"}, times=1)
    _make(admin, {"kind": "status", "status": 503, "retry_after": 3}, times=1)
    first, second, third = _get(admin), _get(admin), _get(admin)

    assert (first.status, first.json()) == (500, {"a": [1]})
    assert (second.status, second.data) == (502, b"<h1>Bad Gateway</h1>")
    assert (third.status, third.headers["retry-after"]) == (503, "3")


def test_a_struck_command_changes_nothing(admin: Admin) -> None:
    """A job that was answered with an error has not been made."""
    before = admin.jobs()
    _make(admin, {"kind": "status", "status": 503}, method="POST")
    answer = admin.server.request("POST", "/v6/jobs/", headers=admin.headers, json=SLOW_JOB)

    assert answer.status == 503
    assert admin.jobs() == before


def test_a_connection_is_really_reset(admin: Admin) -> None:
    """The client's socket gets a reset instead of an answer, and the server goes on."""
    _make(admin, {"kind": "reset"}, path="/v6/jobs/1/", times=1)
    with socket.create_connection(("127.0.0.1", admin.server.port), timeout=20) as connection:
        line = f"GET {JOB} HTTP/1.1\r\nHost: a\r\nX-Callsheet-Session: {admin.session}\r\n\r\n"
        connection.sendall(line.encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)

    assert _get(admin).status == 200
    entry = admin.get("/journal/1")
    assert (entry["status"], entry["response"], entry["faults"]) == (None, None, [1])


def test_a_body_ends_too_soon(admin: Admin) -> None:
    """The length promises more than comes before the connection is closed."""
    whole = _get(admin).data
    _make(admin, {"kind": "truncate"}, operation="getJob", times=1)
    connection = http.client.HTTPConnection("127.0.0.1", admin.server.port, timeout=20)
    connection.request("GET", JOB, headers=admin.headers)
    answer = connection.getresponse()

    assert int(answer.headers["content-length"]) == len(whole)
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    assert caught.value.partial == whole[: len(whole) // 2]
    connection.close()
    assert _get(admin).data == whole


def test_an_answer_without_a_body_is_lost_as_a_whole(admin: Admin) -> None:
    """Nothing can be cut off a 202 that is empty; what it commanded happens all the same."""
    key = admin.submit(SLOW_JOB)
    _make(admin, {"kind": "truncate"}, operation="cancelJobs", times=1)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        admin.server.request(
            "POST", "/v6/jobs/cancel/", headers=admin.headers, json={"job_ids": [key]}
        )
    admin.advance(1)

    assert admin.status(key) == "CANCELED"


def test_throttling_tells_when_to_come_back(admin: Admin) -> None:
    """A 429 in the API's words with Retry-After, as asked for or a second."""
    _make(admin, {"kind": "throttle"}, times=1)
    _make(admin, {"kind": "throttle", "retry_after": 17}, times=1)
    first, second = _get(admin), _get(admin)

    assert (first.status, first.headers["retry-after"]) == (429, "1")
    assert (second.status, second.headers["retry-after"]) == (429, "17")
    assert list(second.json()) == ["detail"]


def test_latency_holds_up_one_request_and_no_other(admin: Admin) -> None:
    """While one waits another is answered; the one that waits is answered as usual."""
    _make(admin, {"kind": "latency", "seconds": 0.3, "spread": 0.1}, path=JOB, times=1)
    connection = http.client.HTTPConnection("127.0.0.1", admin.server.port, timeout=20)
    began = time.monotonic()
    connection.request("GET", JOB, headers=admin.headers)
    other = admin.status(2)
    answer = connection.getresponse()

    assert time.monotonic() - began >= 0.27
    assert other
    assert answer.status == 200
    paths = [one["path"] for one in admin.get("/journal")["items"]]
    assert paths == ["/v6/jobs/2/", JOB]
    connection.close()


def test_latency_adds_to_what_comes_after_it(admin: Admin) -> None:
    """A slow server may fail as well; both faults have struck."""
    _make(admin, {"kind": "latency", "seconds": 0.01})
    _make(admin, {"kind": "status", "status": 500})
    answer = _get(admin)

    assert answer.status == 500
    assert answer.headers["x-callsheet"].endswith('; fault="1 2"')


def test_a_session_that_is_dropped_meanwhile_is_no_error_of_ours(admin: Admin) -> None:
    """A request that is held up while its session goes is told that there is no such session."""
    _make(admin, {"kind": "latency", "seconds": 0.5})
    connection = http.client.HTTPConnection("127.0.0.1", admin.server.port, timeout=20)
    connection.request("GET", JOB, headers=admin.headers)
    until = time.monotonic() + 20
    while admin.get("/faults")[0]["fired"] == 0 and time.monotonic() < until:
        pass
    Admin(admin.server).ask("DELETE", f"/sessions/{admin.session}", status=204)
    answer = connection.getresponse()

    assert answer.status == 404
    assert b"no session" in answer.read()
    connection.close()


# -- whom it strikes ---------------------------------------------------------------------------


def test_only_what_fits_is_struck(admin: Admin) -> None:
    """Operation, method, path and API all have to fit."""
    fault = _make(
        admin, {"kind": "status", "status": 500}, api="scale", operation="getJob", path="/v6/*/1/"
    )
    answers = [
        _get(admin).status,
        _get(admin, "/v6/jobs/2/").status,
        _get(admin, "/v6/jobs/").status,
        _get(admin, "/v6/jobs/1/executions/").status,
    ]

    assert answers == [500, 200, 200, 200]
    shown = admin.get(f"/faults/{fault['id']}")
    assert (shown["matched"], shown["fired"]) == (1, 1)


def test_a_path_that_nothing_has_can_be_struck(admin: Admin) -> None:
    """A fault by path alone also strikes what would be a 404."""
    _make(admin, {"kind": "throttle"}, path="/nowhere*")

    assert _get(admin, "/nowhere/at/all").status == 429


def test_the_state_of_what_is_addressed_matters(admin: Admin) -> None:
    """A fault for RUNNING strikes a job from the moment it runs."""
    key = admin.submit(SLOW_JOB)
    path = f"/v6/jobs/{key}/"
    _make(admin, {"kind": "status", "status": 500}, state="RUNNING")
    queued = _get(admin, path).status
    admin.ask("POST", "/clock/advance", {"until": {"api": "scale", "key": key, "state": "RUNNING"}})

    assert (queued, _get(admin, path).status, _get(admin, "/v6/jobs/").status) == (200, 500, 200)


def test_sessions_have_their_own_faults(admin: Admin) -> None:
    """What goes wrong in one session does not in another."""
    other = admin.new()
    _make(admin, {"kind": "status", "status": 500})

    assert _get(admin).status == 500
    assert _get(other).status == 200
    assert other.get("/faults") == []


def test_faults_are_listed_and_taken_away(admin: Admin) -> None:
    """One by one, all at once, and by a reset of that part."""
    for status in (500, 501, 502):
        _make(admin, {"kind": "status", "status": status})
    admin.ask("DELETE", "/faults/1", status=204)

    assert [one["do"]["status"] for one in admin.get("/faults")] == [501, 502]
    assert admin.refused("GET", "/faults/1") == (404, ["2", "3"])
    assert _get(admin).status == 501
    admin.ask("DELETE", "/faults", status=204)
    assert _get(admin).status == 200
    _make(admin, {"kind": "status", "status": 503})
    admin.ask("POST", "/reset", {"parts": ["faults"]})
    assert _get(admin).status == 200


def test_a_refusal_over_http_is_one_sentence(admin: Admin) -> None:
    """Nonsense is a 400 that says what is known; nothing is kept of it."""
    status, known = admin.refused(
        "POST", "/faults", {"operation": "getjob", "do": {"kind": "reset"}}
    )

    assert (status, "getJob" in known) == (404, True)
    assert admin.refused("POST", "/faults", {"do": {"kind": "stuck"}})[0] == 400
    assert admin.get("/faults") == []


def test_every_api_words_its_own_faults(serve: Serve) -> None:
    """An error status looks like an error of the API that is asked."""
    admin = Admin(serve("--clock", "frozen"))
    _make(admin, {"kind": "status", "status": 500})
    _make(admin, {"kind": "throttle", "retry_after": 9}, api="deadline-cloud")
    texts = {
        path: _get(admin, path)
        for path in ("/api/tasks", "/tasks/", "/hpc/nodes", "/2023-10-12/farms", "/nowhere")
    }

    assert all(one.status == 500 for one in texts.values())
    assert set(texts["/hpc/nodes"].json()) >= {"Code", "Message"}
    assert texts["/2023-10-12/farms"].headers["x-amzn-errortype"].startswith("InternalServerError")
    admin.ask("DELETE", "/faults/1", status=204)
    throttled = _get(admin, "/2023-10-12/farms")
    assert throttled.headers["x-amzn-errortype"] == "ThrottlingException"
    assert (throttled.status, throttled.headers["retry-after"]) == (429, "9")
