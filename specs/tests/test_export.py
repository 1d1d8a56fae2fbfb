"""Tests of `callsheet export`: plain OpenAPI 3.0 and 3.1."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator, OAS31Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012

from specs.contract import load, names
from specs.contract.export import document, export, strip, write
from specs.contract.upgrade import schema, upgrade
from specs.tests.widgets import widgets

VALIDATORS = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
ODD: tuple[object, ...] = (None, True, 0, -1, 1.5, "", "RUNNING", [], [None], {}, {"id": None})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(export, list(arguments))


def keys(node: object) -> Iterator[str]:
    """Yield every key of every mapping."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield key
            yield from keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys(value)


@pytest.mark.parametrize("is_stripped", [False, True])
@pytest.mark.parametrize("version", ["3.0", "3.1"])
@pytest.mark.parametrize("api", names())
def test_every_contract_is_valid_in_both_versions(
    api: str, version: str, *, is_stripped: bool
) -> None:
    """A validator that is not ours finds nothing wrong, with the extensions and without."""
    found = document(load(api), version=version, is_stripped=is_stripped)

    assert found["openapi"].startswith(version)
    VALIDATORS[version](found).validate()


@pytest.mark.parametrize("api", names())
def test_nothing_of_ours_is_left(api: str) -> None:
    """Without extensions no x- key is left but names of the API itself, such as headers."""
    found = document(load(api), is_stripped=True)

    ours = {"x-sources", "x-provenance", "x-lifecycle", "x-requirements"}
    assert not ours & set(keys(found))


def test_names_that_begin_with_x_stay() -> None:
    """A header, a property or a scheme may be called x-something; data is data."""
    given_ = {
        "openapi": "3.0.3",
        "x-sources": {},
        "security": [{"x-token": []}],
        "paths": {
            "x-private": {},
            "/a": {
                "get": {
                    "x-requirements": [],
                    "responses": {
                        "x-private": {},
                        "200": {
                            "headers": {"x-ms-continuation": {"x-provenance": {}}},
                            "links": {"x-next": {"x-private": 1, "parameters": {"x-a": "b"}}},
                        },
                    },
                },
            },
        },
        "components": {
            "responses": {"x-refusal": {"description": "No."}},
            "schemas": {
                "A": {
                    "x-lifecycle": {},
                    "properties": {"x-ms": {"type": "object", "example": {"x-kept": 1}}},
                },
            },
            "securitySchemes": {"x-token": {"type": "http"}},
        },
    }

    assert strip(given_) == {
        "openapi": "3.0.3",
        "security": [{"x-token": []}],
        "paths": {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "headers": {"x-ms-continuation": {}},
                            "links": {"x-next": {"parameters": {"x-a": "b"}}},
                        },
                    },
                },
            },
        },
        "components": {
            "responses": {"x-refusal": {"description": "No."}},
            "schemas": {
                "A": {"properties": {"x-ms": {"type": "object", "example": {"x-kept": 1}}}},
            },
            "securitySchemes": {"x-token": {"type": "http"}},
        },
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True, "allOf": [{"type": "string"}]}, {"allOf": [{"type": "string"}]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 0, "exclusiveMaximum": True}, {"exclusiveMaximum": 0}),
        ({"exclusiveMaximum": True}, {}),
        ({"type": "string", "example": "a"}, {"type": "string", "examples": ["a"]}),
        ({"type": "string", "example": None}, {"type": "string", "examples": [None]}),
        (
            {"type": "string", "format": "byte"},
            {"type": "string", "contentEncoding": "base64"},
        ),
        (
            {"type": "string", "format": "binary"},
            {"type": "string", "contentMediaType": "application/octet-stream"},
        ),
        ({"$ref": "#/a", "description": "Ignored."}, {"$ref": "#/a"}),
        (
            {"properties": {"nullable": {"type": "string", "nullable": True}}},
            {"properties": {"nullable": {"type": ["string", "null"]}}},
        ),
        (
            {"items": {"not": {"anyOf": [{"minimum": 1, "exclusiveMinimum": True}]}}},
            {"items": {"not": {"anyOf": [{"exclusiveMinimum": 1}]}}},
        ),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        (
            {"additionalProperties": {"type": "number", "nullable": True}},
            {"additionalProperties": {"type": ["number", "null"]}},
        ),
        (
            {"default": {"nullable": True}, "enum": [{"example": 1}]},
            {"default": {"nullable": True}, "enum": [{"example": 1}]},
        ),
        (
            {"x-lifecycle": {"transitions": [{"guard": {"type": "object", "nullable": True}}]}},
            {"x-lifecycle": {"transitions": [{"guard": {"type": ["object", "null"]}}]}},
        ),
    ],
)
def test_a_schema_keeps_its_meaning(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Each keyword that changed between the versions is said in the new words."""
    assert schema(before) == after


def test_only_schemas_are_rewritten() -> None:
    """Examples of media types stay examples, references lose what 3.0 ignored beside them."""
    given_ = {
        "openapi": "3.0.3",
        "paths": {
            "/a": {
                "post": {
                    "parameters": [{"$ref": "#/p", "description": "Ignored."}],
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {"type": "string", "nullable": True},
                                "example": {"nullable": True},
                            },
                        },
                    },
                },
            },
        },
        "components": {"responses": {"example": {"description": "Yes."}}},
    }

    found = upgrade(given_)

    assert found["openapi"] == "3.1.0"
    post = found["paths"]["/a"]["post"]
    assert post["parameters"] == [{"$ref": "#/p"}]
    assert post["requestBody"]["content"]["application/json"] == {
        "schema": {"type": ["string", "null"]},
        "example": {"nullable": True},
    }
    assert found["components"] == given_["components"]


def _registry(found: Mapping[str, Any], *, is_new: bool) -> Registry[Any]:
    specification = DRAFT202012 if is_new else DRAFT4
    registry: Registry[Any] = Registry()
    resource: Resource[Any] = specification.create_resource(found)
    with_it: Registry[Any] = registry.with_resource("urn:export", resource)
    return with_it


def _examples(node: object) -> Iterator[object]:
    """Yield what a contract gives as examples, whole and in parts."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in {"example", "value"}:
                yield from _parts(value)
            yield from _examples(value)
    elif isinstance(node, list):
        for value in node:
            yield from _examples(value)


def _parts(value: object) -> Iterator[object]:
    yield value
    children: Iterable[object] = ()
    if isinstance(value, Mapping):
        children = value.values()
    elif isinstance(value, list):
        children = value
    for child in children:
        yield from _parts(child)


@pytest.mark.parametrize("api", names())
def test_the_same_values_fit_before_and_after(api: str) -> None:
    """Each schema accepts and refuses the same of all examples, and of odd values."""
    old = document(load(api))
    new = document(load(api), version="3.1")
    values = [*ODD, *{json.dumps(one): one for one in _examples(old)}.values()][:150]
    before, after = _registry(old, is_new=False), _registry(new, is_new=True)
    fitting = 0
    for name in old["components"]["schemas"]:
        pointer = {"$ref": f"urn:export#/components/schemas/{name}"}
        first = OAS30Validator(pointer, registry=before)
        second = OAS31Validator(pointer, registry=after)
        for value in values:
            fits = first.is_valid(value)
            fitting += fits
            assert second.is_valid(value) is fits, (name, value)

    assert fitting > len(old["components"]["schemas"])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "number"]),
            "nullable": st.booleans(),
            "minimum": st.integers(-3, 3),
            "maximum": st.integers(-3, 3),
            "exclusiveMinimum": st.booleans(),
            "exclusiveMaximum": st.booleans(),
            "enum": st.lists(st.sampled_from(["a", 1, None]), min_size=1),
        },
    ),
    st.one_of(st.none(), st.integers(-4, 4), st.sampled_from(["a", "b"]), st.booleans()),
)
def test_any_small_schema_keeps_its_meaning(given_: dict[str, Any], value: object) -> None:
    """What fits a schema of 3.0 fits what becomes of it, and nothing else does."""
    assert OAS30Validator(given_).is_valid(value) is OAS31Validator(schema(given_)).is_valid(value)


