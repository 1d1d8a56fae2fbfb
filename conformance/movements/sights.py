"""The first look around: every operation that only reads is called once with known values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.events import ContradictionConfirmed, Progress
from conformance.findings import Play
from conformance.judge import nearest_success
from conformance.probe import Probe
from conformance.tour import Tour
from specs.contract import Operation

NAME = "sights"
TRIES = 4  # combinations of known values for one operation


def play(tour: Tour) -> Iterator[Progress | ContradictionConfirmed]:
    """Call each reading operation that is wanted, until one call succeeds."""
    visit = tour.visit
    operations = [
        one
        for one in visit.contract.operations.values()
        if one.is_safe and tour.wants(_success(tour, one))
    ]
    for done, operation in enumerate(operations):
        if tour.is_over:
            return
        requests = visit.gate.traffic.requests
        yield Progress(NAME, done, len(operations), operation.id, requests)
        for number in range(TRIES):
            if _success(tour, operation) in visit.findings.witnessed:
                break
            action = _call(tour, operation, number)
            if action is None:
                break
            tour.attempt(_success(tour, operation), action)
        yield from tour.confirm_new()


def _success(tour: Tour, operation: Operation) -> str:
    return f"{tour.visit.contract.name}/{operation.id}/{nearest_success(operation, 200)}"


def _call(tour: Tour, operation: Operation, number: int) -> Play | None:
    """Return the call with the values of that number; None if a needed value is not known."""
    path: dict[str, object] = {}
    query: dict[str, object] = {}
    headers: dict[str, str | None] = {}
    for parameter in operation.parameters:
        place, name = parameter["in"], parameter["name"]
        if place != "path" and parameter.get("required") is not True:
            continue
        values = _values(tour, operation, parameter)
        if not values:
            return None
        value = values[number % len(values)]
        if place == "path":
            path[name] = value
        elif place == "query":
            query[name] = value
        else:
            headers[name] = str(value)

    def action(probe: Probe) -> None:
        probe.call(operation.id, path=path, query=query, headers=headers)

    return action


def _values(tour: Tour, operation: Operation, parameter: Mapping[str, Any]) -> Sequence[object]:
    """Return what the driver knows, else the examples of the contract."""
    visit = tour.visit
    if parameter["in"] == "path":
        known = visit.driver.parameter(Probe(visit), operation.id, parameter["name"])
        if known:
            return known
    schema = visit.contract.resolve(parameter.get("schema", {}))
    for place in (parameter, schema):
        if "example" in place:
            return [place["example"]]
    for example in parameter.get("examples", {}).values():
        return [visit.contract.resolve(example).get("value")]
    return list(schema.get("enum", ()))[:1] or [
        schema[one] for one in ("default",) if one in schema
    ]
