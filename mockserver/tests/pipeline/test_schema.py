"""OpenAPI schemas as JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.pipeline.schema import SchemaBook, translate


@pytest.mark.parametrize(
    ("schema", "fitting", "wrong"),
    [
        ({"type": "string", "nullable": True}, [None, "a"], [1]),
        ({"type": "string", "enum": ["a"], "nullable": True}, [None, "a"], ["b"]),
        ({"allOf": [{"type": "object"}], "nullable": True}, [None, {}], [[]]),
        ({"type": "string"}, ["a"], [None]),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, [1], [0]),
        ({"type": "string", "format": "date-time"}, ["2026-01-01T00:00:00Z"], ["today"]),
    ],
)
def test_openapi_means_what_it_says(
    schema: dict[str, Any], fitting: list[Any], wrong: list[Any]
) -> None:
    """Null, enums, bounds and formats are judged as OpenAPI 3.0 has them."""
    validator = SchemaBook({}).compile(schema)

    assert all(validator.is_valid(one) for one in fitting)
    assert not any(validator.is_valid(one) for one in wrong)


def test_properties_may_be_named_like_annotations() -> None:
    """A property called title or description is a property."""
    schema = {
        "type": "object",
        "title": "dropped",
        "properties": {"title": {"type": "integer"}, "description": {"type": "string"}},
    }

    assert translate(schema)["properties"].keys() == {"title", "description"}
    assert "title" not in translate(schema)
    assert not SchemaBook({}).compile(schema).is_valid({"title": "text"})


def test_references_reach_the_components() -> None:
    """A schema may refer to others, and those to themselves."""
    node = {
        "type": "object",
        "properties": {
            "next": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Node"}]}
        },
        "additionalProperties": False,
    }
    book = SchemaBook({"components": {"schemas": {"Node": node}}})

    assert book.component("Node").is_valid({"next": {"next": None}})
    assert not book.component("Node").is_valid({"next": {"other": 1}})
    assert book.component("Node") is book.component("Node")