@pytest.mark.parametrize(("form", "parse"), [("yaml", yaml.safe_load), ("json", json.loads)])
def test_both_notations_say_the_same(form: str, parse: Any) -> None:
    """What is read back is what was written, in its order."""
    done = run("pulp", "--format", form)

    assert done.exit_code == 0
    assert parse(done.output) == load("pulp").document
    assert list(parse(done.output)) == list(load("pulp").document)


def test_yaml_has_no_anchors() -> None:
    """What stands in two places is written twice: not every reader knows anchors."""
    shared = {"type": "string"}

    assert write({"a": shared, "b": shared}, "yaml") == "a:\n  type: string\nb:\n  type: string\n"


def test_servers_are_named() -> None:
    """`--server` takes the place of the contract's own servers."""
    done = run(
        "scale", "--format", "json", "--server", "https://a.example/x", "--server", "http://b"
    )

    assert json.loads(done.output)["servers"] == [
        {"url": "https://a.example/x"},
        {"url": "http://b"},
    ]


@pytest.mark.parametrize("url", ["staging.example", "ftp://a.example", "http://", "http://[", ""])
def test_a_server_has_a_url(url: str) -> None:
    """What is no URL is refused with a line that shows one."""
    done = run("scale", "--server", url)

    assert done.exit_code == 2
    assert "is no URL such as https://staging.example/api" in done.output


def test_every_flag_shows() -> None:
    """`--openapi` and `--strip-extensions` do what they say."""
    done = run("scale", "--openapi", "3.1", "--strip-extensions", "--format", "json")
    found = json.loads(done.output)

    assert found["openapi"] == "3.1.0"
    assert "x-sources" not in found["info"]
    assert "nullable" not in set(keys(found["components"]["schemas"]))


def test_nothing_is_changed_in_place() -> None:
    """An export leaves the contract as it was."""
    contract = widgets()
    before = json.dumps(contract.document)

    document(contract, version="3.1", is_stripped=True, servers=["http://a"])

    assert json.dumps(contract.document) == before
