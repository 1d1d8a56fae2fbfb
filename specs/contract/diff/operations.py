"""What changed in the operations: which there are, what they take, what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from specs.contract.diff.change import Change, Effect, Level, Way
from specs.contract.diff.schemas import Place, Schemas
from specs.contract.document import Contract, Operation

BREAKING, COMPATIBLE = Level.BREAKING, Level.COMPATIBLE
RISKY, DOCUMENTATION = Level.RISKY, Level.DOCUMENTATION

Address = tuple[str, str]


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield what changed in addresses and operations."""
    yield from _addresses(old, new)
    before, after = _by_address(old), _by_address(new)
    for address in before.keys() - after.keys():
        gone = before[address]
        yield Change("operation-removed", gone.id, f"{gone.label} is gone", BREAKING, COMPATIBLE)
    for address in after.keys() - before.keys():
        made = after[address]
        yield Change("operation-added", made.id, f"{made.label} is new", COMPATIBLE, BREAKING)
    for address in before.keys() & after.keys():
        yield from _Pair(old, new, before[address], after[address]).changes()


def _by_address(contract: Contract) -> dict[Address, Operation]:
    """Return the operations by method and path, whatever the names in its template."""
    return {
        (one.method, re.sub(r"\{[^}]*\}", "{}", one.path)): one
        for one in contract.operations.values()
    }


def _addresses(old: Contract, new: Contract) -> Iterator[Change]:
    for path in set(old.base_paths) - set(new.base_paths):
        what = f"nothing is at {path or '/'} any more"
        yield Change("base-path-removed", "servers", what, BREAKING, COMPATIBLE)
    for path in set(new.base_paths) - set(old.base_paths):
        what = f"it is at {path or '/'} as well"
        yield Change("base-path-added", "servers", what, COMPATIBLE, BREAKING)


