"""Tests of `specs.contract.lifecycle`."""

from __future__ import annotations

import pytest

from specs.contract import ContractError
from specs.tests.widgets import widgets


def test_each_source_makes_a_transition() -> None:
    """A transition from several states is as many transitions."""
    cycle = widgets().lifecycles["Widget"]

    assert [(one.source, one.target, one.trigger) for one in cycle.transitions] == [
        ("Ready", "Busy", None),
        ("Ready", "Stopped", "stopWidget"),
        ("Busy", "Stopped", "stopWidget"),
    ]


def test_the_look_ups_tell_what_is_declared() -> None:
    """States, creators, refusal and key come as the contract has them."""
    cycle = widgets().lifecycles["Widget"]

    assert cycle.states == ("Ready", "Busy", "Stopped")
    assert (cycle.initial, cycle.final) == (("Ready",), ("Stopped",))
    assert (cycle.property, cycle.key) == ("state", "id")
    assert cycle.creators == ("createWidget",)
    assert cycle.refusal == 409
    assert cycle.commands() == ("stopWidget",)
    assert [one.target for one in cycle.leaving("Ready")] == ["Busy", "Stopped"]
    assert cycle.leaving("Stopped") == ()


def test_a_command_goes_by_its_label() -> None:
    """Where one operation carries several commands, each has its own word and its guard."""
    cycle = widgets(
        (
            "            trigger: stopWidget\n",
            "            trigger: stopWidget\n            label: halt\n            guard: {}\n",
        )
    ).lifecycles["Widget"]

    assert cycle.commands() == ("halt",)
    assert [one.command for one in cycle.transitions] == ["spontaneous", "halt", "halt"]
    assert cycle.transitions[1].guard == {}


def test_without_a_refusal_there_is_none() -> None:
    """A lifecycle need not say how a command is refused."""
    cycle = widgets(('        refusal: "409"\n', "")).lifecycles["Widget"]

    assert cycle.refusal is None


def test_states_may_be_numbers() -> None:
    """Numbers on the wire are states by their digits, with names for people."""
    cycle = widgets(
        ("type: string\n          enum: [Ready, Busy, Stopped]", "enum: [2, 4, 5, null]"),
        ("initial: [Ready]", "initial: [2]\n        names: {2: Ready}"),
        ("final: [Stopped]", "final: 5"),
        ("source: Ready\n", "source: 2\n"),
        ("target: Busy", "target: 4"),
        ("source: [Ready, Busy]", "source: [2, 4]"),
        ("target: Stopped", "target: 5"),
    ).lifecycles["Widget"]

    assert cycle.states == ("2", "4", "5")
    assert cycle.names == {"2": "Ready"}
    assert cycle.transitions[0].source == "2"
    assert cycle.final == ("5",)


def test_the_property_may_stand_in_a_part() -> None:
    """The enum is found through allOf and through references."""
    base = "    Base: {properties: {state: {$ref: '#/components/schemas/State'}}}\n"
    state = "    State: {type: string, enum: [Ready, Busy, Stopped]}\n"
    contract = widgets(
        ("    Widget:\n", "    Widget:\n      allOf: [{$ref: '#/components/schemas/Base'}]\n"),
        ("        state:\n          type: string\n", "        phase:\n          type: string\n"),
        ("    Problem:\n", f"{base}{state}    Problem:\n"),
    )

    assert contract.lifecycles["Widget"].states == ("Ready", "Busy", "Stopped")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("target: Busy", "target: Lost", "'Lost' is not a state of Widget"),
        ("source: [Ready, Busy]", "source: [Ready, Lost]", "'Lost' is not a state of Widget"),
        ("property: state", "property: phase", "'phase' is no property with an enum"),
        ("property: state", "property: name", "'name' is no property with an enum"),
        ("        key: id\n", "", "a lifecycle needs 'key'"),
        ("        initial: [Ready]\n", "", "a lifecycle needs 'initial'"),
    ],
)
def test_what_is_no_lifecycle_is_refused(old: str, new: str, reason: str) -> None:
    """An unknown state and a missing name are errors that say where."""
    with pytest.raises(ContractError, match=reason) as refusal:
        widgets((old, new))

    assert refusal.value.pointer.startswith("/components/schemas/Widget/x-lifecycle")


def test_states_may_be_listed_where_no_property_shows_them() -> None:
    """Without an enum on the wire the lifecycle itself lists its states."""
    cycle = widgets(
        ("property: state", "property: phase\n        states: [Ready, Busy, Stopped]")
    ).lifecycles["Widget"]

    assert cycle.states == ("Ready", "Busy", "Stopped")
