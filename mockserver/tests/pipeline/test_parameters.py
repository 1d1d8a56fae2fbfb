"""From texts to values, or to violations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.errors import Violation
from mockserver.pipeline.parameters import Parameter, Parameters
from mockserver.pipeline.schema import SchemaBook

BOOK = SchemaBook({})


def _node(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "size", "in": "query", "schema": schema} | more


def _read(schema: dict[str, Any], *texts: str, **more: Any) -> tuple[Any, list[str]]:
    violations: list[Violation] = []
    value = Parameter(_node(schema, **more), BOOK).read(texts, violations)
    return value, [one.code for one in violations]


@given(st.integers(-(10**17), 10**17))
def test_integers_are_read(number: int) -> None:
    """A decimal number is its value."""
    assert _read({"type": "integer"}, str(number)) == (number, [])


@pytest.mark.parametrize("text", ["", "x", "1.0", "1e3", " 1", "1_000", "\u0661", "9" * 19])
def test_what_spells_no_integer_is_a_violation(text: str) -> None:
    """Python's wider idea of numbers is not the contract's."""
    assert _read({"type": "integer"}, text) == (None, ["type"])


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "number"}, "1.5e1", 15.0),
        ({"type": "boolean"}, "TRUE", True),
        ({"type": "boolean"}, "false", False),
        ({"type": "string"}, "", ""),
        ({}, "text", "text"),
    ],
)
def test_values_have_the_declared_type(schema: dict[str, Any], text: str, value: Any) -> None:
    """Each type has its spelling."""
    assert _read(schema, text) == (value, [])


def test_schemas_are_checked() -> None:
    """A value of the right type can still break its schema, and the keyword is told."""
    schema = {"type": "integer", "minimum": 1, "maximum": 1000}

    assert _read(schema, "1000") == (1000, [])
    assert _read(schema, "0") == (None, ["minimum"])


def test_of_a_repeated_single_value_the_last_counts() -> None:
    """Servers that expect one value take the last."""
    assert _read({"type": "integer"}, "1", "2") == (2, [])


def test_arrays_repeat_or_are_split() -> None:
    """A list is spelled by repeating its name, or by commas if it does not explode."""
    schema = {"type": "array", "items": {"type": "integer"}}

    assert _read(schema, "1", "2") == ([1, 2], [])
    assert _read(schema, "1,2", explode=False) == ([1, 2], [])
    assert _read(schema, "1", "x") == (None, ["type"])


def test_defaults_stand_for_what_is_absent() -> None:
    """A declared default is the value of a parameter that was not sent or was wrong."""
    parameters = Parameters([_node({"type": "integer", "default": 5})], BOOK)
    violations: list[Violation] = []

    assert parameters.read_query([], violations) == {"size": 5}
    assert parameters.read_query([("size", "7"), ("other", "1")], violations) == {"size": 7}
    assert not violations
    assert parameters.read_query([("size", "x")], violations) == {"size": 5}
    assert [one.name for one in violations] == ["size"]


def test_required_parameters_are_missed() -> None:
    """What has to be there, in the query or as a header, is a violation if it is not."""
    nodes = [
        _node({"type": "string"}, required=True),
        {"name": "X-Key", "in": "header", "required": True, "schema": {"type": "string"}},
    ]
    parameters = Parameters(nodes, BOOK)

    missed = parameters.missing({}, {"x-key": "1"}.get)
    assert [(one.name, one.code) for one in missed] == [("size", "missing")]
    missed = parameters.missing({"size": "1"}, lambda _: None)
    assert [(one.name, one.location) for one in missed] == [("X-Key", "header")]


def test_headers_are_checked() -> None:
    """A header that is sent has to fit its schema."""
    node = {"name": "X-Size", "in": "header", "schema": {"type": "integer"}}
    violations: list[Violation] = []

    Parameters([node], BOOK).check_headers({"x-size": "x"}.get, violations)

    assert [(one.location, one.name) for one in violations] == [("header", "X-Size")]
