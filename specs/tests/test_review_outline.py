"""Tests of `specs.contract.review.outline`: documents the other way round."""

from __future__ import annotations

import io
import json

import pytest

from specs.contract import names
from specs.contract.lint import Draft
from specs.contract.review import Findings, statements
from specs.contract.review.data import data
from specs.contract.review.outline import outline
from specs.contract.review.statement import Form
from specs.contract.review.terminal import show
from specs.tests.widgets import changed, widgets

GAP = (
    "        calls: The calls\n",
    "        calls: The calls\n        repair: How to repair one\n",
)


@pytest.mark.parametrize("api", names())
def test_no_section_of_a_document_is_left_out(api: str) -> None:
    """Every section of every source has a statement of the contract that rests on it."""
    findings = Findings.of(api)
    assert findings.contract is not None

    sections = outline(findings.contract, findings.statements)

    assert [f"{one.source.id}/{one.id}" for one in sections if not one.is_covered] == []
    assert findings.coverage == (len(sections), len(sections))
    assert len(sections) == sum(len(one.sections) for one in findings.contract.sources.values())


def test_sections_stand_in_the_order_of_the_document() -> None:
    """Each is shown with what cites it, requirements apart from the rest."""
    contract = widgets()

    life, calls = outline(contract, statements(contract))

    assert (life.title, calls.title) == ("The life of a widget", "The calls")
    assert [one.id for one in life.requirements] == ["widgets/made-of-steel"]
    assert [one.id for one in calls.requirements] == ["widgets/getWidget/name-stays"]
    assert {one.name for one in calls.statements if one.form is Form.OPERATION} == {
        "createWidget", "getWidget", "stopWidget",
    }  # fmt: skip
    assert {one.form for one in life.statements} == {
        Form.SCHEMA, Form.PROPERTY, Form.LIFECYCLE, Form.TRANSITION, Form.REQUIREMENT,
    }  # fmt: skip


def test_a_gap_is_seen() -> None:
    """A section that nothing cites stays in the outline, uncovered."""
    contract = widgets(GAP)

    *_, repair = outline(contract, statements(contract))

    assert repair.id == "repair"
    assert not repair.is_covered
    assert repair.requirements == ()


def test_the_share_is_counted() -> None:
    """The terminal and the data say how many sections are covered, from the contract."""
    findings = Findings.of_draft(Draft.parse(changed(GAP).encode(), "widgets"))
    output = io.StringIO()

    show(findings, output)

    assert "Sections of the sources covered: 2 of 3 (67 %)" in output.getvalue()
    assert json.loads(json.dumps(data(findings)))["coverage"] == {"sections": 3, "covered": 2}
