"""What a handler is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

import orjson

UNCHECKED: Any = object()
"""The value of a reply whose body fits the contract already, or is no JSON."""

UNDECLARED: Any = object()
"""The value of a reply for which the contract has no words, and which is given nevertheless."""

JSON = b"application/json"

JSON_HEADER = (b"content-type", JSON)


class Call:
    """One request, read and checked.

    `path` and `query` hold the declared parameters, converted; a parameter that broke the
    contract and was let through is absent. `pairs` holds the query as it was sent. `body` is the
    parsed JSON, or the bytes of any other content; None if there is none.
    """

    __slots__ = (
        "_grouped",
        "_headers",
        "body",
        "method",
        "operation_id",
        "pairs",
        "path",
        "query",
        "raw",
        "scope",
    )

    def __init__(self, scope: Mapping[str, Any], operation_id: str) -> None:
        self.scope = scope
        self.operation_id = operation_id
        self.method: str = scope["method"]
        self.path: dict[str, Any] = {}
        self.query: dict[str, Any] = {}
        self.pairs: list[tuple[str, str]] = []
        self.body: Any = None
        self.raw: bytes = b""
        self._grouped: dict[str, list[str]] | None = None
        self._headers: dict[bytes, bytes] | None = None

    def header(self, name: str) -> str | None:
        """Return the value of a header, the first if there are several, or None.

        *name* is lower case.
        """
        if self._headers is None:
            self._headers = dict(reversed(self.scope["headers"]))
        value = self._headers.get(name.encode())
        return None if value is None else str(value, "latin-1")

    def values(self, name: str) -> list[str]:
        """Return what the query says of *name*, as sent: nothing, once, or several times."""
        if not self.pairs:
            return []
        if self._grouped is None:
            self._grouped = {}
            for key, value in self.pairs:
                self._grouped.setdefault(key, []).append(value)
        return self._grouped.get(name, [])

    def add_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Take *pairs*, the fields of a form, as if the query had them."""
        self.pairs = [*self.pairs, *pairs]
        self._grouped = None

    @property
    def media_type(self) -> str:
        """The content type of the body, lower case and without parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def url(self, path: str) -> str:
        """Return the absolute address of *path* on this server, as the client reached it."""
        host = self.header("host")
        if host is None:
            server = self.scope.get("server") or ("127.0.0.1", 80)
            host = f"{server[0]}:{server[1]}"
        return f"{self.scope.get('scheme', 'http')}://{host}{self.scope.get('root_path', '')}{path}"


def parse_query(text: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a query string; a name without `=` has an empty value."""
    pairs = []
    for part in text.decode("latin-1").split("&"):
        if not part:
            continue
        name, _, value = part.partition("=")
        if "%" in part or "+" in part:
            name, value = unquote_plus(name), unquote_plus(value)
        pairs.append((name, value))
    return pairs


class Reply:
    """An answer: status, body, headers.

    `value` is the Python value behind a JSON body, to be checked against the contract, or
    `UNCHECKED` if its parts have been checked when they were written.
    """

    __slots__ = ("body", "headers", "status", "value")

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        media_type: bytes | None = None,
        value: Any = UNCHECKED,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self.status = status
        self.body = body
        self.value = value
        self.headers = list(headers)
        if media_type is not None:
            self.headers.append((b"content-type", media_type))

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Reply:
        """Return *value* as JSON, to be checked against the contract."""
        return cls(status, orjson.dumps(value), JSON, value)

    @classmethod
    def ready(cls, body: bytes, status: int = 200) -> Reply:
        """Return a JSON text that was checked when it was written."""
        reply = cls(status, body)
        reply.headers.append(JSON_HEADER)
        return reply

    @classmethod
    def text(cls, text: str, status: int = 200, media_type: str = "text/plain") -> Reply:
        """Return plain text, or any other text type."""
        return cls(status, text.encode(), f"{media_type}; charset=utf-8".encode())

    @classmethod
    def empty(cls, status: int) -> Reply:
        """Return an answer without a body."""
        return cls(status)

    def with_header(self, name: str, value: str) -> Reply:
        """Add a header and return the reply."""
        self.headers.append((name.lower().encode(), value.encode("latin-1", "replace")))
        return self
