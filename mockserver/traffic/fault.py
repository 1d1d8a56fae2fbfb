"""A fault that a client is to live with: which requests it strikes, how often, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mockserver.machine import Chance
from mockserver.traffic.selection import Selection, UnknownNameError
from specs.contract import Contract

LONGEST = 3600.0
"""The longest latency in seconds."""


class Kind(StrEnum):
    """What a fault does."""

    STATUS = "status"
    LATENCY = "latency"
    RESET = "reset"
    TRUNCATE = "truncate"
    THROTTLE = "throttle"
    STUCK = "stuck"


class FaultError(ValueError):
    """A fault is asked for that makes no sense; says what would."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does.

    `status` and `body` are of the answer that it gives instead (status, throttle); without `body`
    the API words it. `seconds`, more or less by `spread` of it, is how long it holds a request up
    (latency). `retry_after` is how many seconds a client is told to wait (status, throttle).
    `schema` and `key` say what is stuck; without `key`, everything of that schema.
    """

    kind: Kind
    status: int | None = None
    body: Any = None
    seconds: float = 0.0
    spread: float = 0.0
    retry_after: int | None = None
    schema: str | None = None
    key: str | int | None = None

    def shown(self) -> dict[str, Any]:
        """Return what was asked for, as JSON values."""
        fields = {name: getattr(self, name) for name in USES[self.kind]}
        return {"kind": self.kind.value} | {
            name: value for name, value in fields.items() if value is not None
        }


USES: Mapping[Kind, tuple[str, ...]] = {
    Kind.STATUS: ("status", "body", "retry_after"),
    Kind.LATENCY: ("seconds", "spread"),
    Kind.RESET: (),
    Kind.TRUNCATE: (),
    Kind.THROTTLE: ("status", "body", "retry_after"),
    Kind.STUCK: ("schema", "key"),
}
"""Which fields of an effect mean something for each kind."""


@dataclass(slots=True)
class Fault:
    """One fault: it strikes requests of `selection` that address a resource in `state`.

    It does so with the probability `rate`, at most `times` times. `matched` counts the requests
    it was meant for, or the moves it was asked about; `fired` those that it struck.
    """

    id: int
    selection: Selection
    effect: Effect
    state: str | None = None
    rate: float = 1.0
    times: int | None = None
    matched: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    @property
    def is_spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.times is not None and self.fired >= self.times

    def strikes(self, seed: int) -> bool:
        """Count a request that it is meant for, and return whether it strikes it."""
        self.matched += 1
        if self.is_spent:
            return False
        if self.rate < 1 and Chance(seed, "fault", self.id, self.matched).number() >= self.rate:
            return False
        self.fired += 1
        return True

    def delay(self, seed: int) -> float:
        """Return how many seconds it holds up the request that it struck last."""
        effect = self.effect
        share = 2 * Chance(seed, "latency", self.id, self.fired).number() - 1
        return effect.seconds * (1 + effect.spread * share)

    def shown(self) -> dict[str, Any]:
        """Return it as JSON values."""
        chosen = {
            "api": self.selection.api,
            "operation": self.selection.operation,
            "method": self.selection.method,
            "path": self.selection.path,
            "state": self.state,
            "times": self.times,
        }
        return {
            "id": self.id,
            **{name: value for name, value in chosen.items() if value is not None},
            "rate": self.rate,
            "do": self.effect.shown(),
            "matched": self.matched,
            "fired": self.fired,
        }


def parse(number: int, asked: Mapping[str, Any], contracts: Mapping[str, Contract]) -> Fault:
    """Return the fault that a JSON object asks for.

    The types of the values are those of the admin API's contract. Raises `FaultError` or
    `UnknownNameError` for what makes no sense.
    """
    unknown = asked.keys() - {"api", "operation", "method", "path", "state", "rate", "times", "do"}
    if unknown:
        raise FaultError(f"a fault has no {min(unknown)!r}")
    selection = Selection(
        asked.get("api"), asked.get("operation"), asked.get("method"), asked.get("path")
    )
    selection.check(contracts)
    rate = asked.get("rate", 1.0)
    if not 0 <= rate <= 1:
        raise FaultError("rate is a probability from 0 to 1")
    times = asked.get("times")
    if times is not None and times < 1:
        raise FaultError("times is 1 or more; leave it out for always")
    effect = _effect(asked.get("do"))
    within = [contracts[selection.api]] if selection.api is not None else list(contracts.values())
    _check_names(effect, asked.get("state"), within)
    if effect.kind is Kind.STUCK and asked.keys() - {"api", "state", "do"}:
        raise FaultError("what is stuck is told by api, state, do.schema and do.key alone")
    return Fault(number, selection, effect, asked.get("state"), float(rate), times)


def _effect(asked: Any) -> Effect:
    known = [one.value for one in Kind]
    if not isinstance(asked, Mapping) or asked.get("kind") not in known:
        raise FaultError(f"say what it does: do.kind is one of {', '.join(known)}")
    kind = Kind(asked["kind"])
    for name in asked.keys() - {"kind"}:
        if name not in USES[kind]:
            takes = ", ".join(USES[kind]) or "nothing else"
            raise FaultError(f"do.{name} means nothing for {kind}: it takes {takes}")
    effect = Effect(**{**asked, "kind": kind})
    if kind is Kind.STATUS and effect.status is None:
        raise FaultError("do.status says which status is answered")
    if effect.status is not None and not 200 <= effect.status <= 599:
        raise FaultError("do.status is from 200 to 599")
    if kind is Kind.LATENCY and not 0 < effect.seconds <= LONGEST:
        raise FaultError(f"do.seconds is more than 0 and at most {LONGEST:g}")
    if not 0 <= effect.spread <= 1:
        raise FaultError("do.spread is the part of the seconds by which they vary, from 0 to 1")
    if effect.retry_after is not None and effect.retry_after < 0:
        raise FaultError("do.retry_after is 0 seconds or more")
    if kind is Kind.STUCK and effect.schema is None:
        raise FaultError("do.schema says what is stuck")
    return effect


def _check_names(effect: Effect, state: str | None, contracts: list[Contract]) -> None:
    """Raise `UnknownNameError` for a schema or a state that no lifecycle has."""
    lifecycles = [one for contract in contracts for one in contract.lifecycles.values()]
    if effect.schema is not None:
        known = sorted({one.schema for one in lifecycles})
        if effect.schema not in known:
            raise UnknownNameError("schema with a lifecycle", effect.schema, known)
        lifecycles = [one for one in lifecycles if one.schema == effect.schema]
    if state is not None:
        states = list(dict.fromkeys(name for one in lifecycles for name in one.states))
        if state not in states:
            raise UnknownNameError("state", state, states)
