"""Tests of `specs.contract.review.site.content`: schemas and examples in words."""

from __future__ import annotations

from typing import Any

import pytest

from specs.contract.lint import Draft
from specs.contract.lint.examples import Examples
from specs.contract.provenance import Provenance, Status
from specs.contract.review.site.content import Example, Piece, examples, kind, limits, rows, spelled
from specs.tests.widgets import TEXT, widgets

DOCUMENTED = Provenance(Status.DOCUMENTED, "guide", "life")


def said(node: dict[str, Any]) -> str:
    return "".join(piece.text for piece in kind(widgets(), node))


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "date-time"}, "text (date-time)"),
        ({"type": "string", "nullable": True}, "text or null"),
        ({"type": "boolean"}, "true or false"),
        ({"enum": ["a", 1, None]}, "a, 1, null"),
        ({"enum": ["only"]}, "always only"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Widget"}}, "list of Widget"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of integer"),
        ({"type": "object", "additionalProperties": True}, "object"),
        ({"properties": {}}, "object"),
        ({}, "anything"),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, "integer or text"),
        ({"anyOf": [{"type": "string"}, {"type": "string"}]}, "text"),
        ({"allOf": [{"$ref": "#/components/schemas/Widget"}, {"type": "object"}]},
         "Widget and object"),
    ],
)  # fmt: skip
def test_types_are_words(node: dict[str, Any], words: str) -> None:
    """Whoever reads them need not know JSON Schema."""
    assert said(node) == words


def test_a_type_names_the_schema_it_refers_to() -> None:
    """So that a page can lead there."""
    assert kind(widgets(), {"$ref": "#/components/schemas/Widget"}) == (Piece("Widget", "Widget"),)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"minimum": 1, "maximum": 9}, ("at least 1", "at most 9")),
        ({"minimum": 1, "exclusiveMinimum": True}, ("more than 1",)),
        ({"maximum": 1, "exclusiveMaximum": True}, ("less than 1",)),
        ({"minLength": 1, "maxItems": 5}, ("at least 1 characters", "at most 5 entries")),
        ({"pattern": "^a{2}$"}, ("matches ^a{2}$",)),
        ({"default": None}, ("default null",)),
        ({"default": "a"}, ('default "a"',)),
        ({"uniqueItems": True, "additionalProperties": False},
         ("no entry twice", "no other members")),
        ({"readOnly": True}, ("only in answers",)),
        ({"additionalProperties": True, "uniqueItems": False}, ()),
    ],
)  # fmt: skip
def test_limits_are_words(node: dict[str, Any], words: tuple[str, ...]) -> None:
    """Each constraint is said, and what constrains nothing is not."""
    assert limits(node) == words


def test_properties_are_rows() -> None:
    """Those inside a property follow it, one level deeper; references are not entered."""
    node = {
        "required": ["a"],
        "properties": {
            "a": {
                "type": "array",
                "items": {"type": "object", "properties": {"b": {"type": "integer"}}},
            },
            "c": {"$ref": "#/components/schemas/Widget"},
        },
        "allOf": [{"properties": {"d": {"type": "string", "description": "The last."}}}],
    }

    found = rows(widgets(), node, DOCUMENTED)

    assert [(one.name, one.depth, one.is_required) for one in found] == [
        ("a", 0, True),
        ("b", 1, False),
        ("c", 0, False),
        ("d", 0, False),
    ]
    assert found[-1].description == "The last."


def test_a_row_has_a_provenance_if_it_is_another() -> None:
    """What rests on the same section as all around it does not say so again."""
    contract = widgets()

    found = {
        one.name: one.provenance for one in rows(contract, contract.schema("Widget"), DOCUMENTED)
    }

    assert found["id"] is None
    state = found["state"]
    assert state is not None
    assert state.implementation == "widgetd-3"


@pytest.mark.parametrize(
    ("media", "found"),
    [
        ({"example": {"a": 1}}, (Example("Example", '{\n  "a": 1\n}'),)),
        ({"example": "plain"}, (Example("Example", "plain"),)),
        (
            {"examples": {"one": {"summary": "The first", "value": 1}, "two": {"value": None}}},
            (Example("The first", "1"), Example("two", "null")),
        ),
        ({"examples": {"far": {"externalValue": "other.json"}}}, ()),
        (
            {"schema": {"$ref": "#/components/schemas/WidgetRequest"}},
            (Example("Example, made of those of its parts", '{\n  "name": "sprocket"\n}'),),
        ),
        ({"schema": {"type": "string"}}, ()),
    ],
)
def test_examples_are_shown(media: dict[str, Any], found: tuple[Example, ...]) -> None:
    """A media type shows its own examples, else one made of its parts', else none."""
    maker = Examples(Draft.parse(TEXT.encode(), "widgets"))

    assert examples(widgets(), maker, media) == found


@pytest.mark.parametrize(
    ("value", "text"), [("plain", "plain"), (7, "7"), (["a", None], '["a", null]'), (True, "true")]
)
def test_values_are_spelled_as_on_the_wire(value: object, text: str) -> None:
    """An example beside a parameter is JSON, or the bare text."""
    assert spelled(value) == text
