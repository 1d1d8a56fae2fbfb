"""The clock of a session, in the hands of a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from mockserver.pytest_plugin.line import Desk


class NotReachedError(AssertionError):
    """What the clock was moved for did not come about."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One move of a resource: from where to where, when by the clock of the session, and why.

    `cause` is an operation, `time`, `admin` or whatever else moved it along; `request` the id of
    the request behind it, if there was one.
    """

    api: str
    schema: str
    key: str | int
    source: str
    target: str
    at: datetime
    cause: str
    request: int | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Transition:
        """Return what the admin API tells of a transition."""
        return cls(
            value["api"],
            value["schema"],
            value["key"],
            value["source"],
            value["target"],
            datetime.fromisoformat(value["at"]),
            value["cause"],
            value.get("journal_id"),
        )

    def __str__(self) -> str:
        return f"{self.schema} {self.key} {self.source} -> {self.target}"


@dataclass(frozen=True, slots=True)
class Advance:
    """What happened when the clock was moved: the first 1000 transitions, and how many in all."""

    now: datetime
    fired: list[Transition]
    count: int


class Clock:
    """Tells and moves the time of one session. It never runs backwards."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return datetime.fromisoformat(self._face()["now"])

    @property
    def factor(self) -> float:
        """How many seconds pass in a second of the wall; 0 if it is frozen."""
        return float(self._face()["factor"])

    @property
    def next_event(self) -> datetime | None:
        """When something happens next without a request, or None."""
        found = self._face()["next_event"]
        return None if found is None else datetime.fromisoformat(found)

    def _face(self) -> Any:
        return self._desk.ask("GET", "/clock")

    def freeze(self) -> None:
        """Stop the clock."""
        self._desk.ask("PUT", "/clock", {"mode": "frozen"})

    def run(self, factor: float = 1.0) -> None:
        """Let the clock run at *factor* times the pace of the wall."""
        self._desk.ask("PUT", "/clock", {"factor": factor})

    def advance(
        self,
        seconds: float | None = None,
        *,
        until: Literal["next-event"] | Mapping[str, Any] | None = None,
        limit: float | None = None,
    ) -> Advance:
        """Move the clock and return what happened on the way; all of it has happened then.

        By *seconds*; or *until* the next event; or until a resource is in a state, as in
        `{"api": "scale", "key": 17, "state": "COMPLETED"}`, for *limit* seconds at most (a day,
        unless said otherwise). Raises `NotReachedError`.
        """
        __tracebackhide__ = True  # a failed test shows its own line
        if (seconds is None) is (until is None):
            raise TypeError("say how far: seconds or until, one of the two")
        body: dict[str, Any] = {"seconds": seconds}
        if until is not None:
            body = {"until": dict(until)} if isinstance(until, Mapping) else {"to": until}
        if limit is not None:
            body["limit_seconds"] = limit
        done = self._desk.ask("POST", "/clock/advance", body)
        if not done["reached"]:
            raise NotReachedError(_missed(body, done["now"]))
        fired = [Transition.of(one) for one in done["fired"]]
        return Advance(datetime.fromisoformat(done["now"]), fired, done["count"])


def _missed(body: Mapping[str, Any], now: str) -> str:
    if "until" not in body:
        return f"at {now}: nothing is going to happen by itself"
    wanted = body["until"]
    kind = wanted.get("schema", "resource")
    return f"at {now}: the {kind} {wanted['key']} of {wanted['api']} is not {wanted['state']}"
