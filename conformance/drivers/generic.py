"""The driver for an API without one of its own: it knows what the contract says, no more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from conformance import drivers
from conformance.answer import Answer, Call
from conformance.drivers import Recipe, links, mistakes
from conformance.drivers.subject import Subject, example_body, reader_of
from conformance.failures import Outcome
from conformance.mode import Needs, Resource, Touch
from conformance.probe import Probe
from specs.contract import Contract, Lifecycle, Operation

UNKNOWN_KEYS = ("999999999", "00000000-0000-0000-0000-000000000000", "nothing-has-this-key")


class Driver:
    """Reads from links and lifecycles what calls touch, where ids come from, what can be driven."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def touches(self, call: Call) -> Touch:
        """Return what follows from the path: creators create, a key in it is touched."""
        operation = self.contract.operations[call.operation_id]
        if operation.is_safe:
            return Touch.nothing()
        if any(operation.id in cycle.creators for cycle in self.contract.lifecycles.values()):
            return Touch.creates()
        cycle = self._cycle_named_in(operation)
        if cycle is None:
            return Touch.everything()
        if set(call.path.values()) <= set(UNKNOWN_KEYS) or self._is_misspelled(operation, call):
            return Touch.nothing()
        return Touch.these(cycle.schema, [list(call.path.values())[-1]])

    def made(self, call: Call, answer: Answer) -> Iterable[Resource]:
        """Yield the key in the body of a creator's answer, else the end of its Location."""
        for cycle in self.contract.lifecycles.values():
            if call.operation_id in cycle.creators and answer.is_success:
                key = self.made_key(cycle, answer)
                if key is not None:
                    yield Resource(cycle.schema, key)

    def made_key(self, cycle: Lifecycle, answer: Answer) -> str | None:
        """Return the key of what a creator has made, as its answer shows it."""
        try:
            body = answer.json if answer.body else None
        except Outcome:
            body = None
        if isinstance(body, Mapping) and body.get(cycle.key) is not None:
            return str(body[cycle.key])
        location = answer.headers.get("Location", "").rstrip("/")
        return location.rpartition("/")[2] or None

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Look through each list that needs no parameters for resources with a lifecycle."""
        found: dict[str, dict[str, list[str]]] = {}
        for operation in self._lists():
            try:
                answer = probe.call(operation.id)
                items = _items(answer.json) if answer.is_success else []
            except Outcome:
                continue
            for cycle in self.contract.lifecycles.values():
                for item in items:
                    if {cycle.key, cycle.property} <= item.keys():
                        states = found.setdefault(cycle.schema, {})
                        keys = states.setdefault(str(item[cycle.property]), [])
                        keys.append(str(item[cycle.key]))
        return found

    def parameter(
        self,
        probe: Probe,
        operation_id: str,  # noqa: ARG002 - for those who know
        name: str,
    ) -> Sequence[object]:
        """Return the known keys of the lifecycle whose reading operation has that parameter."""
        for schema, subject in self._subjects.items():
            if subject.parameter == name:
                states = probe.known.get(schema, {})
                if isinstance(states, Mapping):
                    return [key for keys in states.values() for key in keys]
        return ()

    def subjects(self) -> Mapping[str, drivers.Subject]:
        return self._subjects

    def provoke(self, probe: Probe) -> Iterable[Recipe]:  # noqa: ARG002 - for those who know
        """Follow links, misspell what can be misspelled, and name keys that nothing has."""
        yield from links.recipes(self.contract)
        yield from mistakes.recipes(self.contract)
        yield from self._unknown()

    def _is_misspelled(self, operation: Operation, call: Call) -> bool:
        """Whether a key in the path cannot be one, because its type is another."""
        return any(
            mistakes.is_misspelled(self.contract, one, call.path.get(one["name"], ""))
            for one in operation.parameters
            if one["in"] == "path"
        )

    def _unknown(self) -> Iterable[Recipe]:
        """Name a key that nothing has, wherever 404 is declared for that."""
        for operation in self.contract.operations.values():
            cycle = self._cycle_named_in(operation)
            reader = None if cycle is None else reader_of(self.contract, cycle)
            is_own = reader is not None and (operation is reader or not operation.is_safe)
            if reader is not None and is_own and "404" in operation.responses:
                needs = Needs.READ if operation.is_safe else Needs.CHANGE
                yield Recipe(operation.id, "404", _Unknown(reader, operation), needs)

    @cached_property
    def _subjects(self) -> dict[str, Subject]:
        return {
            cycle.schema: Subject(self, cycle)
            for cycle in self.contract.lifecycles.values()
            if (reader := reader_of(self.contract, cycle)) is not None
            and reader.path.count("{") == 1
        }

    def _lists(self) -> Iterable[Operation]:
        for operation in self.contract.operations.values():
            required = [one for one in operation.parameters if one.get("required") is True]
            if operation.method == "get" and "{" not in operation.path and not required:
                yield operation

    def _cycle_named_in(self, operation: Operation) -> Lifecycle | None:
        names = re.findall(r"\{([^}]+)\}", operation.path)
        if len(names) != 1:
            return None
        for cycle in self.contract.lifecycles.values():
            reader = reader_of(self.contract, cycle)
            if reader is not None and re.findall(r"\{([^}]+)\}", reader.path) == names:
                return cycle
        return None


class _Unknown:
    """A recipe: an operation with a key that nothing has, as reading it shows first."""

    def __init__(self, reader: Operation, operation: Operation) -> None:
        self._reader = reader
        self._operation = operation

    def __call__(self, probe: Probe) -> Answer:
        name = re.findall(r"\{([^}]+)\}", self._reader.path)[-1]
        schema: Mapping[str, Any] = next(
            (one.get("schema", {}) for one in self._reader.parameters if one["name"] == name), {}
        )
        integer = probe.contract.resolve(schema).get("type") == "integer"
        key = UNKNOWN_KEYS[0] if integer else UNKNOWN_KEYS[1]
        names = re.findall(r"\{([^}]+)\}", self._operation.path)
        if self._operation.id != self._reader.id:
            read = probe.call(self._reader.id, path={name: key})
            probe.assume(not read.is_success, f"there is a resource with the key {key}")
        body = example_body(probe.contract, self._operation)
        return probe.call(self._operation.id, path=dict.fromkeys(names, key), body=body)


def _items(body: object) -> list[dict[str, Any]]:
    """Return the objects of a list answer: the body itself, or the first list within it."""
    if isinstance(body, Mapping):
        body = next((value for value in body.values() if isinstance(value, list)), [])
    return [one for one in body if isinstance(one, dict)] if isinstance(body, list) else []
