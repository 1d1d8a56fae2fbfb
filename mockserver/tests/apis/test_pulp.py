"""Tests of the Pulp mock: how tasks come, run, end, are repeated, canceled, deleted, archived."""

from __future__ import annotations

import pickletools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.tests.apis.stage import Stage

ENDED = {"finished", "error", "timed_out", "canceled"}
NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Give a calm server."""
    with Stage("pulp") as one:
        yield one


def listed(stage: Stage, *states: str, ids: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the list with those filters."""
    query = "&".join([*(f"state={one}" for one in states), *(f"id={one}" for one in ids)])
    answer = stage.get(f"/tasks/?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def read(stage: Stage, task: str) -> dict[str, Any]:
    """Return a task by its ID."""
    found: dict[str, Any] = stage.get(f"/tasks/{task}/").json()
    return found


def names(tasks: list[dict[str, Any]]) -> set[str]:
    """Return the IDs of tasks."""
    return {one["id"] for one in tasks}


def test_the_same_seed_makes_the_same_server() -> None:
    """Two worlds of one seed live alike to the byte, and another seed makes another one."""
    said = []
    for seed in (1, 1, 2):
        with Stage("pulp", seed=seed) as stage:
            stage.advance(30)
            said.append([stage.get(f"/tasks/?state={one}").text for one in ("current", "archived")])

    assert said[0] == said[1] != said[2]


@pytest.mark.parametrize("scenario", ["calm", "busy", "failing"])
def test_a_server_has_tasks_in_every_state(scenario: str) -> None:
    """Every state of the contract can be met at once, and the target names tasks in each."""
    with Stage("pulp", scenario=scenario) as stage:
        states = {"waiting", "running", "suspended", "reset", *ENDED}
        assert {one["state"] for one in listed(stage)} == states
        known = stage.known
        assert set(known["tasks"]) == states
        for state, tasks in known["tasks"].items():
            assert {read(stage, one)["state"] for one in tasks} == {state}
        assert not names(listed(stage)) & set(known["archived"])
        assert known["archived"]


def test_an_empty_server_stays_empty() -> None:
    """In the scenario empty nothing is there and nothing comes."""
    with Stage("pulp", scenario="empty") as stage:
        assert stage.advance(3600) == []
        assert listed(stage, "current", "archived") == []


def test_filters_of_one_kind_add_up(stage: Stage) -> None:
    """States widen the list, IDs narrow it together with the states."""
    waiting, running = listed(stage, "waiting"), listed(stage, "RUNNING")
    both = listed(stage, "waiting", "running")

    assert names(both) == names(waiting) | names(running)
    assert {one["state"] for one in waiting} == {"waiting"}
    assert listed(stage, "running", ids=(waiting[0]["id"],)) == []
    assert names(listed(stage, ids=(waiting[0]["id"], running[0]["id"], "nope"))) == {
        waiting[0]["id"],
        running[0]["id"],
    }
    assert names(listed(stage)) == names(listed(stage, "current"))
    assert names(listed(stage)) == names(listed(stage, "complete", "incomplete"))


@pytest.mark.parametrize("word", ["finished", "", "waiting,running", "asleep"])
def test_an_unknown_state_filter_is_refused(stage: Stage, word: str) -> None:
    """Only the six words are filters; the refusal is a JSON text."""
    answer = stage.get(f"/tasks/?state={word}")

    assert (answer.status_code, answer.json()) == (400, f"Unknown state: {word}")


def test_the_history_comes_latest_first(stage: Stage) -> None:
    """What has just ended is listed twice if both lists are asked for, in two forms."""
    archived = listed(stage, "archived")
    both = Counter(one["id"] for one in listed(stage, "current", "archived"))

    assert [one["finish_time"] for one in archived] == sorted(
        (one["finish_time"] for one in archived), reverse=True
    )
    assert {both[one["id"]] for one in listed(stage, "complete")} == {2}
    old = read(stage, stage.known["archived"][0])
    assert (old["scheduler"], old["snapshot_id"], old["_ns"]) == (None, None, "task_history")


def test_a_task_leaves_the_queue_but_not_the_history(stage: Stage) -> None:
    """Some minutes after its end a task can be read in the history only, and not be canceled."""
    ended = names(listed(stage, "complete"))
    stage.advance(300)
    assert not ended & names(listed(stage))

    for task in ended:
        assert read(stage, task)["state"] in ENDED
        assert stage.request("POST", f"/tasks/{task}/cancel/").status_code == 404


def test_tasks_keep_coming_in_all_kinds(stage: Stage) -> None:
    """Within a minute new tasks wait, run, finish, fail and time out; they never are too many."""
    before = names(listed(stage))
    seen: dict[str, set[str]] = {}
    for _ in range(60):
        stage.advance(1)
        for task in listed(stage):
            if task["id"] not in before:
                seen.setdefault(task["id"], set()).add(task["state"])

    assert set().union(*seen.values()) == {"waiting", "running", "finished", "error", "timed_out"}
    stage.advance(3600)
    stage.advance(1800)
    assert len(listed(stage)) < 250
    assert len(listed(stage, "archived")) <= 300


def test_a_year_passes_in_a_moment(stage: Stage) -> None:
    """Turns that nobody could have seen are passed over; the tasks are as lively afterwards."""
    fired = stage.advance(365 * 86_400)

    assert len(fired) < 2000
    assert {"waiting", "running"} <= {one["state"] for one in listed(stage)}


def test_an_interval_task_comes_back(stage: Stage) -> None:
    """A task that is repeated waits again under its ID, later, and the history has each turn."""
    task = next(
        one for one in stage.known["interval"] if "cull_bind" in read(stage, one)["method_name"]
    )
    first = read(stage, task)
    states = [first["state"]]
    for _ in range(200):
        stage.advance(0.25)
        now = read(stage, task)
        if states[-1] != now["state"]:
            states.append(now["state"])

    assert states[:4] == ["waiting", "running", "finished", "waiting"]
    again = read(stage, task)
    assert again["scheduled_time"] > first["scheduled_time"]
    turns = listed(stage, "archived", ids=(task,))
    assert len(turns) >= 4
    assert {one["id"] for one in turns} == {task}


def test_a_canceled_running_task_stops(stage: Stage) -> None:
    """The 202 shows it running; a moment later it is canceled and its snapshot is gone."""
    task = stage.known["tasks"]["running"][0]
    answer = stage.request("POST", f"/tasks/{task}/cancel/")

    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert "snapshot_id" not in answer.json()
    assert stage.get(f"/tasks/{task}/snapshot/").json()["cancel_attempts"] == 1
    stage.advance(1)
    ended = read(stage, task)
    assert (ended["state"], ended["snapshot_id"]) == ("canceled", None)
    assert ended["finish_time"] is not None
    assert stage.get(f"/tasks/{task}/snapshot/").status_code == 404
    assert stage.request("POST", f"/tasks/{task}/cancel/").json()["state"] == "canceled"


def test_a_canceled_waiting_task_stops_when_it_runs(stage: Stage) -> None:
    """It goes on waiting, and is canceled as soon as its time has come."""
    task = stage.known["tasks"]["waiting"][0]
    stage.request("POST", f"/tasks/{task}/cancel/")
    assert read(stage, task)["state"] == "waiting"

    fired = [one["target"] for one in stage.advance(11 * 3600) if one["key"] == task]
    assert fired == ["running", "canceled"]


def test_deletion_depends_on_the_state(stage: Stage) -> None:
    """A waiting task goes, a running one runs on, an ended one stays readable."""
    known = stage.known["tasks"]
    for state in ("waiting", "running", "finished"):
        answer = stage.request("DELETE", f"/tasks/{known[state][0]}/")
        assert (answer.status_code, answer.json()["scheduler"]) == (202, "immediate")

    assert stage.get(f"/tasks/{known['waiting'][0]}/").status_code == 404
    assert read(stage, known["running"][0])["state"] == "running"
    assert read(stage, known["finished"][0])["state"] == "finished"
    assert stage.request("DELETE", f"/tasks/{NOWHERE}/").status_code == 404


def test_a_deleted_interval_task_runs_out(stage: Stage) -> None:
    """An interval task that is deleted while it runs ends and does not come back."""
    running: list[dict[str, Any]] = []
    while not running:
        stage.advance(0.5)
        running = [one for one in listed(stage, "running") if one["scheduler"] == "interval"]
    task = running[0]["id"]
    stage.request("DELETE", f"/tasks/{task}/")
    stage.advance(30)

    assert read(stage, task)["state"] in ENDED


def test_a_snapshot_is_in_pickle(stage: Stage) -> None:
    """Each running task has one snapshot, whose pickles are complete, until it is deleted."""
    snapshots = stage.get("/tasks/snapshots/").json()
    assert {one["id"] for one in snapshots} == names(listed(stage, "running"))
    task = snapshots[0]["id"]
    assert read(stage, task)["snapshot_id"] == snapshots[0]["_id"]
    for name in ("callable", "args", "kwargs", "timeout", "schedule_threshold", "start_time"):
        *_, last = pickletools.genops(snapshots[0][name].encode("latin-1"))
        assert last[0].name == "STOP"

    assert stage.request("DELETE", f"/tasks/{task}/snapshot/").json() == snapshots[0]
    assert stage.request("DELETE", f"/tasks/{task}/snapshot/").status_code == 404
    assert read(stage, task)["snapshot_id"] is None


def test_progress_goes_on(stage: Stage) -> None:
    """A synchronization tells how far it has come, in the list and alone."""
    task = stage.known["tasks"]["running"][-1]
    before = read(stage, task)["progress"]
    stage.advance(300)
    after = read(stage, task)

    assert after["progress"]["items_left"] < before["items_left"]
    assert listed(stage, ids=(task,)) == [after]


@pytest.mark.parametrize("base", ["", "/pulp/api", "/pulp/api/v1", "/v1", "/pulp/api/"])
def test_pulp_is_mounted_in_several_places(stage: Stage, base: str) -> None:
    """The document's path, the real mount points, and a doubled slash lead to the same list."""
    assert stage.get(f"{base}/tasks/?state=waiting").json() == listed(stage, "waiting")


@pytest.mark.parametrize(
    ("request_line", "status", "text", "allow"),
    [
        ("GET /tasks", 404, "not found", None),
        ("GET /tasks/abc/", 404, "not found", None),
        (f"GET /tasks/{NOWHERE.replace('0', 'F')}/", 404, "not found", None),
        ("POST /tasks/", 405, "None", "GET"),
        (f"PUT /tasks/{NOWHERE}/", 405, "None", "GET, DELETE"),
        (f"GET /tasks/{NOWHERE}/cancel/", 405, "None", "POST"),
        (f"GET /tasks/{NOWHERE}/", 404, f'"Task not found: {NOWHERE}"', None),
        (f"GET /tasks/{NOWHERE}/snapshot/", 404, f'"Snapshot for task not found: {NOWHERE}"', None),
    ],
)
def test_refusals(
    stage: Stage, request_line: str, status: int, text: str, allow: str | None
) -> None:
    """The router refuses in HTML, the handlers in JSON texts."""
    answer = stage.request(*request_line.split())

    assert (answer.status_code, answer.text) == (status, text)
    kind = "application/json" if text.startswith('"') else "text/html"
    assert answer.headers["content-type"] == kind
    assert answer.headers.get("allow") == allow


@pytest.mark.parametrize("demand", [False, True])
@pytest.mark.parametrize(
    ("who", "reading", "commanding"),
    [
        ("super_user", 200, 202),
        ("read_only", 200, 401),
        ("no_permission", 401, 401),
        ("Basic ???", 401, 401),
        ("Basic YWRtaW46d3Jvbmc=", 401, 401),
        (None, None, None),
        ("Basic c29tZWJvZHk6c2VjcmV0", None, None),
    ],
)
def test_permissions(demand: bool, who: str | None, reading: Any, commanding: Any) -> None:  # noqa: FBT001
    """Known users may do what they may; others count only where credentials are demanded."""
    with Stage("pulp", demand_credentials=demand) as stage:
        known = stage.known
        header = known["credentials"].get(who, who)
        headers = {} if header is None else {"authorization": header}
        task = known["tasks"]["running"][0]
        statuses = [
            stage.request(method, path, headers=headers).status_code
            for method, path in (("GET", "/tasks/"), ("POST", f"/tasks/{task}/cancel/"))
        ]

    assert statuses == [
        reading or (401 if demand else 200),
        commanding or (401 if demand else 202),
    ]
