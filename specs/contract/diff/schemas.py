"""What changed in a schema: keyword by keyword, told apart by narrower and wider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from specs.contract.diff.change import Change, Effect, Way, levels
from specs.contract.document import Contract

WORDS = ("title", "description", "example", "externalDocs", "deprecated", "xml")

LOWER = ("minimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")

Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


class Place(NamedTuple):
    """Where a schema stands: the operation or component, the way it goes, the part of the body."""

    where: str
    way: Way
    path: str = ""

    def inside(self, name: str) -> Place:
        """Return the place of a part of this schema."""
        return self._replace(path=f"{self.path}.{name}" if self.path else name)

    def change(self, kind: str, effect: Effect, message: str) -> Change:
        """Return a change here."""
        part = f"{self.path}: " if self.path else ""
        clients, servers = levels(self.way, effect)
        return Change(f"{self.way}-{kind}", self.where, part + message, clients, servers)


class Schemas:
    """Compares schemas of two contracts."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self._old = old
        self._new = new
        self._open: set[tuple[str, str, Way]] = set()

    def changes(
        self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, place: Place
    ) -> Iterator[Change]:
        """Yield the changes from one schema to another."""
        before, after = old or {}, new or {}
        names = str(before.get("$ref", "")), str(after.get("$ref", "")), place.way
        if all(names[:2]):
            if names in self._open:
                return  # both lead back to what is being compared
            self._open.add(names)
        pair = self._flat(self._old, before), self._flat(self._new, after)
        yield from self._compared(pair, place)
        if all(names[:2]):
            self._open.discard(names)

    def _flat(self, contract: Contract, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a schema without reference, with the parts of its `allOf` in it."""
        node = contract.resolve(node)
        if "allOf" not in node:
            return node
        found: dict[str, Any] = {key: one for key, one in node.items() if key != "allOf"}
        for part in node["allOf"]:
            for key, one in self._flat(contract, part).items():
                if key == "properties":
                    found[key] = {**one, **found.get(key, {})}
                elif key == "required":
                    found[key] = [*dict.fromkeys([*found.get(key, []), *one])]
                else:
                    found.setdefault(key, one)
        return found

    def _compared(self, pair: Pair, place: Place) -> Iterator[Change]:
        yield from _types(pair, place)
        yield from _enums(pair, place)
        yield from _bounds(pair, place)
        yield from _forms(pair, place)
        yield from self._properties(pair, place)
        yield from self._more(pair, place)
        yield from self._alternatives(pair, place)
        before, after = pair
        if "items" in before or "items" in after:
            yield from self.changes(before.get("items"), after.get("items"), place.inside("[]"))
        yield from _words(pair, place)

    def _properties(self, pair: Pair, place: Place) -> Iterator[Change]:
        before, after = (one.get("properties", {}) for one in pair)
        needed = [frozenset(one.get("required", ())) for one in pair]
        for name in before.keys() - after.keys():
            effect = Effect.WIDER if place.way is Way.RESPONSE else Effect.NARROWER
            yield place.inside(name).change("property-removed", effect, "is gone")
        for name in after.keys() - before.keys():
            if name not in needed[1]:
                closed = pair[0].get("additionalProperties") is False
                effect = Effect.WIDER if place.way is Way.REQUEST or closed else Effect.NARROWER
                change = place.inside(name).change("property-added", effect, "is new")
                yield change if place.way is Way.REQUEST else _harmless(change)
            else:
                what = "is new, and always there"
                if place.way is Way.REQUEST:
                    what = "is new, and required"
                yield place.inside(name).change("property-added-required", Effect.NARROWER, what)
        for name in (needed[1] - needed[0]) & (before.keys() | (needed[1] - after.keys())):
            yield place.inside(name).change("property-required", Effect.NARROWER, "is required now")
        for name in (needed[0] - needed[1]) & (after.keys() | (needed[0] - before.keys())):
            yield place.inside(name).change(
                "property-optional", Effect.WIDER, "is not required any more"
            )
        for name in before.keys() & after.keys():
            yield from self.changes(before[name], after[name], place.inside(name))

    def _more(self, pair: Pair, place: Place) -> Iterator[Change]:
        """Yield what changed about properties that are not named."""
        before, after = (one.get("additionalProperties", True) for one in pair)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self.changes(before, after, place.inside("*"))
        elif before != after and not _is_free(before) == _is_free(after) is True:
            narrower = before is not False and (after is False or _is_free(before))
            effect = Effect.NARROWER if narrower else Effect.WIDER
            what = "takes fewer other properties" if narrower else "takes more other properties"
            yield place.change("additional-properties", effect, what)

    def _alternatives(self, pair: Pair, place: Place) -> Iterator[Change]:
        for key in ("oneOf", "anyOf"):
            before, after = (_named(one.get(key, ())) for one in pair)
            if not before and not after:
                continue
            if not before or not after:
                effect = Effect.NARROWER if after else Effect.WIDER
                yield place.change("alternatives", effect, f"{key} is {'new' if after else 'gone'}")
                continue
            for name in before.keys() - after.keys():
                yield place.change("alternative-removed", Effect.NARROWER, f"is never {name} now")
            for name in after.keys() - before.keys():
                yield place.change("alternative-added", Effect.WIDER, f"may be {name} now")
            for name in before.keys() & after.keys():
                yield from self.changes(before[name], after[name], place.inside(name))
        told = [one.get("discriminator") for one in pair]
        if told[0] != told[1]:
            yield place.change("discriminator-changed", Effect.OTHER, "is told apart otherwise")
        if pair[0].get("not") != pair[1].get("not"):
            yield place.change("exclusion-changed", Effect.OTHER, "excludes other values")


def _harmless(change: Change) -> Change:
    """Return the addition of an optional property to an answer: nobody has to do anything."""
    clients, servers = levels(Way.RESPONSE, Effect.NARROWER)
    return Change(change.kind, change.where, change.message, clients, min(clients, servers))


def _is_free(more: Any) -> bool:
    return more is True or more == {}


def _named(alternatives: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return alternatives by the last word of their reference, by title, or by number."""
    found: dict[str, Mapping[str, Any]] = {}
    for number, one in enumerate(alternatives, 1):
        name = str(one.get("$ref", "")).rpartition("/")[2] or str(one.get("title", ""))
        found[name if name and name not in found else f"alternative {number}"] = one
    return found


def _types(pair: Pair, place: Place) -> Iterator[Change]:
    before, after = (one.get("type") for one in pair)
    if before != after:
        effect = Effect.OTHER
        if after is None or (before, after) == ("integer", "number"):
            effect = Effect.WIDER
        elif before is None or (before, after) == ("number", "integer"):
            effect = Effect.NARROWER
        yield place.change("type-changed", effect, f"is {_type(after)}, was {_type(before)}")
    could, can = (bool(one.get("nullable")) for one in pair)
    if can and not could:
        yield place.change("null-added", Effect.WIDER, "can be null now")
    if could and not can:
        yield place.change("null-removed", Effect.NARROWER, "cannot be null any more")


def _type(name: Any) -> str:
    return "of any type" if name is None else f"{'an' if name[:1] in 'aio' else 'a'} {name}"


def _enums(pair: Pair, place: Place) -> Iterator[Change]:
    before, after = (one.get("enum") for one in pair)
    if before is None and after is None:
        return
    if before is None or after is None:
        effect = Effect.WIDER if after is None else Effect.NARROWER
        what = "can be any value now" if after is None else f"is one of {_listed(after)} now"
        yield place.change("enum-removed" if after is None else "enum-added", effect, what)
        return
    gone, new = ([one for one in x if one not in y] for x, y in ((before, after), (after, before)))
    if gone:
        yield place.change("enum-value-removed", Effect.NARROWER, f"is never {_listed(gone)} now")
    if new:
        yield place.change("enum-value-added", Effect.WIDER, f"can be {_listed(new)} now")


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(str(one) for one in values)


def _bounds(pair: Pair, place: Place) -> Iterator[Change]:
    for names, sign in ((LOWER, 1), (UPPER, -1)):
        for name in names:
            before, after = (one.get(name) for one in pair)
            if before == after:
                continue
            tighter = before is None or (after is not None and sign * (after - before) > 0)
            effect = Effect.NARROWER if tighter else Effect.WIDER
            kind = "bound-tightened" if tighter else "bound-loosened"
            yield place.change(kind, effect, f"{name} is {_said(after)}, was {_said(before)}")
    for name in ("exclusiveMinimum", "exclusiveMaximum", "uniqueItems"):
        before, after = (bool(one.get(name)) for one in pair)
        if before != after:
            effect = Effect.NARROWER if after else Effect.WIDER
            kind = "bound-tightened" if after else "bound-loosened"
            yield place.change(kind, effect, f"{name} is {_said(after)}")


def _said(value: Any) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else f"{value}"


def _forms(pair: Pair, place: Place) -> Iterator[Change]:
    for name in ("pattern", "format", "multipleOf"):
        before, after = (one.get(name) for one in pair)
        if before == after:
            continue
        effect = Effect.OTHER
        if before is None or after is None:
            effect = Effect.WIDER if after is None else Effect.NARROWER
        yield place.change(
            f"{name.lower()}-changed", effect, f"{name} is {_said(after)}, was {_said(before)}"
        )
    before, after = (one.get("default") for one in pair)
    if before != after:
        effect = Effect.OTHER if place.way is Way.REQUEST else Effect.WORDS
        yield place.change(
            "default-changed", effect, f"its default is {_said(after)}, was {_said(before)}"
        )
    for name, way in (("readOnly", Way.REQUEST), ("writeOnly", Way.RESPONSE)):
        before, after = (bool(one.get(name)) for one in pair)
        if before != after:
            effect = Effect.WORDS
            if place.way is way:
                wider = after is (way is Way.RESPONSE)
                effect = Effect.WIDER if wider else Effect.NARROWER
            kind = "read-only-changed" if name == "readOnly" else "write-only-changed"
            yield place.change(kind, effect, f"{name} is {_said(after)}")


def _words(pair: Pair, place: Place) -> Iterator[Change]:
    names = [name for name in WORDS if pair[0].get(name) != pair[1].get(name)]
    if names:
        yield place.change("words", Effect.WORDS, f"{', '.join(names)} changed")
