"""The judge of single answers: whether each is one that its operation declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from conformance.answer import Exchange
from conformance.schema import Schemas
from specs.contract import Contract, Operation


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer says about which requirement: a violation, a mere remark, or that it holds."""

    requirement: str
    violation: str | None = None
    note: str | None = None
    is_declared: bool = True


class ResponseJudge:
    """Holds answers against the declared responses of their operations."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas = Schemas(contract)

    def judge(self, operation: Operation, exchange: Exchange) -> Judgement:
        """Return the judgement of an answer to *operation*.

        An undeclared status counts against the nearest success response, except for a 4xx:
        where a document is silent about an error, any will do.
        """
        key = declared_key(operation, exchange.status)
        if key is None:
            nearest = self._address(operation, nearest_success(operation, exchange.status))
            declared = ", ".join(operation.responses)
            message = f"{exchange}: only {declared} are declared"
            if 400 <= exchange.status < 500:
                return Judgement(
                    nearest, note=f"{operation.id} answers {exchange.status}", is_declared=False
                )
            return Judgement(nearest, violation=message, is_declared=False)
        requirement = self._address(operation, key)
        error = self._error(operation.responses[key], exchange)
        if error is not None:
            return Judgement(requirement, violation=f"{exchange}: {error}")
        return Judgement(requirement)

    def _address(self, operation: Operation, key: str) -> str:
        return f"{self._contract.name}/{operation.id}/{key}"

    def _error(self, response: Mapping[str, Any], exchange: Exchange) -> str | None:
        return self._header_error(response, exchange) or self._body_error(response, exchange)

    def _header_error(self, response: Mapping[str, Any], exchange: Exchange) -> str | None:
        for name, node in response.get("headers", {}).items():
            declared = self._contract.resolve(node)
            if name not in exchange.headers:
                if declared.get("required") is True:
                    return f"the header {name} is missing"
                continue
            schema = self._contract.resolve(declared.get("schema", {}))
            value = _typed(exchange.headers[name], str(schema.get("type", "string")))
            error = self._schemas.error(schema, value)
            if error is not None:
                return f"the header {name} {error.removeprefix('at /: ')}"
        return None

    def _body_error(self, response: Mapping[str, Any], exchange: Exchange) -> str | None:
        content: Mapping[str, Any] = response.get("content", {})
        if not content or exchange.request.method == "HEAD":
            return None
        kind = exchange.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if "*/*" in content and not (kind and exchange.body):
            return None  # the form of the body is left open, and so is whether there is one
        if not kind:
            return "it has no content type" if exchange.body else "it has no body"
        media = next((one for pattern, one in content.items() if _matches(kind, pattern)), None)
        if media is None:
            return f"its content type is {kind}, not {' or '.join(content)}"
        return self._content_error(media.get("schema", {}), kind, exchange)

    def _content_error(
        self, schema: Mapping[str, Any], kind: str, exchange: Exchange
    ) -> str | None:
        if not _is_json(kind):
            is_text = self._contract.resolve(schema).get("type") == "string"
            text = exchange.body.decode("utf-8", "replace")
            return self._schemas.error(schema, text) if is_text else None
        try:
            value = exchange.json()
        except ValueError:
            return f"its body is not JSON: {exchange.body[:60].decode('utf-8', 'replace')!r}"
        return self._schemas.error(schema, value)


def declared_key(operation: Operation, status: int) -> str | None:
    """Return the key under which the operation declares that status: exact, range or default."""
    for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
        if key in operation.responses:
            return key
    return None


def nearest_success(operation: Operation, status: int) -> str:
    """Return the key of the success response that should have stood there, or of the last one."""
    successes = [key for key in operation.responses if key[:1] in {"2", "3"}]
    if not successes:
        return list(operation.responses)[-1]
    return min(successes, key=lambda key: (key[0] != str(status)[0], key))


def _matches(kind: str, pattern: str) -> bool:
    return fnmatchcase(kind, pattern.partition(";")[0].strip().lower())


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _typed(text: str, kind: str) -> object:
    """Return a header's text as the value that its schema speaks of, if it can be one."""
    try:
        match kind:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}.get(text.lower(), text)
    except ValueError:
        pass
    return text
