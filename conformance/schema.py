"""Response schemas of OpenAPI 3.0 as JSON Schemas that can be compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from specs.contract import Contract

_COMPOSED = frozenset({"allOf", "anyOf", "oneOf", "not", "$ref"})
_PLAIN = frozenset({"example", "default", "description", "title", "externalDocs", "xml"})


class Schemas:
    """Compiles the response schemas of one contract, each once."""

    def __init__(self, contract: Contract) -> None:
        components = contract.document.get("components", {}).get("schemas", {})
        self._components = {name: for_response(node) for name, node in components.items()}
        self._compiled: dict[int, jsonschema_rs.Draft4Validator] = {}

    def error(self, schema: Mapping[str, Any], value: object) -> str | None:
        """Return what is wrong with *value* in one line, or None."""
        validator = self._compiled.get(id(schema))
        if validator is None:
            validator = jsonschema_rs.Draft4Validator(
                {
                    "allOf": [for_response(schema)],
                    "components": {"schemas": self._components},
                },
                validate_formats=True,
            )
            self._compiled[id(schema)] = validator
        worst = next(iter(validator.iter_errors(value)), None)
        if worst is None:
            return None
        where = "/".join(str(part) for part in worst.instance_path)
        message = worst.message if len(worst.message) <= 240 else worst.message[:240] + "..."
        return f"at /{where}: {message}"


def for_response(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as a JSON Schema of draft 4, as it applies to an answer.

    `nullable` becomes a type of null, and a property that is `writeOnly` is no longer required.
    """
    if isinstance(node, list):
        return [for_response(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    found = {
        key: _properties(value) if key == "properties" else for_response(value)
        for key, value in node.items()
        if not key.startswith("x-") and key not in _PLAIN and key != "enum"
    }
    if "enum" in node:
        found["enum"] = list(node["enum"])
    hidden = {
        name
        for name, one in node.get("properties", {}).items()
        if isinstance(one, Mapping) and one.get("writeOnly") is True
    }
    if hidden and "required" in found:
        found["required"] = [name for name in found["required"] if name not in hidden]
        if not found["required"]:
            del found["required"]
    if found.pop("nullable", False) is True:
        return _or_null(found)
    return found


def _properties(node: Mapping[str, Any]) -> dict[str, Any]:
    """Convert each; a property may have any name, also one that is a keyword elsewhere."""
    return {name: for_response(schema) for name, schema in node.items()}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if _COMPOSED & schema.keys() or not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"enum": [None]}]}
    with_null = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema and None not in schema["enum"]:
        with_null["enum"] = [*schema["enum"], None]
    return with_null
