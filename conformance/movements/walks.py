"""The walks: what is done with resources of a lifecycle to decide each of its requirements."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from conformance import oracle
from conformance.failures import NotReached, Outcome, Violation
from conformance.movements.walker import Steps, Walker
from specs.contract import Lifecycle

ATTEMPTS = 3  # of a command that the resource may evade by moving on by itself
LONGEST_WATCH = 4.0  # seconds, for what may happen but need not
WATCHED = 3  # known resources of each state that are looked at twice

Walk = Callable[[Walker], Steps]


def creation(creator: str) -> Walk:
    """Return the walk: what *creator* makes starts in an initial state."""

    def walk(walker: Walker) -> Steps:
        cycle = walker.cycle
        name = walker.address(creator, "initial")
        walker.blame = name
        key = walker.start(creator)
        for exchange in walker.probe.exchanges:
            shown = _shown(exchange.body, cycle, key) if exchange.status < 300 else None
            if exchange.operation_id == creator and shown is not None:
                walker.probe.require(
                    shown in cycle.initial,
                    f"{exchange} shows {shown}, not {' or '.join(cycle.initial)}",
                )
        state = walker.subject.state(walker.probe, key)
        walker.probe.require(
            state in oracle.reachable(cycle, *cycle.initial),
            f"a new {cycle.schema} shows {state}, where no way leads from "
            + " or ".join(cycle.initial),
        )
        walker.look(key)
        yield

    return walk


def _shown(body: bytes, cycle: Lifecycle, key: str) -> str | None:
    """Return the state in a creator's answer, unless that shows another resource."""
    try:
        node: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(node, Mapping) or node.get(cycle.property) is None:
        return None
    if str(node.get(cycle.key, key)) not in {key, key.rpartition("/")[2]}:
        return None
    return str(node[cycle.property])


def command(word: str, source: str) -> Walk:
    """Return the walk: the command takes a resource from *source* to a declared target."""

    def walk(walker: Walker) -> Steps:
        targets = oracle.targets_of(walker.cycle, word, source)
        walker.blame = walker.address(word, f"{source}-{targets[0]}")
        lingered: list[str] = []
        for _ in range(ATTEMPTS):
            key = yield from walker.bring(source)
            outcome = yield from _commanded(walker, word, source, key)
            if outcome is None:
                return
            lingered.append(outcome)
        if all(lingered):
            raise Violation(lingered[-1])
        raise NotReached(f"every {walker.cycle.schema} had left {source} before {word} came")

    return walk


def _commanded(walker: Walker, word: str, source: str, key: str) -> Any:
    """Fire and wait. Return None if it arrived, else how it evaded ("" if {word} came too late)."""
    cycle, subject, probe = walker.cycle, walker.subject, walker.probe
    targets = oracle.targets_of(cycle, word, source)
    goal = oracle.reachable(cycle, *targets)
    mark = subject.fingerprint(probe, key)
    answer = walker.fire(word, key)
    deadline = probe.target.time.now() + probe.target.budget.settle
    lingers = False
    while True:
        late = probe.target.time.now() >= deadline
        state = walker.look(key)
        turned = mark is not None and subject.fingerprint(probe, key) != mark
        if state in goal and (state != source or turned):
            _arrived(walker, word, source, state)
            return None
        if state != source:
            return f"{word} was sent in {source}, which lasted, but ended in {state}" * lingers
        if answer.status >= 400:
            raise Violation(f"in {source} {word} is not obeyed: {answer.exchange}")
        if late:
            seconds = f"{probe.target.budget.settle:g} s"
            raise Violation(f"{seconds} after {word}, {cycle.schema} {key} still shows {source}")
        lingers = True
        yield


def _arrived(walker: Walker, word: str, source: str, state: str) -> None:
    """Witness the transition taken; its alternatives are then permissions that were not used."""
    findings = walker.probe.visit.findings
    targets = oracle.targets_of(walker.cycle, word, source)
    exact = [one for one in targets if one == state]
    likely = exact or [one for one in targets if state in oracle.reachable(walker.cycle, one)]
    for target in targets:
        what = f"seen in {state}" if target in likely else f"it took the other way, to {likely[0]}"
        findings.witness(walker.address(word, f"{source}-{target}"), what)


