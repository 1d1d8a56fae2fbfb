"""Rules about life cycles: C05-C07."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from specs.contract.lint.draft import Draft, Place
from specs.contract.lint.rule import Finding, Level, rule


@rule("C05", Level.MUST, "The states of a lifecycle are the enum of its property.")
def _states(draft: Draft) -> Iterator[Finding]:
    for pointer, node in cycles(draft):
        known = _enum(draft, pointer, node)
        if known is None:
            yield f"{pointer}/property", f"{node.get('property')!r} is no property with an enum"
            continue
        for where, state in _mentions(draft, pointer, node):
            if state not in known:
                yield where, f"{state} is not in the enum of {node.get('property')}"


@rule("C06", Level.MUST, "Triggers and creators are operationIds; triggers declare the refusal.")
def _operations(draft: Draft) -> Iterator[Finding]:
    statuses = {
        step.id: {status for status, _ in draft.responses(step)} for step in draft.operations
    }
    for pointer, node in cycles(draft):
        for creator in texts(node.get("creators")):
            if creator not in statuses:
                yield f"{pointer}/creators", f"{creator} is no operationId"
        refusal = node.get("refusal")
        for _, (here, transition) in draft.children(Place(pointer, node), "transitions"):
            if transition.get("trigger") is None:
                continue
            trigger = str(transition["trigger"])
            if trigger not in statuses:
                yield f"{here}/trigger", f"{trigger} is no operationId"
            elif refusal is not None and str(refusal) not in statuses[trigger]:
                yield f"{here}/trigger", f"{trigger} does not declare the refusal, {refusal}"


@rule("C07", Level.MUST, "Every state is reachable; final states, and only they, are dead ends.")
def _ways(draft: Draft) -> Iterator[Finding]:
    for pointer, node in cycles(draft):
        known = _enum(draft, pointer, node)
        if known is None:
            continue
        ways = set(_steps(draft, pointer, node))
        reached = set(texts(node.get("initial")))
        while found := {target for source, target in ways if source in reached} - reached:
            reached |= found
        final = set(texts(node.get("final")))
        for state in known:
            leads_on = any(source == state != target for source, target in ways)
            if state not in reached:
                yield pointer, f"{state} is not reachable from {', '.join(texts(node['initial']))}"
            if state in final and leads_on:
                yield f"{pointer}/final", f"{state} is final, and a transition leaves it"
            if state not in final and not leads_on:
                yield pointer, f"nothing leaves {state}, and it is not final"


def cycles(draft: Draft) -> Iterator[Place]:
    """Yield each `x-lifecycle`."""
    for pointer, node in draft.schemas.values():
        if isinstance(found := node.get("x-lifecycle"), Mapping):
            yield Place(f"{pointer}/x-lifecycle", found)


def texts(node: object) -> tuple[str, ...]:
    """Return nothing, one value or a list of them as texts."""
    if node is None:
        return ()
    return tuple(str(one) for one in node) if isinstance(node, list) else (str(node),)


def _enum(draft: Draft, pointer: str, node: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the values of the state property, which may stand in a part of an allOf."""
    schema = draft.schemas[pointer.split("/")[3]]
    found = _property(draft, schema, str(node.get("property")), frozenset())
    if found is not None and isinstance(found.node.get("enum"), list):
        return tuple(str(one) for one in found.node["enum"] if one is not None)
    return texts(node["states"]) if isinstance(node.get("states"), list) else None


def _property(draft: Draft, place: Place, name: str, seen: frozenset[str]) -> Place | None:
    found = draft.resolve(place)
    if found is None or found.pointer in seen:
        return None
    for key, child in draft.children(found, "properties"):
        if key == name and (resolved := draft.resolve(child)):
            return resolved
    for _, part in draft.children(found, "allOf"):
        if within := _property(draft, part, name, seen | {found.pointer}):
            return within
    return None


def _steps(draft: Draft, pointer: str, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for _, (_, transition) in draft.children(Place(pointer, node), "transitions"):
        for source in texts(transition.get("source")):
            yield source, str(transition.get("target"))


def _mentions(draft: Draft, pointer: str, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where a state is named, and its name."""
    for key in ("initial", "final"):
        for state in texts(node.get(key)):
            yield f"{pointer}/{key}", state
    if isinstance(names := node.get("names"), Mapping):
        for state in names:
            yield f"{pointer}/names", str(state)
    for _, (here, transition) in draft.children(Place(pointer, node), "transitions"):
        for key in ("source", "target"):
            for state in texts(transition.get(key)):
                yield f"{here}/{key}", state


LIFECYCLE_RULES = (_states, _operations, _ways)
