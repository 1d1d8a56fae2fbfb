"""On what terms an operation may answer: what its contract fixes, and what it leaves open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mockserver.pipeline.operation import JSON_TYPES
from mockserver.pipeline.schema import SchemaBook, Validator
from mockserver.service import Service
from specs.contract import Contract, Kind, Operation, Requirement

Node = Mapping[str, Any]
Change = Callable[[Any, Sequence[Node]], Any]
"""Takes a value and all schemas that speak of it, and returns the value in its place."""

STATUS = re.compile(r"\b[1-5]\d\d\b")


class Terms:
    """What one operation of one API may say."""

    def __init__(self, service: Service, operation: Operation) -> None:
        self._contract: Contract = service.contract
        self._book: SchemaBook = service.book
        self._operation = operation
        self._validators: dict[int, Validator] = {}
        self._compositions: dict[int, tuple[list[Node], list[Node]]] = {}
        self._properties: dict[tuple[object, ...], list[Node]] = {}

    # -- what is declared ----------------------------------------------------------------------

    def response(self, status: int) -> Node | None:
        """Return the response that is declared for a status: exact, by its range, or default."""
        responses = self._operation.responses
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in responses:
                return responses[key]
        return None

    def headers(self, status: int) -> frozenset[str]:
        """Return the headers that are declared for a status, lower case."""
        return frozenset(one.lower() for one in (self.response(status) or {}).get("headers", {}))

    def schemas(self, status: int) -> tuple[Node, ...]:
        """Return the schema of the JSON or the text that is declared for a status, if any is."""
        content: Node = (self.response(status) or {}).get("content", {})
        for kinds in (JSON_TYPES, ("",)):
            for name, media in content.items():
                if name.endswith(kinds) and "schema" in media:
                    return (media["schema"],)
        return ()

    def allow(self, status: int, value: Any) -> bool:
        """Whether *value* may be the body of an answer with that status."""
        return all(self._validator(one).is_valid(value) for one in self.schemas(status))

    def _validator(self, schema: Node) -> Validator:
        found = self._validators.get(id(schema))
        if found is None:
            found = self._validators[id(schema)] = self._book.compile(schema)
        return found

    # -- what is documented --------------------------------------------------------------------

    def leaves_open(self, status: int) -> bool:
        """Whether no document says that it is this status which is given."""
        return status not in self._documented_statuses

    def undeclared(self, statuses: Sequence[int]) -> Iterator[int]:
        """Yield those of *statuses* with which the operation declares no answer."""
        return (one for one in statuses if self.response(one) is None)

    @cached_property
    def _documented_statuses(self) -> frozenset[int]:
        """All statuses that a documented statement names which may be about this operation."""
        named: set[int] = set()
        for one in self._contract.requirements.values():
            if one.provenance.is_documented and self._is_about(one):
                last = one.id.rpartition("/")[2]
                texts = (last,) if one.kind is Kind.RESPONSE else (one.statement,)
                named.update(int(status) for text in texts for status in STATUS.findall(text))
        for lifecycle in self._contract.lifecycles.values():
            if lifecycle.refusal is not None and lifecycle.provenance.is_documented:
                named.add(lifecycle.refusal)
        return frozenset(named)

    def _is_about(self, requirement: Requirement) -> bool:
        return requirement.operation_id in {self._operation.id, None}

    # -- what is said --------------------------------------------------------------------------

    def changed(self, status: int, value: Any, change: Change) -> Any:
        """Return *value* with *change* made to it and everything in it, the innermost first.

        What no declared schema speaks of stays as it is: it may be what a client handed in.
        """
        return self._changed(value, self.schemas(status), change)

    def _changed(self, value: Any, schemas: Sequence[Node], change: Change) -> Any:
        if not schemas:
            return value
        speaking = [part for one in schemas for part in self._parts(one, value)]
        if isinstance(value, dict):
            value = {
                name: self._changed(one, self._of_property(name, speaking), change)
                for name, one in value.items()
            }
        elif isinstance(value, list):
            items = tuple(one["items"] for one in speaking if "items" in one)
            value = [self._changed(one, items, change) for one in value]
        return change(value, speaking)

    def _parts(self, schema: Node, value: Any) -> Iterator[Node]:
        """Yield a schema and those that it is put together from, as far as they fit *value*."""
        fixed, choices = self._composition(schema)
        yield from fixed
        for one in choices:
            if self._validator(one).is_valid(value):
                yield from self._parts(one, value)

    def _composition(self, schema: Node) -> tuple[list[Node], list[Node]]:
        """Return what always speaks together with a schema, itself included, and what may."""
        found = self._compositions.get(id(schema))
        if found is None:
            resolved = self._contract.resolve(schema)
            fixed, choices = [resolved], [*resolved.get("anyOf", ()), *resolved.get("oneOf", ())]
            for one in resolved.get("allOf", ()):
                more = self._composition(one)
                fixed += more[0]
                choices += more[1]
            found = self._compositions[id(schema)] = fixed, choices
        return found

    def _of_property(self, name: str, schemas: Sequence[Node]) -> Sequence[Node]:
        """Return the schemas that speak of a property of an object of which *schemas* speak."""
        key = (name, *map(id, schemas))
        found = self._properties.get(key)
        if found is None:
            found = self._properties[key] = []
            for one in schemas:
                declared = one.get("properties", {}).get(name)
                others = one.get("additionalProperties")
                if declared is not None:
                    found.append(declared)
                elif isinstance(others, Mapping):
                    found.append(others)
        return found
