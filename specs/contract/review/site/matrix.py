"""What each API can do for its clients, and how: read from operations, parameters, life cycles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from specs.contract.document import Contract, Operation
from specs.contract.lifecycle import Lifecycle, Transition
from specs.contract.provenance import Status
from specs.contract.review.site.content import own
from specs.contract.review.site.ways import MANY, shown

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "Cancel": ("cancel", "abort", "stop", "terminate"),
    "Requeue": ("requeue", "rerun", "retry", "restart"),
    "Suspend": ("suspend", "pause", "hold"),
    "Resume": ("resume", "unsuspend", "unpause"),
    "Finish": ("finish", "complete", "succeed"),
    "Fail": ("fail",),
}
"""For each thing to do, how the words of commands begin that do it."""

PAGING = re.compile(
    r"(page|offset|item_?offset|start_?row|skip|.*token|cursor|marker|query_?id|limit"
    r"|(page_?|max_?|per_?|rows_?)(size|results|items|page|per_?read))",
    re.IGNORECASE,
)
"""Names of parameters that choose a page or its size."""

SORTING = re.compile(r"(order|sort|asc$|desc$)", re.IGNORECASE)
"""How the names of parameters begin that choose an order."""

SHOWING = re.compile(r"(properties|fields?|names|expand|include|id_?only)", re.IGNORECASE)
"""How the names of parameters begin that choose what is shown of each resource."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do a thing: an operation, what to say to it, and what comes of it."""

    operation: Operation
    resource: str
    words: tuple[str, ...]
    effect: str
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    """One row of the matrix: a thing to do, and for each API (by name) the ways to do it."""

    title: str
    ways: Mapping[str, tuple[Way, ...]]


def matrix(contracts: Iterable[Contract]) -> tuple[Capability, ...]:
    """Return what the APIs can do, a row for each thing; no way means: not offered."""
    every = tuple(contracts)
    rows: dict[str, Callable[[Contract], Iterator[Way]]] = {
        "Create": _creating,
        "Delete": _deleting,
        **{title: _commanding(stems) for title, stems in COMMANDS.items()},
        "Page": _choosing(PAGING.fullmatch),
        "Filter": _choosing(_is_filter),
        "Sort": _choosing(SORTING.match),
    }
    return tuple(
        Capability(title, {one.name: tuple(find(one)) for one in every})
        for title, find in rows.items()
    )


def _creating(contract: Contract) -> Iterator[Way]:
    for one in contract.operations.values():
        made = [cycle.schema for cycle in contract.lifecycles.values() if one.id in cycle.creators]
        if _works(one) and (made or re.match(r"(create|add)[A-Z]", one.id)):
            yield Way(one, ", ".join(made), (), "", (one.provenance.status,))


def _deleting(contract: Contract) -> Iterator[Way]:
    for one in contract.operations.values():
        if one.method == "delete" and _works(one):
            yield Way(one, "", (), "", (one.provenance.status,))


def _commanding(stems: tuple[str, ...]) -> Callable[[Contract], Iterator[Way]]:
    """Return what finds the commands whose word begins with one of *stems*."""

    def find(contract: Contract) -> Iterator[Way]:
        known: set[str] = set()
        for cycle in contract.lifecycles.values():
            for way in _transitions(contract, cycle, stems):
                known.add(way.operation.id)
                yield way
        for one in contract.operations.values():
            if one.id not in known and one.method in {"post", "put", "patch"}:
                yield from _said(contract, one, stems)

    return find


def _transitions(contract: Contract, cycle: Lifecycle, stems: tuple[str, ...]) -> Iterator[Way]:
    """Yield each command of a life cycle that begins with a stem, with the states it joins."""
    found: dict[tuple[str, str], list[Transition]] = {}
    for one in cycle.transitions:
        if (
            one.trigger
            and one.trigger in contract.operations
            and one.command.lower().startswith(stems)
        ):
            found.setdefault((one.trigger, one.command), []).append(one)
    for (trigger, command), each in found.items():
        word = () if command == trigger else (command,)
        sources = dict.fromkeys(shown(cycle, one.source) for one in each)
        targets = dict.fromkeys(shown(cycle, one.target) for one in each)
        statuses = dict.fromkeys(one.provenance.status for one in each)
        start = ", ".join(sources)
        if len(sources) > MANY:
            start = f"{len(sources)} of {len(cycle.states)} states"
        effect = f"{start} → {' or '.join(targets)}"
        yield Way(contract.operations[trigger], cycle.schema, word, effect, tuple(statuses))


def _said(contract: Contract, one: Operation, stems: tuple[str, ...]) -> Iterator[Way]:
    """Yield an operation whose body may say a word that begins with a stem."""
    if not _works(one) or any(one.id in cycle.creators for cycle in contract.lifecycles.values()):
        return
    for name, values in _choices(contract, one):
        words = tuple(f"{name}: {value}" for value in values if value.lower().startswith(stems))
        if words:
            yield Way(one, "", words, "", (one.provenance.status,))


def _choosing(fits: Callable[[str], object]) -> Callable[[Contract], Iterator[Way]]:
    """Return what finds the lists that take parameters whose name fits."""

    def find(contract: Contract) -> Iterator[Way]:
        for one in contract.operations.values():
            asked = {name: status for name, status in _asked(contract, one) if fits(name)}
            if asked:
                yield Way(one, "", tuple(asked), "", tuple(dict.fromkeys(asked.values())))

    return find


def _is_filter(name: str) -> bool:
    return not (PAGING.fullmatch(name) or SORTING.match(name) or SHOWING.match(name))


def _asked(contract: Contract, one: Operation) -> Iterator[tuple[str, Status]]:
    """Yield what a list may be asked: optional parameters, or the body of a search."""
    if one.is_safe and not one.path.rstrip("/").endswith("}"):
        for parameter in one.parameters:
            if parameter.get("in") == "query" and not parameter.get("required"):
                yield str(parameter.get("name")), own(parameter, one.provenance).status
    elif re.match(r"(search|query|find)([A-Z]|$)", one.id):
        for name in _properties(contract, one):
            yield name, one.provenance.status


def _choices(contract: Contract, one: Operation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the properties of a body that take one of a few words, with those words."""
    for name, node in _properties(contract, one).items():
        values = contract.resolve(node).get("enum", ()) if isinstance(node, Mapping) else ()
        yield name, tuple(one for one in values if isinstance(one, str))


def _properties(contract: Contract, one: Operation) -> Mapping[str, object]:
    """Return the properties of a body, and those of the entries of its lists."""
    body = contract.resolve(one.node.get("requestBody", {}))
    found: dict[str, object] = {}
    for media in body.get("content", {}).values():
        own_ = contract.resolve(media.get("schema", {})).get("properties", {})
        found |= own_
        for name, node in own_.items():
            entries = contract.resolve(contract.resolve(node).get("items", {}))
            inner = entries.get("properties", {})
            found |= {f"{name}[].{key}": each for key, each in inner.items()}
    return found


def _works(one: Operation) -> bool:
    """Tell an operation that can succeed from one that is there to refuse."""
    return any(status.startswith("2") for status in one.responses)
