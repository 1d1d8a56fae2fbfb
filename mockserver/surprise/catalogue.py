"""The surprises there are, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.api import Api
    from mockserver.surprise.answer import Answer

Touch = Callable[["Answer"], None]
Cast = Callable[[type["Api"]], type["Api"]]


class UnknownSurpriseError(ValueError):
    """There is no surprise of that name; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """One legal surprise: which freedom it uses, and what does it.

    `touch` changes answers, `cast` the class that plays an API; `scenario` is what fills worlds,
    `protocol` which of uvicorn's implementations of HTTP serves.
    """

    name: str
    freedom: str
    touch: Touch | None = None
    cast: Cast | None = None
    scenario: str | None = None
    protocol: str | None = None


def catalogue() -> Mapping[str, Surprise]:
    """Return all surprises."""
    from mockserver.surprise import bodies, pace, statuses, transfer  # noqa: PLC0415 - a circle

    touching: Sequence[tuple[str, Touch]] = (
        ("extra-fields", bodies.extra_fields),
        ("other-wording", bodies.other_wording),
        ("number-spelling", bodies.number_spelling),
        ("key-order", bodies.key_order),
        ("white-space", bodies.white_space),
        ("escapes", bodies.escapes),
        ("other-refusals", statuses.other_refusals),
        ("extra-headers", transfer.extra_headers),
        ("caching-headers", transfer.caching_headers),
        ("header-case", transfer.header_case),
        ("chunked", transfer.chunked),
        ("closing", transfer.closing),
        ("slow-answers", transfer.slow_answers),
    )
    playing: Sequence[tuple[str, Cast]] = (
        ("instant-jobs", pace.instant_jobs),
        ("endless-jobs", pace.endless_jobs),
        ("sparse-ids", pace.sparse_ids),
    )
    found = [
        *(
            Surprise(name, _doc(one), touch=one, protocol=PROTOCOLS.get(name))
            for name, one in touching
        ),
        *(Surprise(name, _doc(one), cast=one) for name, one in playing),
        Surprise("empty-collections", EMPTY, scenario="empty"),
    ]
    return {one.name: one for one in found}


PROTOCOLS = {"header-case": "h11"}  # httptools writes all names in lower case
EMPTY = "A server need not hold anything yet: every collection starts empty."
ALL = "all"
EXCLUSIVE = ("instant-jobs", "endless-jobs", "empty-collections")
"""Surprises about what there is and becomes, of which `all` has none: they hide the others."""


def _doc(function: Callable[..., object]) -> str:
    return " ".join((inspect.getdoc(function) or "").split())


def chosen(names: Sequence[str]) -> tuple[Surprise, ...]:
    """Return the surprises of these names; raise `UnknownSurpriseError` for one there is not."""
    known = catalogue()
    found: dict[str, Surprise] = {}
    for name in names:
        if name == ALL:
            found |= {one: known[one] for one in known if one not in EXCLUSIVE}
        elif name in known:
            found[name] = known[name]
        else:
            right = ", ".join((*known, ALL))
            raise UnknownSurpriseError(f"there is no surprise {name!r}; there are {right}")
    return tuple(found[name] for name in known if name in found)
