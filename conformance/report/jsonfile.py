"""The report as one JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance import SUITE_VERSION
from conformance.events import Report
from conformance.mode import Resource
from conformance.verdict import Result, counts


def write(report: Report, path: Path) -> None:
    """Write the report to *path*."""
    text = json.dumps(document(report), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def document(report: Report) -> dict[str, Any]:
    """Return the report as plain data."""
    safety = report.safety
    return {
        "api": report.contract.name,
        "target": report.target,
        "verdict": report.overall.value,
        "mode": report.mode.value,
        "seed": report.seed,
        "suite_version": SUITE_VERSION,
        "contract_sha256": report.contract.sha256,
        "requirements": [_requirement(one) for one in report.results],
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
    provenance = result.requirement.provenance
    return {
        "id": result.requirement.id,
        "verdict": result.verdict.value,
        "provenance": provenance.status.value,
        "source": str(provenance),
        "statement": result.requirement.statement,
        "message": result.message,
        "repro": result.repro,
        "counted": result.counts,
    }


def _resource(resource: Resource) -> dict[str, str]:
    return {"kind": resource.kind, "key": resource.key}


def _first(report: Report) -> dict[str, Any] | None:
    if report.first_failure is None:
        return None
    name, requests, seconds = report.first_failure
    return {"id": name, "requests": requests, "seconds": round(seconds, 3)}
