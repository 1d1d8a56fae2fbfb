"""The way to the admin API of a mock: over a connection, or straight into an application."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3

PATIENCE = 70.0
"""How many seconds an answer may take: the admin API itself waits for 60 at most."""


class AdminError(Exception):
    """The admin API refused: its status, its sentence, and what there is instead."""

    def __init__(self, status: int, message: str, known: Sequence[str] = ()) -> None:
        there = f"; there is {', '.join(known)}" if known else ""
        super().__init__(f"{message}{there}")
        self.status = status
        self.known = list(known)


class Line(Protocol):
    """Where calls of the admin API go."""

    base_url: str

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """Send one request and return status and body of the answer."""
        ...


class Connection:
    """The line to a server: connections that are kept."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._pool = urllib3.PoolManager(retries=False, timeout=PATIENCE)

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        answer = self._pool.request(method, self.base_url + path, headers=dict(headers), body=body)
        return answer.status, answer.data

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


class Desk:
    """Asks the admin API about one session, or about the mock as a whole."""

    def __init__(self, line: Line, session: str | None = None) -> None:
        self.line = line
        self.headers = {} if session is None else {"X-Callsheet-Session": session}

    def ask(
        self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the JSON of an answer, None if it has none; raise `AdminError`."""
        __tracebackhide__ = True  # a failed test shows its own line
        given = {name: value for name, value in (query or {}).items() if value is not None}
        asked = f"?{urlencode(given)}" if given else ""
        headers, sent = self.headers, None
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
            sent = json.dumps(body).encode()
        status, raw = self.line.send(method, f"/__admin{path}{asked}", headers, sent)
        value: Any = json.loads(raw) if raw else None
        if status >= 400:
            said = ": ".join(one for one in (value["error"], value.get("detail")) if one)
            raise AdminError(status, said, value.get("known", ()))
        return value
