"""The report as JUnit XML: one test case for each requirement."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.events import Report
from conformance.verdict import Result, Verdict

_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report, path: Path) -> None:
    """Write the report to *path*."""
    tree = ET.ElementTree(document(report))
    ET.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def document(report: Report) -> ET.Element:
    """Return the report as an element `testsuites`."""
    failures = sum(one.verdict is Verdict.FAIL for one in report.results)
    errors = sum(_is_error(one) for one in report.results)
    skipped = sum(_is_skipped(one) for one in report.results)
    numbers = {
        "tests": str(len(report.results)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": str(skipped),
        "time": f"{report.duration:.3f}",
    }
    root = ET.Element("testsuites", numbers)
    suite = ET.SubElement(root, "testsuite", {"name": report.contract.name, **numbers})
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
    return root


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
