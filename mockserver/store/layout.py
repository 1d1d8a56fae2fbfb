"""What a collection keeps of each resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Kind = type[int] | type[str] | type[float]

FIXED = ("key", "state", "since", "due", "upcoming", "version", "facts")
"""The columns that every table has besides the session."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of one kind of resource.

    Every row has session, key, state, since, due, upcoming, version and facts; a layout adds the
    `columns` that filters and orders need, the `views` (ready-made JSON texts; view name -> name
    of the contract's schema that each must fit), `indexes` (each is made to start with the
    session and end with the key) and `facets`: columns whose combinations are counted as they
    change, so that a count costs the number of combinations, not of rows.
    """

    name: str
    key: Kind
    lifecycle: str | None
    columns: Mapping[str, Kind] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[tuple[str, ...], ...] = ()
    facets: tuple[str, ...] = ("state",)

    def kind(self, name: str) -> Kind:
        """Return the type of a column."""
        return str if name == "state" else self.columns[name]


@dataclass(slots=True)
class Resource:
    """One resource as it stands in the store.

    `since` is when it entered its state, `due` when it will leave it on its own for `upcoming`.
    `facts` is what the API knows of it (plain JSON values); `columns` what the table can be
    searched by; `counted` the facets under which it was counted when it was read.
    """

    key: Any
    state: str
    since: int
    due: int | None = None
    upcoming: str | None = None
    version: int = 0
    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    counted: tuple[Any, ...] = ()
