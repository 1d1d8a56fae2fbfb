"""Stuck resources: nothing leaves its state on its own while a fault holds it there."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.tests.admin_client import JOB, SLOW_JOB, Admin
from mockserver.tests.client import Client
from mockserver.tests.conftest import Server


@pytest.fixture
def admin(server: Server) -> Admin:
    """Make a session of Scale."""
    return Admin(server).new()


def _stick(admin: Admin, status: int = 201, **more: Any) -> int:
    do = {"kind": "stuck", "schema": "Job", **more.pop("do", {})}
    made = admin.ask("POST", "/faults", {**more, "do": do}, status)
    return int(made["id"])


def test_one_job_stays_while_the_others_go_on(admin: Admin) -> None:
    """The job that is named stays queued for a year; the others run and finish."""
    held, free = admin.submit(), admin.submit()
    _stick(admin, do={"key": held})
    admin.advance(365 * 86400)

    assert admin.status(held) == "QUEUED"
    assert admin.status(free) in {"COMPLETED", "FAILED"}


def test_it_goes_on_when_it_is_let_go(admin: Admin) -> None:
    """Without the fault it moves at once, at the moment when it was let go, not before."""
    held = admin.submit()
    fault = _stick(admin, do={"key": held})
    admin.advance(3600)
    admin.ask("DELETE", f"/faults/{fault}", status=204)
    moves = [one for one in admin.advance(0.001) if one["key"] == held]

    assert [(one["source"], one["target"]) for one in moves] == [("QUEUED", "RUNNING")]
    assert moves[0]["at"] == "2026-01-01T01:00:00Z"


def test_a_whole_schema_can_be_stuck(admin: Admin) -> None:
    """Nothing of that schema moves; the fault counts what it holds."""
    for _ in range(3):
        admin.submit()
    before = admin.get("/resources?schema=Job&limit=0")["states"]
    fault = _stick(admin)
    fired = admin.advance(86400)

    assert [one for one in fired if one["schema"] == "Job"] == []
    assert admin.get("/resources?schema=Job&limit=0")["states"] == before
    shown = admin.get(f"/faults/{fault}")
    assert shown["fired"] == shown["matched"] >= 3


def test_only_a_state_can_be_stuck(admin: Admin) -> None:
    """Jobs start to run and never end."""
    key = admin.submit(JOB)
    _stick(admin, state="RUNNING")
    admin.advance(86400)

    assert admin.status(key) == "RUNNING"


def test_commands_and_people_still_move_it(admin: Admin) -> None:
    """Stuck is what time does not move: a cancel works, and so does a move by an operator."""
    first, second = admin.submit(SLOW_JOB), admin.submit(SLOW_JOB)
    _stick(admin)
    admin.server.request(
        "POST", "/v6/jobs/cancel/", headers=admin.headers, json={"job_ids": [first]}
    )
    admin.advance(1)
    admin.ask("POST", f"/resources/scale/Job/{second}/move", {"target": "RUNNING"})

    assert admin.status(first) == "CANCELED"
    assert admin.status(second) == "RUNNING"


def test_the_next_event_is_not_that_of_the_stuck(admin: Admin) -> None:
    """With everything stuck nothing is to come; the clock advances all the same."""
    admin.submit()
    _stick(admin)
    _stick(admin, do={"schema": "JobExecution"})

    assert admin.get("/clock")["next_event"] is None


def test_two_faults_hold_until_both_are_gone(admin: Admin) -> None:
    """What another fault still holds stays when one of them ends."""
    held = admin.submit()
    first, second = _stick(admin, do={"key": held}), _stick(admin)
    admin.advance(60)
    admin.ask("DELETE", f"/faults/{first}", status=204)
    admin.advance(60)
    still = admin.status(held)
    admin.ask("DELETE", f"/faults/{second}", status=204)
    admin.advance(1)

    assert (still, admin.status(held)) == ("QUEUED", "RUNNING")


def test_many_stuck_do_not_hide_who_is_free() -> None:
    """However many due jobs are held, the one behind them that may move is found."""
    client = Client("scale", seed=3)
    world = client.hub.default
    api = world.apis["scale"]
    body = {"job_type_id": 1, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}}
    keys = [
        client.post("/v6/jobs/", {**body, "configuration": {}}).json()["id"] for _ in range(100)
    ]
    for key in keys[:-1]:
        world.traffic.faults.add({"do": {"kind": "stuck", "schema": "Job", "key": key}})
    client.advance(3600)
    states = {one.key: one.state for one in api.collections["scale_jobs"].all()}

    assert {states[key] for key in keys[:-1]} == {"QUEUED"}
    assert states[keys[-1]] in {"COMPLETED", "FAILED"}


def test_a_parent_is_held_though_its_children_end() -> None:
    """A job of HPC Pack that is stuck stays running when its tasks have ended, and ends later."""
    client = Client("hpcpack")
    world = client.hub.default
    api = world.apis["hpcpack"]
    jobs = api.collections["hpcpack_jobs"]
    running = [one.key for one in jobs.all() if one.state == "Running"]
    fault = world.traffic.faults.add({"do": {"kind": "stuck", "schema": "Job"}})
    client.advance(86400)
    held = {one.key: one.state for one in jobs.all()}
    world.traffic.faults.remove(fault.id)
    client.advance(86400)
    freed = {one.key: one.state for one in jobs.all()}

    assert running
    assert {held[key] for key in running} == {"Running"}
    assert any(freed[key] != "Running" for key in running)
