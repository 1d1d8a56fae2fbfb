"""What each operation of a contract does, told from its shape, its links and the lifecycles.

The rules stand in `specs/README.md`, section "Your own API".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from specs.contract import Contract, Lifecycle, Operation


class Role(StrEnum):
    """What an operation does to resources."""

    CREATE = "creates"
    LIST = "lists"
    READ = "reads"
    REPLACE = "replaces"
    MERGE = "changes"
    DELETE = "deletes"
    COMMAND = "commands"
    EXAMPLE = "answers from examples"


@dataclass(frozen=True)
class Kind:
    """One kind of resource: where it lives, what tells one from the other, what it looks like.

    `collection` is the path of all, `item` the path of one, both without a slash at the end;
    `parents` are the path parameters before the one of the resource itself, `parameter`. `key` is
    the property that shows the resource's own; empty if none does.
    """

    name: str
    collection: str
    item: str
    parents: tuple[str, ...]
    parameter: str
    key: str
    reference: str
    schema: Mapping[str, Any]
    lifecycle: Lifecycle | None


@dataclass(frozen=True)
class Shape:
    """What one operation does, to which kind, and whether its path names one of that kind."""

    operation: Operation
    role: Role
    kind: Kind | None = None
    names_one: bool = False


def shapes(contract: Contract) -> dict[str, Shape]:
    """Return the shape of every operation by its id."""
    kinds = tuple(_kinds(contract))
    return {name: _shape(contract, one, kinds) for name, one in contract.operations.items()}


def blanks(path: str) -> tuple[str, ...]:
    """Return the names of the parameters in a path template."""
    return tuple(re.findall(r"\{([^}]+)\}", path))


def success(operation: Operation) -> tuple[str, Mapping[str, Any]] | None:
    """Return key and content of the first declared success; `default` if there is no other."""
    keys = sorted(key for key in operation.responses if key[:1] == "2")
    for key in (*keys, "default"):
        if key in operation.responses:
            return key, operation.responses[key]
    return None


def json_schema(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema of the JSON in a response or a request body, as it is written."""
    for name, media in node.get("content", {}).items():
        if name.partition(";")[0].strip().lower().endswith(("/json", "+json")):
            found: Mapping[str, Any] = media.get("schema", {})
            return found
    return None


