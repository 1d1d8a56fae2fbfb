"""Tests of the Thinkbox mock: what jobs and tasks do beyond the shapes of the contract."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.tests.apis.stage import Stage

QUEUED, SUSPENDED, RENDERING, COMPLETED, FAILED, PENDING = 2, 3, 4, 5, 6, 8
NOWHERE = "0" * 24
NO_DATE = "0001-01-01T00:00:00Z"


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Give a calm repository."""
    with Stage("thinkbox") as one:
        yield one


def submit(stage: Stage, name: str = "shot [waits]", frames: str = "1-40", **info: Any) -> str:
    """Return the ID of a new job with tasks of ten frames."""
    body = {"JobInfo": {"Name": name, "Frames": frames, "ChunkSize": 10, **info}, "PluginInfo": {}}
    answer = stage.request("POST", "/api/jobs", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["_id"])


def order(stage: Stage, command: str, job: str, tasks: Any = None) -> int:
    """Return the status that a command to tasks is answered with."""
    body = {"Command": command, "JobID": job} | ({} if tasks is None else {"TaskList": tasks})
    return stage.request("PUT", "/api/tasks", json=body).status_code


def command_job(stage: Stage, command: str, job: str) -> None:
    """Carry out a command on a job as a whole."""
    answer = stage.request("PUT", "/api/jobs", json={"Command": command, "JobID": job})
    assert (answer.status_code, answer.text) == (200, "Success")


def states(stage: Stage, job: str) -> list[int]:
    """Return the states of the tasks of a job."""
    return [one["Stat"] for one in stage.get("/api/tasks", JobID=job).json()["Tasks"]]


def job_of(stage: Stage, job: str) -> dict[str, Any]:
    """Return a job."""
    found: list[dict[str, Any]] = stage.get("/api/jobs", JobID=job).json()
    return found[0]


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
    """Import aside, a calm repository is up in a fraction of a second."""
    begin = time.perf_counter()
    with Stage("thinkbox"):
        assert time.perf_counter() - begin < 1.0


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


def test_a_command_takes_the_listed_tasks_only(stage: Stage) -> None:
    """One integer, a text of digits and an array name tasks; the others are left alone."""
    job = submit(stage)

    assert order(stage, "suspend", job, 1) == 200
    assert order(stage, "fail", job, "2") == 200
    assert order(stage, "complete", job, [3, "x", None, 1.5, True]) == 200
    assert states(stage, job) == [QUEUED, SUSPENDED, FAILED, COMPLETED]


@pytest.mark.parametrize(
    ("tasks", "status"),
    [
        ([], 200),
        ([0, 0], 200),
        (["x"], 400),
        ("", 400),
        ("1,2", 400),
        ({}, 400),
        (1.5, 400),
        ([True], 400),
        ([None], 400),
        ([0, 99], 404),
        (-1, 404),
        (10**30, 404),
        ("99", 404),
    ],
)
def test_a_task_list_is_read_with_care(stage: Stage, tasks: Any, status: int) -> None:
    """Each kind of TaskList has its answer, and a refused one changes nothing."""
    job = submit(stage)

    assert order(stage, "suspend", job, tasks) == status
    if status != 200:
        assert states(stage, job) == [QUEUED] * 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"  ", 400),
        (b"{", 400),
        (b'"requeue"', 400),
        (b"\xff\xfe", 400),
        (b'{"Command": "requeue", "TaskList": 1,2}', 400),
        (b'{"JobID": "%s"}' % NOWHERE.encode(), 400),
        (b'{"Command": "requeue"}', 400),
        (b'{"Command": "requeue", "JobID": ""}', 400),
        (b'{"Command": "requeue", "JobID": "%s"}' % NOWHERE.encode(), 500),
        (b'{"Command": "explode", "JobID": "%s"}' % NOWHERE.encode(), 500),
        (b'{"Command": "requeue", "JobID": 7}', 500),
    ],
)
@pytest.mark.parametrize("path", ["/api/tasks", "/api/jobs"])
def test_a_bad_command_is_refused(stage: Stage, path: str, body: bytes, status: int) -> None:
    """What is missing is 400, what does not exist is 500, whatever the content type says."""
    for kind in ("application/json", "text/plain", "application/json; charset=utf-8"):
        answer = stage.request("PUT", path, content=body, headers={"content-type": kind})
        assert answer.status_code == status, (kind, answer.text)
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text.startswith("Error: ")


def test_an_unknown_word_is_trouble(stage: Stage) -> None:
    """A command that nobody knows is 500, in capitals too."""
    job = submit(stage)

    assert order(stage, "explode", job) == order(stage, "Requeue", job) == 500


def test_complete_refuses_a_completed_task_in_a_list(stage: Stage) -> None:
    """Nothing of a list with a completed task is completed; without a list the rest is."""
    job = submit(stage)
    order(stage, "complete", job, 0)

    assert order(stage, "complete", job, [0, 1]) == 500
    assert states(stage, job) == [COMPLETED, QUEUED, QUEUED, QUEUED]
    assert order(stage, "complete", job) == 200
    assert states(stage, job) == [COMPLETED] * 4


def test_a_suspended_job_refuses_pend_and_release(stage: Stage) -> None:
    """As long as one task is active the job is not, so its suspended tasks can be pended."""
    job = submit(stage)
    order(stage, "suspend", job, [1, 2, 3])

    assert order(stage, "pend", job, 1) == 200
    assert (
        stage.request("PUT", "/api/jobs", json={"Command": "suspend", "JobID": job}).text
        == "Success"
    )
    assert job_of(stage, job)["Stat"] == 2
    for command in ("pend", "releasepending"):
        assert order(stage, command, job) == order(stage, command, job, 0) == 500


def test_suspending_a_job_spares_what_has_ended(stage: Stage) -> None:
    """A job keeps its completed and failed tasks when it is suspended, and resumes the others."""
    job = submit(stage)
    order(stage, "complete", job, 0)
    order(stage, "fail", job, 1)
    command_job(stage, "suspend", job)

    assert states(stage, job) == [COMPLETED, FAILED, SUSPENDED, SUSPENDED]
    command_job(stage, "resume", job)
    assert states(stage, job) == [COMPLETED, FAILED, QUEUED, QUEUED]
    assert job_of(stage, job)["Stat"] == 1


def test_requeue_makes_a_task_as_new(stage: Stage) -> None:
    """A task that is queued again has no Worker and no dates."""
    job = submit(stage, "shot", "1-10")
    stage.advance(10)
    order(stage, "requeue", job, 0)
    task = stage.get("/api/tasks", JobID=job, TaskID=0).json()

    assert (task["Slave"], task["Prog"]) == ("", "0 %")
    assert {task["Start"], task["StartRen"], task["Comp"]} == {NO_DATE}
    stage.advance(10)
    assert states(stage, job) == [COMPLETED]


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
