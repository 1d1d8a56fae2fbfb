"""One operation, worked out at start-up: how to read its request, who answers, what may be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import orjson
from connexion.operations import AbstractOperation

from mockserver.errors import Violation
from mockserver.pipeline.call import UNCHECKED, UNDECLARED, Call, Reply, parse_query
from mockserver.pipeline.parameters import Parameters
from mockserver.pipeline.schema import Validator
from mockserver.service import ContractBrokenError, Service, explain
from specs.contract import Operation

Handler = Callable[[Any, Call], Reply]

ReadQuery = tuple[list[tuple[str, str]], dict[str, Any], list[Violation]]
"""What a query says: names and values as sent, converted values, how it breaks the contract."""

MOST_QUERIES = 128
"""How many queries of an operation are remembered."""

LONGEST_QUERY = 500
"""Up to how many bytes a query is remembered."""

JSON_TYPES = ("application/json", "+json")


class CompiledOperation:
    """One operation of one API, bound to its handler: a function of the API object and the call.

    *folds*: the names of query parameters are understood in any case.
    """

    def __init__(
        self,
        resolved: AbstractOperation,
        service: Service,
        operation: Operation,
        *,
        folds: bool = False,
    ) -> None:
        self.id = operation.id
        self._folds = folds
        self.api_name = service.contract.name
        self.method = operation.method.upper()
        self.is_safe = operation.is_safe
        self.handler: Handler = resolved.function
        self._operation = operation
        self._service = service
        self._contract = service.contract
        self._parameters = Parameters(
            [_inlined(service, one) for one in operation.parameters], service.book
        )
        body = operation.node.get("requestBody")
        self._body = None if body is None else self._contract.resolve(body)
        self._queries: dict[bytes, ReadQuery] = {}
        self._has_headers = self._parameters.has_headers
        self._has_required = self._parameters.has_required
        self._has_defaults = self._parameters.has_defaults
        self._check_responses = service.options.validate_responses
        self._response_validators: dict[int, Validator | None] = {}
        self._plain = frozenset(int(one) for one in operation.responses if one.isdigit())
        self.signature = f"{self.api_name}/{self.id}".encode()
        self.header = b"x-callsheet", self.signature

    def read(
        self, scope: Mapping[str, Any], texts: Mapping[str, str], raw: bytes
    ) -> tuple[Call, list[Violation]]:
        """Return the call that a request makes, and how it breaks the contract."""
        call = Call(scope, self.id)
        violations: list[Violation] = []
        if texts:
            call.path = self._parameters.read_path(texts, violations)
        if scope["query_string"] or self._has_defaults:
            call.pairs, values, found = self._read_query(scope["query_string"])
            call.query = dict(values)
            violations += found
        if self._has_headers:
            self._parameters.check_headers(call.header, violations)
        if self._has_required:
            violations += self._parameters.missing(call.query, call.header)
        call.raw = raw
        if self._body is not None:
            self._read_body(call, raw, violations)
        return call, violations

    def _read_query(self, text: bytes) -> ReadQuery:
        """Return what a query says: as it was sent, converted, and how it breaks the contract.

        The same few queries come again and again, so that the latest ones are remembered.
        """
        known = self._queries.get(text)
        if known is not None:
            return known
        pairs = parse_query(text)
        if self._folds:
            pairs = self._parameters.spell(pairs)
        violations: list[Violation] = []
        values = self._parameters.read_query(pairs, violations)
        if len(self._queries) >= MOST_QUERIES:
            self._queries.clear()
        if len(text) <= LONGEST_QUERY:
            self._queries[text] = pairs, values, violations
        return pairs, values, violations

    def _read_body(self, call: Call, raw: bytes, violations: list[Violation]) -> None:
        if not raw:
            if self._required_body:
                violations.append(Violation("body", "", "missing", "a body is required"))
            return
        media_type = call.media_type
        if media_type not in self._body_validators:
            declared = ", ".join(self._body_validators)
            message = f"the content type is {media_type or 'absent'}, not {declared}"
            violations.append(Violation("body", "", "media-type", message, media_type))
            call.body = raw
            return
        if not media_type.endswith(JSON_TYPES):
            call.body = raw
            return
        try:
            call.body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            violations.append(Violation("body", "", "json", str(error), raw))
            return
        validator = self._body_validators[media_type]
        if validator is not None and not validator.is_valid(call.body):
            for problem in validator.iter_errors(call.body):
                pointer = "".join(f"/{part}" for part in problem.instance_path)
                violations.append(
                    Violation(
                        "body", pointer, str(problem.kind.name), problem.message, problem.instance
                    )
                )

    @cached_property
    def _required_body(self) -> bool:
        return bool(self._body and self._body.get("required"))

    @cached_property
    def _body_validators(self) -> dict[str, Validator | None]:
        assert self._body is not None
        return {
            name.lower(): self._service.book.compile(media["schema"]) if "schema" in media else None
            for name, media in self._body.get("content", {}).items()
        }

    def check(self, reply: Reply) -> None:
        """Raise `ContractBrokenError` if our own answer is not what the contract declares."""
        if reply.value is UNDECLARED:
            return
        if reply.value is UNCHECKED:
            if reply.status in self._plain or self._declared(reply.status) is not None:
                return
            raise ContractBrokenError(f"{self.id}: the contract declares no {reply.status}")
        if reply.status not in self._response_validators:
            self._response_validators[reply.status] = self._response_validator(reply.status)
        validator = self._response_validators[reply.status]
        if validator is not None and not validator.is_valid(reply.value):
            raise ContractBrokenError(
                f"{self.id} {reply.status}: {explain(validator, reply.value)}"
            )

    def _response_validator(self, status: int) -> Validator | None:
        response = self._declared(status)
        if response is None:
            raise ContractBrokenError(f"{self.id}: the contract declares no {status}")
        for name, media in response.get("content", {}).items():
            if name.endswith(JSON_TYPES) and "schema" in media:
                return self._service.book.compile(media["schema"])
        return None

    def _declared(self, status: int) -> Mapping[str, Any] | None:
        """Return the response that is declared for a status: exact, by its range, or default."""
        responses = self._operation.responses
        exact = responses.get(str(status))
        if exact is not None:
            return exact
        keys = (f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((responses[key] for key in keys if key in responses), None)

    @property
    def checks_responses(self) -> bool:
        """Whether `check` is called on what the handler returns."""
        return self._check_responses


def _inlined(service: Service, parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a parameter whose schema is no reference."""
    schema = dict(service.contract.resolve(parameter.get("schema", {})))
    if isinstance(schema.get("items"), Mapping):
        schema["items"] = service.contract.resolve(schema["items"])
    return {**parameter, "schema": schema}
