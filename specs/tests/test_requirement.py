"""Tests of the requirements of a contract: their addresses, kinds and sentences."""

from __future__ import annotations

import pytest

from specs.contract import ContractError, Kind
from specs.tests.widgets import widgets

STATEMENT = "          statement: A widget has the name that it was given when it was made.\n"


def test_the_addresses_are_those_of_the_format() -> None:
    """Explicit and derived requirements have the ids that the format promises."""
    found = {one.id: one.kind for one in widgets().requirements.values()}

    assert found == {
        "widgets/made-of-steel": Kind.EXPLICIT,
        "widgets/getWidget/name-stays": Kind.EXPLICIT,
        "widgets/createWidget/201": Kind.RESPONSE,
        "widgets/getWidget/200": Kind.RESPONSE,
        "widgets/getWidget/404": Kind.RESPONSE,
        "widgets/stopWidget/200": Kind.RESPONSE,
        "widgets/stopWidget/409": Kind.RESPONSE,
        "widgets/Widget/createWidget/initial": Kind.INITIAL,
        "widgets/Widget/spontaneous/Ready-Busy": Kind.PERMISSION,
        "widgets/Widget/stopWidget/Ready-Stopped": Kind.COMMAND,
        "widgets/Widget/stopWidget/Busy-Stopped": Kind.COMMAND,
        "widgets/Widget/stopWidget/refusal": Kind.REFUSAL,
        "widgets/Widget/closed": Kind.CLOSED,
    }


def test_every_requirement_is_a_sentence() -> None:
    """Whatever can be judged can be said."""
    for one in widgets().requirements.values():
        assert one.statement.endswith(".")
        assert "  " not in one.statement
        assert one.api == "widgets"


def test_what_cannot_be_checked_is_set_apart() -> None:
    """An uncheckable statement is no requirement that a check has to decide."""
    contract = widgets()

    assert [one.id for one in contract.explicit] == ["widgets/getWidget/name-stays"]
    assert [one.id for one in contract.uncheckable] == ["widgets/made-of-steel"]
    assert contract.uncheckable[0].uncheckable


def test_a_requirement_knows_what_it_stands_on() -> None:
    """The operation or the schema of a requirement can be told from it."""
    contract = widgets(
        (
            "    Problem:\n",
            "    Problem:\n      x-requirements: [{id: has-a-message, statement: It has one.}]\n",
        )
    )

    assert contract.requirements["widgets/getWidget/name-stays"].operation_id == "getWidget"
    assert contract.requirements["widgets/Problem/has-a-message"].schema == "Problem"
    assert contract.requirements["widgets/Widget/closed"].schema == "Widget"


def test_a_statement_may_be_broken_into_lines() -> None:
    """White space in the file is not white space in the sentence."""
    contract = widgets(
        (STATEMENT, "          statement: >-\n            A widget\n\n            has a name.\n")
    )

    statement = contract.requirements["widgets/getWidget/name-stays"].statement

    assert statement == "A widget has a name."


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("id: name-stays", 'id: "404"', "widgets/getWidget/404 is used twice"),
        ("- id: name-stays\n", "- {id: name-stays, statement: So.}\n        - id: name-stays\n",
         "widgets/getWidget/name-stays is used twice"),
        (STATEMENT, "", "needs an id and a statement"),
        ("        - id: name-stays\n" + STATEMENT, "        - statement: So.\n", "needs an id"),
    ],
)  # fmt: skip
def test_a_requirement_without_an_address_of_its_own_is_refused(
    old: str, new: str, reason: str
) -> None:
    """Two requirements never share an id, and none goes without."""
    with pytest.raises(ContractError, match=reason):
        widgets((old, new))
