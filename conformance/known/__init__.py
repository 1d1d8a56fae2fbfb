"""Known deviations: where a named real implementation does otherwise than its document says.

The contracts record them with the statements that they contradict; here they become waivers. A
file beside this module, named after the implementation, says what the contract cannot: which
other requirements the same behaviour contradicts (`besides`), and what must have been seen for a
deviation to be the reason (`seen`). The declared answers of an operation are waived only with
such a pattern, because they can be contradicted in many other ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from conformance.failures import UsageError
from conformance.target import Waiver
from specs.contract import Contract, Deviation, Kind, load, names


@dataclass(frozen=True, slots=True)
class KnownDeviation:
    """One thing that an implementation is known to do, and the requirement it contradicts."""

    implementation: str
    requirement: str
    does: str
    known: str  # how we know
    seen: str = ""  # a pattern that what was seen must hold


def deviations(contract: Contract) -> Iterator[KnownDeviation]:
    """Yield the deviations from a contract that a run can meet."""
    for requirement in contract.requirements.values():
        for one in requirement.provenance.deviations:
            seen = str(_supplement(one.implementation)["seen"].get(requirement.id, ""))
            is_broad = requirement.kind is Kind.RESPONSE and not seen
            if requirement.uncheckable is None and not is_broad:
                yield _known(one, requirement.id, seen)
            for besides in _supplement(one.implementation)["besides"]:
                if besides["of"] == requirement.id and besides["does"] == one.does:
                    yield _known(one, besides["id"], besides.get("seen", ""))


def implementations() -> dict[str, list[KnownDeviation]]:
    """Return what is known of each implementation, through all contracts."""
    found: dict[str, list[KnownDeviation]] = {}
    for name in names():
        for one in deviations(load(name)):
            found.setdefault(one.implementation, []).append(one)
    return dict(sorted(found.items()))


def waivers(implementation: str, contract: Contract) -> tuple[Waiver, ...]:
    """Return the waivers for one implementation of a contract, one for each requirement.

    Raises `UsageError` if no contract knows that implementation.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for one in deviations(contract):
        if one.implementation == implementation:
            found.setdefault((one.requirement, one.seen), []).append(f"{one.does} ({one.known})")
    if not found and implementation not in (known := implementations()):
        raise UsageError(f"--known {implementation}: right would be {', '.join(known)}")
    return tuple(
        Waiver(
            name, f"known of {implementation}: {' '.join(does)}", known=implementation, seen=seen
        )
        for (name, seen), does in found.items()
    )


def _known(one: Deviation, requirement: str, seen: str) -> KnownDeviation:
    return KnownDeviation(one.implementation, requirement, one.does, one.known, seen)


@cache
def _supplement(implementation: str) -> Mapping[str, Any]:
    """Return what the file of an implementation says, if it has one."""
    place = files("conformance.known").joinpath(f"{implementation}.yaml")
    said = yaml.safe_load(place.read_text("utf-8")) if place.is_file() else {}
    return {"seen": {}, "besides": [], **said}
