"""What a list request asks for: filters, an order, and where it left off."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from mockserver.apis.hpcpack.faults import Code, SchedulerError, wrong
from mockserver.moment import from_datetime
from mockserver.pipeline.call import Call
from mockserver.store import Collection, Condition, Query
from mockserver.store.query import within

CLAUSE = re.compile(r"\s*([A-Za-z]+)\s+eq(?:\s+(.*?))?\s*", re.IGNORECASE | re.DOTALL)
AND = re.compile(r"\s+and\s+(?=[A-Za-z]+\s+eq(?:\s|$))", re.IGNORECASE)

TIMES = (
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
)  # fmt: skip

MANY = 2**31 - 1


def clauses(text: str) -> list[tuple[str, str]]:
    """Return names, in lower case, and values of a filter; raise `SchedulerError` if it is none.

    A clause without a value selects nothing and is left out.
    """
    if not text.strip():
        return []
    found = []
    for part in AND.split(text):
        clause = CLAUSE.fullmatch(part)
        if clause is None:
            raise wrong(f"{part.strip()} is no filter: say name eq value.")
        if clause[2]:
            found.append((clause[1].lower(), clause[2]))
    return found


def conditions(text: str, filters: Mapping[str, Callable[[str], Condition]]) -> list[Condition]:
    """Return the conditions of a filter; *filters* makes one of a value, by lower-case name."""
    found = []
    for name, value in clauses(text):
        make = filters.get(name)
        if make is None:
            raise SchedulerError(Code.INVALID_FILTER_PROPERTY, f"There is no filter {name}.")
        found.append(make(value))
    return found


def states(known: Iterable[str], text: str) -> Condition:
    """Return the condition that the state is one of those in *text*, which may be in any case."""
    folded = {name.lower(): name for name in known}
    wanted = [part.strip().lower() for part in text.split(",") if part.strip()]
    for one in wanted:
        if one not in folded:
            raise wrong(f"There is no state {one}.")
    return within("state", [folded[one] for one in wanted])


def numbers(column: str, text: str) -> Condition:
    """Return the condition that *column* is one of the numbers in *text*."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(re.fullmatch(r"[0-9]{1,10}", one, re.ASCII) for one in parts):
        raise wrong(f"{text} is no list of numbers.")
    return within(column, [int(one) for one in parts])


def since(column: str, text: str) -> Condition:
    """Return the condition that *column* is at or after a date, a time being UTC."""
    for form in TIMES:
        try:
            date = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return Condition(column, "ge", (from_datetime(date),))
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(f"{text} is no date.") from None
    aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return Condition(column, "ge", (from_datetime(aware),))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended: the last row's value in the sorted column, and its rank."""

    value: Any
    rank: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list request asks for, by itself or by the queryId of the last page."""

    filter: str
    owner: str
    sort: str
    ascending: bool
    expanded: bool
    properties: str
    mark: Mark | None = None

    def token(self, mark: Mark, scope: int) -> str:
        """Return the queryId with which the next page is asked for."""
        fields = (
            scope, self.filter, self.owner, self.sort, self.ascending, self.expanded,
            self.properties, mark.value, mark.rank,
        )  # fmt: skip
        return urlsafe_b64encode(orjson.dumps(fields)).decode().rstrip("=")


def asked(call: Call, sort: str, scope: int = 0) -> Asked:
    """Return what *call* asks for; *sort* names its order, *scope* is the job, if any."""
    query = call.query
    named = (call.values("properties") or [""])[-1]
    if any("\0" in text for _, text in call.pairs):
        raise wrong("A text must not hold the character NUL.")
    token = query.get("queryId")
    if token and "startRow" not in query:
        return _resumed(token, scope, named)
    return Asked(
        filter=query.get("$filter", ""),
        owner=query.get("owner", ""),
        sort=query[sort],
        ascending=query.get("asc", True),
        expanded=query.get("expandParametric", True),
        properties=named,
    )


def _resumed(token: str, scope: int, named: str) -> Asked:
    """Return what was asked for when *token* was given, shown with other properties if *named*."""
    try:
        padded = token + "=" * (-len(token) % 4)
        fields = orjson.loads(urlsafe_b64decode(padded.encode()))
        own, text, owner, sort, ascending, expanded, properties, value, rank = fields
    except (ValueError, TypeError):
        own = None
    else:
        texts = all(isinstance(one, str) for one in (text, owner, sort, properties))
        flags = isinstance(ascending, bool) and isinstance(expanded, bool)
        plain = value is None or isinstance(value, int | str)
        if own == scope and texts and flags and plain and type(rank) is int:
            mark = Mark(value, rank)
            return Asked(text, owner, sort, ascending, expanded, named or properties, mark)
    raise SchedulerError(Code.INVALID_ROW_ENUMERATION, "The queryId is none of this list.")


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of a collection: which, in the order of which column, the rank breaking ties."""

    collection: Collection
    where: tuple[Condition, ...]
    column: str
    rank: str
    ascending: bool

    @property
    def _order(self) -> tuple[str, ...]:
        names = (self.column,) if self.column == self.rank else (self.column, self.rank)
        return names if self.ascending else tuple(f"-{name}" for name in names)

    def count(self) -> int:
        """Return how many rows there are on all pages."""
        return self.collection.count(Query(self.where))

    def skip(self, view: str, size: int, start: int) -> list[bytes]:
        """Return *size* rows after the first *start*."""
        query = Query(self.where, self._order)
        return self.collection.page(query, view, min(size, MANY), min(start, MANY))

    def read(self, view: str, size: int, mark: Mark | None) -> list[bytes]:
        """Return *size* rows after *mark*."""
        rows: list[bytes] = []
        for more in self._rest(mark):
            query = Query((*self.where, *more), self._order)
            rows += self.collection.page(query, view, size - len(rows))
            if len(rows) == size:
                break
        return rows

    def _rest(self, mark: Mark | None) -> list[tuple[Condition, ...]]:
        """Return what the rows after *mark* fulfil, in the order in which they come.

        A row without a value comes before all others.
        """
        if mark is None:
            return [()]
        beyond: Literal["gt", "lt"] = "gt" if self.ascending else "lt"
        after = Condition(self.rank, beyond, (mark.rank,))
        if self.column == self.rank:
            return [(after,)]
        none, some = Condition(self.column, "null"), Condition(self.column, "set")
        if mark.value is None:
            return [(none, after), (some,)] if self.ascending else [(none, after)]
        equal = within(self.column, [mark.value])
        further = Condition(self.column, beyond, (mark.value,))
        return (
            [(equal, after), (further,)]
            if self.ascending
            else [(equal, after), (further,), (none,)]
        )
