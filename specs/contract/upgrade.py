"""OpenAPI 3.0 said in OpenAPI 3.1: the same meaning, in the words of JSON Schema 2020-12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERSION = "3.1.0"

_LISTS = ("allOf", "anyOf", "oneOf")
_PARTS = ("items", "not", "additionalProperties")
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_ENCODED = {
    "byte": ("contentEncoding", "base64"),
    "binary": ("contentMediaType", "application/octet-stream"),
}
_NAMED = frozenset({
    "callbacks", "content", "encoding", "headers", "parameters", "requestBodies", "responses",
    "securitySchemes",
})  # fmt: skip
# What stands under these keys is data or somebody else's, however much it looks like a schema.
_VERBATIM = frozenset({"example", "examples", "links", "security", "servers", "tags"})


def upgrade(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI 3.0 document as OpenAPI 3.1.

    Every value that fits a schema before fits it after, and no other. What 3.0 ignores beside a
    `$ref` is left out, because 3.1 would not ignore it.
    """
    return {**_object(document), "openapi": VERSION}


def _object(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return anything but a schema, with the schemas in it upgraded."""
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    return {key: _member(key, value) for key, value in node.items()}


def _member(key: str, value: Any) -> Any:
    if key in _VERBATIM or key.startswith("x-"):
        return value
    if key == "schema" and isinstance(value, Mapping):
        return schema(value)
    if key == "schemas" and isinstance(value, Mapping):
        return {name: schema(one) for name, one in value.items()}
    if key in _NAMED and isinstance(value, Mapping):
        return {name: _object(one) for name, one in value.items()}
    return _nested(value)


def _nested(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list):
        return [_nested(one) for one in value]
    return value


def schema(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema of OpenAPI 3.0 as one of JSON Schema 2020-12."""
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    found: dict[str, Any] = {}
    for key, value in node.items():
        found |= _keyword(key, value, node)
    return found


def _keyword(key: str, value: Any, node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one keyword becomes: nothing, itself, or another."""
    found = {key: _subschemas(key, value)}
    match key:
        case "nullable":  # belongs to `type`, and says nothing where there is none
            found = {}
        case "type" if node.get("nullable") is True:
            found = {key: [value, "null"]}
        case "exclusiveMinimum" | "exclusiveMaximum" if isinstance(value, bool):
            bound = _BOUNDS[key]
            found = {key: node[bound]} if value and bound in node else {}
        case "minimum" | "maximum" if node.get(f"exclusive{key.capitalize()}") is True:
            found = {}
        case "example":
            found = {"examples": [value]}
        case "format" if value in _ENCODED:
            found = dict([_ENCODED[value]])
        case "x-lifecycle":
            found = {key: _lifecycle(value)}
    return found


def _subschemas(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: schema(one) for name, one in value.items()}
    if key in _LISTS:
        return [schema(one) for one in value]
    if key in _PARTS and isinstance(value, Mapping):
        return schema(value)
    return value


def _lifecycle(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a life cycle; the guards of its transitions are schemas."""
    transitions = [
        {**one, "guard": schema(one["guard"])} if "guard" in one else one
        for one in node.get("transitions", [])
    ]
    return {**node, "transitions": transitions}
