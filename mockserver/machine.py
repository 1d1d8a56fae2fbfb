"""A lifecycle, run at a pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from mockserver.clock import SECOND
from specs.contract import Lifecycle, Transition

Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Hop:
    """One spontaneous transition: where to, after how many seconds, how often of all ways out.

    The wait is drawn evenly from *after* plus or minus *spread* of it.
    """

    target: str
    after: float
    spread: float = 0.4
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.after <= 0 or not 0 <= self.spread < 1:
            raise ValueError("a hop takes more than no time")


class Chance:
    """A stream of numbers in [0, 1) that depends on nothing but its name.

    The same seed, resource and step give the same draw, whatever else was asked before.
    """

    __slots__ = ("_digest",)

    def __init__(self, *name: object) -> None:
        self._digest = blake2b(repr(name).encode(), digest_size=32).digest()

    def number(self, index: int = 0) -> float:
        """Return the number at *index*, 0 to 7."""
        word = self._digest[4 * index : 4 * index + 4]
        return int.from_bytes(word, "big") / 4_294_967_296

    def whole(self, low: int, high: int, index: int = 0) -> int:
        """Return a whole number from *low* to *high*, both included."""
        return low + int(self.number(index) * (high - low + 1))

    def pick(self, options: Sequence[Option], index: int = 0) -> Option:
        """Return one of *options*."""
        return options[int(self.number(index) * len(options))]


class Machine:
    """A lifecycle and how long each of its states lasts."""

    def __init__(self, lifecycle: Lifecycle, pace: Mapping[str, Sequence[Hop]]) -> None:
        for source, hops in pace.items():
            spontaneous = {one.target for one in lifecycle.leaving(source) if one.trigger is None}
            for hop in hops:
                if hop.target not in spontaneous:
                    raise ValueError(
                        f"{lifecycle.schema} has no way of its own from {source} to {hop.target}"
                    )
        self.lifecycle = lifecycle
        self.pace = pace
        self._commands: dict[tuple[str, str], tuple[Transition, ...]] = {}
        for one in lifecycle.transitions:
            if one.trigger is not None:
                key = one.source, one.command
                self._commands[key] = (*self._commands.get(key, ()), one)

    def plan(self, state: str, chance: Chance) -> tuple[str, int] | None:
        """Return which state follows *state* on its own and after how many microseconds."""
        hops = self.pace.get(state)
        if not hops:
            return None
        hop = hops[0]
        if len(hops) > 1:
            mark = chance.number(0) * sum(one.weight for one in hops)
            for hop in hops:
                mark -= hop.weight
                if mark < 0:
                    break
        share = 1 + hop.spread * (2 * chance.number(1) - 1)
        return hop.target, int(hop.after * share * SECOND)

    def target(self, state: str, command: str) -> str | None:
        """Return where *command* leads from *state*, or None if it does not leave it."""
        found = self._commands.get((state, command))
        return found[0].target if found else None
