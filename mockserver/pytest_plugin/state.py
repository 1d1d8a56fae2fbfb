"""What is in a session: everything as one document, and resources one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mockserver.pytest_plugin.clock import Transition
from mockserver.pytest_plugin.line import Desk

PAGE = 1000
"""How many resources are asked for at a time."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A job, a task or whatever else lives in a session.

    `due` is when it leaves its state for `upcoming` on its own; `label` what a person calls it.
    """

    api: str
    schema: str
    key: str | int
    state: str
    since: datetime
    due: datetime | None
    upcoming: str | None
    label: str

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Resource:
        """Return what the admin API tells of a resource."""
        due = value["due"]
        return cls(
            value["api"],
            value["schema"],
            value["key"],
            value["state"],
            datetime.fromisoformat(value["since"]),
            None if due is None else datetime.fromisoformat(due),
            value["upcoming"],
            value["label"],
        )


class State:
    """The resources of one session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self) -> dict[str, Any]:
        """Return everything as one JSON document, from which it can be made again."""
        found: dict[str, Any] = self._desk.ask("GET", "/state")
        return found

    def replace(self, document: Mapping[str, Any]) -> None:
        """Make the session what a document says, the clock included; all of it or nothing."""
        self._desk.ask("PUT", "/state", document)

    def resources(
        self, api: str | None = None, schema: str | None = None, state: str | None = None
    ) -> list[Resource]:
        """Return all resources of an API, of a schema, in a state."""
        found: list[Resource] = []
        while True:
            query = {
                "api": api,
                "schema": schema,
                "state": state,
                "limit": PAGE,
                "offset": len(found),
            }
            page = self._desk.ask("GET", "/resources", query=query)
            found += [Resource.of(one) for one in page["items"]]
            if not page["items"] or len(found) >= page["count"]:
                return found

    def counts(self, api: str, schema: str) -> dict[str, int]:
        """Return how many resources of a schema are in each state in which there are any."""
        query = {"api": api, "schema": schema, "limit": 0}
        states = self._desk.ask("GET", "/resources", query=query)["states"]
        return dict(states.get(api, {}).get(schema, {}))

    def explain(self, api: str, schema: str, key: str | int) -> dict[str, Any]:
        """Return a resource as its API shows it (`view`), its `history`, and what can come next."""
        found: dict[str, Any] = self._desk.ask("GET", _path(api, schema, key))
        return found

    def move(
        self, api: str, schema: str, key: str | int, target: str, *, force: bool = False
    ) -> list[Transition]:
        """Take a resource to another state and return everything that moved with it.

        Along a transition of its life cycle; with *force* to any of its states.
        """
        body = {"target": target, "force": force}
        done = self._desk.ask("POST", f"{_path(api, schema, key)}/move", body)
        return [Transition.of(one) for one in done["fired"]]


def _path(api: str, schema: str, key: str | int) -> str:
    return "/resources/" + "/".join(quote(str(one), safe="") for one in (api, schema, key))


class Snapshot:
    """The state of a session at one moment, kept by the mock for all sessions."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk = desk
        self.name = name

    def restore(self) -> None:
        """Make the session what it was, the clock included; faults and requests stay."""
        self._desk.ask("POST", f"/snapshots/{self.name}/restore")

    def document(self) -> dict[str, Any]:
        """Return it as one JSON document, for a file or another mock."""
        found: dict[str, Any] = self._desk.ask("GET", f"/snapshots/{self.name}")
        return found

    def delete(self) -> None:
        """Forget it."""
        self._desk.ask("DELETE", f"/snapshots/{self.name}")
