"""The examples of the source documents, as data, and what a contract says of each.

A data file names its `api` and the `source`, and lists `wellformed` and `malformed` examples. Each
has the `section` that prints it and stands for one of these: a `value` of a `schema`; a `value` in
the answer of an `operation` with a `status`; the `body` of an operation; the `query` of one, as
texts. A malformed one says what is `wrong` in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from specs.contract import Contract

BASE = "urn:callsheet:contract"
SUFFIX = "-examples.json"

Example = Mapping[str, Any]


def files_of_examples() -> list[str]:
    """Return the names of the data files."""
    return sorted(
        entry.name
        for entry in files("specs.tests").joinpath("data").iterdir()
        if entry.name.endswith(SUFFIX)
    )


def read(name: str) -> dict[str, Any]:
    """Return what a data file holds."""
    text = files("specs.tests").joinpath("data", name).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


class Judge:
    """Holds examples to the schemas of a contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        document = DRAFT4.create_resource(json.loads(json.dumps(contract.document)))
        self._registry: Registry[Any] = Registry().with_resource(BASE, document)

    def problems(self, example: Example) -> list[str]:
        """Return what the contract has against an example.

        A body fits if one of its media types takes it.
        """
        if "schema" in example:
            schema = {"$ref": f"#/components/schemas/{example['schema']}"}
            return self._errors(schema, example["value"])
        operation = self._contract.operations[example["operation"]]
        if "query" in example:
            return list(self._query_problems(operation.parameters, example["query"]))
        if "status" in example:
            content = operation.responses[example["status"]]["content"]
            value = example["value"]
        else:
            content = self._contract.resolve(operation.node["requestBody"])["content"]
            value = example["body"]
        found = [self._errors(media["schema"], value) for media in content.values()]
        return min(found, key=len)

    def _query_problems(
        self, parameters: tuple[Mapping[str, Any], ...], query: Mapping[str, str]
    ) -> Iterator[str]:
        known = {one["name"]: one for one in parameters if one["in"] == "query"}
        for name, one in known.items():
            if one.get("required") and name not in query:
                yield f"{name} is missing"
        for name, text in query.items():
            schema = self._contract.resolve(known[name]["schema"]) if name in known else {}
            yield from self._errors(schema, self._spelled(text, schema))

    def _errors(self, schema: Mapping[str, Any], value: object) -> list[str]:
        whole = json.loads(json.dumps(schema).replace('"#/', f'"{BASE}#/'))
        validator = OAS30Validator(
            whole, registry=self._registry, format_checker=oas30_format_checker
        )
        return [error.message for error in validator.iter_errors(value)]

    def _spelled(self, text: str, schema: Mapping[str, Any]) -> object:
        """Return the value that a text in a query spells for a schema, or the text."""
        match schema.get("type"):
            case "array":
                return [self._spelled(text, self._contract.resolve(schema["items"]))]
            case "integer" if re.fullmatch(r"-?[0-9]+", text):
                return int(text)
            case "boolean" if text in {"true", "false"}:
                return text == "true"
        return text
