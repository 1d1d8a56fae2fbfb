"""What a session has been asked and has answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from mockserver.pytest_plugin.clock import Transition
from mockserver.pytest_plugin.line import Desk

SHOWN = 20
"""How many requests a failed test shows."""


class NotSeenError(AssertionError):
    """The requests that were waited for did not come."""


class Filter(TypedDict, total=False):
    """Which requests are meant; in *path* a star stands for any text."""

    api: str
    operation: str
    method: str
    path: str
    status: int
    since_id: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request and how it was answered. `status` is None if there was no answer.

    `transitions` are those that it caused, whenever they happened. `query` is as it was sent.
    """

    id: int
    at: datetime
    method: str
    path: str
    query: str
    api: str | None
    operation: str | None
    status: int | None
    transitions: list[Transition]

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Request:
        """Return what the admin API tells of a request."""
        return cls(
            value["id"],
            datetime.fromisoformat(value["at"]),
            value["method"],
            value["path"],
            value["query"],
            value["api"],
            value["operation"],
            value["status"],
            [Transition.of(one) for one in value["transitions"]],
        )

    def __str__(self) -> str:
        where = f"{self.path}?{self.query}" if self.query else self.path
        said = "no answer" if self.status is None else f"{self.status}"
        return "  ".join([f"{self.method} {where} {said}", *map(str, self.transitions)])


Found = list[Request]


class Requests:
    """The journal of one session: the latest requests, the oldest first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, *, limit: int = 1000, **only: Unpack[Filter]) -> Found:
        """Return the latest requests that fit, at most *limit* of them."""
        found = self._desk.ask("GET", "/journal", query={"limit": limit, **only})
        return [Request.of(one) for one in found["items"]]

    def count(self, **only: Unpack[Filter]) -> int:
        """Return how many requests fit."""
        return int(self._desk.ask("GET", "/journal/count", query=only)["count"])

    def wait(self, count: int = 1, *, timeout: float = 10, **only: Unpack[Filter]) -> Found:
        """Return the first *count* requests that fit as soon as they have been answered.

        Raises `NotSeenError` if they have not after *timeout* seconds, at most 60.
        """
        __tracebackhide__ = True  # a failed test shows its own line
        body = {**only, "count": count, "timeout_seconds": timeout}
        done = self._desk.ask("POST", "/journal/wait", body)
        if not done["satisfied"]:
            wanted = ", ".join(f"{name}={value}" for name, value in only.items()) or "any"
            raise NotSeenError(
                f"{done['count']} of {count} requests ({wanted}) came in {timeout:g} seconds; "
                f"the latest of all:\n{self.told() or '  none'}"
            )
        return [Request.of(one) for one in done["items"]]

    def read(self, number: int) -> dict[str, Any]:
        """Return a request by its id with headers and bodies, `request` and `response`."""
        found: dict[str, Any] = self._desk.ask("GET", f"/journal/{number}")
        return found

    def clear(self) -> None:
        """Forget all requests; ids go on."""
        self._desk.ask("DELETE", "/journal")

    def told(self) -> str:
        """Return the latest requests as lines of text."""
        return "\n".join(f"  {one}" for one in self.list(limit=SHOWN))
