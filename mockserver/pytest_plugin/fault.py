"""A fault: something that goes wrong on purpose, as long as it is there."""

from __future__ import annotations

from typing import Any, Literal, Self, TypedDict

from mockserver.pytest_plugin.line import Desk

Kind = Literal["status", "latency", "reset", "truncate", "throttle", "stuck"]


class Terms(TypedDict, total=False):
    """Which requests a fault strikes, how often, and the particulars of what it does.

    Which: `api`, `operation`, `method`, `path` (a star stands for any text), and `state`, which
    the resource that is asked for is in. How often: with probability `rate`, at most `times`
    times. What: `status`, `body` and `retry_after` of the answer (status, throttle), `seconds`
    more or less by the part `spread` (latency), `schema` and `key` of what stays (stuck).
    """

    api: str
    operation: str
    method: str
    path: str
    state: str
    rate: float
    times: int
    status: int
    body: Any
    retry_after: int
    seconds: float
    spread: float
    schema: str
    key: str | int


PARTICULARS = ("status", "body", "retry_after", "seconds", "spread", "schema", "key")
"""The terms that say what a fault does."""


class Fault:
    """One fault of one session. In a `with` it is there until the end of the block."""

    def __init__(self, desk: Desk, kind: Kind, terms: Terms) -> None:
        self._desk = desk
        deed = {"kind": kind, **{name: one for name, one in terms.items() if name in PARTICULARS}}
        body = {name: one for name, one in terms.items() if name not in PARTICULARS}
        self.id = int(desk.ask("POST", "/faults", {**body, "do": deed})["id"])

    @property
    def matched(self) -> int:
        """How many requests it was meant for."""
        return int(self._desk.ask("GET", f"/faults/{self.id}")["matched"])

    @property
    def fired(self) -> int:
        """How many requests it struck."""
        return int(self._desk.ask("GET", f"/faults/{self.id}")["fired"])

    def remove(self) -> None:
        """End it; what it held in its state goes on from there."""
        self._desk.ask("DELETE", f"/faults/{self.id}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
