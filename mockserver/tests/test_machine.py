"""A lifecycle that is run at a pace."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.clock import SECOND
from mockserver.machine import Chance, Hop, Machine
from specs.contract import Lifecycle, load


@pytest.fixture(scope="module")
def lifecycle() -> Lifecycle:
    """Read how a job of Scale lives."""
    return load("scale").lifecycles["Job"]


@given(st.integers(), st.text(), st.integers(0, 7))
def test_a_draw_depends_on_its_name_alone(seed: int, name: str, index: int) -> None:
    """The same name gives the same number, in [0, 1)."""
    number = Chance(seed, name).number(index)

    assert number == Chance(seed, name).number(index)
    assert 0 <= number < 1


@given(st.integers(), st.integers(-50, 50), st.integers(0, 50))
def test_a_whole_number_lies_in_its_range(seed: int, low: int, more: int) -> None:
    """Both ends are included."""
    assert low <= Chance(seed).whole(low, low + more) <= low + more


def test_options_are_picked_about_evenly() -> None:
    """No option is left out, and none is much preferred."""
    picked = Counter(Chance(number).pick("abcd") for number in range(4000))

    assert set(picked) == set("abcd")
    assert max(picked.values()) < 1.2 * min(picked.values())


def test_a_state_without_a_hop_lasts(lifecycle: Lifecycle) -> None:
    """Where the pace says nothing, nothing happens."""
    assert Machine(lifecycle, {}).plan("QUEUED", Chance(1)) is None


def test_a_hop_takes_about_as_long_as_it_says(lifecycle: Lifecycle) -> None:
    """The wait is drawn from a range around the given seconds."""
    machine = Machine(lifecycle, {"QUEUED": (Hop("RUNNING", 10.0, spread=0.5),)})
    plans = [machine.plan("QUEUED", Chance(number)) for number in range(200)]

    waits = [plan[1] for plan in plans if plan is not None]
    assert {plan[0] for plan in plans if plan is not None} == {"RUNNING"}
    assert min(waits) >= 5 * SECOND
    assert max(waits) <= 15 * SECOND
    assert len(set(waits)) > 100


def test_weights_share_out_the_ways(lifecycle: Lifecycle) -> None:
    """A way with three times the weight is taken about three times as often."""
    hops = (Hop("COMPLETED", 1.0, weight=3.0), Hop("FAILED", 1.0, weight=1.0))
    machine = Machine(lifecycle, {"RUNNING": hops})
    taken = Counter(
        plan[0] for number in range(2000) if (plan := machine.plan("RUNNING", Chance(number)))
    )

    assert 2.4 < taken["COMPLETED"] / taken["FAILED"] < 3.8


def test_a_pace_cannot_leave_the_contract(lifecycle: Lifecycle) -> None:
    """A hop that the lifecycle does not have, or only on command, is a mistake at start-up."""
    with pytest.raises(ValueError, match="no way of its own"):
        Machine(lifecycle, {"COMPLETED": (Hop("QUEUED", 1.0),)})
    with pytest.raises(ValueError, match="no way of its own"):
        Machine(lifecycle, {"FAILED": (Hop("QUEUED", 1.0),)})


@pytest.mark.parametrize(("after", "spread"), [(0.0, 0.4), (-1.0, 0.4), (1.0, 1.0), (1.0, -0.1)])
def test_a_hop_takes_time(after: float, spread: float) -> None:
    """No hop is instant or goes back."""
    with pytest.raises(ValueError, match="no time"):
        Hop("RUNNING", after, spread)


def test_commands_lead_where_the_contract_says(lifecycle: Lifecycle) -> None:
    """A command has a target in the states that it leaves, and none in the others."""
    machine = Machine(lifecycle, {})

    assert machine.target("FAILED", "requeueJobs") == "QUEUED"
    assert machine.target("RUNNING", "cancelJobs") == "CANCELED"
    assert machine.target("COMPLETED", "cancelJobs") is None
    assert machine.target("QUEUED", "requeueJobs") is None
