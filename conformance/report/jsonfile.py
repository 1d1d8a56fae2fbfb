"""The report as one JSON document, and back: `report.schema.json` describes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from conformance import SUITE_VERSION
from conformance.events import Report
from conformance.exhibit import Exhibit
from conformance.mode import Resource
from conformance.sheet import Sheet
from conformance.verdict import Result, counts


def text(sheet: Sheet) -> str:
    """Return the reports as JSON: the report itself if there is one, else all of them."""
    if len(sheet.reports) == 1 and not sheet.troubles:
        node = document(sheet.reports[0])
    else:
        node = {
            "verdict": sheet.overall.value,
            "reports": [document(one) for one in sheet.reports],
            "troubles": dict(sheet.troubles),
        }
    return json.dumps(node, indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return one report as plain data."""
    safety = report.safety
    part, parts = report.shard
    return {
        "api": report.contract.name,
        "contract": report.named or report.contract.name,
        "contract_sha256": report.contract.sha256,
        "suite_version": SUITE_VERSION,
        "target": report.target,
        "verdict": report.overall.value,
        "mode": report.mode.value,
        "seed": report.seed,
        "only": list(report.only),
        "shard": f"{part}/{parts}",
        "strict": report.strict,
        "ended": report.ended,
        "requirements": [_requirement(one) for one in report.results],
        "besides": [_requirement(one) for one in report.besides],
        "uncheckable": [{"id": one.id, "reason": one.uncheckable} for one in report.uncheckable],
        "counts": counts(report.results),
        "requests": report.requests,
        "retries": report.retries,
        "requests_sha256": report.digest,
        "duration_s": round(report.duration, 3),
        "created": [_resource(one) for one in safety.created],
        "left": [_resource(one) for one in safety.left],
        "safety": {
            "methods": dict(safety.methods),
            "forbidden": safety.forbidden,
            "touched": [_resource(one) for one in safety.touched],
            "ledger": safety.ledger,
        },
        "notes": dict(report.notes),
        "remarks": list(report.remarks),
        "first_failure": _first(report),
    }


def _requirement(result: Result) -> dict[str, Any]:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "verdict": result.verdict.value,
        "kind": requirement.kind.value,
        "provenance": requirement.provenance.status.value,
        "source": str(requirement.provenance),
        "statement": requirement.statement,
        "message": result.message,
        "repro": result.repro,
        "repro_test": result.repro_test,
        "in_mode": result.in_profile,
        "counted": result.counts,
        "exchanges": [_exchange(one) for one in result.exhibits],
    }


def _exchange(exhibit: Exhibit) -> dict[str, Any]:
    return asdict(exhibit)


def _resource(resource: Resource) -> dict[str, str]:
    return {"kind": resource.kind, "key": resource.key}


def _first(report: Report) -> dict[str, Any] | None:
    if report.first_failure is None:
        return None
    name, requests, seconds = report.first_failure
    return {"id": name, "requests": requests, "seconds": round(seconds, 3)}
