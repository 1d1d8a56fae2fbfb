"""The same JSON value in other characters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

NEEDLESS = re.compile(r"[/aeiou]")


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
    parts: list[str] = []
    _write(value, notation, "\r\n", parts.append)
    if notation.indented:
        parts.append("\n")
    return "".join(parts)


def _write(value: Any, notation: Notation, line: str, put: Callable[[str], None]) -> None:
    """Write *value*; *line* begins a line as deep inside as it stands."""
    if isinstance(value, str):
        put(_text(value, notation.escaped))
    elif isinstance(value, Spelled):
        put(value.text)
    elif not value or not isinstance(value, dict | list):
        put(json.dumps(value))
    else:
        between, inner, colon = "", line + "\t" if notation.indented else "", ":"
        if notation.indented:
            colon = " : "
        is_object = isinstance(value, dict)
        put("{" if is_object else "[")
        for one in reversed(value) if is_object and notation.backwards else value:
            put(between + inner)
            if is_object:
                put(_text(one, notation.escaped) + colon)
            _write(value[one] if is_object else one, notation, inner, put)
            between = " ," if notation.indented else ","
        put(line if notation.indented else "")
        put("}" if is_object else "]")


@lru_cache(maxsize=4096)
def _text(text: str, escaped: bool) -> str:  # noqa: FBT001 - a key of the cache
    if not escaped:
        return json.dumps(text, ensure_ascii=not _is_speakable(text))
    parts = re.split(NEEDLESS, text), NEEDLESS.findall(text)
    found = [json.dumps(parts[0][0])[1:-1]]
    for letter, rest in zip(parts[1], parts[0][1:], strict=True):
        found.append("\\/" if letter == "/" else f"\\u{ord(letter):04X}")
        found.append(json.dumps(rest)[1:-1])
    return '"' + "".join(found) + '"'


def _is_speakable(text: str) -> bool:
    """Whether the text can be encoded: lone surrogates can only be escaped."""
    return not any("\ud800" <= one <= "\udfff" for one in text)
