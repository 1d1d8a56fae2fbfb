"""OpenAPI 3.0 schemas as compiled JSON Schema validators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

Validator = jsonschema_rs.Draft4Validator

ANNOTATIONS = frozenset(
    {"example", "description", "title", "externalDocs", "xml", "deprecated", "default"}
    | {"nullable", "discriminator", "readOnly", "writeOnly"}
)


def translate(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema draft 4: `nullable` becomes a type or an enum."""
    if isinstance(node, list):
        return [translate(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key in ANNOTATIONS or key.startswith("x-"):
            continue
        if key == "properties":
            found[key] = {name: translate(one) for name, one in value.items()}
        elif key in {"enum", "required"}:
            found[key] = list(value)
        else:
            found[key] = translate(value)
    if node.get("nullable"):
        return _nullable(found)
    return found


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str) and not schema.keys() & {"allOf", "anyOf", "oneOf"}:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


class SchemaBook:
    """The schemas of one document, each compiled when it is first needed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        schemas = document.get("components", {}).get("schemas", {})
        self._components = {"schemas": {name: translate(one) for name, one in schemas.items()}}
        self._compiled: dict[str, Validator] = {}

    def component(self, name: str) -> Validator:
        """Return the validator of a schema of `components`."""
        found = self._compiled.get(name)
        if found is None:
            found = self.compile({"$ref": f"#/components/schemas/{name}"})
            self._compiled[name] = found
        return found

    def compile(self, schema: Mapping[str, Any]) -> Validator:
        """Return the validator of an OpenAPI schema of this document."""
        translated = translate(schema)
        if _refers(translated):
            translated = {"components": self._components, "allOf": [translated]}
        return Validator(translated, validate_formats=True)


def _refers(node: Any) -> bool:
    if isinstance(node, Mapping):
        return "$ref" in node or any(_refers(one) for one in node.values())
    return isinstance(node, list) and any(_refers(one) for one in node)
