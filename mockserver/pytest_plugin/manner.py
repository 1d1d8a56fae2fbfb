"""How sessions begin; apart from all else, since pytest loads it in every run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCENARIOS = ("calm", "busy", "failing", "empty")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session begins: its seed, what is in it, and `real`, `frozen` or a pace as `60x`."""

    seed: int
    scenario: str
    clock: str

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Manner:
        """Return what is asked for; raise `ValueError` for what cannot be had."""
        unknown = asked.keys() - {"seed", "scenario", "clock"}
        if unknown:
            raise ValueError(f"{min(unknown)}: known are seed, scenario, clock")
        seed, scenario, clock = asked["seed"], asked["scenario"], asked["clock"]
        if not re.fullmatch(r"-?\d{1,15}", f"{seed}"):
            raise ValueError(f"seed: {seed!r} is no whole number")
        if scenario not in SCENARIOS:
            known = ", ".join(SCENARIOS)
            raise ValueError(f"scenario: there is no {scenario!r}; known are {known}")
        if not re.fullmatch(r"real|frozen|\d+(\.\d+)?x", f"{clock}"):
            raise ValueError(
                f"clock: {clock!r} is no clock; say real, frozen, or a factor such as 60x"
            )
        return cls(int(seed), scenario, clock)

    @property
    def pace(self) -> dict[str, Any]:
        """The clock as the admin API has it."""
        if self.clock.endswith("x"):
            return {"factor": float(self.clock[:-1])}
        return {"mode": self.clock}
