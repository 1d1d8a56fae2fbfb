"""Tests of the mutants that are made from what a contract declares."""

from __future__ import annotations

import pytest

from mockserver import mutants
from mockserver.machine import Machine
from mockserver.mutants import derived
from specs.contract import load, names


@pytest.mark.parametrize("api", names())
def test_each_is_about_a_requirement_and_found_by_its_id(api: str) -> None:
    """Ids are unique, lead to the same edit again, and what is broken is in the contract."""
    found = mutants.automatic(api)
    ids = [one.id for one in found]

    assert len(set(ids)) == len(ids) > 20
    assert {one.requirement for one in found} <= load(api).requirements.keys()
    assert mutants.find(ids[-1]).statement == found[-1].statement


def test_a_command_is_lost_led_astray_or_gained() -> None:
    """The machine of such a mutant differs in one place from the right one."""
    cycle = load("scale").lifecycles["Job"]
    good = Machine(cycle, {})
    edge = next((one.source, one.command) for one in cycle.transitions if one.trigger)
    lost = derived._Twisted(good, edge, None)
    edges = [(state, command) for state in cycle.states for command in cycle.commands()]

    assert good.target(*edge) is not None
    assert [one for one in edges if lost.target(*one) != good.target(*one)] == [edge]


def test_an_unknown_one_is_refused() -> None:
    """An id that no edit has is no mutant."""
    with pytest.raises(KeyError):
        mutants.find("scale/auto/lose/Job/requeueJobs/NOWHERE")