def refusal(word: str, state: str) -> Walk:
    """Return the walk: in *state*, which the command does not leave, it changes nothing."""

    def walk(walker: Walker) -> Steps:
        cycle, probe, subject = walker.cycle, walker.probe, walker.subject
        walker.blame = walker.address(word, "refusal")
        allowed = oracle.reachable(cycle, state)
        may_race = bool(allowed & set(oracle.sources_of(cycle, word)))
        key = yield from walker.bring(state)
        mark = subject.fingerprint(probe, key)
        answer = walker.fire(word, key)
        if cycle.refusal is not None and not may_race:
            probe.require(
                answer.status == cycle.refusal,
                f"in {state} {word} is answered {answer.status}, not {cycle.refusal}",
            )
        deadline = probe.target.time.now() + probe.target.budget.watch
        while True:
            late = probe.target.time.now() >= deadline
            shown = walker.look(key)
            probe.require(may_race or shown in allowed, f"{word} took it from {state} to {shown}")
            if allowed == {state} and mark is not None:
                probe.require(
                    subject.fingerprint(probe, key) == mark,
                    f"{word} did something to a {cycle.schema} that is {state}",
                )
            if late:
                return
            yield

    return walk


def wandering(plan: Sequence[tuple[str, int]]) -> Walk:
    """Return the walk: commands in any order, some looks after each; every move is declared."""

    def walk(walker: Walker) -> Steps:
        key = walker.start()
        state = walker.look(key)
        for word, looks in plan:
            walker.blame = _blamed(walker, word, state)
            try:
                walker.fire(word, key)
            except Outcome:
                continue  # what cannot be sent here is not part of this walk
            for _ in range(looks):
                yield
                state = walker.look(key)

    return walk


def _blamed(walker: Walker, word: str, state: str) -> str:
    cycle = walker.cycle
    targets = oracle.targets_of(cycle, word, state)
    if targets:
        return walker.address(word, f"{state}-{targets[0]}")
    if oracle.reachable(cycle, state) & set(oracle.sources_of(cycle, word)):
        return walker.address("closed")
    return walker.address(word, "refusal")


def departure(source: str, target: str) -> Walk:
    """Return the walk: a resource on its way to *target* leaves *source* by itself."""

    def walk(walker: Walker) -> Steps:
        name = walker.address("spontaneous", f"{source}-{target}")
        findings = walker.probe.visit.findings
        deadline = walker.probe.target.time.now() + min(
            walker.probe.target.budget.reach, LONGEST_WATCH
        )
        for _ in range(ATTEMPTS):
            if name in findings.witnessed:
                return
            key = yield from walker.aim(source, target, deadline)
            while key is not None and walker.probe.target.time.now() < deadline:
                if walker.look(key) != source:
                    break
                yield
        if name not in findings.witnessed:
            raise NotReached(f"no {walker.cycle.schema} was seen to go from {source} to {target}")

    return walk


def watching(walker: Walker) -> Steps:
    """Look at known resources several times: they move along declared ways only."""
    keys = [
        key
        for state in walker.cycle.states
        for key in list(walker.subject.known(walker.probe, state))[:WATCHED]
    ]
    walker.probe.assume(keys, f"no {walker.cycle.schema} is known")
    deadline = walker.probe.target.time.now() + min(walker.probe.target.budget.reach, LONGEST_WATCH)
    moving = keys
    for number in count():
        still: list[str] = []
        for key in moving:
            if walker.is_taken(key):  # two commands may come between two looks at it
                continue
            try:
                state = walker.look(key)
            except NotReached:
                continue
            if number == 0 or walker.cycle.leaving(state):
                still.append(key)
        moving = still
        if not moving or walker.probe.target.time.now() >= deadline:
            return
        yield
