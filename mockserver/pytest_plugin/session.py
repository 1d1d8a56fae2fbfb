"""One session of a mock: what the fixture `callsheet` is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Unpack

from mockserver.pytest_plugin.clock import Clock
from mockserver.pytest_plugin.fault import Fault, Kind, Terms
from mockserver.pytest_plugin.line import Desk, Line
from mockserver.pytest_plugin.requests import Requests
from mockserver.pytest_plugin.state import Snapshot, State

Part = Literal["state", "clock", "faults", "journal", "coverage"]


class UnknownApiError(LookupError):
    """The mock does not serve an API of this name: which, and what it serves."""


class Callsheet:
    """A world of its own: resources, clock, faults and requests that no other test sees.

    `base_url` is its address; what stands after it is as with the real servers. Clients that
    cannot have a prefix before their paths take `origin`, and send `headers` with each request.
    """

    def __init__(self, line: Line, described: Mapping[str, Any], bases: Mapping[str, str]) -> None:
        self.name: str = described["name"]
        self.base_url: str = described["base_url"]
        self.origin = line.base_url
        self.headers = {"X-Callsheet-Session": self.name}
        self._desk = Desk(line, self.name)
        self._bases = bases
        self.clock = Clock(self._desk)
        self.state = State(self._desk)
        self.requests = Requests(self._desk)

    def url(self, api: str, path: str = "") -> str:
        """Return the address of an API in this session, with *path* after it.

        That is `base_url` and the base path of the contract, as `/hpc`.
        """
        if api not in self._bases:
            known = ", ".join(self._bases)
            raise UnknownApiError(f"no API named {api!r} is served; known are {known}")
        return f"{self.base_url}{self._bases[api]}{path}"

    def known(self, api: str) -> dict[str, Any]:
        """Return ids and values of an API that are good to use in this session.

        They are what a target file names, see `callsheet check --target-file`.
        """
        target = self._desk.ask("GET", f"/targets/{api}")
        return dict(target.get("known", {}))

    def fault(self, kind: Kind, **terms: Unpack[Terms]) -> Fault:
        """Have something go wrong: see `Terms`."""
        return Fault(self._desk, kind, terms)

    def snapshot(self, name: str | None = None) -> Snapshot:
        """Keep everything as it is, under a name that nothing else has, or a new one."""
        made = self._desk.ask("POST", "/snapshots", {} if name is None else {"name": name})
        return Snapshot(self._desk, made["name"])

    def reset(self, *parts: Part) -> None:
        """Make the session, or parts of it, what it was at the beginning of the test."""
        self._desk.ask("POST", "/reset", {"parts": list(parts)} if parts else {})

    def admin(
        self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        """Call the admin API about this session; *path* is what stands after `/__admin`.

        Returns the JSON of the answer and raises `AdminError`.
        """
        return self._desk.ask(method, path, body, query)

    def __repr__(self) -> str:
        return f"<session {self.name} at {self.base_url}>"
