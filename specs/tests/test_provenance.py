"""Tests of `specs.contract.provenance`: what it may say, and how it is handed down."""

from __future__ import annotations

from typing import Any

import pytest

from specs.contract import ContractError, Status
from specs.contract.provenance import parse
from specs.tests.widgets import widgets

DOCUMENTED = "x-provenance: {status: documented, source: guide, section: calls}"


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"status": "documented", "source": "guide", "section": "life"}, "guide §life"),
        (
            {"status": "observed", "implementation": "widgetd-3", "known": "recording"},
            "observed: widgetd-3, recording",
        ),
        ({"status": "inferred", "reason": "We think so."}, "inferred: We think so."),
    ],
)
def test_each_status_has_its_fields(node: dict[str, Any], text: str) -> None:
    """A provenance reads as people would write it, and only the documented one is that."""
    provenance = parse(node, "/here")

    assert str(provenance) == text
    assert provenance.is_documented == (node["status"] == "documented")


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ({}, "must be one of documented, observed, inferred"),
        ({"status": "guessed"}, "must be one of"),
        ({"status": "documented", "source": "guide"}, "needs 'section'"),
        ({"status": "documented", "source": "guide", "section": 4}, "needs 'section', a text"),
        ({"status": "inferred", "reason": ""}, "needs 'reason'"),
        ({"status": "inferred", "reason": "So.", "source": "guide"}, "has no 'source'"),
        (
            {"status": "inferred", "reason": "So.", "deviation": {"does": "Else."}},
            "a deviation has implementation, does and known",
        ),
        (
            {"status": "inferred", "reason": "So.", "deviation": ["nothing"]},
            "a deviation has implementation, does and known",
        ),
    ],
)
def test_what_is_no_provenance_is_refused(node: dict[str, Any], reason: str) -> None:
    """A missing field and one of another status are errors at their place."""
    with pytest.raises(ContractError, match=reason) as refusal:
        parse(node, "/here")

    assert refusal.value.pointer.startswith("/here")


def test_deviations_are_one_or_many() -> None:
    """One deviation may stand alone, and several in a list."""
    one = {"implementation": "widgetd-3", "does": "Nothing.", "known": "recording"}
    base = {"status": "documented", "source": "guide", "section": "life"}

    alone = parse({**base, "deviation": one}, "")
    listed = parse({**base, "deviation": [one, {**one, "does": "More."}]}, "")

    assert [each.does for each in alone.deviations] == ["Nothing."]
    assert [each.does for each in listed.deviations] == ["Nothing.", "More."]


def test_a_response_inherits_from_its_operation() -> None:
    """What the operation rests on, its answers rest on, unless they say otherwise."""
    requirements = widgets().requirements

    assert str(requirements["widgets/stopWidget/200"].provenance) == "guide §calls"
    assert requirements["widgets/stopWidget/409"].provenance.status is Status.OBSERVED
    assert requirements["widgets/getWidget/404"].provenance.status is Status.INFERRED


def test_a_requirement_inherits_from_what_it_stands_on() -> None:
    """An explicit requirement without provenance has that of its operation."""
    requirements = widgets().requirements

    assert str(requirements["widgets/getWidget/name-stays"].provenance) == "guide §calls"
    assert str(requirements["widgets/made-of-steel"].provenance) == "guide §life"


def test_a_transition_inherits_from_its_lifecycle_and_that_from_its_schema() -> None:
    """The nearest parent wins, however far away it is."""
    cycle = widgets().lifecycles["Widget"]
    spontaneous, stop, _ = cycle.transitions

    assert str(cycle.provenance) == "guide §life"
    assert spontaneous.provenance == cycle.provenance
    assert stop.provenance.deviations[0].implementation == "widgetd-3"


def test_info_hands_down_to_everything() -> None:
    """One provenance on top is enough for a contract that was all guessed."""
    contract = widgets(
        (DOCUMENTED, "deprecated: false"),
        ("info:\n", "info:\n  x-provenance: {status: inferred, reason: We think so.}\n"),
    )

    assert contract.operations["getWidget"].provenance.reason == "We think so."
    assert contract.requirements["widgets/getWidget/200"].provenance == contract.provenance


def test_without_any_provenance_nothing_is_documented() -> None:
    """Silence about the origin never makes a target fail."""
    contract = widgets((DOCUMENTED, "deprecated: false"))

    assert contract.operations["getWidget"].provenance.status is Status.INFERRED
    assert contract.provenance.status is Status.INFERRED
