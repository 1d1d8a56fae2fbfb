"""What a collection keeps of each resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    session and end with the key), `spare` indexes, which are made when a large table is first
    asked for what they serve, since each makes every write dearer, and what is counted as it
    changes, so that a count does not count rows: the combinations of `facets`, those of each of
    the `margins`, and the `spans`: columns of moments -> the length of the stretches of time in
    which they are counted. The columns that are `full` have a value in every row.
    """

    name: str
    key: Kind
    lifecycle: str | None
    columns: Mapping[str, Kind] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[tuple[str, ...], ...] = ()
    spare: tuple[tuple[str, ...], ...] = ()
    facets: tuple[str, ...] = ("state",)
    margins: tuple[tuple[str, ...], ...] = ()
    spans: Mapping[str, int] = field(default_factory=dict)
    full: tuple[str, ...] = ()

    @property
    def tallies(self) -> tuple[tuple[str, ...], ...]:
        """All groups of columns whose combinations are counted."""
        return tuple(one for one in (self.facets, *self.margins) if one)

    def index_name(self, order: Sequence[str]) -> str:
        """Return what the index is called that has the rows in *order*, up to the key."""
        named = order[:-1] if order[-1] in {"key", "-key"} else order
        return f"{self.name}_by_" + "_".join(one.replace("-", "down_") for one in named)

    def kind(self, name: str) -> Kind:
        """Return the type of a column."""
        return str if name == "state" else self.columns[name]


@dataclass(slots=True)
class Resource:
    """One resource as it stands in the store.

    `since` is when it entered its state, `due` when it will leave it on its own for `upcoming`.
    `facts` is what the API knows of it (plain JSON values); `columns` what the table can be
    searched by; `stored` is what of it the store has: state, due, and the values of the columns.
    """

    key: Any
    state: str
    since: int
    due: int | None = None
    upcoming: str | None = None
    version: int = 0
    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    stored: tuple[str, int | None, Sequence[Any]] = ("", None, ())
