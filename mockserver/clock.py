"""The only source of time: real, frozen, or running at a factor.

A moment is an integer: microseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

SECOND = 1_000_000

FROZEN_START = 1_767_225_600 * SECOND
"""Where a frozen clock stands unless told otherwise: 2026-01-01T00:00:00Z."""

END = 221_845_392_000 * SECOND
"""How far a clock can be moved: to the year 9000, since dates end with the year 9999."""


class Clock:
    """A clock that runs at *factor* times the pace of the wall; 0 stands still.

    `looks` counts how often it was looked at.
    """

    def __init__(
        self,
        factor: float = 1.0,
        start: int | None = None,
        wall: Callable[[], int] = time.time_ns,
    ) -> None:
        self._wall = wall
        self._beginning = factor, start
        self._factor = factor
        self._anchor = wall() // 1000
        self._base = self._anchor if start is None else start
        self.looks = 0

    def now(self) -> int:
        """Return the present moment."""
        self.looks += 1
        if self._factor == 1.0:
            return self._base + self._wall() // 1000 - self._anchor
        if self._factor == 0.0:
            return self._base
        return self._base + int((self._wall() // 1000 - self._anchor) * self._factor)

    @property
    def factor(self) -> float:
        """How many seconds of this clock pass in a second of the wall."""
        return self._factor

    def set_factor(self, factor: float) -> None:
        """Run at *factor* from now on."""
        if factor < 0:
            raise ValueError("a clock never runs backwards: the factor must be 0 or more")
        self._base = self.now()
        self._anchor = self._wall() // 1000
        self._factor = factor

    def another(self) -> Clock:
        """Return a clock that begins as this one did: at its start, or now if it had none."""
        return Clock(*self._beginning, self._wall)

    def restart(self) -> None:
        """Go back to the beginning."""
        self.follow(self.another().reading())

    def stand(self, moment: int, factor: float) -> None:
        """Show *moment* now, whatever it showed, and go on from there at *factor*."""
        self._base, self._anchor, self._factor = moment, self._wall() // 1000, factor

    def reading(self) -> dict[str, Any]:
        """Return what has to be kept so that another clock goes on like this one."""
        return {"factor": self._factor, "base": self._base, "anchor": self._anchor}

    def follow(self, reading: Mapping[str, Any]) -> None:
        """Go on like the clock that *reading* was taken from, in whichever process it was."""
        self._factor = reading["factor"]
        self._base = reading["base"]
        self._anchor = reading["anchor"]

    def move_to(self, moment: int) -> None:
        """Jump forward to *moment*; raise `ValueError` if it has passed or is past the `END`."""
        if moment < self.now():
            raise ValueError("a clock never runs backwards")
        if moment > END:
            raise ValueError("there is no time after the year 9000")
        self._base = moment
        self._anchor = self._wall() // 1000


def parse(text: str) -> Clock:
    """Return the clock that `real`, `frozen` or a factor such as `60x` names.

    Raises `ValueError` for any other text.
    """
    if text == "real":
        return Clock()
    if text == "frozen":
        return Clock(0.0, FROZEN_START)
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)x", text):
        return Clock(float(found[1]))
    raise ValueError(f"{text!r} is no clock: say real, frozen, or a factor such as 60x")
