"""A life cycle drawn with characters: one block per state, one arrow per command that leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from specs.contract.lifecycle import Lifecycle, Transition


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters to draw with."""

    initial: str
    final: str
    dash: str
    spontaneous: str
    commanded_head: str
    spontaneous_head: str


FINE = Glyphs("●", "◉", "─", "╌", "▶", "▷")
PLAIN = Glyphs("*", "@", "-", ".", ">", ">")


def glyphs(encoding: str | None) -> Glyphs:
    """Return the finest characters that an output of that encoding can show."""
    try:
        "".join((FINE.initial, FINE.final, FINE.dash, FINE.spontaneous, "▶▷")).encode(
            encoding or "ascii"
        )
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return FINE


def draw(cycle: Lifecycle, signs: Glyphs = FINE) -> tuple[str, ...]:
    """Return the lines of the diagram, from the initial states onwards.

    A drawn-out arrow is a command, a dashed one is the scheduler's own doing.
    """
    states = _ordered(cycle)
    names = {state: _named(cycle, state) for state in states}
    width = max(len(name) for name in names.values())
    ways = {state: tuple(_arrows(cycle, state)) for state in states}
    label = max((len(word) for each in ways.values() for word, _, _ in each), default=0)
    lines: list[str] = []
    for state in states:
        mark = signs.initial if state in cycle.initial else " "
        if state in cycle.final:
            mark = signs.final
        head = f"{mark} {names[state]:<{width}}"
        drawn = [_arrow(one, label, signs) for one in ways[state]] or [_end(cycle, state)]
        lines.append(f"{head}  {drawn[0]}".rstrip())
        lines += [f"{'':{width + 2}}  {one}".rstrip() for one in drawn[1:]]
    return tuple(lines)


def legend(signs: Glyphs = FINE) -> str:
    """Return what the signs mean, on one line."""
    command = signs.dash * 2 + signs.commanded_head
    alone = signs.spontaneous * 2 + signs.spontaneous_head
    return (
        f"{signs.initial} initial   {signs.final} final   {command} commanded   {alone} spontaneous"
    )


def _ordered(cycle: Lifecycle) -> tuple[str, ...]:
    """Return the states in the order of the contract, but final ones last."""
    first = [one for one in cycle.states if one in cycle.initial]
    rest = [one for one in cycle.states if one not in cycle.initial]
    return (
        *first,
        *(one for one in rest if one not in cycle.final),
        *(one for one in rest if one in cycle.final),
    )


def _arrows(cycle: Lifecycle, state: str) -> Iterator[tuple[str, bool, str]]:
    """Yield for each command that leaves a state: its word, whether it is one, its targets."""

    def word(one: Transition) -> tuple[bool, str]:
        return one.trigger is not None, one.command if one.trigger else ""

    for (is_commanded, command), ways in groupby(sorted(cycle.leaving(state), key=word), key=word):
        targets = dict.fromkeys(_named(cycle, one.target) for one in ways)
        yield command, is_commanded, ", ".join(targets)


def _arrow(way: tuple[str, bool, str], width: int, signs: Glyphs) -> str:
    word, is_commanded, targets = way
    dash = signs.dash if is_commanded else signs.spontaneous
    head = signs.commanded_head if is_commanded else signs.spontaneous_head
    text = f" {word} " if word else ""
    return f"{dash * 2}{text}{dash * (width + 4 - len(text))}{head} {targets}"


def _end(cycle: Lifecycle, state: str) -> str:
    return "final" if state in cycle.final else ""


def _named(cycle: Lifecycle, state: str) -> str:
    name = cycle.names.get(state)
    return f"{state} {name}" if name else state
