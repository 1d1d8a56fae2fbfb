"""A resource with a lifecycle, driven by what the contract says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.answer import Answer
from conformance.failures import Outcome
from conformance.mode import Resource
from conformance.probe import Probe
from specs.contract import Contract, Lifecycle, Operation, Transition

if TYPE_CHECKING:
    from conformance.drivers.generic import Driver


def reader_of(contract: Contract, cycle: Lifecycle) -> Operation | None:
    """Return the operation that shows one resource: linked from a creator, or by its schema."""
    for creator in cycle.creators:
        for response in contract.operations[creator].responses.values():
            for link in response.get("links", {}).values():
                linked = contract.operations.get(contract.resolve(link).get("operationId", ""))
                if linked is not None and linked.method == "get" and "{" in linked.path:
                    return linked
    reference = f"#/components/schemas/{cycle.schema}"
    for operation in contract.operations.values():
        if operation.method != "get" or "{" not in operation.path:
            continue
        for response in operation.responses.values():
            for media in response.get("content", {}).values():
                if media.get("schema", {}).get("$ref") == reference:
                    return operation
    return None


class Subject:
    """Makes, looks at and commands resources of one lifecycle."""

    def __init__(self, driver: Driver, cycle: Lifecycle) -> None:
        self.driver = driver
        self.contract = driver.contract
        self.cycle = cycle
        self.reader = reader_of(self.contract, cycle)

    @property
    def kind(self) -> str:
        return self.cycle.schema

    @property
    def parameter(self) -> str:
        """The name of the path parameter that takes the key."""
        names = re.findall(r"\{([^}]+)\}", self.reader.path) if self.reader else []
        return names[-1] if names else ""

    def create(self, probe: Probe, creator: str = "") -> str:
        """Send the creator's example, or what the target file gives as `known.create`."""
        if not self.cycle.creators:
            probe.unsupported(f"the contract has no operation that makes a {self.kind}")
        operation = self.contract.operations[creator or self.cycle.creators[0]]
        answer = probe.ok(operation.id, body=self.creation(probe, operation))
        key = self.driver.made_key(self.cycle, answer)
        probe.assume(key, f"{answer.exchange} does not say what it has made")
        return str(key)

    def creation(self, probe: Probe, operation: Operation) -> Any:
        """Return the body that makes a resource."""
        return probe.known.get("create", example_body(self.contract, operation))

    def state(self, probe: Probe, key: str) -> str:
        """Read the resource and return its state."""
        assert self.reader is not None
        answer = probe.ok(self.reader.id, path={self.parameter: key})
        return self.shown(answer.json)

    def shown(self, body: Any) -> str:
        """Return the state in a body that shows the resource."""
        return str(body[self.cycle.property])

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command with the key in its path, and a body that its guard accepts."""
        transition = next(one for one in self.cycle.transitions if one.command == command)
        operation = self.contract.operations[transition.trigger or ""]
        names = re.findall(r"\{([^}]+)\}", operation.path)
        if not names:
            probe.unsupported(f"{operation.id} does not name a {self.kind} in its path")
        body = self.order(operation, transition)
        return probe.call(operation.id, path=dict.fromkeys(names, key), body=body)

    def order(self, operation: Operation, transition: Transition) -> Any:
        """Return the body of a command: the operation's example, bent to the guard."""
        body = example_body(self.contract, operation)
        if transition.guard is None:
            return body
        fitted = dict(body) if isinstance(body, Mapping) else {}
        for name, schema in transition.guard.get("properties", {}).items():
            if schema.get("enum"):
                fitted[name] = schema["enum"][0]
        return fitted

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        """Keys under `known.<Schema>.<state>`, as discovery leaves them."""
        states = probe.known.get(self.kind, {})
        return [str(key) for key in states.get(state, ())] if isinstance(states, Mapping) else []

    def reach(self, probe: Probe, state: str) -> str | None:  # noqa: ARG002 - for those who know
        """Nothing here knows a better way than waiting."""
        return None

    def fingerprint(self, probe: Probe, key: str) -> object:  # noqa: ARG002 - for those who know
        """Nothing here tells one round from the next."""
        return None

    def dispose(self, probe: Probe, key: str) -> None:
        """Delete the resource, where an operation with its path deletes."""
        if self.reader is None:
            return
        for operation in self.contract.operations.values():
            if operation.method == "delete" and operation.path == self.reader.path:
                try:
                    answer = probe.call(operation.id, path={self.parameter: key})
                except Outcome:
                    return
                if answer.is_success or answer.status in {404, 410}:
                    probe.visit.gate.ledger.remove(Resource(self.kind, key))


def example_body(contract: Contract, operation: Operation) -> Any:
    """Return the first JSON example of an operation's request body, or None."""
    node = contract.resolve(operation.node.get("requestBody", {}))
    for kind, media in node.get("content", {}).items():
        if not kind.endswith("json"):
            continue
        if "example" in media:
            return media["example"]
        for example in media.get("examples", {}).values():
            return contract.resolve(example).get("value")
        schema = contract.resolve(media.get("schema", {}))
        if "example" in schema:
            return schema["example"]
        return {
            name: contract.resolve(one)["example"]
            for name, one in schema.get("properties", {}).items()
            if "example" in contract.resolve(one)
        }
    return None
