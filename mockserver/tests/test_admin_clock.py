"""Clocks are told, stopped and moved forward, and whatever happens on the way has happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.tests.admin_client import JOB, SLOW_JOB, Admin, own_session
from mockserver.tests.conftest import Server


@pytest.fixture
def admin(server: Server) -> Iterator[Admin]:
    """Return a session without jobs, dropped afterwards."""
    with own_session(server, scenario="empty") as session:
        yield session


def test_the_pace_is_read_and_set(admin: Admin) -> None:
    """A mode or a factor sets how fast time passes; the time itself stays."""
    assert admin.get("/clock") == {
        "now": "2026-01-01T00:00:00Z", "factor": 0.0, "mode": "frozen", "next_event": None,
    }  # fmt: skip

    for body, mode, factor in (
        ({"factor": 60}, "factor", 60),
        ({"mode": "real"}, "real", 1),
        ({"mode": "factor", "factor": 0.5}, "factor", 0.5),
        ({"mode": "frozen"}, "frozen", 0),
    ):
        clock = admin.ask("PUT", "/clock", body)
        assert (clock["mode"], clock["factor"]) == (mode, factor)
        assert clock["now"].startswith("2026-01-01T0")
    stands = admin.get("/clock")["now"]
    assert admin.get("/clock")["now"] == stands


def test_a_clock_that_runs_brings_things_about(admin: Admin) -> None:
    """At a factor jobs come to their end while nobody moves the clock."""
    key = admin.submit(SLOW_JOB)
    admin.ask("PUT", "/clock", {"factor": 100_000})

    while admin.status(key) != "COMPLETED":
        pass

    assert admin.get("/clock")["now"] > "2026-01-01T00:05"


def test_the_next_event_is_named_and_reached(admin: Admin) -> None:
    """A step to the next event brings just that about, and stands at its moment."""
    admin.submit()
    following = admin.get("/clock")["next_event"]

    answer = admin.ask("POST", "/clock/advance", {"to": "next-event"})

    assert answer["now"] == following
    assert {one["at"] for one in answer["fired"]} == {following}
    assert answer["fired"][0]["target"] == "RUNNING"
    assert answer["count"] == len(answer["fired"])


def test_there_may_be_no_next_event(admin: Admin) -> None:
    """Where nothing ever happens the clock stays, and the answer says so."""
    answer = admin.ask("POST", "/clock/advance", {"to": "next-event"})

    assert answer == {"now": "2026-01-01T00:00:00Z", "fired": [], "count": 0, "reached": False}


def test_time_passes_until_a_resource_is_in_a_state(admin: Admin) -> None:
    """The clock stands at the moment at which the job got there, and not later."""
    key = admin.submit(SLOW_JOB)
    admin.submit(JOB)
    until = {"api": "scale", "schema": "Job", "key": key, "state": "COMPLETED"}

    answer = admin.ask("POST", "/clock/advance", {"until": until})

    assert answer["reached"]
    assert admin.status(key) == "COMPLETED"
    last = [one for one in answer["fired"] if one["schema"] == "Job"][-1]
    assert (last["key"], last["target"], last["at"]) == (key, "COMPLETED", answer["now"])
    again = admin.ask("POST", "/clock/advance", {"until": {**until, "key": str(key)}})
    assert again == {**again, "fired": [], "reached": True, "now": answer["now"]}


def test_waiting_ends_with_the_limit(admin: Admin) -> None:
    """What never comes about is given up after so many seconds; the answer says so."""
    key = admin.submit(JOB)
    until = {"api": "scale", "key": key, "state": "CANCELED"}

    answer = admin.ask("POST", "/clock/advance", {"until": until, "limit_seconds": 90})

    assert not answer["reached"]
    assert answer["now"] == "2026-01-01T00:01:30Z"
    assert admin.status(key) == "COMPLETED"


def test_an_answer_holds_a_thousand_transitions(server: Server) -> None:
    """More are counted, not listed."""
    busy = Admin(server).new(scenario="busy")

    answer = busy.ask("POST", "/clock/advance", {"seconds": 3600})

    assert len(answer["fired"]) == 1000 < answer["count"]
    moments = [one["at"] for one in answer["fired"] if one["cause"] == "time"]
    assert moments == sorted(moments)
    Admin(server).ask("DELETE", f"/sessions/{busy.session}", status=204)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 400),
        ({}, 400),
        ({"seconds": -1}, 400),
        ({"seconds": "1"}, 400),
        ({"seconds": 1e12}, 400),
        ({"seconds": 1, "to": "next-event"}, 400),
        ({"to": "yesterday"}, 400),
        ({"seconds": 1, "limit_seconds": 5}, 400),
        ({"limit_seconds": 5}, 400),
        ({"until": {"api": "scale", "key": 1}}, 400),
        ({"until": {"api": "scale", "key": 999, "state": "RUNNING"}}, 404),
        ({"until": {"api": "nobody", "key": 1, "state": "RUNNING"}}, 404),
        ({"until": {"api": "scale", "schema": "Jab", "key": 1, "state": "RUNNING"}}, 404),
    ],
)
def test_no_nonsense_moves_a_clock(admin: Admin, body: Any, status: int) -> None:
    """What is no way to move a clock is refused, and time stands still."""
    assert admin.refused("POST", "/clock/advance", body)[0] == status
    assert admin.get("/clock")["now"] == "2026-01-01T00:00:00Z"


def test_an_unknown_state_is_answered_with_those_there_are(admin: Admin) -> None:
    """Who misspells a state is told the states."""
    key = admin.submit()
    until = {"api": "scale", "key": key, "state": "DONE"}

    status, known = admin.refused("POST", "/clock/advance", {"until": until})

    assert status == 404
    assert "COMPLETED" in known


@pytest.mark.parametrize("body", [{}, {"factor": -1}, {"mode": "factor"}, {"mode": "slow"}, 60])
def test_no_nonsense_sets_a_pace(admin: Admin, body: Any) -> None:
    """A clock never runs backwards, and a factor needs a number."""
    assert admin.refused("PUT", "/clock", body)[0] == 400
    assert admin.get("/clock")["mode"] == "frozen"
