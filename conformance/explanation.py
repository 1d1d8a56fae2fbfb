"""Requirements for people: a list of them, and one in full."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from conformance.failures import UsageError
from conformance.mode import least_mode
from conformance.profile import needs_of
from conformance.registry import checks_of
from specs.contract import Contract, Kind, Requirement

HOW = {
    Kind.RESPONSE: "Every answer of the operation in the whole run is held against it.",
    Kind.INITIAL: "One is made, and its first state is looked at.",
    Kind.COMMAND: "A resource is brought to the first state, commanded, and watched until it "
    "arrives or the budget `settle` is over.",
    Kind.REFUSAL: "The command is sent in each state that it does not leave, and the resource "
    "watched for the budget `watch`.",
    Kind.PERMISSION: "Passes when it is seen; nothing is wrong with a target that never does it.",
    Kind.CLOSED: "Every look at a resource is held against the states that were possible.",
}


def explained(contract: Contract, name: str) -> Iterator[str]:
    """Yield the explanation of a requirement, line by line; raises `UsageError` if none has it."""
    requirement = contract.requirements.get(name)
    if requirement is None:
        near = [one for one in contract.requirements if one.startswith(name.rpartition("/")[0])]
        hint = f"; near it are {', '.join(near[:5])}" if near else ""
        raise UsageError(f"there is no requirement {name}{hint}")
    yield name
    yield f"  {requirement.statement}"
    yield from _origin(contract, requirement)
    if requirement.uncheckable is not None:
        yield f"  Nobody can check it: {requirement.uncheckable}"
        return
    yield from _judging(contract, requirement)
    yield f"  Alone: callsheet check {contract.name} --target URL --only '{name}'"


def _origin(contract: Contract, requirement: Requirement) -> Iterator[str]:
    provenance = requirement.provenance
    source = contract.sources.get(provenance.source)
    if source is not None:
        section = source.sections.get(provenance.section, provenance.section)
        yield f"  Documented: {source.title} {source.version}, section {section}".rstrip()
    else:
        text = str(provenance)
        yield f"  {text[:1].upper()}{text[1:]}"
    for deviation in provenance.deviations:
        yield f"  {deviation.implementation} differs: {deviation.does} ({deviation.known})"


def _judging(contract: Contract, requirement: Requirement) -> Iterator[str]:
    checks = checks_of(contract.name)
    check = checks.get(requirement.id)
    mode = least_mode(needs_of(contract, requirement, checks))
    if requirement.kind is not Kind.EXPLICIT:
        yield f"  {HOW[requirement.kind]} Needs --mode {mode}."
    elif check is None:
        yield "  The suite has no check for it."
    else:
        module = inspect.getmodule(check.claim)
        place = f"{module.__name__}.{check.name}" if module else check.name
        plan = f"{check.examples} examples" if check.plan is not None else "one example"
        yield f"  Check: {place}: {check.says}"
        yield f"  Plays {plan}. Needs --mode {mode}."


def listed(contract: Contract) -> list[dict[str, str]]:
    """Return a row for each requirement: id, where it comes from, and which mode judges it."""
    checks = checks_of(contract.name)
    return [
        {
            "id": one.id,
            "kind": one.kind.value,
            "provenance": one.provenance.status.value,
            "source": str(one.provenance),
            "mode": "" if one.uncheckable else least_mode(needs_of(contract, one, checks)).value,
            "statement": one.statement,
        }
        for one in contract.requirements.values()
    ]
