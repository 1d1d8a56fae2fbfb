"""What changed in the lifecycles: states, transitions, who makes, who refuses."""

from __future__ import annotations

from collections.abc import Iterator

from specs.contract.diff.change import Change, Level
from specs.contract.document import Contract
from specs.contract.lifecycle import Lifecycle, Transition

BREAKING, COMPATIBLE = Level.BREAKING, Level.COMPATIBLE
RISKY, DOCUMENTATION = Level.RISKY, Level.DOCUMENTATION

Way = tuple[str, str, str | None]


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield what changed in the lifecycles of two contracts."""
    before, after = old.lifecycles, new.lifecycles
    for name in before.keys() - after.keys():
        what = "has no lifecycle any more: nothing is promised of its states"
        yield Change("lifecycle-removed", name, what, BREAKING, COMPATIBLE)
    for name in after.keys() - before.keys():
        what = "has a lifecycle, which servers have to keep"
        yield Change("lifecycle-added", name, what, COMPATIBLE, BREAKING)
    for name in before.keys() & after.keys():
        yield from _compared(before[name], after[name])


def _compared(old: Lifecycle, new: Lifecycle) -> Iterator[Change]:
    name = new.schema
    for word in ("property", "key"):
        before, after = getattr(old, word), getattr(new, word)
        if before != after:
            what = f"its {word} is {after}, was {before}"
            yield Change(f"lifecycle-{word}-changed", name, what, BREAKING, BREAKING)
    yield from _states(old, new)
    yield from _refusal(old, new)
    yield from _creators(old, new)
    before, after = _ways(old), _ways(new)
    for way in before.keys() - after.keys():
        yield _gone(name, before[way])
    for way in after.keys() - before.keys():
        yield _new(name, after[way])
    for way in before.keys() & after.keys():
        yield from _same(name, before[way], after[way])


def _ways(cycle: Lifecycle) -> dict[Way, Transition]:
    return {(one.source, one.target, one.trigger): one for one in cycle.transitions}


def _gone(name: str, one: Transition) -> Change:
    if one.trigger is not None:
        what = f"{one.command} does not take it from {one.source} to {one.target} any more"
        return Change("transition-removed", name, what, BREAKING, BREAKING)
    what = f"it does not go from {one.source} to {one.target} by itself any more"
    return Change("spontaneous-transition-removed", name, what, RISKY, BREAKING)


def _new(name: str, one: Transition) -> Change:
    if one.trigger is not None:
        what = f"{one.command} takes it from {one.source} to {one.target}"
        return Change("transition-added", name, what, COMPATIBLE, BREAKING)
    what = f"it may go from {one.source} to {one.target} by itself"
    return Change("spontaneous-transition-added", name, what, RISKY, COMPATIBLE)


def _same(name: str, old: Transition, new: Transition) -> Iterator[Change]:
    way = f"{new.command} from {new.source} to {new.target}"
    if old.guard != new.guard:
        what = f"{way}: the body that commands it is another"
        yield Change("guard-changed", name, what, BREAKING, BREAKING)
    if old.label != new.label:
        what = f"{way}: was labelled {old.command}; requirement ids change"
        yield Change("label-changed", name, what, COMPATIBLE, COMPATIBLE)


def _states(old: Lifecycle, new: Lifecycle) -> Iterator[Change]:
    name = new.schema
    for state in [one for one in new.states if one not in old.states]:
        yield Change("state-added", name, f"{state} is a new state", BREAKING, COMPATIBLE)
    for state in [one for one in old.states if one not in new.states]:
        yield Change("state-removed", name, f"{state} is no state any more", RISKY, BREAKING)
    for state in [one for one in new.initial if one not in old.initial]:
        yield Change("initial-added", name, f"a new one may start as {state}", RISKY, COMPATIBLE)
    for state in [one for one in old.initial if one not in new.initial]:
        what = f"a new one never starts as {state} any more"
        yield Change("initial-removed", name, what, RISKY, BREAKING)
    for state in [one for one in old.final if one not in new.final and one in new.states]:
        what = f"{state} is not final any more: who stops looking there may miss something"
        yield Change("final-removed", name, what, RISKY, COMPATIBLE)
    for state in [one for one in new.final if one not in old.final and one in old.states]:
        yield Change("final-added", name, f"{state} is final now", COMPATIBLE, COMPATIBLE)


def _refusal(old: Lifecycle, new: Lifecycle) -> Iterator[Change]:
    if old.refusal == new.refusal:
        return
    if old.refusal is None:
        what = f"a command that its state forbids is answered {new.refusal} now"
        yield Change("refusal-added", new.schema, what, RISKY, BREAKING)
    elif new.refusal is None:
        what = f"a command that its state forbids is not answered {old.refusal} any more"
        yield Change("refusal-removed", new.schema, what, BREAKING, BREAKING)
    else:
        what = f"a command that its state forbids is answered {new.refusal}, was {old.refusal}"
        yield Change("refusal-changed", new.schema, what, BREAKING, BREAKING)


def _creators(old: Lifecycle, new: Lifecycle) -> Iterator[Change]:
    for one in [name for name in old.creators if name not in new.creators]:
        yield Change("creator-removed", new.schema, f"{one} does not make it", BREAKING, COMPATIBLE)
    for one in [name for name in new.creators if name not in old.creators]:
        yield Change("creator-added", new.schema, f"{one} makes it", COMPATIBLE, BREAKING)
