"""Schemas, bodies and examples as rows and words that a page can show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specs.contract import provenance
from specs.contract.document import Contract
from specs.contract.lint.draft import Place
from specs.contract.lint.examples import Examples, NoExampleError
from specs.contract.provenance import Provenance

_SCHEMAS = "#/components/schemas/"
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
    "multipleOf": "a multiple of {}",
    "pattern": "matches {}",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the name of a type; *schema* is the one of `components` that it names."""

    text: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One property, with those inside it: they follow, one level deeper."""

    name: str
    depth: int
    type: tuple[Piece, ...]
    is_required: bool
    description: str
    limits: tuple[str, ...]
    provenance: Provenance | None


@dataclass(frozen=True, slots=True)
class Example:
    """A value as a client sends or gets it."""

    title: str
    text: str


def own(node: Mapping[str, Any], inherited: Provenance) -> Provenance:
    """Return the provenance of a part of a contract that was read without complaint."""
    found = node.get("x-provenance")
    return inherited if found is None else provenance.parse(found, "")


def kind(contract: Contract, node: Mapping[str, Any]) -> tuple[Piece, ...]:
    """Return the type of a schema in words: `list of Job`, `text (date-time) or null`."""
    if isinstance(reference := node.get("$ref"), str):
        name = reference.removeprefix(_SCHEMAS)
        return (Piece(name, name),)
    for key, joint in (("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")):
        if parts := node.get(key):
            return _joined([kind(contract, one) for one in parts], joint)
    found = _plain(contract, node)
    return (*found, Piece(" or null")) if node.get("nullable") else found


def _plain(contract: Contract, node: Mapping[str, Any]) -> tuple[Piece, ...]:
    if "enum" in node:
        words = [json.dumps(one, ensure_ascii=False).strip('"') for one in node["enum"]]
        return (Piece(", ".join(words) if len(words) > 1 else f"always {words[0]}"),)
    name = str(node.get("type", "object" if "properties" in node else "anything"))
    if name == "array":
        return (Piece("list of "), *kind(contract, node.get("items", {})))
    extra = node.get("additionalProperties")
    if name == "object" and isinstance(extra, Mapping) and extra:
        return (Piece("map of "), *kind(contract, extra))
    form = f" ({node['format']})" if "format" in node else ""
    return (Piece({"string": "text", "boolean": "true or false"}.get(name, name) + form),)


def _joined(parts: list[tuple[Piece, ...]], joint: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for one in dict.fromkeys(parts):
        found += [Piece(joint), *one] if found else one
    return tuple(found)


def limits(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what else a value has to obey, in words."""
    found = [text.format(f"{node[key]}") for key, text in _BOUNDS.items() if key in node]
    for key, word in (("exclusiveMinimum", "more than"), ("exclusiveMaximum", "less than")):
        if node.get(key) is True:
            inclusive = key.removeprefix("exclusive").lower()
            bound = node.get(inclusive)
            found = [one for one in found if one != _BOUNDS[inclusive].format(bound)]
            found.append(f"{word} {bound}")
    if node.get("uniqueItems"):
        found.append("no entry twice")
    if node.get("additionalProperties") is False:
        found.append("no other members")
    if "default" in node:
        found.append(f"default {json.dumps(node['default'], ensure_ascii=False)}")
    for key, text in (("readOnly", "only in answers"), ("writeOnly", "only in requests")):
        if node.get(key):
            found.append(text)
    return tuple(found)


def rows(contract: Contract, node: Mapping[str, Any], inherited: Provenance) -> tuple[Row, ...]:
    """Return the properties that are written in a schema, those of its parts included.

    What it only refers to is not repeated here: its type names it.
    """
    return tuple(_rows(contract, node, inherited, 0))


def _rows(
    contract: Contract, node: Mapping[str, Any], inherited: Provenance, depth: int
) -> Iterator[Row]:
    if "$ref" in node:
        return
    base = own(node, inherited)
    required = node.get("required", [])
    for name, child in node.get("properties", {}).items():
        here = own(child, base)
        yield Row(
            name,
            depth,
            kind(contract, child),
            name in required,
            str(child.get("description", "")),
            limits(child),
            here if here != inherited else None,
        )
        yield from _rows(contract, child, here, depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        for part in node.get(key, []):
            yield from _rows(contract, part, base, depth)
    for key in ("items", "additionalProperties"):
        if isinstance(part := node.get(key), Mapping):
            yield from _rows(contract, part, base, depth)


def examples(contract: Contract, maker: Examples, media: Mapping[str, Any]) -> tuple[Example, ...]:
    """Return the examples of a media type, else one that is made of what its schema shows."""
    found: list[Example] = []
    if "example" in media:
        found.append(Example("Example", _text(media["example"])))
    for name, entry in media.get("examples", {}).items():
        node = contract.resolve(entry)
        if "value" in node:
            found.append(Example(str(node.get("summary", name)), _text(node["value"])))
    if not found:
        try:
            made = maker.compose(Place("", media))
        except NoExampleError:
            return ()
        found.append(Example("Example, made of those of its parts", _text(made)))
    return tuple(found)


def spelled(value: object) -> str:
    """Return a short value on one line, as a client would write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _text(value: object) -> str:
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    )
