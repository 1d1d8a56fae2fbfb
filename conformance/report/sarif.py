"""The report as SARIF 2.1.0, for tools that show findings beside code."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from conformance import SUITE_VERSION
from conformance.events import Report
from conformance.sheet import Sheet
from conformance.verdict import Overall, Result, Verdict, by_cause
from specs.contract import Kind, Requirement

VERSION = "2.1.0"
LEVELS = {
    Verdict.FAIL: "error",
    Verdict.ERROR: "error",
    Verdict.FLAKY: "warning",
    Verdict.DIFFERS: "note",
    Verdict.WAIVED: "error",
}


def text(sheet: Sheet) -> str:
    """Return the reports as one SARIF log, a run for each API."""
    runs = [_run(one) for one in sheet.reports]
    runs += [_trouble(api, trouble) for api, trouble in sheet.troubles.items()]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": VERSION,
        "runs": runs,
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(report: Report) -> dict[str, Any]:
    found = [one for one in by_cause(report.results) if one.verdict in LEVELS]
    rules = [_rule(one.requirement) for one in found]
    return {
        "tool": {"driver": {"name": "callsheet", "version": SUITE_VERSION, "rules": rules}},
        "automationDetails": {"id": f"callsheet/{report.contract.name}/"},
        "invocations": [
            {
                "executionSuccessful": report.overall is not Overall.ERROR,
                "exitCode": report.overall.exit_code,
                "exitCodeDescription": report.overall.value,
                **({"endTimeUtc": report.ended} if report.ended else {}),
            }
        ],
        "results": [_result(one, index, report) for index, one in enumerate(found)],
        "properties": {
            "target": report.target,
            "mode": report.mode.value,
            "seed": report.seed,
            "verdict": report.overall.value,
        },
    }


def _trouble(api: str, trouble: str) -> dict[str, Any]:
    notification = {"level": "error", "message": {"text": trouble}}
    return {
        "tool": {"driver": {"name": "callsheet", "version": SUITE_VERSION}},
        "automationDetails": {"id": f"callsheet/{api}/"},
        "invocations": [
            {"executionSuccessful": False, "toolExecutionNotifications": [notification]}
        ],
        "results": [],
    }


def _rule(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "shortDescription": {"text": requirement.statement},
        "fullDescription": {"text": f"{requirement.statement} ({requirement.provenance})"},
        "help": {"text": f"callsheet explain {requirement.id}"},
        "properties": {"tags": [requirement.kind.value, requirement.provenance.status.value]},
    }


def _result(result: Result, index: int, report: Report) -> dict[str, Any]:
    requirement = result.requirement
    digest = hashlib.sha256(f"{report.target} {requirement.id}".encode()).hexdigest()
    node: dict[str, Any] = {
        "ruleId": requirement.id,
        "ruleIndex": index,
        "level": LEVELS[result.verdict],
        "message": {"text": f"{requirement.statement} Seen: {result.message}"},
        "locations": [_location(requirement, report)],
        "partialFingerprints": {"targetAndRequirement/v1": digest},
        "properties": {"verdict": result.verdict.value, "reproduction": result.repro},
    }
    if result.verdict is Verdict.WAIVED:
        node["suppressions"] = [{"kind": "external", "justification": result.message}]
    if result.exhibits:
        node["codeFlows"] = [{"threadFlows": [{"locations": list(_flow(result))}]}]
    return node


def _location(requirement: Requirement, report: Report) -> dict[str, Any]:
    """Return where the contract says so: the target's own files are unknown."""
    artifact = {"uri": f"specs/{report.contract.name}.yaml"}
    region = {"startLine": _line(requirement, _lines(report.named or report.contract.name))}
    return {
        "logicalLocations": [{"fullyQualifiedName": requirement.id, "kind": "requirement"}],
        "physicalLocation": {"artifactLocation": artifact, "region": region},
    }


def _line(requirement: Requirement, lines: Sequence[str]) -> int:
    """Return the number of the line where the statement, its operation or its schema stands."""
    slug = requirement.id.rpartition("/")[2]
    for sought in (
        rf"\s*- id: {re.escape(slug)}$" if requirement.kind is Kind.EXPLICIT else None,
        rf"\s*operationId: {re.escape(requirement.operation_id or '')}$",
        rf"    {re.escape(requirement.schema or '')}:$",
    ):
        for number, line in enumerate(lines, 1):
            if sought is not None and re.match(sought, line):
                return number
    return 1


@cache
def _lines(named: str) -> tuple[str, ...]:
    path = Path(named)
    place = path if path.suffix else files("specs").joinpath(f"{named}.yaml")
    return tuple(place.read_text("utf-8").splitlines()) if place.is_file() else ()


def _flow(result: Result) -> Iterator[dict[str, Any]]:
    for one in result.exhibits:
        said = f"{one.method} {one.url} -> {one.status}"
        yield {"location": {"message": {"text": said}}}
