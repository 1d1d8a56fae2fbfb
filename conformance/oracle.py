"""In which states a resource may be, after what was seen of it and sent to it.

A belief is a set of possibilities: a state, and the commands sent that have not taken effect yet.
A live scheduler moves resources on its own and may obey later than it answers, so a belief is
closed under spontaneous transitions and under pending commands, which take effect, or are
dropped by a state that does not know them, at any moment and in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from specs.contract import Lifecycle, Transition

Possibility = tuple[str, tuple[str, ...]]
Belief = frozenset[Possibility]


def certain(states: Iterable[str]) -> Belief:
    """Return the belief that the resource is in one of *states*, with nothing pending."""
    return frozenset((state, ()) for state in states)


def closure(cycle: Lifecycle, belief: Belief) -> Belief:
    """Return every possibility that may follow, however much time passes."""
    found, waiting = set(belief), list(belief)
    while waiting:
        for following in _next(cycle, *waiting.pop()):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return frozenset(found)


def _next(cycle: Lifecycle, state: str, pending: tuple[str, ...]) -> Iterable[Possibility]:
    for transition in cycle.leaving(state):
        if transition.trigger is None:
            yield transition.target, pending
    for index, command in enumerate(pending):
        rest = pending[:index] + pending[index + 1 :]
        targets = targets_of(cycle, command, state)
        if targets:
            yield from ((target, rest) for target in targets)
        else:
            yield state, rest


def sent(belief: Belief, command: str) -> Belief:
    """Return the belief after *command* was sent, and accepted or answered in no clear way."""
    return frozenset((state, tuple(sorted((*pending, command)))) for state, pending in belief)


def seen(cycle: Lifecycle, belief: Belief, state: str) -> Belief:
    """Return the belief after the resource showed *state*; empty if that was impossible."""
    return frozenset(one for one in closure(cycle, belief) if one[0] == state)


def settled(cycle: Lifecycle, belief: Belief) -> Belief:
    """Return the belief once every command sent must have taken effect or been dropped."""
    return frozenset(one for one in closure(cycle, belief) if not one[1])


def refused(cycle: Lifecycle, belief: Belief, command: str) -> Belief:
    """Return the belief after *command* was refused; empty if every state would have obeyed."""
    return frozenset(
        one for one in closure(cycle, belief) if not targets_of(cycle, command, one[0])
    )


def accepted(cycle: Lifecycle, belief: Belief, command: str) -> Belief:
    """Return the belief after *command* was accepted where a refusal is declared.

    Empty if every state would have refused.
    """
    able = (one for one in closure(cycle, belief) if targets_of(cycle, command, one[0]))
    return sent(frozenset(able), command)


def states(belief: Belief) -> frozenset[str]:
    """Return the states that the belief holds possible."""
    return frozenset(state for state, _ in belief)


def reachable(cycle: Lifecycle, *starts: str) -> frozenset[str]:
    """Return the states that follow from *starts* by time alone, themselves included."""
    return states(closure(cycle, certain(starts)))


def targets_of(cycle: Lifecycle, command: str, state: str) -> tuple[str, ...]:
    """Return where *command* takes a resource from *state*; nothing if it is refused there."""
    return tuple(
        one.target for one in cycle.leaving(state) if one.trigger and one.command == command
    )


def sources_of(cycle: Lifecycle, command: str) -> tuple[str, ...]:
    """Return the states that *command* leaves."""
    return tuple(
        dict.fromkeys(
            one.source for one in cycle.transitions if one.trigger and one.command == command
        )
    )


def way(cycle: Lifecycle, start: str, goal: str) -> tuple[Transition, ...] | None:
    """Return the cheapest transitions from *start* to *goal*, or None if there are none.

    A command is cheaper than waiting for the scheduler's mood.
    """
    waiting: list[tuple[int, int, str, tuple[Transition, ...]]] = [(0, 0, start, ())]
    done: set[str] = set()
    number = 0
    while waiting:
        cost, _, state, path = heappop(waiting)
        if state == goal:
            return path
        if state in done:
            continue
        done.add(state)
        for transition in cycle.leaving(state):
            number += 1
            price = 2 if transition.trigger else 3
            heappush(waiting, (cost + price, number, transition.target, (*path, transition)))
    return None
