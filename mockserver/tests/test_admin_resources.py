"""Resources are listed, explained and taken from state to state, and everything else follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.tests.admin_client import SLOW_JOB, Admin, own_session
from mockserver.tests.conftest import Serve, Server
from specs.contract import load


@pytest.fixture(scope="module")
def everything(serve: Serve) -> Server:
    """Serve all five APIs on a frozen clock."""
    return serve("--clock", "frozen")


@pytest.fixture
def whole(everything: Server) -> Admin:
    """Return the default session, which these tests leave as it is."""
    return Admin(everything)


@pytest.fixture
def admin(everything: Server) -> Iterator[Admin]:
    """Return a session of its own, dropped afterwards."""
    with own_session(everything) as session:
        yield session


def _all(admin: Admin, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get(f"/resources?limit=1000&{query}")["items"]
    return found


def test_apis_are_described_with_their_lifecycles(whole: Admin) -> None:
    """A console learns states, transitions with their statements, and operations."""
    found = {one["name"]: one for one in whole.get("/apis")}

    assert set(found) == {"deadline-cloud", "hpcpack", "pulp", "scale", "thinkbox"}
    for name, api in found.items():
        contract = load(name)
        assert set(api["lifecycles"]) == set(contract.lifecycles)
        assert len(api["operations"]) == len(contract.operations)
        statements = [
            way["statement"] for one in api["lifecycles"].values() for way in one["transitions"]
        ]
        assert set(statements) <= set(contract.requirements)
        assert api["url"].startswith(whole.server.base_url)


def test_resources_are_listed_by_page_and_counted_by_state(whole: Admin) -> None:
    """Pages do not overlap and together hold everything; the counts say how many there are."""
    found = whole.get("/resources?limit=0")
    counts = [
        count
        for schemas in found["states"].values()
        for states in schemas.values()
        for count in states.values()
    ]
    assert found["count"] == sum(counts)
    assert found["items"] == []

    seen = []
    for offset in range(0, found["count"], 700):
        seen += whole.get(f"/resources?limit=700&offset={offset}")["items"]
    identities = {(one["api"], one["schema"], one["key"]) for one in seen}
    assert len(identities) == len(seen) == found["count"]


@pytest.mark.parametrize("api", ["deadline-cloud", "hpcpack", "pulp", "scale", "thinkbox"])
def test_resources_are_found_by_schema_and_state(whole: Admin, api: str) -> None:
    """Each schema and state finds as many as are counted, and nothing else."""
    states = whole.get(f"/resources?api={api}&limit=0")["states"][api]
    for schema, counts in states.items():
        for state, count in counts.items():
            found = _all(whole, f"api={api}&schema={schema}&state={state}")
            assert len(found) == count
            assert {(one["schema"], one["state"]) for one in found} == {(schema, state)}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("api=nobody", 404),
        ("schema=Nothing", 404),
        ("api=scale&schema=Step", 404),
        ("limit=1001", 400),
        ("limit=-1", 400),
        ("limit=many", 400),
        ("offset=-1", 400),
        ("stat=QUEUED", 400),
    ],
)
def test_a_list_that_cannot_be_is_refused(whole: Admin, query: str, status: int) -> None:
    """A name that nothing has, a limit that is none and a misspelt parameter are told."""
    assert whole.refused("GET", f"/resources?{query}")[0] == status


def test_a_resource_is_explained(admin: Admin) -> None:
    """Its history names moments, causes, requests and statements of the contract."""
    key = admin.submit(SLOW_JOB)
    admin.advance(5)
    url = f"{admin.server.base_url}/v6/jobs/cancel/"
    admin.server.request("POST", url.removeprefix(admin.server.base_url), headers=admin.headers,
                         json={"job_ids": [key]})  # fmt: skip
    admin.advance(1)

    told = admin.get(f"/resources/scale/Job/{key}")

    assert told["view"]["id"] == key
    assert told["view"]["status"] == told["state"] == "CANCELED"
    ran, canceled = told["history"]
    assert (ran["source"], ran["target"], ran["cause"]) == ("QUEUED", "RUNNING", "time")
    assert ran["statement"]["id"] == "scale/Job/spontaneous/QUEUED-RUNNING"
    assert (canceled["source"], canceled["target"]) == ("RUNNING", "CANCELED")
    assert canceled["cause"] == "cancelJobs"
    assert canceled["statement"]["id"] == "scale/Job/cancelJobs/RUNNING-CANCELED"
    assert canceled["statement"]["provenance"]
    entry = admin.get(f"/journal/{canceled['journal_id']}")
    assert (entry["method"], entry["path"]) == ("POST", "/v6/jobs/cancel/")
    ways = {one["target"]: one for one in told["next"]}
    assert ways["QUEUED"]["trigger"] == "requeueJobs"
    assert ways["QUEUED"]["how"] == "POST /v6/jobs/requeue/"


def test_what_comes_by_itself_is_announced(admin: Admin) -> None:
    """A planned transition says at which moment it comes."""
    key = admin.submit(SLOW_JOB)

    told = admin.get(f"/resources/scale/Job/{key}")

    ways = {one["target"]: one["how"] for one in told["next"]}
    assert ways["RUNNING"] == f"by itself at {told['due']}"


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("nobody/Job/1", "scale"),
        ("scale/Task/1", "Job"),
        ("scale/Job/100000", "1"),
        ("scale/Job/one", "1"),
    ],
)
def test_a_resource_that_is_not_there_is_refused(whole: Admin, path: str, known: str) -> None:
    """Whichever part of its place is wrong, what there is instead is named."""
    for method, more, body in (("GET", "", None), ("POST", "/move", {"target": "QUEUED"})):
        status, there = whole.refused(method, f"/resources/{path}{more}", body)
        assert status == 404
        assert known in there


def test_a_declared_transition_is_taken(admin: Admin) -> None:
    """Without force a resource goes where its life cycle lets it."""
    key = admin.submit(SLOW_JOB)

    moved = admin.ask("POST", f"/resources/scale/Job/{key}/move", {"target": "RUNNING"})

    first = moved["fired"][0]
    assert (first["key"], first["target"], first["cause"]) == (key, "RUNNING", "admin")
    assert admin.status(key) == "RUNNING"


def test_other_ways_need_force(admin: Admin) -> None:
    """Without it a resource stays, and the legal targets are named; with it, it goes."""
    key = admin.submit(SLOW_JOB)
    path = f"/resources/scale/Job/{key}/move"

    status, legal = admin.refused("POST", path, {"target": "BLOCKED"})
    assert status == 409
    assert set(legal) == {one["target"] for one in admin.get(f"/resources/scale/Job/{key}")["next"]}
    assert "RUNNING" in legal
    assert "BLOCKED" not in legal
    assert admin.status(key) == "QUEUED"

    admin.ask("POST", path, {"target": "BLOCKED", "force": True})
    assert admin.status(key) == "BLOCKED"
    assert admin.get(f"/resources/scale/Job/{key}")["history"][-1]["statement"] is None
    status, states = admin.refused("POST", path, {"target": "DONE", "force": True})
    assert status == 409
    assert "COMPLETED" in states
    assert admin.refused("POST", path, {"force": True})[0] == 400


def test_what_follows_others_cannot_be_moved(whole: Admin) -> None:
    """A job of Thinkbox has the state of its tasks and none of its own."""
    job = _all(whole, "api=thinkbox&schema=thinkbox_jobs")[0]["key"]

    path = f"/resources/thinkbox/thinkbox_jobs/{job}/move"
    assert whole.refused("POST", path, {"target": "1", "force": True})[0] == 409


def _targets(api: str, schema: str) -> tuple[str, ...]:
    return load(api).lifecycles[schema].states


@pytest.mark.parametrize(
    ("api", "schema"),
    [
        ("scale", "Job"),
        ("hpcpack", "Job"),
        ("hpcpack", "Task"),
        ("hpcpack", "Subtask"),
        ("thinkbox", "Task"),
        ("pulp", "Task"),
        ("deadline-cloud", "Task"),
        ("deadline-cloud", "Job"),
        ("deadline-cloud", "Step"),
        ("deadline-cloud", "Queue"),
    ],
)
def test_force_takes_anything_anywhere(admin: Admin, api: str, schema: str) -> None:
    """From every state to every state, with views that fit; and life goes on afterwards."""
    by_state: dict[str, list[Any]] = {}
    for one in _all(admin, f"api={api}&schema={schema}"):
        by_state.setdefault(one["state"], []).append(one["key"])
    assert by_state
    for state, keys in by_state.items():
        for number, target in enumerate(_targets(api, schema)):
            key = keys[number % len(keys)]
            if target == admin.get(f"/resources/{api}/{schema}/{key}")["state"]:
                continue
            path = f"/resources/{api}/{schema}/{key}"
            answer = admin.call("POST", f"{path}/move", {"target": target, "force": True})
            assert answer.status == 200, (state, target, answer.data)
            fired = answer.json()["fired"]
            assert any(one["key"] == key and one["target"] == target for one in fired)
            assert admin.get(path)["view"] is not None
    admin.ask("POST", "/clock/advance", {"seconds": 600})
    assert admin.get(f"/resources?api={api}&limit=0")["count"]
    assert admin.call("GET", f"/targets/{api}").status == 200


def test_a_forced_task_takes_its_job_along(admin: Admin) -> None:
    """When the last task of a Deadline Cloud job is forced to fail, step, job and counts follow."""
    where = "api=deadline-cloud&schema=Task&state=RUNNING"
    task = admin.get(f"/resources?{where}&limit=1")["items"][0]["key"]
    url = f"/resources/deadline-cloud/Task/{task}"
    before = admin.get("/state")["apis"]["deadline-cloud"]
    row = next(one for one in before["deadline_tasks"] if one["key"] == task)

    admin.ask("POST", f"{url}/move", {"target": "SUCCEEDED"})

    after = admin.get("/state")["apis"]["deadline-cloud"]
    for name, column in (("deadline_steps", "step_id"), ("deadline_jobs", "job_id")):
        parent = next(one for one in after[name] if one["key"] == row["columns"][column])
        states: dict[str, int] = {}
        for one in after["deadline_tasks"]:
            if one["columns"][column] == parent["key"]:
                states[one["state"]] = states.get(one["state"], 0) + 1
        counted = {state: count for state, count in parent["facts"]["counts"].items() if count}
        assert counted == states


def test_a_forced_subtask_takes_its_sweep_along(admin: Admin) -> None:
    """When all subtasks of a running HPC sweep are forced to finish, the sweep ends."""
    rows = admin.get("/state")["apis"]["hpcpack"]["hpcpack_tasks"]
    running = {one["columns"]["parent"] for one in rows if one["columns"]["is_step"]}
    sweep = next(one["key"] for one in rows if one["key"] in running and one["state"] == "Running")
    for one in rows:
        if one["columns"]["parent"] == sweep and one["state"] not in {"Finished", "Failed"}:
            path = f"/resources/hpcpack/Subtask/{one['key']}/move"
            admin.ask("POST", path, {"target": "Finished", "force": True})
    admin.advance(5)

    assert admin.get(f"/resources/hpcpack/Task/{sweep}")["state"] in {"Finished", "Failed"}
