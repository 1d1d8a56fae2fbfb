"""What changed in the sentences: requirements, where they come from, and what introduces them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from specs.contract.diff.change import Change, Level
from specs.contract.document import Contract
from specs.contract.requirement import Kind, Requirement

BREAKING, COMPATIBLE = Level.BREAKING, Level.COMPATIBLE
RISKY, DOCUMENTATION = Level.RISKY, Level.DOCUMENTATION


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield what changed in the requirements and the introduction of two contracts."""
    yield from _requirements(old, new)
    yield from _introduction(old.document, new.document)


def _requirements(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = _explicit(old), _explicit(new)
    for name in before.keys() - after.keys():
        what = f"is not promised any more: {before[name].statement}"
        level = DOCUMENTATION if before[name].uncheckable else RISKY
        yield Change("requirement-removed", name, what, level, min(level, COMPATIBLE))
    for name in after.keys() - before.keys():
        what = f"is promised now: {after[name].statement}"
        is_silent = after[name].uncheckable is not None
        clients = DOCUMENTATION if is_silent else COMPATIBLE
        servers = DOCUMENTATION if is_silent else BREAKING
        yield Change("requirement-added", name, what, clients, servers)
    for name in before.keys() & after.keys():
        yield from _same(name, before[name], after[name])
    derived = [
        {one.id.partition("/")[2]: one for one in contract.requirements.values()}
        for contract in (old, new)
    ]
    for name in derived[0].keys() & derived[1].keys() - before.keys():
        if derived[0][name].provenance != derived[1][name].provenance:
            yield _origin(name, derived[0][name], derived[1][name])


def _explicit(contract: Contract) -> dict[str, Requirement]:
    """Return the explicit requirements by their ids without the name of the API."""
    return {
        one.id.partition("/")[2]: one
        for one in contract.requirements.values()
        if one.kind is Kind.EXPLICIT
    }


def _same(name: str, old: Requirement, new: Requirement) -> Iterator[Change]:
    if old.statement != new.statement:
        what = f"says now: {new.statement}"
        yield Change("requirement-changed", name, what, RISKY, RISKY)
    if (old.uncheckable is None) != (new.uncheckable is None):
        what = "can be checked now" if new.uncheckable is None else "cannot be checked any more"
        yield Change("requirement-checkable", name, what, DOCUMENTATION, DOCUMENTATION)
    if old.provenance != new.provenance:
        yield _origin(name, old, new)


def _origin(name: str, old: Requirement, new: Requirement) -> Change:
    before, after = str(old.provenance), str(new.provenance)
    what = f"comes from {after}, was {before}" if before != after else "its deviations changed"
    servers = DOCUMENTATION
    if new.provenance.is_documented and not old.provenance.is_documented:
        servers = RISKY  # only what is documented can fail a server
    return Change("provenance-changed", name, what, DOCUMENTATION, servers)


def _introduction(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = old.get("info", {}), new.get("info", {})
    names = [
        name
        for name in dict.fromkeys([*before, *after])
        if name not in {"x-requirements", "x-provenance"} and before.get(name) != after.get(name)
    ]
    if names:
        what = f"{', '.join(names)} changed"
        yield Change("info-words", "info", what, DOCUMENTATION, DOCUMENTATION)
    for name in ("tags", "externalDocs"):
        if old.get(name) != new.get(name):
            what = f"{name} changed"
            yield Change("info-words", name, what, DOCUMENTATION, DOCUMENTATION)
