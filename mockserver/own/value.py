"""Values that fit a schema, made up: the same seed and the same name give the same value."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from mockserver.own.text import WORDS, Speller
from mockserver.pipeline.schema import SchemaBook
from specs.contract import Contract

DEEP = 4
"""From which depth on only what is required is made up."""

TRIES = 12
"""How often a value is made up anew if it does not fit."""

MOST = 1_000
"""The largest number that is made up where the schema sets no bound."""


class Inventor:
    """Makes up values for the schemas of one contract. `moment` stands for every time in them."""

    def __init__(self, contract: Contract, book: SchemaBook, moment: int) -> None:
        self._contract = contract
        self._book = book
        self._moment = moment

    def value(self, schema: Mapping[str, Any], *name: object, is_plain: bool = False) -> Any:
        """Return a value that fits *schema*: its example if it has one, or one of its own.

        *is_plain*: without the examples. Some schemas no value fits: then it is one that nearly
        does.
        """
        validator, made = self._book.compile(schema), None
        for number in range(TRIES):
            draw = random.Random(repr((*name, number)))  # noqa: S311 - it has to be repeatable
            exemplary = number < TRIES // 2 and not is_plain
            made = _Draw(self._contract, draw, self._moment, exemplary=exemplary).value(schema)
            if validator.is_valid(made):
                return made
        return None if self._contract.resolve(schema).get("nullable") else made


class _Draw:
    """One attempt. *exemplary*: examples of parts are taken as they are."""

    def __init__(
        self, contract: Contract, draw: random.Random, moment: int, *, exemplary: bool
    ) -> None:
        self._contract = contract
        self._draw = draw
        self._exemplary = exemplary
        self._open: list[str] = []
        self._makers: dict[str, Callable[[Mapping[str, Any], str, int], Any]] = {
            "string": Speller(draw, moment).text,
            "integer": self._integer,
            "number": self._number,
            "boolean": lambda *_: self._draw.random() < 0.5,
            "array": self._array,
            "object": self._object,
        }

    def value(self, node: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
        reference = node.get("$ref")
        if isinstance(reference, str):
            self._open.append(reference)
            found = self.value(self._contract.resolve(node), name, depth)
            self._open.pop()
            return found
        if self._exemplary and "example" in node:
            return node["example"]
        if node.get("enum"):
            return self._draw.choice([one for one in node["enum"] if one is not None] or [None])
        if depth > 2 * DEEP and node.get("nullable"):
            return None
        return self._made(self._merged(node), name, depth)

    def _made(self, node: Mapping[str, Any], name: str, depth: int) -> Any:
        """Return a value for a schema without references and `allOf`."""
        for key in ("oneOf", "anyOf"):
            if node.get(key):
                rest = {name: one for name, one in node.items() if name != key}
                chosen = self._draw.choice(self._closed(node[key]))
                return self.value(self._told(rest, chosen), name, depth)
        if self._exemplary and "example" in node:
            return node["example"]
        kind = node.get("type") or _kind(node)
        return self._makers[kind](node, name, depth) if kind in self._makers else {}

    def _closed(self, alternatives: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the alternatives that do not lead back to what is being made up."""
        fresh = [one for one in alternatives if one.get("$ref") not in self._open]
        return fresh or alternatives

    def _told(self, node: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return the chosen alternative together with what holds for all of them."""
        found = self._merged({**node, "allOf": [*node.get("allOf", []), chosen]})
        told = node.get("discriminator", {})
        reference = chosen.get("$ref")
        if reference is not None and told.get("propertyName"):
            names = {where: name for name, where in told.get("mapping", {}).items()}
            stem = reference.rpartition("/")[2]
            text = names.get(reference) or names.get(stem) or stem
            properties = {**found.get("properties", {}), told["propertyName"]: {"enum": [text]}}
            found["properties"] = properties
        return found

    def _merged(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return *node* with all parts of its `allOf` in one schema."""
        found = {key: one for key, one in node.items() if key != "allOf"}
        for part in node.get("allOf", ()):
            inner = self._merged(self._contract.resolve(part))
            for key, one in inner.items():
                if key == "properties":
                    both = {**one, **found.get(key, {})}
                    for name in one.keys() & found.get(key, {}).keys():
                        both[name] = {"allOf": [found[key][name], one[name]]}
                    found[key] = both
                elif key == "required":
                    found[key] = [*dict.fromkeys([*found.get(key, []), *one])]
                elif key == "example" and isinstance(one, Mapping):
                    found[key] = {**one, **found.get(key, {})}
                else:
                    found.setdefault(key, one)
        return found

    def _object(self, node: Mapping[str, Any], _name: str, depth: int) -> Any:
        required = set(node.get("required", ()))
        found: dict[str, Any] = {}
        for name, one in node.get("properties", {}).items():
            if name not in required and (depth >= DEEP or self._returns(one)):
                continue
            if name in required or not self._contract.resolve(one).get("writeOnly"):
                found[name] = self.value(one, name, depth + 1)
        more = node.get("additionalProperties")
        inner = more if isinstance(more, Mapping) else {"type": "string"}
        for name in required - found.keys():
            found[name] = self.value(inner, name, depth + 1)
        least = node.get("minProperties", 0)
        if not node.get("properties") and isinstance(more, Mapping) and depth < DEEP:
            least = max(least, 1)
        for word in WORDS:
            if len(found) >= least or more is False:
                break
            found.setdefault(word, self.value(inner, word, depth + 1))
        return found

    def _returns(self, node: Mapping[str, Any]) -> bool:
        """Whether *node* leads back to a schema that is being made up."""
        inner: Any = node.get("items", node)
        return isinstance(inner, Mapping) and inner.get("$ref") in self._open

    def _array(self, node: Mapping[str, Any], name: str, depth: int) -> Any:
        items = node.get("items", {})
        least, most = node.get("minItems", 0), node.get("maxItems", 2)
        wanted = least if depth >= DEEP or self._returns(node) else max(least, min(most, 2))
        found: list[Any] = []
        for _ in range(3 * wanted):
            if len(found) >= wanted:
                break
            one = self.value(items, name, depth + 1)
            if node.get("uniqueItems") and one in found:
                continue
            found.append(one)
        return found

    def _integer(self, node: Mapping[str, Any], _name: str, _depth: int) -> int:
        low, high = self._bounds(node, 1)
        step = int(node.get("multipleOf") or 1) or 1
        first = -(-int(low) // step)
        return step * self._draw.randint(first, max(first, int(high) // step))

    def _number(self, node: Mapping[str, Any], _name: str, _depth: int) -> float:
        low, high = self._bounds(node, 0.01)
        step = node.get("multipleOf")
        if step:
            return float(round(low / step + 0.5) * step)
        return round(self._draw.uniform(low, high), 2) if high - low > 1 else (low + high) / 2

    def _bounds(self, node: Mapping[str, Any], least: float) -> tuple[float, float]:
        low = node.get("minimum")
        high = node.get("maximum")
        if low is None:
            low = 1 if high is None or high >= 1 else high - MOST
        if high is None:
            high = max(low, MOST) if low < MOST else low + MOST
        if node.get("exclusiveMinimum") is True:
            low += least
        if node.get("exclusiveMaximum") is True:
            high -= least
        return low, high


def _kind(node: Mapping[str, Any]) -> str:
    """Return the type that a schema means which does not say it."""
    if "properties" in node or "additionalProperties" in node or "required" in node:
        return "object"
    if "items" in node:
        return "array"
    if node.keys() & {"minimum", "maximum", "multipleOf"}:
        return "number"
    if node.keys() & {"pattern", "minLength", "maxLength", "format"}:
        return "string"
    return "anything"
