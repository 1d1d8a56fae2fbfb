"""Sessions are worlds of their own: nothing that happens in one is seen in another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.tests.admin_client import SLOW_JOB, Admin
from mockserver.tests.conftest import Serve, Server


@pytest.fixture
def admin(server: Server) -> Iterator[Admin]:
    """Return the admin API of a server, whose sessions are dropped afterwards."""
    admin = Admin(server)
    yield admin
    for one in admin.get("/sessions"):
        if one["name"] != "default":
            admin.ask("DELETE", f"/sessions/{one['name']}", status=204)
    admin.ask("POST", "/reset")


def test_a_session_is_chosen_by_header_or_prefix(admin: Admin) -> None:
    """Both ways lead to the same world, and neither is the default one."""
    alice = admin.new(name="alice")
    alice.submit()

    by_prefix = admin.server.request("GET", "/s/alice/v6/jobs/").json()["count"]
    assert by_prefix == alice.jobs() == admin.jobs() + 1


def test_addresses_in_answers_lead_back_into_the_session(admin: Admin) -> None:
    """Pages, new resources and redirects are named with the prefix that the client came by."""
    admin.new(name="alice")
    request = admin.server.request

    following = request("GET", "/s/alice/v6/jobs/?page_size=1").json()["next"]
    made = request("POST", "/s/alice/v6/jobs/", json=SLOW_JOB).headers["location"]
    moved = request("GET", "/s/alice/v6/jobs").headers["location"]

    base = f"{admin.server.base_url}/s/alice/v6/jobs/"
    assert following.startswith(base)
    assert made.startswith(base)
    assert moved == "/s/alice/v6/jobs/"


@pytest.mark.parametrize("path", ["/v6/jobs/", "/__admin/clock"])
def test_an_unknown_session_is_refused_with_those_there_are(admin: Admin, path: str) -> None:
    """Who misspells a session is told which there are, and none is made for him."""
    admin.new(name="alice")

    by_prefix = admin.server.request("GET", f"/s/alcie{path}")
    by_header = admin.server.request("GET", path, headers={"X-Callsheet-Session": "alcie"})

    for answer in (by_prefix, by_header):
        assert answer.status == 404
        assert answer.json()["known"] == ["alice", "default"]


def test_an_admin_call_names_its_session_in_three_ways(admin: Admin) -> None:
    """Header, prefix and query lead to the same clock; the query wins."""
    alice, bob = admin.new(name="alice"), admin.new(name="bob")
    alice.advance(5)
    now = alice.get("/clock")["now"]

    assert now == "2026-01-01T00:00:05Z"
    assert admin.server.request("GET", "/s/alice/__admin/clock").json()["now"] == now
    assert admin.get("/clock?session=alice")["now"] == now
    assert bob.get("/clock?session=alice")["now"] == now


def test_sessions_are_listed_described_and_dropped(admin: Admin) -> None:
    """A session is there from its creation to its end, and its rows go with it."""
    made = admin.call("POST", "/sessions", {"name": "alice", "seed": 7, "scenario": "busy"})

    assert made.status == 201
    assert made.headers["location"] == "/__admin/sessions/alice"
    described = admin.get("/sessions/alice")
    assert described["base_url"] == f"{admin.server.base_url}/s/alice"
    assert (described["seed"], described["scenario"]) == (7, "busy")
    assert [one["name"] for one in admin.get("/sessions")] == ["default", "alice"]
    assert admin.get("/health")["sessions"] == 2

    admin.ask("DELETE", "/sessions/alice", status=204)
    assert admin.refused("GET", "/sessions/alice") == (404, ["default"])
    assert admin.new(name="alice").jobs() == admin.jobs()


def test_a_session_without_a_name_gets_one(admin: Admin) -> None:
    """Two of them do not get the same."""
    names = {admin.new().session, admin.new().session}

    assert len(names) == 2
    assert "default" not in names


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "default"}, 409),
        ({"name": "-alice"}, 400),
        ({"name": "a" * 65}, 400),
        ({"name": "a/b"}, 400),
        ({"scenario": "quiet"}, 400),
        ({"sead": 1}, 400),
        ({"clock": {}}, 400),
        ({"clock": {"mode": "factor"}}, 400),
        ({"clock": {"mode": "frozen", "factor": 2}}, 400),
        ({"idle_seconds": 0}, 400),
        ({"from_session": "nobody"}, 404),
        ({"from_snapshot": "nothing"}, 404),
        ({"from_session": "default", "seed": 2}, 400),
        ([], 400),
    ],
)
def test_what_cannot_be_made_is_refused(admin: Admin, body: Any, status: int) -> None:
    """A wrong wish is answered with what is wrong, and no session comes of it."""
    assert admin.refused("POST", "/sessions", body)[0] == status
    assert [one["name"] for one in admin.get("/sessions")] == ["default"]


def test_the_default_session_stays(admin: Admin) -> None:
    """It can be reset, but not dropped."""
    assert admin.refused("DELETE", "/sessions/default")[0] == 409


def test_each_session_has_its_own_seed_and_clock(admin: Admin) -> None:
    """The same seed gives the same bytes; time passes in one session alone."""
    one, same, other = admin.new(seed=7), admin.new(seed=7), admin.new(seed=8)

    def page(session: Admin) -> bytes:
        url = "/v6/jobs/?page_size=1000"
        return admin.server.request("GET", url, headers=session.headers).data

    assert page(one) == page(same) != page(other)
    one.advance(60)
    assert page(one) != page(same)
    assert same.get("/clock")["now"] == "2026-01-01T00:00:00Z"


def test_a_fork_starts_equal_and_diverges(admin: Admin) -> None:
    """A copy agrees with its original in everything, until something happens in one of them."""
    admin.submit(SLOW_JOB)
    admin.advance(2)
    fork = admin.new(name="fork", from_session="default")

    assert fork.get("/state") == admin.get("/state")
    same = admin.ask("POST", "/state/diff", {"from_session": "fork"})
    assert same == {"added": [], "removed": [], "changed": []}

    assert fork.advance(30) == admin.advance(30)
    key = fork.submit()
    differences = fork.ask("POST", "/state/diff", {"from_session": "default"})
    assert [(one["collection"], one["key"]) for one in differences["added"]] == [
        ("scale_jobs", key)
    ]
    assert not differences["removed"]


def test_a_fork_is_reset_to_where_it_was_forked(admin: Admin) -> None:
    """The beginning of a copy is the copy, not the seed."""
    key = admin.submit(SLOW_JOB)
    admin.advance(5)
    fork = admin.new(from_session="default")
    before = fork.get("/state")
    fork.advance(1000)
    assert fork.status(key) == "COMPLETED"

    fork.ask("POST", "/reset")

    assert fork.get("/state") == before
    assert fork.status(key) == "RUNNING"


def test_a_fork_takes_along_what_is_still_to_come(admin: Admin) -> None:
    """A command that has been accepted takes effect in the copy too, again after each reset."""
    key = admin.submit(SLOW_JOB)
    admin.server.request("POST", "/v6/jobs/cancel/", json={"job_ids": [key]})
    fork = admin.new(from_session="default")

    for _ in range(2):
        assert fork.status(key) == "QUEUED"
        assert [one["target"] for one in fork.advance(0.3) if one["key"] == key] == ["CANCELED"]
        fork.ask("POST", "/reset")
    fork.ask("POST", "/clock/advance", {"to": "next-event"})
    assert admin.status(key) == "QUEUED"


def test_a_reset_takes_back_only_what_it_names(admin: Admin) -> None:
    """State and clock are parts of their own."""
    alice = admin.new(name="alice")
    count = alice.jobs()
    alice.submit()
    alice.advance(5)

    assert alice.ask("POST", "/reset", {"parts": ["clock"]})["parts"] == ["clock"]
    assert alice.get("/clock")["now"] == "2026-01-01T00:00:00Z"
    assert alice.jobs() == count + 1

    alice.advance(7)
    alice.ask("POST", "/reset", {"parts": ["state"]})
    assert alice.jobs() == count
    assert alice.get("/clock")["now"] == "2026-01-01T00:00:07Z"
    assert alice.refused("POST", "/reset", {"parts": ["world"]})[0] == 400


def test_idle_sessions_are_dropped(serve: Serve) -> None:
    """A session that nobody uses for longer than it allows is gone; one in use stays."""
    admin = Admin(serve("scale", "--clock", "frozen", "--session-idle", "1000"))
    assert admin.ask("POST", "/sessions", {"name": "patient"}, 201)["idle_seconds"] == 1000
    admin.new(name="brief", idle_seconds=0.01)
    admin.new(name="long", idle_seconds=600)

    while "brief" in (names := [one["name"] for one in admin.get("/sessions")]):
        pass

    assert names == ["default", "patient", "long"]
    assert admin.refused("GET", "/sessions/brief")[0] == 404


def test_parallel_sessions_do_not_meet(admin: Admin) -> None:
    """Twelve clients at once, each in a session of its own, each find what they made alone."""

    def work(number: int) -> tuple[int, set[int]]:
        session = admin.new(name=f"worker-{number}", scenario="empty")
        made = {session.submit() for _ in range(5 + number)}
        session.advance(60)
        listed = admin.server.request("GET", f"/s/worker-{number}/v6/jobs/?page_size=1000").json()
        found = {one["id"] for one in listed["results"]}
        assert {one["status"] for one in listed["results"]} <= {"COMPLETED", "FAILED"}
        assert found == made
        return number, found

    with ThreadPoolExecutor(6) as pool:
        done = dict(pool.map(work, range(12)))

    assert [len(done[number]) for number in range(12)] == [5 + number for number in range(12)]


STEPS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["submit", "advance", "cancel"])),
    max_size=12,
)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_nothing_leaks_between_sessions(admin: Admin, steps: list[tuple[str, str]]) -> None:
    """Each of three sessions ends as if its own calls had been the only ones."""

    def play(script: list[tuple[str, str]], suffix: str) -> dict[str, Any]:
        sessions = {
            one: admin.new(name=f"{one}-{suffix}", scenario="empty") for one in ("a", "b", "c")
        }
        for name, what in script:
            session = sessions[name]
            match what:
                case "submit":
                    session.submit(SLOW_JOB)
                case "advance":
                    session.advance(2)
                case _:
                    session.server.request(
                        "POST", "/v6/jobs/cancel/", headers=session.headers, json={}
                    )
        states = {one: sessions[one].get("/state") for one in sessions}
        for session in sessions.values():
            admin.ask("DELETE", f"/sessions/{session.session}", status=204)
        return states

    together = play(steps, "mixed")
    apart = play(sorted(steps, key=lambda step: step[0]), "sorted")

    assert json.dumps(_timeless(together)) == json.dumps(_timeless(apart))


def _timeless(states: dict[str, Any]) -> dict[str, Any]:
    """Leave out which request of the server put something on the agenda."""
    for state in states.values():
        for row in state["agenda"]:
            row["facts"].pop("request")
    return states


def test_sessions_outlive_the_server(serve: Serve, tmp_path_factory: Any) -> None:
    """With --state the next server knows the sessions, what is in them and their time."""
    file = str(tmp_path_factory.mktemp("state") / "world.db")
    first = Admin(serve("scale", "--clock", "frozen", "--state", file))
    alice = first.new(name="alice", seed=9)
    key = alice.submit(SLOW_JOB)
    alice.advance(5)
    before = alice.get("/state")
    first.server.process.terminate()
    first.server.process.wait(20)

    second = Admin(serve("scale", "--clock", "frozen", "--state", file), "alice")
    assert [one["name"] for one in second.get("/sessions")] == ["default", "alice"]
    assert second.get("/state") == before
    assert second.status(key) == "RUNNING"
