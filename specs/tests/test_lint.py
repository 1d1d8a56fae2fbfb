"""Tests of `specs.contract.lint`: each rule is broken alone, and nothing is blamed unduly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from specs.contract import ContractError
from specs.contract.lint import RULES, Draft, Level, lint
from specs.tests.widgets import TEXT, changed, collection, edits

BREACHES = collection("breaches")
LIBERTIES = collection("liberties")


def draft(text: str) -> Draft:
    return Draft.parse(text.encode(), "widgets")


def test_a_contract_that_keeps_every_rule_is_not_blamed() -> None:
    """The contract that all breaches start from has no problem of its own."""
    assert [str(one) for one in lint(draft(TEXT))] == []


@pytest.mark.parametrize("breach", BREACHES, ids=lambda one: one["name"])
def test_a_breach_is_found_by_its_rule_and_by_no_other(breach: dict[str, Any]) -> None:
    """Whoever breaks one rule hears of that rule, and of where it is broken."""
    problems = lint(draft(changed(*edits(breach))))

    assert {one.rule.id for one in problems} == {breach["rule"]}, [str(one) for one in problems]
    assert all(one.message for one in problems)


def test_every_rule_is_broken_by_some_contract() -> None:
    """The ids are C01 to C21, and each has its breach among the tests."""
    assert [one.id for one in RULES] == [f"C{number:02}" for number in range(1, 22)]
    assert {one["rule"] for one in BREACHES} == {one.id for one in RULES} - {"C18"}


def test_the_rules_are_those_of_the_format() -> None:
    """The page on the format lists each rule, under the level that the code gives it."""
    page = (Path(__file__).parents[1] / "README.md").read_text()

    for one in RULES:
        assert f"| {one.id} | {one.level} |" in page


@pytest.mark.parametrize("liberty", LIBERTIES, ids=lambda one: one["name"])
def test_what_the_rules_allow_is_not_blamed(liberty: dict[str, Any]) -> None:
    """No rule raises a false alarm where the format leaves a choice."""
    assert [str(one) for one in lint(draft(changed(*edits(liberty))))] == []


def test_only_a_long_file_is_called_long() -> None:
    """A file of 1,500 lines is not blamed, and one line more is."""
    lines = len(TEXT.splitlines())
    full = "# more\n" * (1500 - lines) + TEXT

    assert lint(draft(full)) == ()
    assert [one.rule.id for one in lint(draft("# more\n" + full))] == ["C18"]


def test_an_example_that_is_no_xml_is_blamed() -> None:
    """An example that is written as it travels has to be able to travel."""
    text = changed(
        ("application/json:\n              example:", "application/xml:\n              example:"),
        ("{id: 7, name: sprocket, state: Stopped,", "'<widget>' #"),
    )

    assert [one.rule.id for one in lint(draft(text))] == ["C08"]


def test_a_problem_names_its_line() -> None:
    """The line of a problem is that of the key at its pointer."""
    text = changed(("summary: Stop a widget", "summary: stop"))
    (problem,) = lint(draft(text))

    line = draft(text).line(problem.pointer)

    assert problem.rule.level is Level.SHOULD
    assert text.splitlines()[line - 1].strip() == "summary: stop"


@pytest.mark.parametrize("text", [b"- a list", b"a: [", b"\xff\xfe\x00"])
def test_what_is_no_document_is_no_draft(text: bytes) -> None:
    """A list, broken YAML and bytes that are no text are refused with a reason."""
    with pytest.raises(ContractError):
        Draft.parse(text, "widgets")


def test_lint_survives_any_shape() -> None:
    """A document whose parts have the wrong shapes is for a validator of OpenAPI to judge."""
    text = """
openapi: 3.0.3
info: []
tags: 3
paths: {/a: {get: 1, post: {operationId: 5, tags: x, requestBody: [], responses: [1]}}}
components: {schemas: {A: 1, B: {x-lifecycle: 3, properties: [], x-requirements: {}}}}
"""
    assert lint(draft(text))


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (TEXT, 0, ""),
        (changed(("summary: Stop a widget", "summary: Stop a widget.")), 0, "C14 SHOULD /paths/"),
        (changed(("openapi: 3.0.3", "openapi: 3.1.0")), 1, "widgets.yaml:2: C01 MUST /openapi: is"),
        (changed(("property: state", "property: phase")), 1, "cannot be read"),
        ("no: contract", 1, "cannot be read"),
    ],
    ids=["clean", "should", "must", "unreadable", "no contract"],
)
def test_the_module_prints_a_problem_per_line(
    tmp_path: Path, text: str, status: int, said: str
) -> None:
    """`python -m specs.contract.lint FILE` exits 1 on a MUST and 0 on anything less."""
    path = tmp_path / "widgets.yaml"
    path.write_text(text)

    done = subprocess.run(
        [sys.executable, "-m", "specs.contract.lint", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == status
    assert said in done.stdout
    assert done.stderr == ""
