"""The links of an answer, followed: they lead to what the contract says they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.answer import Answer, Exchange, parsed_json
from conformance.drivers import Recipe
from conformance.drivers.subject import example_body
from conformance.failures import Violation
from conformance.mode import Needs
from conformance.probe import Probe
from specs.contract import Contract, Operation

LOST = frozenset({404, 405, 410})
"""How a link cannot be answered that leads to what has just been made."""


def recipes(contract: Contract) -> Iterable[Recipe]:
    """Yield one recipe for each creator, or reading operation without keys, that has links."""
    creators = {name for cycle in contract.lifecycles.values() for name in cycle.creators}
    for operation in contract.operations.values():
        is_reading = operation.method == "get" and "{" not in operation.path
        if operation.id not in creators and not is_reading:
            continue
        if any(one.get("in") == "path" for one in operation.parameters):
            continue
        for status, response in operation.responses.items():
            if status.startswith("2") and response.get("links"):
                needs = Needs.READ if operation.is_safe else Needs.CREATE
                yield Recipe(operation.id, status, _Following(contract, operation, status), needs)


class _Following:
    """A recipe: send the operation, then follow each link of its answer."""

    def __init__(self, contract: Contract, operation: Operation, status: str) -> None:
        self._contract = contract
        self._operation = operation
        self._links = operation.responses[status]["links"]

    def __call__(self, probe: Probe) -> Answer:
        body = None
        if not self._operation.is_safe:
            body = probe.known.get("create", example_body(self._contract, self._operation))
        answer = probe.ok(self._operation.id, body=body)
        for name, node in sorted(self._links.items(), key=lambda one: self._rank(one[1])):
            self._follow(probe, name, self._contract.resolve(node), answer)
        return answer

    def _rank(self, node: Mapping[str, Any]) -> int:
        """Return when to follow a link: what only reads first, what deletes last."""
        name = self._contract.resolve(node).get("operationId", "")
        operation = self._contract.operations.get(name)
        if operation is None or operation.is_safe:
            return 0
        return 2 if operation.method == "delete" else 1

    def _follow(self, probe: Probe, name: str, link: Mapping[str, Any], answer: Answer) -> None:
        operation = self._contract.operations.get(link.get("operationId", ""))
        if operation is None:
            return  # operationRef may lead anywhere
        where = {one["name"]: one["in"] for one in operation.parameters}
        path: dict[str, object] = {}
        query: dict[str, object] = {}
        for key, expression in link.get("parameters", {}).items():
            own, _, short = key.rpartition(".")
            value = evaluated(expression, answer.exchange)
            if value is None:
                says = f"the link {name} needs {expression}, which is not there"
                raise Violation(f"{answer.exchange}: {says}")
            target = path if (own or where.get(short)) == "path" else query
            target[short] = value
        body = evaluated(link["requestBody"], answer.exchange) if "requestBody" in link else None
        if body is None:
            body = example_body(self._contract, operation)
        if set(re.findall(r"\{([^}]+)\}", operation.path)) - path.keys():
            return  # the link leaves something open
        followed = probe.call(operation.id, path=path, query=query, body=body)
        if followed.status in LOST or (operation.is_safe and followed.status == 400):
            raise Violation(f"the link {name} of {answer.exchange} leads to {followed.exchange}")


def evaluated(expression: Any, exchange: Exchange) -> Any:
    """Return what a runtime expression of OpenAPI stands for in an exchange; None for nothing."""
    if not isinstance(expression, str) or not expression.startswith("$"):
        return expression
    side, _, rest = expression[1:].partition(".")
    place, _, name = rest.partition(".")
    if rest.startswith("body"):
        return _in_body(side, rest.partition("#")[2], exchange)
    if side == "response":
        return exchange.headers.get(name) if place == "header" else None
    sent: dict[str, Mapping[str, object]] = {
        "header": {key.lower(): text for key, text in exchange.request.headers},
        "query": dict(exchange.request.query),
    }
    whole = {"$url": exchange.url, "$statusCode": exchange.status}
    return whole.get(
        expression, sent.get(place, {}).get(name.lower() if place == "header" else name)
    )


def _in_body(side: str, pointer: str, exchange: Exchange) -> Any:
    """Return what stands at a JSON pointer in the body of the request or of the answer."""
    try:
        node = exchange.json() if side == "response" else parsed_json(exchange.request.body or b"")
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return node
