"""The first request of a run: whether there is somebody to judge at all."""

from __future__ import annotations

from conformance.answer import Request
from conformance.failures import Unanswered, UsageError
from conformance.probe import Visit
from specs.contract import Contract, Operation


def greet(visit: Visit) -> None:
    """Send one harmless request, to see that something answers and that it lets us in.

    Raises `UsageError` in one line if nothing does, if it is a page for people, or if it refuses
    the credentials.
    """
    operation = harmless(visit.contract)
    path = operation.path if operation is not None else "/"
    try:
        exchange = visit.gate.send(Request("GET", path, headers=(("Accept", "*/*"),)))
    except Unanswered as outcome:
        raise UsageError(f"{visit.gate.root}: {outcome.reason.partition(': ')[2]}") from None
    kind = exchange.headers.get("Content-Type", "").lower()
    declared = () if operation is None else operation.responses
    if exchange.status in {401, 403} and "200" in declared:
        raise UsageError(
            f"{visit.gate.root}: refuses the credentials ({exchange}); give auth in a target file"
        )
    is_page = kind.startswith("text/html") and exchange.body.lstrip().startswith(b"<")
    if operation is not None and is_page and exchange.status < 500:
        raise UsageError(
            f"{visit.gate.root}: answers HTML ({exchange}), "
            f"so this is not the {visit.contract.name} API"
        )


def harmless(contract: Contract) -> Operation | None:
    """Return an operation that only reads and asks for nothing, if there is one."""
    for one in contract.operations.values():
        if one.method == "get" and "{" not in one.path and not _asks(one.parameters):
            return one
    return None


def _asks(parameters: tuple[object, ...]) -> bool:
    return any(isinstance(one, dict) and one.get("required") is True for one in parameters)
