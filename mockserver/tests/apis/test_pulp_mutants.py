"""Tests of the mutants of Pulp: each can be told from the sound mock by its answers."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.mutants import FaultClass, Mutant, of
from mockserver.tests.apis.stage import Stage
from specs.contract import load

WORDS = ("waiting", "running", "complete", "incomplete", "current")
NOWHERE = "00000000-0000-0000-0000-000000000000"


def transcript(stage: Stage) -> list[tuple[Any, ...]]:
    """Return what a server says to a story that touches every statement."""
    said: list[tuple[Any, ...]] = []

    def say(path: str, **more: Any) -> None:
        answer = stage.request("GET", path, **more)
        said.append((path, answer.status_code, answer.text))

    known = stage.known
    nobody = {"authorization": known["credentials"]["no_permission"]}
    waiting, running = known["tasks"]["waiting"][0], known["tasks"]["running"][0]
    for _ in range(3):
        say("/tasks/")
        for word in WORDS:
            say(f"/tasks/?state={word}")
        for state in ("state=waiting&", "state=running&", ""):
            for task in (waiting, running, NOWHERE):
                say(f"/tasks/?{state}id={task}")
        for tasks in known["tasks"].values():
            for task in tasks[:5]:
                say(f"/tasks/{task}/")
        say("/tasks/snapshots/")
        stage.advance(6)
    say(f"/tasks/{NOWHERE}/")
    say("/tasks/", headers=nobody)
    say(f"/tasks/{running}/", headers=nobody)
    return said


@pytest.fixture(scope="module")
def sound() -> list[tuple[Any, ...]]:
    """Tell the story to a sound server."""
    with Stage("pulp") as stage:
        return transcript(stage)


@pytest.mark.parametrize("mutant", of("pulp"), ids=lambda one: one.id)
def test_a_mutant_can_be_told(mutant: Mutant, sound: list[tuple[Any, ...]]) -> None:
    """Each mutant says something else somewhere in the story."""
    with Stage("pulp", mutant=mutant.id) as stage:
        assert transcript(stage) != sound


def test_mutants_break_what_is_documented() -> None:
    """Each names a documented requirement, no two are alike, and every class of faults is there."""
    contract, mutants = load("pulp"), of("pulp")

    for one in mutants:
        assert contract.requirements[one.requirement].provenance.is_documented, one.id
        assert contract.requirements[one.requirement].uncheckable is None
        assert one.statement.endswith(".")
    assert len({one.id for one in mutants}) == len(mutants) >= 20
    assert {one.fault_class for one in mutants} == set(FaultClass)
