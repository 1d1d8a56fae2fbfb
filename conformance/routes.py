"""Which operation a request is, found from its method and path alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import unquote

from conformance.answer import Call, Request
from specs.contract import Contract, Operation


@dataclass(frozen=True, slots=True)
class _Route:
    operation: Operation
    pattern: re.Pattern[str]
    blanks: int


class Routes:
    """The operations of a contract by method and path; a literal path wins over a template."""

    def __init__(self, contract: Contract) -> None:
        routes = [_route(one) for one in contract.operations.values()]
        self._routes = sorted(routes, key=lambda route: route.blanks)

    def call(self, request: Request) -> Call | None:
        """Return the request as the contract sees it, or None if no operation is meant."""
        for route in self._routes:
            if route.operation.method != request.method.lower():
                continue
            match = route.pattern.fullmatch(request.path)
            if match is not None:
                return Call(
                    operation_id=route.operation.id,
                    path={
                        name: unquote(match[f"p{index}"])
                        for index, name in enumerate(_names(route.operation.path))
                    },
                    query=request.query,
                    body=parsed(request.body),
                    headers={key: text for key, text in request.headers if text is not None},
                )
        return None


def parsed(body: bytes | None) -> object:
    """Return a body as JSON, or as it is if it is none."""
    if body is None:
        return None
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return found


def _names(path: str) -> list[str]:
    return re.findall(r"\{([^}]+)\}", path)


def _route(operation: Operation) -> _Route:
    pattern, names = "", 0
    for part in re.split(r"(\{[^}]+\})", operation.path):
        if part.startswith("{"):
            pattern += f"(?P<p{names}>[^/]+)"
            names += 1
        else:
            pattern += re.escape(part)
    return _Route(operation, re.compile(pattern), names)
