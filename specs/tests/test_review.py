"""Tests of `specs.contract.review`: what is counted, drawn and written."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from specs.contract import Status
from specs.contract.lint import Draft
from specs.contract.review import Findings, Statement, review, statements
from specs.contract.review.diagram import FINE, PLAIN, draw, glyphs, legend
from specs.contract.review.statement import Form
from specs.contract.review.terminal import show
from specs.tests.widgets import TEXT, changed, widgets


class Terminal(io.StringIO):
    """An output that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def findings() -> Findings:
    return Findings.of_draft(Draft.parse(TEXT.encode(), "widgets"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "widgets.yaml"


def by_name(found: tuple[Statement, ...], form: Form) -> dict[str, str]:
    """Return the provenance of each statement of a form."""
    return {one.name: str(one.provenance) for one in found if one.form is form}


def test_every_form_of_statement_is_counted() -> None:
    """Each operation, parameter, answer, schema, property and way is one statement."""
    counts = Counter(one.form for one in statements(widgets()))

    assert counts == {
        Form.OPERATION: 3,
        Form.PARAMETER: 2,
        Form.RESPONSE: 5,
        Form.SCHEMA: 3,
        Form.PROPERTY: 6,
        Form.LIFECYCLE: 1,
        Form.TRANSITION: 3,
        Form.REQUIREMENT: 2,
    }


def test_a_property_inherits_from_its_schema() -> None:
    """The nearest provenance counts: the property's own, the schema's, that of all."""
    found = by_name(statements(widgets()), Form.PROPERTY)

    assert found["Widget.name"] == "guide §life"
    assert found["Widget.state"] == "observed: widgetd-3, source code"
    assert found["Problem.message"].startswith("inferred: ")


def test_what_stands_in_an_answer_inherits_from_it() -> None:
    """A schema that is written in a response rests on what the response rests on."""
    refusal = "          description: It is stopped already.\n"
    header = "          headers: {Retry-After: {schema: {type: string}}}\n"
    reference = 'schema: {$ref: "#/components/schemas/Problem"}\ncomponents:'
    schema = "schema: {type: object, properties: {why: {type: string}}}\ncomponents:"
    contract = widgets((refusal, refusal + header), (reference, schema))

    found = statements(contract)

    assert by_name(found, Form.HEADER) == {
        "stopWidget 409 Retry-After": "observed: widgetd-3, recording"
    }
    assert by_name(found, Form.PROPERTY)["stopWidget 409.why"] == "observed: widgetd-3, recording"


def test_a_shared_property_counts_once() -> None:
    """Two operations that answer the same schema do not double what it says."""
    found = [one.name for one in statements(widgets()) if one.form is Form.PROPERTY]

    assert len(found) == len(set(found))


def test_sections_add_up(findings: Findings) -> None:
    """What rests on some section is all that is documented."""
    counted = sum(sum(counts.values()) for counts in findings.sections.values())

    assert counted == findings.statuses[Status.DOCUMENTED]
    assert sum(findings.statuses.values()) == len(findings.statements)
    assert findings.sections["guide", "life"][Form.LIFECYCLE] == 1


def test_guesses_and_deviations_are_grouped(findings: Findings) -> None:
    """A reason and a deviation are told once, with all that they are about."""
    ((deviation, stops),) = findings.deviations.items()

    assert deviation.does == "Stops the busy ones only."
    assert [one.form for one in stops] == [Form.TRANSITION, Form.TRANSITION]
    assert "The guide is silent; other servers answer so." in findings.guesses


def test_the_diagram_shows_states_and_ways() -> None:
    """Commands are drawn through, what happens by itself is dashed, ends are marked."""
    lines = draw(widgets().lifecycles["Widget"])

    assert lines == (
        "● Ready    ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▷ Busy",
        "           ── stopWidget ──▶ Stopped",
        "  Busy     ── stopWidget ──▶ Stopped",
        "◉ Stopped  final",
    )


def test_the_diagram_can_do_without_fine_characters() -> None:
    """An output that knows only ASCII gets a diagram too."""
    lines = draw(widgets().lifecycles["Widget"], PLAIN)

    assert lines[0] == "* Ready    ................> Busy"
    assert all(line.isascii() for line in (*lines, legend(PLAIN)))


@pytest.mark.parametrize(
    ("encoding", "signs"),
    [("utf-8", FINE), ("ascii", PLAIN), ("latin-1", PLAIN), (None, PLAIN), ("no-such", PLAIN)],
)
def test_the_signs_are_those_that_the_output_can_show(encoding: str | None, signs: object) -> None:
    """No diagram ends in an encoding error."""
    assert glyphs(encoding) == signs


def test_numbers_are_drawn_with_their_names() -> None:
    """States that are numbers on the wire are named for people."""
    cycle = widgets(
        ("refusal:", "names: {Ready: At rest}\n        refusal:"),
    ).lifecycles["Widget"]

    assert draw(cycle)[0].startswith("● Ready At rest")


def test_the_page_says_it_all(path: Path) -> None:
    """A sound contract is reviewed with 0, in whole lines without colours."""
    path.write_text(TEXT)

    done = CliRunner().invoke(review, [str(path)])

    assert done.exit_code == 0
    assert "Lint: every MUST is kept." in done.output
    assert "3 operations, 25 statements" in done.output
    assert "\x1b" not in done.output
    assert not any(line != line.rstrip() for line in done.output.splitlines())
    line = next(one for one in done.output.splitlines() if "name-stays" in one)
    assert line.split("  ")[0] == "widgets/getWidget/name-stays"
    assert line.endswith("guide §calls")
    assert "Nothing in an answer shows what a widget is made of." in done.output
    assert "── stopWidget ──▶ Stopped" in done.output
    assert "widgets/Widget/closed" not in done.output


def test_derived_requirements_are_listed_on_demand(path: Path) -> None:
    """`--derived` shows every id that a target is judged by."""
    path.write_text(TEXT)

    done = CliRunner().invoke(review, [str(path), "--derived"])

    assert all(one in done.output for one in widgets().requirements)


def test_a_broken_must_is_one(path: Path) -> None:
    """The shell learns that a rule is broken, and the reader which and where."""
    path.write_text(changed(("openapi: 3.0.3", "openapi: 3.1.0")))

    done = CliRunner().invoke(review, [str(path)])

    assert done.exit_code == 1
    assert "widgets.yaml:2: C01 MUST /openapi: is '3.1.0'" in done.output
    assert "Lint: 1 MUST broken, 0 SHOULD to consider." in done.output


def test_a_broken_should_is_none(path: Path) -> None:
    """What is only recommended is mentioned and fails nothing."""
    path.write_text(changed(("summary: Stop a widget", "summary: Stop a widget.")))

    done = CliRunner().invoke(review, [str(path)])

    assert done.exit_code == 0
    assert "C14 SHOULD" in done.output
    assert "every MUST is kept; 1 SHOULD to consider" in done.output


def test_a_contract_that_cannot_be_read_is_reviewed_as_far_as_it_goes(path: Path) -> None:
    """Lint and the reason are shown, and the rest is left out."""
    path.write_text(changed(("property: state", "property: phase")))

    done = CliRunner().invoke(review, [str(path)])

    assert done.exit_code == 1
    assert "C05 MUST" in done.output
    assert "cannot be read: /components/schemas/Widget/x-lifecycle" in done.output
    assert "statements" not in done.output


def test_json_says_the_same(path: Path) -> None:
    """Programs get the findings as an array, one object per contract."""
    path.write_text(TEXT)

    done = CliRunner().invoke(review, ["--json", str(path), str(path)])
    one, other = json.loads(done.stdout)

    assert done.exit_code == 0
    assert one == other
    assert one["sound"] is True
    assert one["problems"] == []
    assert one["statements"]["total"] == 25
    assert [each["statements"] for each in one["sections"]] == [9, 9]
    assert {each["id"] for each in one["requirements"]} == set(widgets().requirements)
    assert one["lifecycles"][0]["transitions"][0]["trigger"] is None
    assert one["deviations"][0]["implementation"] == "widgetd-3"


def test_json_tells_of_problems(path: Path) -> None:
    """An unsound contract is an object with its problems, and 1."""
    path.write_text(changed(("property: state", "property: phase")))

    done = CliRunner().invoke(review, ["--json", str(path)])
    (found,) = json.loads(done.stdout)

    assert done.exit_code == 1
    assert found["sound"] is False
    assert found["unreadable"]
    problem: dict[str, Any] = found["problems"][0]
    assert (problem["rule"], problem["level"]) == ("C05", "MUST")
    assert TEXT.splitlines()[problem["line"] - 1].strip() == "property: state"


def test_a_terminal_gets_a_tree(findings: Findings) -> None:
    """Where people read, requirements hang under what they are about."""
    output = Terminal()

    show(findings, output)

    assert "widgets/getWidget" in output.getvalue()
    assert "└── " in output.getvalue()
    assert "●" in output.getvalue()
