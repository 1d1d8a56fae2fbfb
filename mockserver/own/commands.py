"""Commands: operations that are the trigger of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.errors import ApiError
from mockserver.own.documents import body_of, row_key
from mockserver.own.shape import Kind, Shape
from mockserver.store import Collection, Resource

if TYPE_CHECKING:
    from mockserver.own.api import OwnApi
    from mockserver.pipeline.call import Call, Reply


def command(api: OwnApi, shape: Shape, call: Call) -> Reply:
    """Take the resource that the path names, or those that the body names, along a transition."""
    kind, parents, collection, _ = api.place(shape, call)
    if shape.names_one:
        resource = api.found(shape, call)
        _obey(api, shape, collection, resource, call.body)
        return api.show(shape, resource)
    for key in keys_in(kind, body_of(api.contract, shape.operation, call)):
        found = collection.get(row_key(parents, key))
        if found is not None:
            _obey(api, shape, collection, found, call.body)
    return api.answers.success(shape.operation, api.world.seed)


def _obey(api: OwnApi, shape: Shape, collection: Collection, resource: Resource, body: Any) -> None:
    """Move *resource* if its state and the guard allow it; else refuse as the lifecycle says."""
    kind = shape.kind
    assert kind is not None
    cycle = kind.lifecycle
    assert cycle is not None
    transitions = [
        one
        for one in cycle.transitions
        if one.trigger == shape.operation.id
        and (one.guard is None or api.service.book.compile(one.guard).is_valid(body))
    ]
    target = next((one.target for one in transitions if one.source == resource.state), None)
    if target is not None:
        api.move(collection, resource, target, api.world.clock.now(), shape.operation.id)
    elif cycle.refusal is not None:
        raise ApiError(
            f"{kind.name} {resource.key} is {resource.state}: "
            f"{shape.operation.id} is not possible now.",
            cycle.refusal,
        )


def keys_in(kind: Kind, sent: Mapping[str, Any]) -> list[str]:
    """Return the keys that the body of a command names, one or a list, under a name such as `ids`.

    The names are the key's own, with the name of the kind before it or not, for one or for many.
    """
    found: list[str] = []
    for name, value in sent.items():
        plain = name.replace("_", "").replace("-", "").lower()
        key = kind.key.replace("_", "").lower()
        stem = kind.name.lower()
        if plain in {key, f"{key}s", f"{stem}{key}", f"{stem}{key}s", f"{stem}s"}:
            values = value if isinstance(value, list) else [value]
            found += [str(one) for one in values]
    return found
