"""The reports as JUnit XML: a test suite for each API, a test case for each requirement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from conformance.events import Report
from conformance.sheet import Sheet
from conformance.verdict import Result, Verdict

_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(sheet: Sheet) -> str:
    """Return the reports as XML; an API that could not be judged is a suite of one error."""
    root = document(sheet)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content.decode() + "\n"


def document(sheet: Sheet) -> ET.Element:
    """Return the reports as an element `testsuites`."""
    seconds = sum(one.duration for one in sheet.reports)
    numbers = _numbers(tuple(sheet.results), seconds, len(sheet.troubles))
    root = ET.Element("testsuites", numbers)
    for report in sheet.reports:
        root.append(_suite(report))
    for api, trouble in sheet.troubles.items():
        suite = ET.SubElement(root, "testsuite", {"name": api, **_numbers((), 0.0, 1)})
        case = ET.SubElement(suite, "testcase", {"classname": api, "name": "target"})
        ET.SubElement(case, "error", {"message": _printable(trouble), "type": "error"})
    return root


def _numbers(results: Sequence[Result], seconds: float, troubles: int = 0) -> dict[str, str]:
    return {
        "tests": str(len(results) + troubles),
        "failures": str(sum(one.verdict is Verdict.FAIL for one in results)),
        "errors": str(sum(_is_error(one) for one in results) + troubles),
        "skipped": str(sum(_is_skipped(one) for one in results)),
        "time": f"{seconds:.3f}",
    }


def _suite(report: Report) -> ET.Element:
    numbers = _numbers(report.results, report.duration)
    suite = ET.Element("testsuite", {"name": report.contract.name, **numbers})
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("target", report.target),
        ("verdict", report.overall.value),
        ("mode", report.mode.value),
        ("seed", str(report.seed)),
        ("contract_sha256", report.contract.sha256),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    for result in report.results:
        suite.append(_case(result))
    return suite


def _is_error(result: Result) -> bool:
    return result.verdict is Verdict.ERROR or (result.verdict is Verdict.FLAKY and result.counts)


def _is_skipped(result: Result) -> bool:
    return result.verdict not in {Verdict.PASS, Verdict.FAIL} and not _is_error(result)


def _case(result: Result) -> ET.Element:
    requirement = result.requirement
    prefix, _, name = requirement.id.rpartition("/")
    case = ET.Element("testcase", {"classname": prefix.replace("/", "."), "name": name})
    message = _printable(f"{result.verdict.value}: {result.message}")
    detail = _printable(f"{requirement.statement}\n[{requirement.provenance}]\n\n{result.repro}")
    if result.verdict is Verdict.FAIL:
        ET.SubElement(case, "failure", {"message": message, "type": "fail"}).text = detail
    elif _is_error(result):
        kind = {"message": message, "type": result.verdict.value}
        ET.SubElement(case, "error", kind).text = detail
    elif _is_skipped(result):
        ET.SubElement(case, "skipped", {"message": message})
    return case


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("?", text)
