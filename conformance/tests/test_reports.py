"""The reports, from one stream of events."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from conformance.events import Progress, Report, RunFinished, RunStarted, Safety
from conformance.exhibit import Exhibit
from conformance.failures import UsageError
from conformance.mode import Mode, Resource
from conformance.report import badge, jsonfile, junit, page, sarif, summary
from conformance.report.jsonreader import read, schema
from conformance.report.sections import sections
from conformance.report.terminal import Terminal
from conformance.report.writing import FORMS, write
from conformance.sheet import Sheet
from conformance.tests.widgets import CONTRACT
from conformance.verdict import Overall, Result, Verdict, overall
from specs.contract import Contract, load

VERDICTS = {
    "widgets/listWidgets/default-page-size": Verdict.FAIL,
    "widgets/listWidgets/size-is-honoured": Verdict.FLAKY,
    "widgets/listWidgets/colour-is-blue": Verdict.DIFFERS,
    "widgets/getWidget/200": Verdict.WAIVED,
    "widgets/getWidget/404": Verdict.ERROR,
    "widgets/deleteWidget/204": Verdict.UNSUPPORTED,
    "widgets/scrapAll/204": Verdict.NOT_REACHED,
}
SEEN = Exhibit(
    "POST", "http://target/w/widgets", (("Accept", "*/*"),), '{"owner": "<script>"}', 201,
    (("Location", "/w/widgets/1"),), '{"id": 1}', 0.25, 3,
)  # fmt: skip


@pytest.fixture
def report() -> Report:
    """Give a report with a result of each verdict."""
    contract = load(str(CONTRACT))
    results = tuple(
        Result(
            one,
            VERDICTS.get(one.id, Verdict.PASS),
            "seen [1] \x00 <b>" if one.id in VERDICTS else "",
            "#!/bin/sh\n" if VERDICTS.get(one.id) is Verdict.FAIL else "",
            in_profile=VERDICTS.get(one.id) is not Verdict.NOT_REACHED,
            exhibits=(SEEN,) if VERDICTS.get(one.id) is Verdict.FAIL else (),
        )
        for one in contract.requirements.values()
        if one.uncheckable is None
    )
    safety = Safety({"GET": 3, "POST": 1}, 2, (), (Resource("Widget", "1"),),
                    (Resource("Widget", "1"),), "ledger.jsonl")  # fmt: skip
    return Report(contract, "http://target/w", Mode.SAFE, 42, overall(results), results,
                  contract.uncheckable, 4, 1, 1.5, "abc", safety, {"a note": 2},
                  ("The waiver for x was not used.",), ("widgets/a", 3, 0.5),
                  named=str(CONTRACT), ended="2030-01-31T12:00:00Z")  # fmt: skip


@pytest.fixture
def sheet(report: Report) -> Sheet:
    """Give a sheet with that report alone."""
    return Sheet((report,))


def test_junit_has_a_case_for_each_requirement(report: Report, sheet: Sheet) -> None:
    """Failures, errors and skipped cases are told apart, and unprintable text does no harm."""
    root = ET.fromstring(junit.text(sheet))
    cases = list(root.iter("testcase"))

    assert len(cases) == len(report.results)
    assert root.get("failures") == "1"
    assert root.get("errors") == "2"
    assert root.get("skipped") == "4"
    assert sum(case.find("failure") is not None for case in cases) == 1
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_json_says_everything(report: Report) -> None:
    """The document holds a row for each requirement, and what the run did to the target."""
    document = json.loads(json.dumps(jsonfile.document(report)))

    assert document["verdict"] == "NOT CONFORMANT"
    assert document["seed"] == 42
    assert document["counts"]["fail"] == 1
    assert len(document["requirements"]) == len(report.results)
    assert document["left"] == [{"kind": "Widget", "key": "1"}]
    assert document["uncheckable"][0]["id"] == "widgets/listWidgets/made-by-hand"
    assert document["first_failure"] == {"id": "widgets/a", "requests": 3, "seconds": 0.5}


@pytest.mark.parametrize("troubles", [{}, {"scale": "connection refused"}])
def test_json_keeps_to_its_schema(sheet: Sheet, troubles: dict[str, str]) -> None:
    """What is written satisfies the schema that is shipped, and the schema is one itself."""
    jsonschema.Draft202012Validator.check_schema(schema())
    document = json.loads(jsonfile.text(Sheet(sheet.reports, troubles)))

    jsonschema.Draft202012Validator(schema()).validate(document)
    assert ("reports" in document) is bool(troubles)


def test_json_is_read_back(report: Report, sheet: Sheet, tmp_path: Path) -> None:
    """A report that is written and read again is the same report."""
    write(sheet, {"json": tmp_path / "out.json"})
    (found,) = read(tmp_path / "out.json")

    assert found.results == report.results
    assert found.safety == report.safety
    assert jsonfile.document(found) == jsonfile.document(report)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "is not JSON"),
        ("{}", "is no report"),
        ('{"reports": [{}], "verdict": "ERROR", "troubles": {}}', "is no report"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    """A file that is no report is told as such."""
    path = tmp_path / "in.json"
    path.write_text(text)

    with pytest.raises(UsageError, match=complaint):
        read(path)


def test_a_report_of_another_contract_is_refused(sheet: Sheet, tmp_path: Path) -> None:
    """A report that another version of the contract made cannot be read beside this one."""
    path = tmp_path / "in.json"
    node = json.loads(jsonfile.text(sheet)) | {"contract_sha256": "0" * 64}
    path.write_text(json.dumps(node))

    with pytest.raises(UsageError, match="another version of the contract"):
        read(path)


class Page(HTMLParser):
    """Reads a page: which tags are open, what it loads, and what it says."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loads += [str(given[name]) for name in ("src", "href") if name in given]
        if "data-id" in given:
            self.ids.append(str(given["data-id"]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else(report: Report, sheet: Sheet) -> None:
    """The page is well formed, loads nothing, shows every requirement and escapes answers."""
    text = page.text(sheet)
    found = Page(text)

    assert found.open == []
    assert all(one.startswith("#") for one in found.loads)
    assert {one.requirement.id for one in report.results} <= set(found.ids)
    assert "widgets/listWidgets/made-by-hand" in found.ids
    assert "<script>&#34;" not in text
    assert "&lt;script&gt;" in text
    assert "prefers-color-scheme: dark" in text
    assert "asked 3 times" in text


def test_sections_follow_the_documents(report: Report) -> None:
    """Every requirement stands in one section, what is not documented behind the documents."""
    found = sections(report)

    assert sum(len(one.results) for one in found) == len(report.results)
    assert [one.title for one in found if not one.document][-1].startswith("Not documented")
    (section,) = (one for one in found if one.number(Verdict.FAIL))
    assert section.worst is Verdict.FAIL
    assert section.results[0].verdict is Verdict.FAIL


def test_the_summary_is_markdown(sheet: Sheet) -> None:
    """The summary has what was contradicted, a matrix by section, and no markup of the target's."""
    text = summary.text(Sheet(sheet.reports, {"scale": "no | answer"}))
    lines = text.splitlines()
    (heading,) = (line for line in lines if line.startswith("| section |"))
    rows = [line for line in lines[lines.index(heading) :] if line.startswith("|")]

    assert "### fail: `widgets/listWidgets/default-page-size`" in lines
    assert {line.count("|") - line.count("\\|") for line in rows} == {heading.count("|")}
    assert "<b>" not in text
    assert "no \\| answer" in text


def test_sarif_has_the_essentials(report: Report, sheet: Sheet) -> None:
    """Each contradiction has a rule, a level, a message and a place in the contract."""
    log = json.loads(sarif.text(Sheet(sheet.reports, {"scale": "refused"})))
    run, trouble = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    waived = [one for one in run["results"] if "suppressions" in one]
    (failed,) = (one for one in run["results"] if one["properties"]["verdict"] == "fail")
    place = failed["locations"][0]["physicalLocation"]
    line = CONTRACT.read_text().splitlines()[place["region"]["startLine"] - 1]

    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    assert len(run["results"]) == 5
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert {one["level"] for one in run["results"]} <= {"error", "warning", "note", "none"}
    assert len({one["id"] for one in rules}) == len(rules)
    assert [one["ruleId"] for one in waived] == ["widgets/getWidget/200"]
    assert place["artifactLocation"] == {"uri": "specs/widgets.yaml"}
    assert "default-page-size" in line
    assert not trouble["invocations"][0]["executionSuccessful"]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Overall.CONFORMANT, "conformant ("),
        (Overall.NOT_CONFORMANT, "not conformant (1 failed)"),
        (Overall.INCOMPLETE, "incomplete ("),
    ],
)
def test_the_badge_says_the_verdict(report: Report, verdict: Overall, said: str) -> None:
    """The badge is an SVG with the API and the verdict, also for those who cannot see it."""
    root = ET.fromstring(badge.text(Sheet((replace(report, overall=verdict),))))
    texts = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]

    assert root.tag.endswith("svg")
    assert texts[0] == "widgets"
    assert texts[1].startswith(said)
    assert re.fullmatch(r"widgets: .+", root.get("aria-label", ""))


