"""What a contract states, one by one, each with the provenance that it has or inherits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from specs.contract import provenance
from specs.contract.document import Contract, Operation
from specs.contract.errors import ContractError
from specs.contract.provenance import Provenance
from specs.contract.requirement import Kind


class Form(StrEnum):
    """Which part of the contract makes a statement."""

    OPERATION = "operation"
    PARAMETER = "parameter"
    RESPONSE = "response"
    HEADER = "header"
    SCHEMA = "schema"
    PROPERTY = "property"
    LIFECYCLE = "lifecycle"
    TRANSITION = "transition"
    REQUIREMENT = "requirement"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a contract says of every implementation."""

    form: Form
    name: str
    provenance: Provenance


def statements(contract: Contract) -> tuple[Statement, ...]:
    """Return every statement of a contract.

    Parameters, responses and their headers count once for each operation that has them,
    properties once where they are written. Raises `ContractError` where one is misshapen.
    """
    try:
        return tuple(_Walk(contract).statements())
    except (AttributeError, TypeError) as error:
        reason = f"something has not the shape it has in OpenAPI: {error}"
        raise ContractError("", reason) from error


class _Walk:
    """One walk through one contract; remembers which schemas it has been to."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._seen: set[int] = set()

    def statements(self) -> Iterator[Statement]:
        contract = self._contract
        for operation in contract.operations.values():
            yield from self._operation(operation)
        for name, node in contract.document.get("components", {}).get("schemas", {}).items():
            own = _own(node, contract.provenance, name)
            yield Statement(Form.SCHEMA, name, own)
            yield from self._schema(node, name, own)
        for cycle in contract.lifecycles.values():
            yield Statement(Form.LIFECYCLE, cycle.schema, cycle.provenance)
            for one in cycle.transitions:
                name = f"{cycle.schema} {one.command} {one.source}-{one.target}"
                yield Statement(Form.TRANSITION, name, one.provenance)
        for requirement in contract.requirements.values():
            if requirement.kind is Kind.EXPLICIT:
                yield Statement(Form.REQUIREMENT, requirement.id, requirement.provenance)

    def _operation(self, one: Operation) -> Iterator[Statement]:
        yield Statement(Form.OPERATION, one.id, one.provenance)
        for node in one.parameters:
            name = f"{one.id} {node.get('in')} {node.get('name')}"
            own = _own(node, one.provenance, name)
            yield Statement(Form.PARAMETER, name, own)
            yield from self._schema(node.get("schema", {}), name, own)
        body = self._contract.resolve(one.node.get("requestBody", {}))
        yield from self._content(body, f"{one.id} body", _own(body, one.provenance, one.id))
        for status, node in one.responses.items():
            name = f"{one.id} {status}"
            own = _own(node, one.provenance, name)
            yield Statement(Form.RESPONSE, name, own)
            for key, entry in node.get("headers", {}).items():
                header, here = self._contract.resolve(entry), f"{name} {key}"
                yield Statement(Form.HEADER, here, _own(header, own, here))
            yield from self._content(node, name, own)

    def _content(
        self, node: Mapping[str, Any], name: str, inherited: Provenance
    ) -> Iterator[Statement]:
        for media in node.get("content", {}).values():
            yield from self._schema(media.get("schema", {}), name, inherited)

    def _schema(
        self, node: Mapping[str, Any], name: str, inherited: Provenance
    ) -> Iterator[Statement]:
        """Yield the properties written in a schema; a reference is counted at its target."""
        if "$ref" in node or id(node) in self._seen:
            return
        self._seen.add(id(node))
        own = _own(node, inherited, name)
        for key, child in node.get("properties", {}).items():
            here = f"{name}.{key}"
            yield Statement(Form.PROPERTY, here, _own(child, own, here))
            yield from self._schema(child, here, own)
        for key in ("allOf", "anyOf", "oneOf"):
            for part in node.get(key, []):
                yield from self._schema(part, name, own)
        for key in ("items", "additionalProperties"):
            if isinstance(part := node.get(key), Mapping):
                yield from self._schema(part, f"{name}[]" if key == "items" else name, own)


def _own(node: Mapping[str, Any], inherited: Provenance, where: str) -> Provenance:
    own = node.get("x-provenance")
    return inherited if own is None else provenance.parse(own, where)
