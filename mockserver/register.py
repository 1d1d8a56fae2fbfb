"""The register of the sessions of one server: what is written down of each, and when it was used.

The table of worlds holds a row for each session: its name, how it was made, what its clock shows.
Several servers can share the table; what this one remembers of it is read anew by `look`.
"""

from __future__ import annotations

import time
from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.store import Collection, Resource
from mockserver.store.table import StoredTable

FIRST = 1
"""The number of the default session, under which the rows of all sessions stand as well."""

SEEN_SHARE = 10
"""Into how many parts the idle time is cut: so often, at most, a use is written down."""


class UnknownSessionError(Exception):
    """No session has this name; `known` are those that there are."""

    def __init__(self, name: str, known: Some[str]) -> None:
        super().__init__(f"there is no session {name[:64]!r}")
        self.name = name
        self.known = sorted(known)


class TakenNameError(Exception):
    """A session has this name already."""


class Register:
    """The rows of the sessions. `numbers` has the number of each by its name."""

    def __init__(self, table: StoredTable) -> None:
        self._rows = Collection(table, FIRST, lambda _: {})
        self._database = table.database
        self.numbers: dict[str, int] = {}
        self._idle: dict[str, float] = {}
        self._seen: dict[str, float] = {}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._rows.all())

    def look(self) -> None:
        """Read which sessions there are."""
        self.numbers.clear()
        self._idle.clear()
        self._seen.clear()
        for row in self:
            self.note(row.key, row.facts)

    def note(self, number: int, facts: Mapping[str, Any]) -> None:
        """Remember a session and when it was used last."""
        name = facts["name"]
        self.numbers[name] = number
        self._idle[name] = facts["idle"] or 0.0
        self._seen[name] = facts["seen"]

    def forget(self, name: str) -> None:
        """Remember nothing more of a session."""
        for one in (self.numbers, self._idle, self._seen):
            one.pop(name, None)

    def enter(self, number: int, moment: int, facts: Mapping[str, Any]) -> None:
        """Write down a new session, made at *moment* of its clock."""
        self._rows.insert(Resource(number, "open", moment, facts=dict(facts)))

    def find(self, name: str) -> Resource | None:
        """Return the row of a session, or None if there is no such session any more."""
        if name not in self.numbers:
            self.look()
        row = self._rows.get(self.numbers[name]) if name in self.numbers else None
        return None if row is None or row.facts["name"] != name else row

    def row(self, name: str) -> Resource:
        """Return the row of a session; raise `UnknownSessionError`."""
        row = self._rows.get(self.numbers[name])
        if row is None:
            raise UnknownSessionError(name, self.numbers)
        return row

    def write(self, name: str, change: Mapping[str, Any]) -> None:
        """Change what is written of a session; raise `UnknownSessionError`."""
        row = self.row(name)
        row.facts = {**row.facts, **change}
        self._rows.update(row)

    def strike_out(self, name: str) -> None:
        """Take the row of a session away; raise `UnknownSessionError`."""
        self._rows.delete(self.row(name))
        self.forget(name)

    def count(self) -> int:
        """Return how many sessions there are."""
        return sum(1 for _ in self)

    def free_number(self) -> int:
        """Return a number that no session has, nor the beginning of one."""
        rows = list(self)
        beginnings = [one.facts["beginning"]["number"] for one in rows if one.facts["beginning"]]
        return int(max(FIRST, *(one.key for one in rows), *beginnings)) + 1

    # -- use -----------------------------------------------------------------------------------

    def expires(self, name: str) -> bool:
        """Return whether a session is dropped when nobody uses it for some time."""
        return self._idle[name] > 0

    def is_over(self, name: str) -> bool:
        """Return whether nobody has used a session for too long."""
        return self.expires(name) and time.time() - self._seen[name] > self._idle[name]

    def over(self) -> list[str]:
        """Return the names of the sessions that nobody has used for too long."""
        return [name for name in self.numbers if self.is_over(name)]

    def use(self, name: str) -> None:
        """Note that a session is used; now and then it is written down."""
        now = time.time()
        if now - self._seen[name] > self._idle[name] / SEEN_SHARE:
            self._seen[name] = now
            with self._database.transaction():  # other servers write this row as well
                self.write(name, {"seen": now})
