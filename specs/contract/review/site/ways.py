"""The transitions of a life cycle, gathered into as few arrows as say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from specs.contract.lifecycle import Lifecycle, Transition
from specs.contract.provenance import Status

MANY = 4
"""From how many states an arrow comes before it is drawn once, from a gate that names them."""

NAMED = 3
"""How many states a gate says that it leaves out; with more it names those it is open to."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line to draw: who causes it, how it is known, where it leads.

    `sources` has one state, or those that a gate is open to; `words` are the commands, none for
    what the scheduler does on its own.
    """

    sources: tuple[str, ...]
    target: str
    words: tuple[str, ...]
    status: Status

    @property
    def is_gate(self) -> bool:
        """Whether it comes from too many states to be drawn from each."""
        return len(self.sources) >= MANY


def arrows(cycle: Lifecycle) -> tuple[Arrow, ...]:
    """Return the arrows that stand for all transitions of a life cycle, each once."""
    single: dict[tuple[str, str, Status, bool], list[str]] = {}
    gates: list[Arrow] = []
    for group in _groups(cycle.transitions):
        first, sources = group[0], tuple(one.source for one in group)
        status, words = first.provenance.status, _words(first)
        if len(sources) >= MANY:
            gates.append(Arrow(sources, first.target, words, status))
            continue
        for source in sources:
            single.setdefault((source, first.target, status, bool(words)), []).extend(words)
    lines = [
        Arrow((source,), target, tuple(dict.fromkeys(words)), status)
        for (source, target, status, _), words in single.items()
    ]
    return (*lines, *gates)


def gate_text(cycle: Lifecycle, arrow: Arrow) -> tuple[str, ...]:
    """Return what stands at a gate: the states it is open to, or the few that it is not."""
    others = [one for one in cycle.states if one not in arrow.sources and one != arrow.target]
    if not others and arrow.target not in arrow.sources:
        return ("any other state",)
    if len(others) <= min(NAMED, len(arrow.sources) - 1):
        return ("any other state but", *(shown(cycle, one) for one in others))
    return ("any of", *(shown(cycle, one) for one in arrow.sources))


def shown(cycle: Lifecycle, state: str) -> str:
    """Return a state as people call it; its number stands behind its name."""
    name = cycle.names.get(state)
    return f"{name} ({state})" if name else state


def _groups(transitions: Iterable[Transition]) -> Sequence[Sequence[Transition]]:
    """Return the transitions by what causes them, where they lead, and how that is known."""
    found: dict[tuple[str | None, str | None, str, Status], list[Transition]] = {}
    for one in transitions:
        key = (one.trigger, one.label, one.target, one.provenance.status)
        found.setdefault(key, []).append(one)
    return tuple(found.values())


def _words(one: Transition) -> tuple[str, ...]:
    return (one.command,) if one.trigger else ()
