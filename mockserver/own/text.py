"""Texts that fit a schema: of a format, a pattern, a length, or just words."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from rstr import Rstr

from mockserver.moment import iso

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "junco")

TRIES = 12
"""How often a text is made up anew if it has not the length that is asked for."""

CLASSES = {"\\d": "0-9", "\\w": "A-Za-z0-9_"}
"""Classes of characters that mean more in Python."""

REPETITIONS = {"*": "{0,3}", "+": "{1,4}"}
"""How often a part of a pattern is repeated at most."""


class Speller:
    """Draws texts; every date and time in them is *moment*."""

    def __init__(self, draw: random.Random, moment: int) -> None:
        self._draw = draw
        self._forms: Mapping[str, Callable[[], str]] = {
            "date-time": lambda: iso(moment),
            "date": lambda: iso(moment)[:10],
            "time": lambda: iso(moment)[11:19] + "Z",
            "uuid": lambda: str(UUID(int=draw.getrandbits(128), version=4)),
            "email": lambda: f"{draw.choice(WORDS)}@example.com",
            "uri": lambda: f"https://example.com/{draw.choice(WORDS)}",
            "url": lambda: f"https://example.com/{draw.choice(WORDS)}",
            "uri-reference": lambda: f"/{draw.choice(WORDS)}",
            "hostname": lambda: f"{draw.choice(WORDS)}.example.com",
            "ipv4": lambda: f"192.0.2.{draw.randint(1, 254)}",
            "ipv6": lambda: f"2001:db8::{draw.randint(1, 254):x}",
            "byte": lambda: "Y2FsbHNoZWV0",
            "duration": lambda: f"PT{draw.randint(1, 254)}S",
        }

    def text(self, node: Mapping[str, Any], name: str, _depth: int = 0) -> str:
        """Return a text for the schema *node* of the property *name*."""
        least: int = node.get("minLength", 0)
        most: int = node.get("maxLength", 10_000)
        form = self._forms.get(node.get("format", ""))
        text: str = self._word(name, most) if form is None else form()
        pattern = node.get("pattern")
        if pattern is not None and (form is None or not _matches(pattern, text)):
            return self._spelled(pattern, least, most)
        return (text + "x" * (least - len(text)))[:most]

    def _word(self, name: str, most: int) -> str:
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        word = self._draw.choice(WORDS)
        return f"{stem}-{word}" if stem and len(stem) + len(word) < most else word

    def _spelled(self, pattern: str, least: int, most: int) -> str:
        """Return a text that matches *pattern*, of a length in bounds if one turns up."""
        speller = Rstr(self._draw)
        plain = _plain(pattern)
        text = ""
        for _ in range(TRIES):
            try:
                text = speller.xeger(plain)
            except Exception:  # noqa: BLE001 - a pattern of another dialect fails in many ways
                return text
            if least <= len(text) <= most:
                break
        return text


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:  # of another dialect
        return False


def _plain(pattern: str) -> str:
    """Return *pattern* with ECMAScript's classes spelled out, and without long repetitions."""
    found: list[str] = []
    is_class = False
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        letters = CLASSES.get(part)
        if letters is not None:
            found.append(letters if is_class else f"[{letters}]")
            continue
        is_class = part == "[" or (is_class and part != "]")
        found.append(part if is_class else REPETITIONS.get(part, part))
    return "".join(found)