class _Pair:
    """One operation before and after."""

    def __init__(self, old: Contract, new: Contract, before: Operation, after: Operation) -> None:
        self._contracts = old, new
        self._before = before
        self._after = after
        self._schemas = Schemas(old, new)

    def changes(self) -> Iterator[Change]:
        yield from self._itself()
        yield from self._parameters()
        yield from self._bodies()
        yield from self._responses()
        yield from self._security()

    def _change(self, kind: str, message: str, clients: Level, servers: Level) -> Change:
        return Change(kind, self._after.id, message, clients, servers)

    def _itself(self) -> Iterator[Change]:
        before, after = self._before, self._after
        if before.id != after.id:
            what = f"was called {before.id}: generated clients and requirement ids change"
            yield self._change("operation-renamed", what, RISKY, COMPATIBLE)
        if before.path != after.path:
            what = f"its path is written {after.path}, was {before.path}"
            yield self._change("path-words", what, DOCUMENTATION, DOCUMENTATION)
        if not before.node.get("deprecated") and after.node.get("deprecated"):
            yield self._change("operation-deprecated", "is deprecated", COMPATIBLE, COMPATIBLE)
        names = [
            name
            for name in ("summary", "description", "tags", "externalDocs")
            if before.node.get(name) != after.node.get(name)
        ]
        if before.node.get("deprecated") and not after.node.get("deprecated"):
            names.append("deprecated")
        if names:
            what = f"{', '.join(names)} changed"
            yield self._change("operation-words", what, DOCUMENTATION, DOCUMENTATION)

    # -- what it takes -------------------------------------------------------------------------

    def _parameters(self) -> Iterator[Change]:
        before, after = _parameters(self._before), _parameters(self._after)
        for key in before.keys() - after.keys():
            what = f"the {before[key]['in']} parameter {before[key]['name']} is gone"
            yield self._change("parameter-removed", what, BREAKING, COMPATIBLE)
        for key in after.keys() - before.keys():
            what = f"the {after[key]['in']} parameter {after[key]['name']} is new"
            if after[key].get("required"):
                what += ", and required"
                yield self._change("parameter-added-required", what, BREAKING, COMPATIBLE)
            else:
                yield self._change("parameter-added", what, COMPATIBLE, BREAKING)
        for key in before.keys() & after.keys():
            yield from self._parameter(before[key], after[key])

    def _parameter(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
        name = f"the {after['in']} parameter {after['name']}"
        was, now = bool(before.get("required")), bool(after.get("required"))
        if now and not was:
            what = f"{name} is required now"
            yield self._change("parameter-required", what, BREAKING, COMPATIBLE)
        if was and not now:
            what = f"{name} is not required any more"
            yield self._change("parameter-optional", what, COMPATIBLE, BREAKING)
        if _style(before) != _style(after):
            what = f"{name} is written otherwise: style {_style(after)[0]}, was {_style(before)[0]}"
            if _style(before)[0] == _style(after)[0]:
                what = f"{name} is written otherwise: explode is {str(_style(after)[1]).lower()}"
            yield self._change("parameter-style", what, BREAKING, BREAKING)
        words = [
            one
            for one in ("description", "example", "examples", "deprecated")
            if before.get(one) != after.get(one)
        ]
        if words:
            what = f"{name}: {', '.join(words)} changed"
            yield self._change("parameter-words", what, DOCUMENTATION, DOCUMENTATION)
        place = Place(self._after.id, Way.REQUEST, name)
        yield from self._schemas.changes(_schema(before), _schema(after), place)

    def _bodies(self) -> Iterator[Change]:
        before, after = (
            contract.resolve(one.node["requestBody"]) if "requestBody" in one.node else None
            for contract, one in zip(self._contracts, (self._before, self._after), strict=True)
        )
        if before is None and after is None:
            return
        if before is None or after is None:
            found = after or before or {}
            needed = bool(found.get("required"))
            if after is None:
                yield self._change("body-removed", "takes no body any more", BREAKING, COMPATIBLE)
            elif needed:
                yield self._change("body-added-required", "needs a body", BREAKING, COMPATIBLE)
            else:
                yield self._change("body-added", "takes a body", COMPATIBLE, BREAKING)
            return
        was, now = bool(before.get("required")), bool(after.get("required"))
        if now and not was:
            yield self._change("body-required", "needs a body now", BREAKING, COMPATIBLE)
        if was and not now:
            yield self._change("body-optional", "takes no body as well", COMPATIBLE, BREAKING)
        if before.get("description") != after.get("description"):
            what = "the description of its body changed"
            yield self._change("body-words", what, DOCUMENTATION, DOCUMENTATION)
        for media in before.get("content", {}).keys() - after.get("content", {}).keys():
            what = f"takes no {media} any more"
            yield self._change("request-media-type-removed", what, BREAKING, COMPATIBLE)
        for media in after.get("content", {}).keys() - before.get("content", {}).keys():
            what = f"takes {media} as well"
            yield self._change("request-media-type-added", what, COMPATIBLE, BREAKING)
        yield from self._contents(before, after, Place(self._after.id, Way.REQUEST))

    def _contents(
        self, before: Mapping[str, Any], after: Mapping[str, Any], place: Place
    ) -> Iterator[Change]:
        old, new = before.get("content", {}), after.get("content", {})
        for media in old.keys() & new.keys():
            yield from self._schemas.changes(
                old[media].get("schema"), new[media].get("schema"), place
            )
            names = ("example", "examples")
            if [old[media].get(one) for one in names] != [new[media].get(one) for one in names]:
                yield place.change("words", Effect.WORDS, f"the examples of {media} changed")

    # -- what it answers -----------------------------------------------------------------------

    def _responses(self) -> Iterator[Change]:
        before, after = self._before.responses, self._after.responses
        for status in before.keys() - after.keys():
            clients = BREAKING if status[0] in "123" else COMPATIBLE
            what = f"never answers {status} any more"
            yield self._change("response-removed", what, clients, BREAKING)
        for status in after.keys() - before.keys():
            clients = BREAKING if status[0] in "123" else COMPATIBLE
            yield self._change("response-added", f"may answer {status}", clients, BREAKING)
        for status in before.keys() & after.keys():
            yield from self._response(status, before[status], after[status])

    def _response(
        self, status: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        old, new = before.get("content", {}), after.get("content", {})
        for media in old.keys() - new.keys():
            what = f"{status} is never {media} any more"
            yield self._change("response-media-type-removed", what, BREAKING, COMPATIBLE)
        for media in new.keys() - old.keys():
            what = f"{status} can be {media}"
            yield self._change("response-media-type-added", what, COMPATIBLE, BREAKING)
        place = Place(self._after.id, Way.RESPONSE, status)
        yield from self._contents(before, after, place)
        yield from self._headers(status, before, after)
        if before.get("links", {}) != after.get("links", {}):
            what = f"the links of {status} changed"
            yield self._change("links-changed", what, COMPATIBLE, COMPATIBLE)
        if before.get("description") != after.get("description"):
            what = f"the description of {status} changed"
            yield self._change("response-words", what, DOCUMENTATION, DOCUMENTATION)

    def _headers(
        self, status: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        old = _resolved(self._contracts[0], before.get("headers", {}))
        new = _resolved(self._contracts[1], after.get("headers", {}))
        for name in old.keys() - new.keys():
            what = f"{status} has no header {name} any more"
            yield self._change("header-removed", what, BREAKING, COMPATIBLE)
        for name in new.keys() - old.keys():
            needed = bool(new[name].get("required"))
            what = f"{status} {'always' if needed else 'may'} have a header {name}".replace(
                "always have", "always has"
            )
            yield self._change("header-added", what, COMPATIBLE, BREAKING if needed else COMPATIBLE)
        for name in old.keys() & new.keys():
            was, now = bool(old[name].get("required")), bool(new[name].get("required"))
            if was and not now:
                what = f"{status} may lack the header {name}"
                yield self._change("header-optional", what, BREAKING, COMPATIBLE)
            if now and not was:
                what = f"{status} always has the header {name}"
                yield self._change("header-required", what, COMPATIBLE, BREAKING)
            place = Place(self._after.id, Way.RESPONSE, f"{status} header {name}")
            yield from self._schemas.changes(_schema(old[name]), _schema(new[name]), place)
            if old[name].get("description") != new[name].get("description"):
                yield place.change("words", Effect.WORDS, "description changed")

    def _security(self) -> Iterator[Change]:
        before, after = (
            _ways(contract, one)
            for contract, one in zip(self._contracts, (self._before, self._after), strict=True)
        )
        for way in before - after:
            what = f"cannot be called with {_spelled(way)} any more"
            yield self._change("security-removed", what, BREAKING, COMPATIBLE)
        for way in after - before:
            what = f"can be called with {_spelled(way)}"
            yield self._change("security-added", what, COMPATIBLE, BREAKING)


def _parameters(operation: Operation) -> dict[tuple[str, object], Mapping[str, Any]]:
    """Return parameters by place and name; those of the path by position: their names are free."""
    names = re.findall(r"\{([^}]*)\}", operation.path)
    found: dict[tuple[str, object], Mapping[str, Any]] = {}
    for one in operation.parameters:
        name = one["name"]
        is_placed = one["in"] == "path" and name in names
        found[one["in"], names.index(name) if is_placed else name] = one
    return found


def _style(node: Mapping[str, Any]) -> tuple[str, bool]:
    style = node.get("style", "form" if node["in"] in {"query", "cookie"} else "simple")
    return style, bool(node.get("explode", style == "form"))


def _schema(node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "schema" in node:
        found: Mapping[str, Any] = node["schema"]
        return found
    return next((one.get("schema", {}) for one in node.get("content", {}).values()), {})


def _resolved(contract: Contract, nodes: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: contract.resolve(one) for name, one in nodes.items()}


def _ways(contract: Contract, operation: Operation) -> frozenset[frozenset[str]]:
    """Return the ways to be let in: each a set of schemes; the empty one is without credentials."""
    ways = operation.node.get("security", contract.document.get("security")) or [{}]
    return frozenset(frozenset(way) for way in ways)


def _spelled(way: frozenset[str]) -> str:
    return " and ".join(sorted(way)) or "no credentials"
