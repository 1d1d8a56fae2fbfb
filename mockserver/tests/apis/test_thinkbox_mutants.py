"""Tests of the mutants of Thinkbox: each can be told from the sound mock by its answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pytest

from mockserver.mutants import FaultClass, Mutant, of
from mockserver.tests.apis.stage import Stage
from mockserver.tests.apis.thinkbox_repository import NOWHERE, submit
from specs.contract import load

Said = tuple[Any, ...]

COMMANDS = ("requeue", "complete", "fail", "pend", "releasepending", "suspend", "resumefailed")


def transcript(stage: Stage) -> Iterator[Said]:
    """Yield what a repository says to a story that touches every statement."""

    def say(method: str, path: str, **more: Any) -> Said:
        answer = stage.request(method, path, **more)
        return method, path, more, answer.status_code, answer.text

    def put(**body: Any) -> Said:
        return say("PUT", "/api/tasks", json=body)

    gallery = stage.known["job_id"]
    job, other, third = submit(stage), submit(stage), submit(stage)
    for method in ("POST", "DELETE"):
        yield say(method, "/api/tasks")
    yield say("POST", "/api/tasks", json={"JobID": job})
    yield say("DELETE", f"/api/tasks?JobID={third}&TaskID=3")
    for query in (
        "",
        f"JobID={NOWHERE}",
        f"JobID={NOWHERE}&IdOnly=true",
        f"JobID={NOWHERE}&TaskID=0",
    ):
        yield say("GET", f"/api/tasks?{query}")
    for one in (gallery, job, third):
        for more in ("", "&IdOnly=true", "&TaskID=1.5", "&TaskID=", "&TaskID=x"):
            yield say("GET", f"/api/tasks?JobID={one}{more}")
        for number in range(4):
            yield say("GET", f"/api/tasks?JobID={one}&TaskID={number}")
    yield say("PUT", "/api/tasks")
    yield put(JobID=job)
    yield put(Command="suspend", JobID=job, TaskList=0)
    yield put(Command="fail", JobID=job, TaskList=[1, 2])
    yield put(Command="pend", JobID=job, TaskList=["x"])
    yield put(Command="pend", JobID=job, TaskList=[3, 77])
    for command in COMMANDS:
        for preparation in ("fail", "suspend", "complete", "pend", "requeue"):
            yield put(Command="requeue", JobID=other)
            yield put(Command=preparation, JobID=other, TaskList=[1, 2, 3])
            yield put(Command=command, JobID=other)
            yield say("GET", f"/api/tasks?JobID={other}")
            yield say("GET", f"/api/tasks?JobID={job}")
    yield put(Command="suspend", JobID=other)
    yield put(Command="pend", JobID=other)
    yield put(Command="releasepending", JobID=other)
    yield say("GET", f"/api/tasks?JobID={other}")


@pytest.fixture(scope="module")
def sound() -> list[Said]:
    """Tell the story to a sound repository."""
    with Stage("thinkbox") as stage:
        return list(transcript(stage))


@pytest.mark.parametrize("mutant", of("thinkbox"), ids=lambda one: one.id)
def test_a_mutant_can_be_told_from_the_sound_one(mutant: Mutant, sound: list[Said]) -> None:
    """Each mutant says something else somewhere in the story."""
    with Stage("thinkbox", mutant=mutant.id) as stage:
        told = zip_longest(transcript(stage), sound)
        assert any(said != expected for said, expected in told)


def test_mutants_break_what_is_documented() -> None:
    """Each names a documented requirement, no two are alike, and every class of faults is there."""
    contract, mutants = load("thinkbox"), of("thinkbox")

    for one in mutants:
        assert contract.requirements[one.requirement].provenance.is_documented, one.id
        assert one.statement.endswith(".")
    assert len({one.id for one in mutants}) == len(mutants) >= 20
    assert {one.fault_class for one in mutants} == set(FaultClass)
