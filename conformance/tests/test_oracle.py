"""The oracle, held against every history that a small scheduler can have."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import oracle
from specs.contract import Lifecycle, Provenance, Status, Transition

STATES = ("a", "b", "c", "d")
COMMANDS = ("go", "stop")
GUESS = Provenance(Status.INFERRED, reason="Made up.")

transitions = st.lists(
    st.builds(
        lambda source, target, trigger: Transition(source, target, trigger, GUESS),
        st.sampled_from(STATES), st.sampled_from(STATES), st.sampled_from((None, *COMMANDS)),
    ),
    max_size=8,
)  # fmt: skip
histories = st.lists(st.sampled_from(("look", *COMMANDS)), max_size=5)


def lifecycle(edges: list[Transition]) -> Lifecycle:
    """Return a lifecycle with these transitions that starts in `a`."""
    return Lifecycle("Thing", "state", "id", STATES, ("a",), (), (), None, GUESS, tuple(edges))


def simulated(edges: list[Transition], history: list[str], chance: random.Random) -> list[str]:
    """Play a history on a scheduler that moves and obeys when it likes; return what was seen."""
    state, seen = "a", []
    inbox: list[str] = []
    for event in history:
        for _ in range(chance.randrange(4)):
            own = [one.target for one in edges if one.source == state and one.trigger is None]
            if inbox and chance.random() < 0.5:
                word = inbox.pop(chance.randrange(len(inbox)))
                obeyed = [one.target for one in edges if (one.source, one.trigger) == (state, word)]
                state = chance.choice(obeyed) if obeyed else state
            elif own:
                state = chance.choice(own)
        if event == "look":
            seen.append(state)
        else:
            inbox.append(event)
    return seen


def possible(edges: list[Transition], history: list[str]) -> set[tuple[str, ...]]:
    """Return every sequence of looks that some scheduler could show, by brute force."""
    shown: set[tuple[str, ...]] = set()
    done: set[tuple[int, str, tuple[str, ...], tuple[str, ...]]] = set()
    waiting: list[tuple[int, str, tuple[str, ...], tuple[str, ...]]] = [(0, "a", (), ())]
    while waiting:
        here = waiting.pop()
        if here in done:
            continue
        done.add(here)
        position, state, inbox, seen = here
        own = {one.target for one in edges if one.source == state and one.trigger is None}
        waiting += [(position, target, inbox, seen) for target in own]
        for word in set(inbox):
            rest = list(inbox)
            rest.remove(word)
            targets = {one.target for one in edges if (one.source, one.trigger) == (state, word)}
            waiting += [(position, target, tuple(rest), seen) for target in targets or {state}]
        if position == len(history):
            shown.add(seen)
        elif history[position] == "look":
            waiting.append((position + 1, state, inbox, (*seen, state)))
        else:
            inbox = tuple(sorted((*inbox, history[position])))
            waiting.append((position + 1, state, inbox, seen))
    return shown


def believed(edges: list[Transition], history: list[str], looks: tuple[str, ...]) -> bool:
    """Return whether the oracle holds that sequence of looks possible."""
    cycle, seen = lifecycle(edges), iter(looks)
    belief = oracle.certain(["a"])
    for event in history:
        if event == "look":
            belief = oracle.seen(cycle, belief, next(seen))
        else:
            belief = oracle.sent(belief, event)
        if not belief:
            return False
    return True


@given(edges=transitions, history=histories, number=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_no_lawful_scheduler_is_accused(
    edges: list[Transition], history: list[str], number: int
) -> None:
    """Whatever a scheduler does along its transitions, the oracle holds it possible."""
    looks = tuple(simulated(edges, history, random.Random(number)))

    assert believed(edges, history, looks)


@given(edges=transitions, history=histories)
@settings(max_examples=100, deadline=None)
def test_exactly_the_possible_is_believed(edges: list[Transition], history: list[str]) -> None:
    """The oracle believes a sequence of looks if and only if some scheduler could show it."""
    number = history.count("look")
    lawful = possible(edges, history)

    for looks in itertools.product(STATES, repeat=min(number, 3)):
        if len(looks) == number:
            assert believed(edges, history, looks) == (looks in lawful)


def edge(source: str, target: str, trigger: str | None = None) -> Transition:
    """Return one transition."""
    return Transition(source, target, trigger, GUESS)


LINE = [edge("a", "b"), edge("b", "c"), edge("a", "d", "stop"), edge("d", "a", "go")]


def test_a_refused_command_rules_out_what_would_obey() -> None:
    """After a refusal the resource is in no state that the command leaves."""
    belief = oracle.refused(lifecycle(LINE), oracle.certain(["a"]), "stop")

    assert oracle.states(belief) == {"b", "c"}


def test_an_accepted_command_rules_out_what_would_refuse() -> None:
    """Where refusals are declared, an accepted command was in a state that it leaves."""
    belief = oracle.accepted(lifecycle(LINE), oracle.certain(["a"]), "stop")

    assert oracle.states(belief) == {"a"}
    assert not oracle.accepted(lifecycle(LINE), oracle.certain(["b"]), "stop")


def test_what_is_settled_has_obeyed() -> None:
    """Once a command must have taken effect, a state that it leaves at once is ruled out."""
    belief = oracle.settled(lifecycle(LINE), oracle.sent(oracle.certain(["d"]), "go"))

    assert oracle.states(belief) == {"a", "b", "c"}


@pytest.mark.parametrize(("goal", "steps"), [("a", []), ("c", ["b", "c"]), ("d", ["d"])])
def test_the_way_is_the_cheapest(goal: str, steps: list[str]) -> None:
    """The way to a state has as few transitions as can be, commands before waiting."""
    path = oracle.way(lifecycle(LINE), "a", goal)

    assert path is not None
    assert [one.target for one in path] == steps


def test_there_is_not_always_a_way() -> None:
    """From a state that nothing leaves there is no way."""
    assert oracle.way(lifecycle(LINE), "c", "a") is None