def test_every_form_is_written(sheet: Sheet, tmp_path: Path) -> None:
    """A sheet is written in every form, and a place that cannot be written is told."""
    write(sheet, {form: tmp_path / form for form in FORMS})

    assert {one.name for one in tmp_path.iterdir()} == set(FORMS)
    with pytest.raises(UsageError, match="cannot be written"):
        write(sheet, {"html": tmp_path})


@pytest.mark.parametrize(
    ("verdicts", "troubles", "worst"),
    [
        ([Overall.CONFORMANT], {}, 0),
        ([Overall.CONFORMANT, Overall.INCOMPLETE], {}, 3),
        ([Overall.INCOMPLETE, Overall.NOT_CONFORMANT], {}, 1),
        ([Overall.NOT_CONFORMANT], {"scale": "refused"}, 2),
        ([], {"scale": "refused"}, 2),
    ],
)
def test_a_sheet_is_as_good_as_its_worst_report(
    report: Report, verdicts: list[Overall], troubles: dict[str, str], worst: int
) -> None:
    """The exit status of several APIs is that of the worst one."""
    reports = tuple(replace(report, overall=one) for one in verdicts)

    assert Sheet(reports, troubles).overall.exit_code == worst


def test_the_terminal_explains_what_was_contradicted(report: Report, contract: Contract) -> None:
    """A failure is told with what is required, where that stands, and what was seen."""
    stream = io.StringIO()
    terminal = Terminal(stream)
    for event in (
        RunStarted(contract, "http://target/w", Mode.SAFE, 42, 28),
        Progress("requirements", 0, 4, "widgets/a", 0),
        RunFinished(report),
    ):
        terminal.consume(event)
    said = stream.getvalue()

    assert "fail widgets/listWidgets/default-page-size" in said
    assert "source    guide §list" in said
    assert "seen      seen [1]" in said
    assert "left behind 1: Widget 1" in said
    assert "The waiver for x was not used." in said
    assert "NOT CONFORMANT" in said.splitlines()[-1]
    assert "(seed 42)" in said.splitlines()[-1]
    assert "\x1b[" not in said


def test_the_terminal_concludes_with_all_apis(report: Report) -> None:
    """Of several APIs the last table has a row each, also for one that could not be judged."""
    stream = io.StringIO()
    Terminal(stream).conclude(Sheet((report,), {"scale": "connection refused"}))
    said = stream.getvalue()

    assert re.search(r"^widgets +NOT CONFORMANT", said, re.MULTILINE)
    assert re.search(r"^scale +ERROR", said, re.MULTILINE)
    assert said.splitlines()[-1] == "ERROR"
