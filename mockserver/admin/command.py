"""The request by which a client commands a transition of one resource, ready to be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mockserver.admin.places import Place
from mockserver.store import Resource
from specs.contract import Contract, Operation, Transition

PARAMETER = re.compile(r"\{([^{}]+)\}")

Node = Mapping[str, Any]


def request(place: Place, resource: Resource, way: Transition) -> dict[str, Any] | None:
    """Return method, path and, if it has one, the JSON body; None if it happens by itself.

    What cannot be told from the resource stands in the path as the contract has it, in braces.
    """
    if way.trigger is None:
        return None
    contract = place.api.contract
    operation = contract.operations[way.trigger]
    named = dict(place.api.named(place.shelf.collection.name, resource))
    last = PARAMETER.findall(operation.path)[-1:]
    for name in last:
        named.setdefault(name, resource.key)
    found = {
        "method": operation.method.upper(),
        "path": contract.base_paths[0] + _filled(operation.path, named),
    }
    body = _body(contract, operation, way.guard or {}, named)
    return found if body is None else {**found, "body": body}


def _filled(path: str, named: Node) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        return quote(str(named[name]), safe="") if name in named else found[0]

    return PARAMETER.sub(value, path)


def _body(contract: Contract, operation: Operation, guard: Node, named: Node) -> Any:
    """Return the smallest body that names the resource and gives the command; None for none."""
    asked = contract.resolve(operation.node.get("requestBody", {}))
    schema = asked.get("content", {}).get("application/json", {}).get("schema", {})
    properties, required = _members(contract, schema)
    body = {name: named[name] for name in properties if name in named}
    body |= {name: one["enum"][0] for name, one in guard.get("properties", {}).items()}
    forbidden = guard.get("not", {}).get("required", [])
    needed = [*required, *guard.get("required", [])]
    if guard.get("minProperties", 0) > len(body):
        needed += [name for name in properties if name not in forbidden][:1]
    for name in needed:
        if name not in body:
            body[name] = _sample(contract, properties.get(name, {}))
    return body if body or (asked.get("required") and properties) else None


def _members(contract: Contract, node: Node) -> tuple[dict[str, Node], list[str]]:
    """Return the properties of an object and which of them it must have, its parts' included."""
    schema = contract.resolve(node)
    properties, required = dict(schema.get("properties", {})), list(schema.get("required", []))
    for part in schema.get("allOf", []):
        more, needed = _members(contract, part)
        properties |= more
        required += needed
    return properties, required


def _sample(contract: Contract, node: Node) -> Any:
    """Return a value for a person to change: an example, or the first that is allowed."""
    schema = contract.resolve(node)
    for name in ("example", "default"):
        if name in schema:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    return {"array": [], "object": {}, "boolean": False, "integer": 0, "number": 0}.get(
        schema.get("type", "string"), ""
    )