def references(contract: Contract, schema: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the references of a schema and of the parts of its `allOf`."""
    if schema is None:
        return
    if isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
        schema = contract.resolve(schema)
    for part in schema.get("allOf", ()):
        yield from references(contract, part)


def _bare(path: str) -> str:
    return path.rstrip("/")


# -- kinds -----------------------------------------------------------------------------------------


def _kinds(contract: Contract) -> Iterator[Kind]:
    """Yield the kinds of resources; a contract without lifecycles has none."""
    if not contract.lifecycles:
        return
    found: dict[str, Kind] = {}
    for cycle in contract.lifecycles.values():
        item = _item_of(contract, cycle)
        if item is not None:
            found[item] = _kind(contract, item, cycle)
    for operation in contract.operations.values():
        item = _bare(operation.path)
        is_new = item.endswith("}") and item not in found
        if is_new and operation.method == "get" and _is_made(contract, item):
            found[item] = _kind(contract, item, None)
    yield from found.values()


def _item_of(contract: Contract, cycle: Lifecycle) -> str | None:
    """Return the path of one resource of *cycle*: of what shows it, or what commands it."""
    reference = f"#/components/schemas/{cycle.schema}"
    for operation in (*_linked(contract, cycle), *contract.operations.values()):
        ending = success(operation)
        path = _bare(operation.path)
        if operation.method == "get" and path.endswith("}") and ending is not None:
            shown = references(contract, json_schema(ending[1]))
            if reference in shown:
                return path
    for one in cycle.transitions:
        path = "" if one.trigger is None else contract.operations[one.trigger].path
        if "}" in path:
            return path[: path.rindex("}") + 1]
    return None


def _linked(contract: Contract, cycle: Lifecycle) -> Iterator[Operation]:
    """Yield the operations that the links of the creators lead to."""
    for creator in cycle.creators:
        for response in contract.operations[creator].responses.values():
            for link in response.get("links", {}).values():
                name = str(contract.resolve(link).get("operationId"))
                if name in contract.operations:
                    yield contract.operations[name]


def _is_made(contract: Contract, item: str) -> bool:
    """Return whether a request can make what lives at *item*."""
    collection = item.rpartition("/")[0]
    return any(
        (one.method == "post" and _bare(one.path) == collection)
        or (one.method == "put" and _bare(one.path) == item)
        for one in contract.operations.values()
    )


def _kind(contract: Contract, item: str, cycle: Lifecycle | None) -> Kind:
    collection = item.rpartition("/")[0]
    *parents, parameter = blanks(item)
    schema: Mapping[str, Any]
    if cycle is not None:
        reference, schema = f"#/components/schemas/{cycle.schema}", contract.schema(cycle.schema)
    else:
        shown = next(
            (
                json_schema(ending[1])
                for one in contract.operations.values()
                if one.method == "get" and _bare(one.path) == item
                if (ending := success(one)) is not None
            ),
            None,
        )
        reference = next(references(contract, shown), "")
        schema = contract.resolve(shown or {})
    name = reference.rpartition("/")[2] or _words(collection) or parameter
    key = cycle.key if cycle is not None else _key(contract, collection, parameter, schema)
    return Kind(name, collection, item, tuple(parents), parameter, key, reference, schema, cycle)


def _words(path: str) -> str:
    literals = [one for one in path.split("/") if one and "{" not in one]
    return literals[-1] if literals else ""


def _key(contract: Contract, collection: str, parameter: str, schema: Mapping[str, Any]) -> str:
    """Return the property that shows the key: by a link, by the parameter's name, or `id`."""
    for operation in contract.operations.values():
        if _bare(operation.path) != collection:
            continue
        for response in operation.responses.values():
            for link in response.get("links", {}).values():
                source = contract.resolve(link).get("parameters", {}).get(parameter)
                found = re.fullmatch(r"\$response\.body#/([^/]+)", str(source))
                if found is not None:
                    return found[1]
    known = properties(contract, schema)
    return next((one for one in (parameter, "id") if one in known), "")


def properties(contract: Contract, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a schema, those of the parts of its `allOf` included."""
    schema = contract.resolve(schema)
    found: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        found.update(properties(contract, part))
    found.update(schema.get("properties", {}))
    return found


# -- operations ------------------------------------------------------------------------------------

ROLES_OF_ONE = {
    "get": Role.READ,
    "put": Role.REPLACE,
    "patch": Role.MERGE,
    "delete": Role.DELETE,
}


def _shape(contract: Contract, operation: Operation, kinds: tuple[Kind, ...]) -> Shape:
    path = _bare(operation.path)
    for kind in kinds:
        cycle = kind.lifecycle
        names_one = path == kind.item or path.startswith(f"{kind.item}/")
        if cycle is not None and operation.id in cycle.creators:
            return Shape(operation, Role.CREATE, kind)
        if cycle is not None and any(one.trigger == operation.id for one in cycle.transitions):
            return Shape(operation, Role.COMMAND, kind, names_one)
    for kind in kinds:
        if path == kind.item and operation.method in ROLES_OF_ONE:
            return Shape(operation, ROLES_OF_ONE[operation.method], kind, names_one=True)
    for kind in kinds:
        if _lists(contract, operation, kind):
            return Shape(operation, Role.LIST, kind)
        has_creators = kind.lifecycle is not None and kind.lifecycle.creators
        if operation.method == "post" and path == kind.collection and not has_creators:
            return Shape(operation, Role.CREATE, kind)
    owners = [kind for kind in kinds if path.startswith(f"{kind.item}/")]
    owner = max(owners, key=lambda kind: len(kind.item), default=None)
    return Shape(operation, Role.EXAMPLE, owner, names_one=owner is not None)


def _lists(contract: Contract, operation: Operation, kind: Kind) -> bool:
    """Return whether *operation* shows many of *kind*: its collection, or a part of it."""
    ending = success(operation)
    if operation.method != "get" or ending is None:
        return False
    found = list_in(contract, json_schema(ending[1]), kind)
    if found is None:
        return False
    path = _bare(operation.path)
    return path == kind.collection or (found[1] and not path.endswith("}"))


def list_in(
    contract: Contract, schema: Mapping[str, Any] | None, kind: Kind
) -> tuple[str, bool] | None:
    """Return which property of an answer is the list of *kind*, and whether it is so by reference.

    The empty name stands for the answer itself; None if there is no list.
    """
    if schema is None:
        return None
    node = contract.resolve(schema)
    if node.get("type") == "array":
        return "", kind.reference in set(references(contract, node.get("items", {})))
    arrays = {
        name: contract.resolve(one).get("items", {})
        for name, one in properties(contract, node).items()
        if contract.resolve(one).get("type") == "array"
    }
    for name, items in arrays.items():
        if kind.reference and kind.reference in set(references(contract, items)):
            return name, True
    for name, items in arrays.items():
        inner = contract.resolve(items)
        if inner.get("type") == "object" or "properties" in inner or "allOf" in inner:
            return name, False
    return None
