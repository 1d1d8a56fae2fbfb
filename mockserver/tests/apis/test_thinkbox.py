"""Tests of the Thinkbox mock: what jobs and tasks do beyond the shapes of the contract."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mockserver.tests.apis.stage import Stage
from mockserver.tests.apis.thinkbox_repository import (
    COMPLETED,
    FAILED,
    NO_DATE,
    NOWHERE,
    QUEUED,
    RENDERING,
    SUSPENDED,
    job_of,
    states,
    submit,
)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Give a calm repository."""
    with Stage("thinkbox") as one:
        yield one


def test_the_same_seed_makes_the_same_repository() -> None:
    """Two worlds of one seed are equal to the byte, and another seed makes another one."""
    with Stage("thinkbox") as one, Stage("thinkbox") as same, Stage("thinkbox", seed=2) as other:
        jobs = [each.get("/api/jobs").content for each in (one, same, other)]

    assert jobs[0] == jobs[1] != jobs[2]


@pytest.mark.parametrize("scenario", ["calm", "busy", "failing"])
def test_a_repository_has_tasks_in_every_state(scenario: str) -> None:
    """Every state of the contract can be met at once, and what is known of it is there."""
    with Stage("thinkbox", scenario=scenario) as stage:
        known = stage.known

        assert set(known["tasks"]) == {"1", "2", "3", "4", "5", "6", "8"}
        assert states(stage, known["job_id"]) == [5, 4, 2, 3, 6, 8, 1]
        for state, tasks in known["tasks"].items():
            task = stage.get("/api/tasks", **tasks[0]).json()
            assert task["Stat"] == int(state)


def test_an_empty_repository_is_empty() -> None:
    """The scenario empty has no job, and its target still says how to make one."""
    with Stage("thinkbox", scenario="empty") as stage:
        assert stage.get("/api/jobs").json() == []
        assert stage.request("POST", "/api/jobs", json=stage.known["create"]).status_code == 200


def test_seeded_times_are_in_order(stage: Stage) -> None:
    """No seeded task starts before its job was submitted, or ends before it started."""
    for job in stage.get("/api/jobs").json():
        for task in stage.get("/api/tasks", JobID=job["_id"]).json()["Tasks"]:
            dates = [
                one for one in (task["Start"], task["StartRen"], task["Comp"]) if one != NO_DATE
            ]
            assert [job["Date"], *dates] == sorted([job["Date"], *dates])


def test_a_repository_starts_quickly() -> None:
    """Import aside, a calm repository costs a fraction of a second of computing."""
    begin = time.process_time()
    with Stage("thinkbox"):
        assert time.process_time() - begin < 1.0


def test_frames_are_cut_into_tasks(stage: Stage) -> None:
    """A rest of frames makes a task of its own."""
    job = submit(stage, frames="5-27")
    tasks = stage.get("/api/tasks", JobID=job).json()["Tasks"]

    assert [one["Frames"] for one in tasks] == ["5-14", "15-24", "25-27"]
    assert [one["_id"] for one in tasks] == [f"{job}_{number}" for number in range(3)]


@pytest.mark.parametrize("frames", ["1-4000000000", "1-2000000", "9" * 40])
def test_a_job_that_is_too_large_is_trouble(stage: Stage, frames: str) -> None:
    """A range of frames that no farm could render is answered with 500 and makes nothing."""
    before = len(stage.get("/api/jobs").json())
    body = {"JobInfo": {"Frames": frames}, "PluginInfo": {}}
    answer = stage.request("POST", "/api/jobs", json=body)

    assert answer.status_code == 500
    assert len(stage.get("/api/jobs").json()) == before


def test_a_task_renders_and_completes(stage: Stage) -> None:
    """Time takes a queued task through rendering to its end, with progress on the way."""
    job = submit(stage, "shot", "1-10")
    moves = [one["target"] for one in stage.advance(1.5) if one["key"] == f"{job}_0"]
    task = stage.get("/api/tasks", JobID=job, TaskID=0).json()

    assert moves == ["4"]
    assert task["Slave"].startswith("render-")
    stage.advance(0.5)
    later = stage.get("/api/tasks", JobID=job, TaskID=0).json()
    assert int(task["Prog"].split()[0]) < int(later["Prog"].split()[0]) < 100
    stage.advance(4)
    done = stage.get("/api/tasks", JobID=job, TaskID=0).json()
    assert (done["Stat"], done["Prog"]) == (COMPLETED, "100 %")
    assert done["Start"] < done["StartRen"] < done["Comp"]
    assert job_of(stage, job)["Stat"] == 3


