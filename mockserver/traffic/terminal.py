"""What the terminal is told: a line for each answer, and a summary at the end."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.world import Fired

Line = Callable[[str, str, "int | None", "Sequence[Fired]"], None]
"""Writes a line: method, path with query, status or None, and the transitions with it."""

MOST = 20
"""How many kinds of transitions a summary names."""


class Told:
    """Has a line written for each answer, and counts them for the summary."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._statuses: Counter[str] = Counter()
        self._moves: Counter[str] = Counter()

    def __call__(self, method: str, path: str, status: int | None, fired: Sequence[Fired]) -> None:
        """Take in one answer."""
        self._line(method, path, status, fired)
        self._statuses["none" if status is None else str(status)] += 1
        for one in fired:
            self._moves[f"{one.api} {one.schema} {one.source} -> {one.target}"] += 1

    def end_as_text(self) -> None:
        """Write how many requests there were, what they were answered, and what moved."""
        requests, moves = self._statuses.total(), self._moves.total()
        statuses = ", ".join(f"{name} x{count}" for name, count in sorted(self._statuses.items()))
        sys.stderr.write(f"{requests} requests{': ' if statuses else ''}{statuses}\n")
        sys.stderr.write(f"{moves} transitions\n")
        for name, count in self._moves.most_common(MOST):
            sys.stderr.write(f"  {name} x{count}\n")
        if len(self._moves) > MOST:
            sys.stderr.write(f"  and {len(self._moves) - MOST} other kinds\n")

    def end_as_json(self) -> None:
        """Write the same as one JSON object."""
        summary = {
            "requests": self._statuses.total(),
            "statuses": dict(sorted(self._statuses.items())),
            "transitions": dict(self._moves.most_common()),
        }
        sys.stderr.write(json.dumps({"summary": summary}) + "\n")
