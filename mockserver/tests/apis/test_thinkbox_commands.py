"""Tests of the commands to Thinkbox's tasks and jobs: how they are read, and what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.tests.apis.stage import Stage
from mockserver.tests.apis.thinkbox_repository import (
    COMPLETED,
    FAILED,
    NO_DATE,
    NOWHERE,
    QUEUED,
    SUSPENDED,
    command_job,
    job_of,
    order,
    states,
    submit,
)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Give a calm repository."""
    with Stage("thinkbox") as one:
        yield one


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