@pytest.mark.parametrize(
    ("word", "seconds", "state", "errors"),
    [
        ("[fails]", 6, FAILED, 1),
        ("[slow]", 60, RENDERING, 0),
        ("[waits]", 60, QUEUED, 0),
        ("[vanishes]", 60, 1, 0),
        ("[flaky]", 12, COMPLETED, 1),
    ],
)
def test_a_name_decides_what_tasks_do(
    stage: Stage, word: str, seconds: float, state: int, errors: int
) -> None:
    """A word in the name of a job makes its tasks fail, last, wait, vanish, or try again."""
    job = submit(stage, f"shot {word}", "1-10")
    stage.advance(seconds)
    task = stage.get("/api/tasks", JobID=job, TaskID=0).json()

    assert (task["Stat"], task["Errs"]) == (state, errors)


def test_a_job_counts_its_tasks_while_time_passes() -> None:
    """At any moment the six counts of a job are those of its tasks."""
    names = {2: "Queued", 3: "Suspended", 4: "Rendering", 5: "Completed", 6: "Failed", 8: "Pending"}
    with Stage("thinkbox", scenario="failing") as stage:
        for _ in range(12):
            stage.advance(0.7)
            for job in stage.get("/api/jobs").json()[:12]:
                found = states(stage, job["_id"])
                for state, name in names.items():
                    assert job[f"{name}Chunks"] == found.count(state)


def test_jobs_are_listed_by_id_and_state(stage: Stage) -> None:
    """IDs and states narrow the list together, several of each widen it."""
    failed = stage.get("/api/jobs", States="Failed").json()
    both = stage.get("/api/jobs", States="Failed,Completed").json()
    some = [one["_id"] for one in failed[:2]]

    assert {one["Stat"] for one in failed} == {4}
    assert {one["Stat"] for one in both} == {3, 4}
    assert stage.get("/api/jobs", JobID=",".join([*some, NOWHERE]), IdOnly="true").json() == some
    assert stage.get("/api/jobs", JobID=some[0], States="Active").json() == []
    assert stage.get("/api/jobs", States="Sleeping").status_code == 400
    assert stage.get("/api/jobs?States=").json() == stage.get("/api/jobs").json()


def test_a_deleted_job_takes_its_tasks_with_it(stage: Stage) -> None:
    """A deletion of several jobs is done for all of them or for none."""
    jobs = [submit(stage), submit(stage)]
    assert stage.request("DELETE", f"/api/jobs?JobID={jobs[0]},{NOWHERE}").status_code == 500
    assert stage.request("DELETE", "/api/jobs").status_code == 400
    assert len(stage.get("/api/jobs", JobID=",".join(jobs)).json()) == 2

    assert stage.request("DELETE", f"/api/jobs?JobID={','.join(jobs)}").status_code == 200
    assert stage.get("/api/jobs", JobID=",".join(jobs)).json() == []
    assert stage.get("/api/tasks", JobID=jobs[0]).status_code == 500
    assert not [one for one in stage.advance(60) if one["key"].startswith(tuple(jobs))]


def test_a_submission_can_ask_for_the_id_only(stage: Stage) -> None:
    """With IdOnly a new job is answered as its ID, and can start out suspended."""
    info = {"Name": "shot", "InitialStatus": "Suspended"}
    body = {"JobInfo": info, "PluginInfo": {}, "IdOnly": True}
    answer = stage.request("POST", "/api/jobs", json=body).json()

    assert list(answer) == ["_id"]
    assert states(stage, answer["_id"]) == [SUSPENDED]
    assert job_of(stage, answer["_id"])["Stat"] == 2


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Basic dXNlcjpwYXNz", 200),
        ("Basic dXNlcg==", 401),
        ("Basic ???", 401),
        ("Bearer token", 401),
    ],
)
def test_credentials_are_demanded(header: str | None, status: int) -> None:
    """A service that asks for a user lets in whoever gives a user and a password."""
    headers = {} if header is None else {"authorization": header}
    with Stage("thinkbox", demand_credentials=True) as stage:
        answer = stage.request("GET", "/", headers=headers)

    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_unknown_paths_and_methods_are_texts(stage: Stage) -> None:
    """Where there is nothing the answer is a short text; a wrong method learns the right ones."""
    lost = stage.get("/api/nothing")
    wrong = stage.request("PATCH", "/api/tasks")

    assert (lost.status_code, wrong.status_code) == (404, 405)
    assert wrong.headers["allow"] == "DELETE, GET, POST, PUT"
    assert lost.headers["content-type"].startswith("text/plain")
