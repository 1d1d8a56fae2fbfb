"""Surprises in what the body of an answer says, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.surprise.answer import Answer
from mockserver.surprise.notation import Spelled

NEW = {"surprise": [{"id": 0, "status": "new"}, None], "x-surprise": ""}
WORDS = "So geht das nicht, versuch's anders (¿qué?)"
FIXING = frozenset({"enum", "pattern", "format", "const"})


def extra_fields(answer: Answer) -> None:
    """Objects have fields that their schema does not name and does not exclude (JSON Schema)."""

    def added(value: Any, schemas: Sequence[Mapping[str, Any]]) -> Any:
        if not isinstance(value, dict) or not any("properties" in one for one in schemas):
            return value
        if any("additionalProperties" in one for one in schemas):
            return value  # what else may be there has been thought of: names are data, or none
        return {**NEW, **value}

    _change(answer, added)


def other_wording(answer: Answer) -> None:
    """A refusal is worded otherwise, where the schema leaves the text open."""
    if answer.status < 400 or answer.terms is None:
        return

    def worded(value: Any, schemas: Sequence[Mapping[str, Any]]) -> Any:
        is_open = not any(one.keys() & FIXING for one in schemas)
        return WORDS if isinstance(value, str) and value and is_open else value

    if answer.text is not None:
        answer.reword(answer.terms.changed(answer.status, answer.text, worded))
    else:
        _change(answer, worded)


def number_spelling(answer: Answer) -> None:
    """Numbers that need not be integers are written as 1.0 or 2.50E+0 (RFC 8259 §6)."""

    def spelled(value: Any, schemas: Sequence[Mapping[str, Any]]) -> Any:
        kinds = {one.get("type") for one in schemas} - {None}
        if kinds != {"number"} or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if isinstance(value, int) or value.is_integer():
            return Spelled(value, f"{value:.1f}") if abs(value) < 2**53 else value
        digits, _, exponent = repr(value).partition("e")
        if exponent:
            return value
        whole, _, fraction = digits.partition(".")
        return Spelled(value, f"{whole}.{fraction}0E+0")

    if answer.is_json and answer.terms is not None:
        answer.respell(answer.terms.changed(answer.status, answer.value, spelled))


def key_order(answer: Answer) -> None:
    """The fields of an object come in another order (RFC 8259 §4: they have none)."""
    answer.notation.backwards = True


def white_space(answer: Answer) -> None:
    """JSON is indented with tabs, and its lines end with CR and LF (RFC 8259 §2)."""
    answer.notation.indented = True


def escapes(answer: Answer) -> None:
    """Characters in JSON texts are escaped that need not be (RFC 8259 §7)."""
    answer.notation.escaped = True


def _change(answer: Answer, change: Any) -> None:
    if answer.is_json and answer.terms is not None:
        answer.replace(answer.terms.changed(answer.status, answer.value, change))
