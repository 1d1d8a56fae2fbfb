"""A mock, wherever it runs, and the sessions that tests have of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockserver.pytest_plugin.line import Desk, Line
from mockserver.pytest_plugin.manner import Manner

LONGEST = 48
"""How many letters of a test's name the name of its session takes up at most."""


class Mock:
    """Makes sessions and drops them.

    Sessions whose clock stands still are copies of one that nobody uses, as copying takes a
    fraction of the time that filling a world does.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self._desk = Desk(line)
        self._originals: dict[Manner, str] = {}
        self._count = 0

    @cached_property
    def bases(self) -> Mapping[str, str]:
        """The base path of each API that is served."""
        return {one["name"]: one["base_path"] for one in self._desk.ask("GET", "/apis")}

    def open(self, name: str, manner: Manner) -> dict[str, Any]:
        """Make a session that is named after a test; return it as the admin API describes it."""
        self._count += 1
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")[:LONGEST]
        body: dict[str, Any] = {"name": f"{plain or 'test'}-{self._count}"}
        if manner.clock == "frozen":
            body["from_session"] = self._original(manner)
        else:
            body |= {"seed": manner.seed, "scenario": manner.scenario, "clock": manner.pace}
        made: dict[str, Any] = self._desk.ask("POST", "/sessions", body)
        return made

    def _original(self, manner: Manner) -> str:
        if manner not in self._originals:
            body = {
                "name": f"original-{len(self._originals) + 1}",
                "seed": manner.seed,
                "scenario": manner.scenario,
                "clock": manner.pace,
            }
            self._originals[manner] = self._desk.ask("POST", "/sessions", body)["name"]
        return self._originals[manner]

    def drop(self, name: str) -> None:
        """Drop a session."""
        self._desk.ask("DELETE", f"/sessions/{name}")
