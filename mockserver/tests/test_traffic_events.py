"""Events: what happens is told to whoever listens, as it happens."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.tests.admin_client import SLOW_JOB, Admin
from mockserver.tests.conftest import Serve, Server
from mockserver.traffic.events import WAITING, Events, Listener


@pytest.fixture
def admin(server: Server) -> Admin:
    """Make a session of Scale."""
    return Admin(server).new()


class Stream:
    """A listener over a real connection."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer

    def next(self) -> tuple[str, dict[str, Any]]:
        """Return the next event; comments are passed over."""
        kind = ""
        while True:
            line = self.answer.readline().decode()
            assert line, "the stream has ended"
            if line.startswith("event: "):
                kind = line[7:].strip()
            elif line.startswith("data: "):
                return kind, json.loads(line[6:])

    def until(self, kind: str) -> dict[str, Any]:
        """Return the next event of a kind."""
        while (found := self.next())[0] != kind:
            pass
        return found[1]


@contextmanager
def _listening(server: Server, query: str = "") -> Iterator[Stream]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", f"/__admin/events{query}")
    answer = connection.getresponse()
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.readline() == b"retry: 1000\n"
    try:
        yield Stream(answer)
    finally:
        answer.close()
        connection.close()


def test_a_request_is_told(admin: Admin) -> None:
    """Method, path, operation, status and session."""
    with _listening(admin.server, f"?session={admin.session}") as stream:
        key = admin.submit(SLOW_JOB)
        told = stream.until("request")

    assert (told["session"], told["method"], told["operation"]) == (
        admin.session,
        "POST",
        "createJob",
    )
    assert (told["status"], told["path"]) == (201, "/v6/jobs/")
    assert key


def test_transitions_and_the_clock_are_told(admin: Admin) -> None:
    """An advance tells what moved on the way, then what the clock shows."""
    key = admin.submit(SLOW_JOB)
    with _listening(admin.server, f"?session={admin.session}") as stream:
        fired = admin.advance(2)
        moved = [stream.next() for _ in fired]
        kind, clock = stream.next()

    told = [(one["key"], one["source"], one["target"]) for _, one in moved]
    assert {one for one, _ in moved} == {"transition"}
    assert told == [(one["key"], one["source"], one["target"]) for one in fired]
    assert (key, "QUEUED", "RUNNING") in told
    assert (kind, clock["now"]) == ("clock", "2026-01-01T00:00:02Z")


def test_resets_and_sessions_are_told(admin: Admin) -> None:
    """A reset names its parts; sessions that come and go are told to everybody."""
    with _listening(admin.server, f"?session={admin.session}") as stream:
        admin.ask("POST", "/reset", {"parts": ["journal"]})
        reset = stream.until("reset")
        other = admin.new()
        made = stream.until("session")
        admin.ask("DELETE", f"/sessions/{other.session}", status=204)
        gone = stream.until("session")

    assert (reset["session"], reset["parts"]) == (admin.session, ["journal"])
    assert (made["session"], made["change"]) == (other.session, "created")
    assert (gone["session"], gone["change"]) == (other.session, "dropped")


def test_faults_are_told_to_those_who_hear_of_their_session(admin: Admin) -> None:
    """Whoever makes a fault, from wherever: it is told with its id when it begins and ends."""
    other = admin.new()
    throttle = {"do": {"kind": "throttle"}}
    with _listening(admin.server, f"?session={admin.session}") as stream:
        other.ask("POST", "/faults", throttle, status=201)
        path = f"/faults?session={admin.session}"
        made = [other.ask("POST", path, throttle, status=201)["id"] for _ in range(3)]
        admin.ask("DELETE", f"/faults/{made[1]}", status=204)
        admin.ask("DELETE", "/faults", status=204)
        told = [stream.until("fault") for _ in range(6)]

    changes = [(one["session"], one["change"], one["id"]) for one in told]
    begun = [(admin.session, "created", one) for one in made]
    ended = [(admin.session, "ended", made[one]) for one in (1, 0, 2)]
    assert changes == begun + ended


def test_one_hears_of_one_session_or_of_all(admin: Admin) -> None:
    """Whoever names a session hears of no other; whoever names none hears of each."""
    other = admin.new()
    with (
        _listening(admin.server, f"?session={admin.session}") as one,
        _listening(admin.server) as every,
    ):
        other.status(1)
        admin.status(2)
        heard = one.until("request")
        first, second = every.until("request"), every.until("request")

    assert heard["session"] == admin.session
    assert [first["session"], second["session"]] == [other.session, admin.session]


def test_time_passes_while_somebody_watches(serve: Serve) -> None:
    """On a fast clock jobs move although nobody asks for them."""
    admin = Admin(serve("scale", "--clock", "60x"))
    with _listening(admin.server) as stream:
        told = stream.until("transition")

    assert told["cause"] in {"time", "scale_executions"}
    assert admin.get("/journal/count") == {"count": 0}


def test_an_unknown_session_is_refused(admin: Admin) -> None:
    """Nobody listens to a session that is not there."""
    assert admin.refused("GET", "/events?session=nobody")[0] == 404


@given(st.integers(0, 3 * WAITING))
def test_a_slow_listener_loses_the_oldest_and_is_told(count: int) -> None:
    """Never more wait than the bound; what was lost is counted, and the latest are there."""
    listener = Listener("a")
    for number in range(count):
        listener.offer("request", {"id": number})
    found = listener.take()

    lost = max(0, count - WAITING)
    told = [data["id"] for kind, data in found if kind == "request"]
    assert told == list(range(lost, count))
    assert [kind for kind, _ in found if kind != "request"] == (["reset"] if lost else [])
    assert listener.take() == []


def test_who_has_gone_is_forgotten() -> None:
    """A listener that ends is told nothing more, and nothing is kept for it."""

    async def scene() -> tuple[int, list[bytes], int]:
        events = Events()
        stream = events.listen(None, lambda: None)
        parts = [await anext(stream)]
        during = len(events.listeners)
        events.publish("clock", "a", {"now": 1})
        parts.append(await anext(stream))
        await stream.aclose()  # type: ignore[attr-defined]
        return during, parts, len(events.listeners)

    during, parts, after = asyncio.run(scene())

    assert (during, after) == (1, 0)
    assert parts[1] == b'event: clock\ndata: {"session":"a","now":1}\n\n'
