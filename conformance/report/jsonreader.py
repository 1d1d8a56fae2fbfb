"""Reading a JSON report back, to join it with others or to write it in another form."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs

from conformance.events import Report, Safety
from conformance.exhibit import Exhibit
from conformance.failures import UsageError
from conformance.mode import Mode, Resource
from conformance.verdict import Overall, Result, Verdict
from specs.contract import Contract, load


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a report."""
    place = files("conformance.report").joinpath("report.schema.json")
    found: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return found


def read(path: Path) -> list[Report]:
    """Return the reports in a JSON file, each beside the contract that it was made by.

    Raises `UsageError` if the file is none, or was made by another version of a contract.
    """
    try:
        node = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON: {error}") from None
    errors = list(jsonschema_rs.Draft202012Validator(schema()).iter_errors(node))
    if errors:
        raise UsageError(f"{path}: is no report of `callsheet check --json`: {errors[0].message}")
    return [_report(one, path) for one in node.get("reports", [node])]


def _report(node: dict[str, Any], path: Path) -> Report:
    contract = load(node["contract"])
    if contract.sha256 != node["contract_sha256"]:
        raise UsageError(
            f"{path}: was made by another version of the contract of {node['api']}; "
            f"right would be callsheet {node['suite_version']} with the contract of that run"
        )
    safety, first = node["safety"], node["first_failure"]
    part, parts = map(int, node["shard"].split("/"))
    return Report(
        contract=contract,
        target=node["target"],
        mode=Mode(node["mode"]),
        seed=node["seed"],
        overall=Overall(node["verdict"]),
        results=tuple(_result(one, contract, path) for one in node["requirements"]),
        uncheckable=contract.uncheckable,
        requests=node["requests"],
        retries=node["retries"],
        duration=node["duration_s"],
        digest=node["requests_sha256"],
        safety=Safety(
            methods=safety["methods"],
            forbidden=safety["forbidden"],
            touched=_resources(safety["touched"]),
            created=_resources(node["created"]),
            left=_resources(node["left"]),
            ledger=safety["ledger"],
        ),
        notes=node["notes"],
        remarks=tuple(node["remarks"]),
        first_failure=(first["id"], first["requests"], first["seconds"]) if first else None,
        named=node["contract"],
        only=tuple(node["only"]),
        shard=(part, parts),
        strict=node["strict"],
        besides=tuple(_result(one, contract, path) for one in node["besides"]),
        ended=node["ended"],
    )


def _result(node: dict[str, Any], contract: Contract, path: Path) -> Result:
    requirement = contract.requirements.get(node["id"])
    if requirement is None:
        raise UsageError(f"{path}: there is no requirement {node['id']}")
    return Result(
        requirement,
        Verdict(node["verdict"]),
        node["message"],
        node["repro"],
        node["in_mode"],
        node["repro_test"],
        tuple(_exhibit(one) for one in node["exchanges"]),
    )


def _exhibit(node: dict[str, Any]) -> Exhibit:
    headers, answered = (
        tuple((name, text) for name, text in node[key]) for key in ("headers", "answer_headers")
    )
    return Exhibit(**{**node, "headers": headers, "answer_headers": answered})


def _resources(nodes: list[dict[str, str]]) -> tuple[Resource, ...]:
    return tuple(Resource(one["kind"], one["key"]) for one in nodes)
