"""An answer on its way out, which surprises may still change."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from mockserver.pipeline.operation import JSON_TYPES
from mockserver.surprise.notation import Notation, written
from mockserver.surprise.terms import Terms

Headers = list[tuple[bytes, bytes]]

BODILESS = frozenset({204, 304})
"""Statuses whose answers have no body, whatever is sent (RFC 9110 §15)."""


class Answer:
    """One answer, whole, and the terms on which its operation may answer.

    `value` is the parsed JSON, or None if `is_json` is false. `notation` says how it will be
    written, `pieces` in how many parts it is sent, `delay` how many seconds it is held up.
    `terms` is None for an answer to a path that is no operation's.
    """

    def __init__(self, status: int, headers: Headers, body: bytes, terms: Terms | None) -> None:
        self.status = status
        self.headers = headers
        self.terms = terms
        self.notation = Notation()
        self.pieces = 1
        self.delay = 0.0
        self._body = body
        self._value: Any = None
        self._is_new = False

    def header(self, name: bytes) -> bytes | None:
        """Return the value of a header, or None; *name* is lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def add(self, name: str, value: str) -> None:
        """Add a header, unless it is there already or the contract speaks of it."""
        spoken = () if self.terms is None else self.terms.headers(self.status)
        if name.lower() not in spoken and self.header(name.lower().encode()) is None:
            self.headers.append((name.lower().encode(), value.encode("latin-1")))

    @property
    def media_type(self) -> str:
        """The content type without its parameters, lower case."""
        text = self.header(b"content-type") or b""
        return text.decode("latin-1").partition(";")[0].strip().lower()

    @cached_property
    def is_json(self) -> bool:
        """Whether there is a body, and it is JSON."""
        if not self._body or not self.media_type.endswith(JSON_TYPES):
            return False
        try:
            self._value = json.loads(self._body)
        except ValueError:
            return False
        return True

    @property
    def value(self) -> Any:
        """The parsed body."""
        return self._value if self.is_json else None

    @property
    def text(self) -> str | None:
        """The body of an answer in plain words, or None if it has none."""
        if not self._body or self.is_json or not self.media_type.startswith("text/"):
            return None
        return self._body.decode("utf-8", "replace")

    def replace(self, value: Any) -> None:
        """Say something else in JSON, if the terms allow it."""
        if self.is_json and self.terms is not None and self.terms.allow(self.status, value):
            self._value, self._is_new = value, True

    def respell(self, value: Any) -> None:
        """Write numbers otherwise, in the end: *value* equals what is said already."""
        self._value, self._is_new = value, True

    def reword(self, text: str) -> None:
        """Say something else in plain words, if the terms allow it."""
        if self.terms is not None and self.terms.allow(self.status, text):
            self._body = text.encode()

    @property
    def body(self) -> bytes:
        """The bytes to send: as they came unless somebody wanted them otherwise."""
        if self.is_json and (self._is_new or self.notation != Notation()):
            return written(self._value, self.notation).encode()
        return self._body
