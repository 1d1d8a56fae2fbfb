"""One request and its answer, as they went over the wire."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from urllib3 import HTTPHeaderDict

from conformance.failures import Violation

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is sent. *path* is what stands behind the target's base URL, encoded."""

    method: str
    path: str
    query: Pairs = ()
    headers: tuple[tuple[str, str | None], ...] = ()  # None takes a default header away
    body: bytes | None = None

    @property
    def location(self) -> str:
        """Path and query string."""
        if not self.query:
            return self.path
        encoded = urlencode(self.query, quote_via=quote, errors="surrogateescape")
        return f"{self.path}?{encoded}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the contract sees it: which operation, with which values."""

    operation_id: str
    path: Mapping[str, str]
    query: Pairs
    body: Any  # parsed JSON, or bytes where it is none, or None
    headers: Mapping[str, str] = field(default_factory=dict)

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of the query parameter *name*."""
        return tuple(value for key, value in self.query if key == name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent and what came back. Credentials are not part of it."""

    request: Request
    url: str
    status: int
    headers: HTTPHeaderDict
    body: bytes
    elapsed: float
    operation_id: str | None = None
    masked: tuple[str, ...] = ()  # names of headers whose values are secrets
    _parsed: list[Any] = field(default_factory=list, repr=False, compare=False)

    def json(self) -> Any:
        """Return the parsed body, parsed once; raises `ValueError` if it is not JSON."""
        if not self._parsed:
            self._parsed.append(parsed_json(self.body))
        return self._parsed[0]

    def curl(self) -> str:
        """Return the request as a curl command; a secret is read from the environment."""
        words = ["curl", "-sS", "-i", "-X", self.request.method, shlex.quote(self.url)]
        for name, value in self.request.headers:
            if value is not None:
                words += ["-H", shlex.quote(f"{name}: {value}")]
        for name in self.masked:
            words += ["-H", f'"{name}: ${environment_name(name)}"']
        if self.request.body is not None:
            words += ["--data-binary", shlex.quote(self.request.body.decode("utf-8", "replace"))]
        return " ".join(words)

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.location} -> {self.status}"


def environment_name(header: str) -> str:
    """Return the name of the variable that a reproduction script reads this header from."""
    return "CALLSHEET_" + "".join(one if one.isalnum() else "_" for one in header.upper())


class Answer:
    """What a check sees of an exchange."""

    def __init__(self, exchange: Exchange, requirement: str | None = None) -> None:
        self.exchange = exchange
        self.requirement = requirement  # the derived requirement that covers this answer

    @property
    def status(self) -> int:
        return self.exchange.status

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def headers(self) -> HTTPHeaderDict:
        """The headers, whatever their case; `getlist` gives each of a repeated one."""
        return self.exchange.headers

    @property
    def body(self) -> bytes:
        return self.exchange.body

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def elapsed(self) -> float:
        """Seconds from the first byte sent to the last one received."""
        return self.exchange.elapsed

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty if there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:
        """The parsed body; a violation of the declared answer if it is not JSON."""
        try:
            return self.exchange.json()
        except ValueError:
            start = self.body[:60].decode("utf-8", "replace")
            reason = f"{self.exchange} has a body that is not JSON: {start!r}"
            raise Violation(reason, self.requirement) from None

    def __repr__(self) -> str:
        return f"<Answer {self.exchange}>"


def parsed_json(body: bytes) -> Any:
    """Return a body as JSON; raises `ValueError` if it is none, as NaN is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass  # it may hold what only the slower parser takes: lone surrogates
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def pairs(query: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> Pairs:
    """Return a query as pairs of texts: a list repeats its name, None leaves it out."""
    if query is None:
        return ()
    items = query.items() if isinstance(query, Mapping) else query
    found: list[tuple[str, str]] = []
    for name, value in items:
        each = value if isinstance(value, list | tuple) else [value]
        found += [(name, wire(one)) for one in each if one is not None]
    return tuple(found)


def wire(value: object) -> str:
    """Return a parameter's value as it stands in a URL or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
