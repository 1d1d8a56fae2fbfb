"""The whole state of a session goes out as a document, comes back in, and can be kept."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.tests.admin_client import SLOW_JOB, Admin, own_session
from mockserver.tests.conftest import Serve, Server


@pytest.fixture(scope="module")
def everything(serve: Serve) -> Server:
    """Serve all five APIs on a frozen clock."""
    return serve("--clock", "frozen")


@pytest.fixture
def admin(everything: Server) -> Iterator[Admin]:
    """Return a session of its own, dropped afterwards."""
    with own_session(everything) as session:
        yield session


def test_a_document_holds_everything(admin: Admin) -> None:
    """It names clock, seed and every collection of every API, with what the store holds."""
    state = admin.get("/state")

    assert state["clock"] == {"now": "2026-01-01T00:00:00Z", "factor": 0.0}
    assert set(state["apis"]) == {"deadline-cloud", "hpcpack", "pulp", "scale", "thinkbox"}
    rows = state["apis"]["scale"]["scale_jobs"]
    assert len(rows) == admin.jobs()
    assert {"key", "state", "since", "due", "upcoming", "facts", "columns"} <= rows[0].keys()


def test_a_document_makes_the_same_world_again(admin: Admin) -> None:
    """What is put back is what was read, and the same happens in it afterwards."""
    admin.submit(SLOW_JOB)
    admin.advance(3)
    document = admin.get("/state")
    future = admin.advance(20)

    admin.ask("PUT", "/state", document, 204)

    assert admin.get("/state") == document
    assert admin.advance(20) == future


def test_a_document_goes_to_another_session(admin: Admin, everything: Server) -> None:
    """A session of another seed becomes the one that was read."""
    other = Admin(everything).new(seed=99, scenario="empty")
    document = admin.get("/state")

    other.ask("PUT", "/state", document, 204)

    assert other.get("/state") == document
    Admin(everything).ask("DELETE", f"/sessions/{other.session}", status=204)


def test_an_empty_document_empties(admin: Admin) -> None:
    """An API that is not named has nothing; lists are empty, and a target has nothing to offer."""
    admin.ask(
        "PUT", "/state", {"clock": {"now": "2027-05-01T00:00:00Z"}, "seed": 1, "apis": {}}, 204
    )

    assert admin.jobs() == 0
    assert admin.get("/resources")["count"] == 0
    assert admin.get("/clock")["now"] == "2027-05-01T00:00:00Z"
    assert admin.refused("GET", "/targets/deadline-cloud")[0] == 409


Spoil = Callable[[dict[str, Any], list[dict[str, Any]]], object]

MISTAKES: dict[str, Spoil] = {
    "api": lambda state, _: state["apis"].update(nobody={}),
    "collection": lambda state, _: state["apis"]["scale"].update(nothing=[]),
    "state": lambda _, rows: rows[3].update(state="LOST"),
    "facts": lambda _, rows: rows[3].update(facts={}),
    "column": lambda _, rows: rows[3]["columns"].update(colour="red"),
    "kind": lambda _, rows: rows[3]["columns"].update(created="yesterday"),
    "twice": lambda _, rows: rows.append(copy.deepcopy(rows[0])),
    "key": lambda _, rows: rows[3].update(key="three"),
    "clock": lambda state, _: state["clock"].update(now="2027-05-01T00:00:00"),
    "shape": lambda _, rows: rows[3].pop("since"),
    "whole": lambda state, _: state.pop("apis"),
    "agenda": lambda state, _: state.update(agenda=[{"key": 1}]),
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_what_does_not_fit_changes_nothing(server: Server, mistake: str) -> None:
    """A document with one mistake is refused as a whole."""
    admin = Admin(server)
    before = admin.get("/state")
    spoiled = copy.deepcopy(before)
    MISTAKES[mistake](spoiled, spoiled["apis"]["scale"]["scale_jobs"])

    status, known = admin.refused("PUT", "/state", spoiled)

    assert status == (404 if mistake in {"api", "collection"} else 400)
    assert bool(known) == (status == 404)
    assert admin.get("/state") == before
    assert admin.jobs() == len(before["apis"]["scale"]["scale_jobs"])


def test_a_broken_agenda_does_not_keep_from_a_reset(server: Server) -> None:
    """Whatever nonsense has been put on it, a reset leads back to the beginning."""
    admin = Admin(server).new()
    before = admin.get("/state")
    facts = {"api": "scale", "kind": "cancelJobs", "payload": 7}
    row = {"key": 1, "state": "pending", "since": 0, "due": 0, "facts": facts}
    admin.ask("PUT", "/state", {**before, "agenda": [row]}, 204)

    admin.ask("POST", "/reset")

    assert admin.get("/state") == before
    Admin(server).ask("DELETE", f"/sessions/{admin.session}", status=204)


def test_differences_name_what_differs(admin: Admin, everything: Server) -> None:
    """Added, removed and changed resources are told apart, field by field."""
    admin.ask("POST", "/snapshots", {"name": "before"}, 201)
    key = admin.submit(SLOW_JOB)
    document = admin.get("/state")
    gone = document["apis"]["scale"]["scale_jobs"].pop(0)["key"]
    admin.ask("PUT", "/state", document, 204)
    admin.ask("POST", "/resources/scale/Job/2/move", {"target": "CANCELED", "force": True})

    found = admin.ask("POST", "/state/diff", {"from_snapshot": "before"})

    jobs = {
        kind: [one for one in found[kind] if one["collection"] == "scale_jobs"] for kind in found
    }
    assert [one["key"] for one in jobs["added"]] == [key]
    assert [one["key"] for one in jobs["removed"]] == [gone]
    changed = {one["key"]: one["fields"] for one in jobs["changed"]}
    assert changed[2]["state"]["ours"] == "CANCELED"
    admin.ask("DELETE", "/snapshots/before", status=204)


def test_differences_need_one_other(admin: Admin) -> None:
    """Nothing or two things to compare with are refused."""
    for body in ({}, {"from_session": "default", "from_snapshot": "x"}):
        assert admin.refused("POST", "/state/diff", body)[0] == 400
    assert admin.refused("POST", "/state/diff", {"from_snapshot": "nothing"})[0] == 404


def test_a_snapshot_is_restored_with_its_clock(admin: Admin) -> None:
    """After a restore the document of state is the same, and time stands where it stood."""
    admin.submit(SLOW_JOB)
    admin.advance(2)
    before = admin.get("/state")
    listed = admin.ask("POST", "/snapshots", {"name": "here"}, 201)
    assert (listed["name"], listed["session"]) == ("here", admin.session)
    assert listed["now"] == "2026-01-01T00:00:02Z"
    admin.advance(500)
    admin.submit()

    admin.ask("POST", "/snapshots/here/restore", status=204)

    assert admin.get("/state") == before
    assert admin.get("/clock")["now"] == "2026-01-01T00:00:02Z"
    admin.ask("DELETE", "/snapshots/here", status=204)
    assert admin.refused("POST", "/snapshots/here/restore")[0] == 404


def test_a_snapshot_travels_as_one_file(admin: Admin, everything: Server) -> None:
    """Downloaded and uploaded under another name it makes a session equal to the first."""
    admin.advance(4)
    admin.ask("POST", "/snapshots", {"name": "travels"}, 201)
    answer = admin.call("GET", "/snapshots/travels")
    assert answer.headers["content-disposition"] == 'attachment; filename="travels.json"'

    uploaded = admin.ask("PUT", "/snapshots/arrived", answer.json())
    assert uploaded["session"] is None
    fresh = Admin(everything).new(from_snapshot="arrived")

    assert fresh.get("/state") == admin.get("/state")
    fresh.advance(10)
    fresh.ask("POST", "/reset")
    assert fresh.get("/state") == admin.get("/state")
    assert [one["name"] for one in admin.get("/snapshots")] == ["arrived", "travels"]
    for name in ("arrived", "travels"):
        admin.ask("DELETE", f"/snapshots/{name}", status=204)
    Admin(everything).ask("DELETE", f"/sessions/{fresh.session}", status=204)


def test_snapshots_have_names_of_their_own(admin: Admin) -> None:
    """Without a name one is found; a name that is taken or is none is refused."""
    first = admin.ask("POST", "/snapshots", None, 201)["name"]
    second = admin.ask("POST", "/snapshots", {}, 201)["name"]

    assert first != second
    assert admin.refused("POST", "/snapshots", {"name": first})[0] == 409
    assert admin.refused("POST", "/snapshots", {"name": "no/name"})[0] == 400
    assert admin.refused("PUT", "/snapshots/wrong", {"clock": {"now": "?"}, "seed": 1, "apis": {}})
    for name in (first, second):
        admin.ask("DELETE", f"/snapshots/{name}", status=204)
    assert admin.refused("DELETE", f"/snapshots/{first}")[0] == 404
