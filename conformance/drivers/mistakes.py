"""Requests with one mistake each, for the answer that a contract declares for mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.answer import Answer
from conformance.drivers import Recipe
from conformance.drivers.subject import example_body
from conformance.mode import Needs
from conformance.probe import Probe
from specs.contract import Contract, Operation

STATUSES = ("400", "422")
"""The answers to a request that is not as its contract says."""

MISSPELLED = "nothing-like-a-number"


def recipes(contract: Contract) -> Iterable[Recipe]:
    """Yield a recipe for each operation that declares such an answer and lets one be made."""
    for operation in contract.operations.values():
        status = next((one for one in STATUSES if one in operation.responses), None)
        if status is None:
            continue
        mistake = _mistake(contract, operation)
        if mistake is not None:
            # nothing may come of it, but who trusts a server that is being judged?
            needs = Needs.READ if operation.is_safe else Needs.CHANGE
            yield Recipe(operation.id, status, _Mistaken(operation, status, mistake), needs)


def is_misspelled(contract: Contract, parameter: Mapping[str, Any], text: str) -> bool:
    """Whether *text* is the one that stands where *parameter* has to be a number.

    Others are no numbers either, but a lenient server may find one in them.
    """
    kind = contract.resolve(parameter.get("schema", {})).get("type")
    return kind == "integer" and text == MISSPELLED


def _mistake(contract: Contract, operation: Operation) -> Mapping[str, Any] | None:
    """Return the values of a call with one mistake: in the path, in the query, or in the body."""
    wrong: dict[str, dict[str, object]] = {"path": {}, "query": {}}
    for one in operation.parameters:
        kind = contract.resolve(one.get("schema", {})).get("type")
        if one["in"] in wrong and kind == "integer" and not any(wrong.values()):
            wrong[one["in"]][one["name"]] = MISSPELLED
    body = example_body(contract, operation)
    names = set(re.findall(r"\{([^}]+)\}", operation.path))
    if any(wrong.values()):
        return {**wrong, "body": body} if names <= wrong["path"].keys() else None
    if names or not operation.node.get("requestBody"):
        return None
    return {"body": []} if isinstance(body, Mapping) else None


class _Mistaken:
    """A recipe: the call with its mistake. Another answer than the declared one proves nothing."""

    def __init__(self, operation: Operation, status: str, values: Mapping[str, Any]) -> None:
        self._operation = operation
        self._status = status
        self._values = values

    def __call__(self, probe: Probe) -> Answer:
        answer = probe.call(self._operation.id, **self._values)
        probe.assume(
            str(answer.status) == self._status,
            f"{answer.exchange}, and it is not said which mistake is answered {self._status}",
        )
        return answer
