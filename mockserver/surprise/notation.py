"""The same JSON value in other characters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self


class Spelled(float):
    """A number that is written in a way of its own, which means the same."""

    text: str

    def __new__(cls, number: float, text: str) -> Self:
        found = super().__new__(cls, number)
        found.text = text
        return found


@dataclass(slots=True)
class Notation:
    """How JSON is written: with the fields backwards, with indents, with needless escapes."""

    backwards: bool = False
    indented: bool = False
    escaped: bool = False


def written(value: Any, notation: Notation) -> str:
    """Return the JSON text of *value*, in the order of its keys or in the opposite one."""
    return "".join(_parts(value, notation, 0))


def _parts(value: Any, notation: Notation, depth: int) -> Iterable[str]:
    if isinstance(value, dict):
        names = list(value)
        if notation.backwards:
            names.reverse()
        colon = " : " if notation.indented else ":"
        rows = [
            "".join((_text(name, notation), colon, *_parts(value[name], notation, depth + 1)))
            for name in names
        ]
        yield from _enclosed("{", rows, "}", notation, depth)
    elif isinstance(value, list):
        rows = ["".join(_parts(one, notation, depth + 1)) for one in value]
        yield from _enclosed("[", rows, "]", notation, depth)
    elif isinstance(value, str):
        yield _text(value, notation)
    elif isinstance(value, Spelled):
        yield value.text
    else:
        yield json.dumps(value)


def _enclosed(
    start: str, rows: list[str], end: str, notation: Notation, depth: int
) -> Iterable[str]:
    if not notation.indented:
        yield from (start, ",".join(rows), end)
        return
    inner, outer = "\r\n" + "\t" * (depth + 1), "\r\n" + "\t" * depth
    yield from (start, inner, f" ,{inner}".join(rows), outer if rows else "", end)
    if not depth:
        yield "\n"


def _text(text: str, notation: Notation) -> str:
    if not notation.escaped:
        return json.dumps(text, ensure_ascii=not _is_speakable(text))
    return '"' + "".join(_escape(one) for one in text) + '"'


def _escape(letter: str) -> str:
    if letter == "/":
        return "\\/"
    if letter in {'"', "\\"} or not letter.isascii() or letter < " ":
        return json.dumps(letter)[1:-1]
    return f"\\u{ord(letter):04X}" if letter in "aeiou" else letter


def _is_speakable(text: str) -> bool:
    """Whether the text can be encoded: lone surrogates can only be escaped."""
    return not any("\ud800" <= one <= "\udfff" for one in text)
