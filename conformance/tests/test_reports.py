"""The reports, from one stream of events."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.events import Progress, Report, RunFinished, RunStarted, Safety
from conformance.mode import Mode, Resource
from conformance.report import jsonfile, junit
from conformance.report.terminal import Terminal
from conformance.verdict import Result, Verdict, overall
from specs.contract import Contract

VERDICTS = {
    "widgets/listWidgets/default-page-size": Verdict.FAIL,
    "widgets/listWidgets/size-is-honoured": Verdict.FLAKY,
    "widgets/listWidgets/colour-is-blue": Verdict.DIFFERS,
    "widgets/getWidget/200": Verdict.WAIVED,
    "widgets/getWidget/404": Verdict.ERROR,
    "widgets/deleteWidget/204": Verdict.UNSUPPORTED,
    "widgets/scrapAll/204": Verdict.NOT_REACHED,
}


@pytest.fixture
def report(contract: Contract) -> Report:
    """Give a report with a result of each verdict."""
    results = tuple(
        Result(
            one,
            VERDICTS.get(one.id, Verdict.PASS),
            "seen [1] \x00 <b>" if one.id in VERDICTS else "",
            "#!/bin/sh\n" if VERDICTS.get(one.id) is Verdict.FAIL else "",
            in_profile=VERDICTS.get(one.id) is not Verdict.NOT_REACHED,
        )
        for one in contract.requirements.values()
        if one.uncheckable is None
    )
    safety = Safety({"GET": 3, "POST": 1}, 2, (), (Resource("Widget", "1"),),
                    (Resource("Widget", "1"),), "ledger.jsonl")  # fmt: skip
    return Report(contract, "http://target/w", Mode.SAFE, 42, overall(results), results,
                  contract.uncheckable, 4, 1, 1.5, "abc", safety, {"a note": 2},
                  ("The waiver for x was not used.",), ("widgets/a", 3, 0.5))  # fmt: skip


def test_junit_has_a_case_for_each_requirement(report: Report, tmp_path: Path) -> None:
    """Failures, errors and skipped cases are told apart, and unprintable text does no harm."""
    junit.write(report, tmp_path / "out.xml")
    root = ET.parse(tmp_path / "out.xml").getroot()
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


def test_the_terminal_names_source_and_seed(contract: Contract, report: Report) -> None:
    """Plain lines name what failed, where it is required, what was left and the seed."""
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
