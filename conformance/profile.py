"""Which requirements a mode can judge at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from conformance.mode import Mode, Needs, least_mode
from conformance.registry import Check
from specs.contract import Contract, Kind, Requirement

_LIFECYCLE_NEEDS = {
    Kind.INITIAL: Needs.CREATE,
    Kind.COMMAND: Needs.CHANGE,
    Kind.REFUSAL: Needs.CHANGE,
    Kind.PERMISSION: Needs.READ,
    Kind.CLOSED: Needs.READ,
}


def needs_of(contract: Contract, requirement: Requirement, checks: Mapping[str, Check]) -> Needs:
    """Return what a run must be allowed to do before it can judge the requirement."""
    if requirement.kind is Kind.EXPLICIT:
        check = checks.get(requirement.id)
        return check.needs if check is not None else Needs.READ
    if requirement.kind is Kind.RESPONSE:
        operation = contract.operations[requirement.operation_id or ""]
        return Needs.READ if operation.is_safe else Needs.CHANGE
    return _LIFECYCLE_NEEDS[requirement.kind]


def outside(
    contract: Contract, requirement: Requirement, mode: Mode, checks: Mapping[str, Check]
) -> str:
    """Return why the requirement is outside of what the mode can judge; empty if it is inside."""
    needs = needs_of(contract, requirement, checks)
    if not mode.allows(needs):
        return f"needs --mode {least_mode(needs)}"
    if mode is not Mode.SMOKE or requirement.kind is Kind.EXPLICIT:
        return ""
    status = requirement.id.rpartition("/")[2]
    if requirement.kind is Kind.RESPONSE and status.startswith("2"):
        return ""
    return f"needs --mode {Mode.READ_ONLY}"


def chosen(
    contract: Contract, only: tuple[str, ...] = (), shard: tuple[int, int] = (1, 1)
) -> Iterator[Requirement]:
    """Yield the requirements that are asked for: by pattern, and of this part of how many only."""
    part, parts = shard
    checkable = [one for one in contract.requirements.values() if one.uncheckable is None]
    for index, one in enumerate(checkable):
        asked = not only or any(fnmatchcase(one.id, each) for each in only)
        if asked and index % parts == part - 1:
            yield one
