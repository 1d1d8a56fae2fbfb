"""Values from the schemas of a contract: those that fit, and those that fit but for one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from specs.contract import Contract

Words = Mapping[str, Sequence[Any]]
"""Name of a member or parameter -> values that mean something in the world."""

DEEPEST = 4
"""From which depth on nothing optional is added."""

FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "date-time": st.sampled_from(
        ["2015-08-28T17:55:41Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00+01:00"]
    ),
    "date": st.sampled_from(["2015-08-28", "2026-02-29"]),
}

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)

JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 1200),
    st.sampled_from(
        [0.5, -1.0, 1e30, 2**31, 2**40, "", "a\0b", "0", "true", "null", [], {}, [None], {"": 1}]
    ),
    TEXT,
)
"""Values of every type, to be put where they do not belong."""


class Values:
    """Draws values for the schemas of one contract; strategies are made once."""

    def __init__(self, contract: Contract, words: Words) -> None:
        self._contract = contract
        self._words = words
        self._made: dict[tuple[str, str, int], st.SearchStrategy[Any]] = {}

    def fitting(
        self, schema: Mapping[str, Any], name: str = "", depth: int = 0
    ) -> st.SearchStrategy[Any]:
        """Return values of a schema; *name* is that of the member or parameter it is for."""
        key = json.dumps(schema, sort_keys=True), name, depth
        if key not in self._made:
            self._made[key] = st.deferred(lambda: self._fitting(schema, name, depth))
        return self._made[key]

    def _fitting(self, schema: Mapping[str, Any], name: str, depth: int) -> st.SearchStrategy[Any]:
        schema = self._contract.resolve(schema)
        found = self._of_type(schema, name, depth)
        if name in self._words:
            found = st.one_of(st.sampled_from(list(self._words[name])), found)
        if "example" in schema:
            found = st.one_of(found, st.just(schema["example"]))
        return st.one_of(found, st.none()) if schema.get("nullable") else found

    def _of_type(self, schema: Mapping[str, Any], name: str, depth: int) -> st.SearchStrategy[Any]:
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        for key in ("oneOf", "anyOf"):
            if key in schema and "type" not in schema:
                return st.one_of([self.fitting(one, name, depth) for one in schema[key]])
        if "allOf" in schema:
            return self._of_type(self._joined(schema), name, depth)
        makers: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
            "integer": lambda: st.integers(schema.get("minimum", -2), schema.get("maximum", 250)),
            "number": lambda: st.sampled_from([0, 0.5, 1, 50, 99.5]),
            "boolean": st.booleans,
            "array": lambda: self._array(schema, name, depth),
            "object": lambda: self._object(schema, depth),
            "string": lambda: _string(schema),
        }
        make = makers.get(schema.get("type", ""))
        return JUNK if make is None else make()

    def _joined(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return one object schema for those of an `allOf`."""
        found = {key: value for key, value in schema.items() if key != "allOf"}
        for one in map(self._contract.resolve, schema["allOf"]):
            part = self._joined(one) if "allOf" in one else one
            for key, value in part.items():
                if key == "properties":
                    found[key] = {**found.get(key, {}), **value}
                elif key == "required":
                    found[key] = [*found.get(key, []), *value]
                else:
                    found.setdefault(key, value)
        return found

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> st.SearchStrategy[Any]:
        least = schema.get("minItems", 0)
        most = max(least, min(schema.get("maxItems", 3), 3 if depth < DEEPEST else 0))
        items = self.fitting(schema.get("items", {}), name, depth + 1)
        return st.lists(items, min_size=least, max_size=most)

    def _object(self, schema: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
        members = {
            one: self.fitting(node, one, depth + 1)
            for one, node in schema.get("properties", {}).items()
        }
        required = {one: members[one] for one in schema.get("required", ()) if one in members}
        optional = [one for one in members if one not in required]
        more = schema.get("additionalProperties", True)
        others = self.fitting(more, "", depth + 1) if isinstance(more, Mapping) else None
        chosen = st.lists(st.sampled_from(optional), max_size=4) if optional else st.just([])

        @st.composite
        def build(draw: st.DrawFn) -> dict[str, Any]:
            found = {one: draw(value) for one, value in required.items()}
            if depth < DEEPEST:
                found |= {one: draw(members[one]) for one in draw(chosen)}
                if others is not None and draw(st.booleans()):
                    found[draw(TEXT)] = draw(others)
            return found

        return build()

    def nearly(self, schema: Mapping[str, Any], name: str = "") -> st.SearchStrategy[Any]:
        """Return values that fit, every other one spoiled in one place."""
        return st.one_of(self.fitting(schema, name), self.fitting(schema, name).flatmap(_spoiled))


def _string(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), min(schema.get("maxLength", 12), 12)
    return st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]),
        min_size=least,
        max_size=max(least, most),
    )


def _spoiled(value: Any) -> st.SearchStrategy[Any]:
    """Return *value* with one part of it replaced, left out, or added."""
    if isinstance(value, dict) and value:
        return st.sampled_from(sorted(value)).flatmap(
            lambda name: st.one_of(
                _spoiled(value[name]).map(lambda part: {**value, name: part}),
                st.just({key: one for key, one in value.items() if key != name}),
                JUNK.map(lambda part: {**value, "surplus": part}),
            )
        )
    if isinstance(value, list) and value:
        return st.one_of(
            _spoiled(value[0]).map(lambda part: [part, *value[1:]]),
            JUNK.map(lambda part: [*value, part]),
            st.just(value * 3),
            JUNK,
        )
    return JUNK
