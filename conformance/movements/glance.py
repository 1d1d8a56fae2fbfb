"""The first glance of a run that ends at its first failure: much evidence for few requests.

Each check is tried with one example and each recipe once, what costs few requests first. Answers
are shared while nothing has been changed; what looks wrong by them is looked at again without.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conformance.events import ContradictionConfirmed, Progress
from conformance.memory import Memory
from conformance.mode import Needs
from conformance.movements import recipes, sights
from conformance.movements.requirements import NAME, Property, Requirements
from conformance.tour import Tour

COSTS = Path(__file__).with_name("costs.json")  # `python benchmarks/costs.py` measures them
USUAL = 5.0  # requests of what has not been measured
UNDOCUMENTED = 3.0  # times dearer: what only others do is seldom what is broken
LONG_WAIT = 4.0  # seconds of one example
PATIENCE = 3  # with such checks: then something else is wrong, which walks find sooner


@dataclass(frozen=True, slots=True)
class _Turn:
    """One try of one requirement, and what it costs."""

    requirement: str
    price: float
    take: Callable[[], None]
    waits: bool  # whether it may be left out when others have waited in vain


def play(tour: Tour, checks: Requirements) -> Iterator[Progress | ContradictionConfirmed]:
    """Look at each operation that reads, then try everything once, in the order of its price."""
    visit, clock = tour.visit, tour.visit.target.time
    memory = visit.memory = Memory()
    visit.one_by_one = visit.target.time.is_steered  # else scenes had better wait together
    with memory.opened():
        yield from sights.play(tour)
    shared: list[Property] = []
    turns = sorted(
        (*_of_checks(tour, checks, shared), *_of_recipes(tour)), key=lambda one: one.price
    )
    patience = PATIENCE
    for index, turn in enumerate(turns):
        if tour.is_over:
            break
        if turn.waits and not patience:
            continue
        requests = visit.gate.traffic.requests
        yield Progress(NAME, index, len(turns), turn.requirement, requests)
        started = clock.now()
        turn.take()
        yield from tour.confirm_new()
        patience -= turn.waits and patience > 0 and clock.now() - started > LONG_WAIT
    visit.memory, visit.one_by_one = None, False
    for one in shared:
        if tour.is_over or not patience:
            break
        one.hold(1)
        yield from tour.confirm_new()


def _of_checks(tour: Tour, checks: Requirements, shared: list[Property]) -> Iterator[_Turn]:
    prices = costs()
    for one in checks.properties:
        factor = 1.0 if _is_documented(tour, one.requirement) else UNDOCUMENTED
        price = 0.0 if one.check.opens else prices.get(one.requirement, USUAL) * factor
        yield _Turn(one.requirement, price, _look(tour, one, shared), waits=True)


def _of_recipes(tour: Tour) -> Iterator[_Turn]:
    """Yield the recipes; the more there are for one status, the less another one tells."""
    prices, alike = costs(), Counter[str]()
    for recipe in recipes.chosen(tour):
        name = recipes.address(tour.visit.contract.name, recipe)
        factor = 1.0 if _is_documented(tour, name) else UNDOCUMENTED
        alike[recipe.status] += 1
        price = prices.get(name, 1.0) * factor * alike[recipe.status]
        yield _Turn(name, price, recipes.cooking(tour, recipe), waits=False)


def _is_documented(tour: Tour, requirement: str) -> bool:
    return tour.visit.contract.requirements[requirement].provenance.is_documented


def _look(tour: Tour, one: Property, shared: list[Property]) -> Callable[[], None]:
    """Return the try of one example of a check; only what changes nothing shares answers."""

    def look() -> None:
        if one.check.needs is not Needs.READ:
            one.hold(1)
        elif not _is_settled(tour, one):
            shared.append(one)

    return look


def _is_settled(tour: Tour, one: Property) -> bool:
    """Try an example with what was answered before; if it was, only a violation is of account."""
    findings, memory = tour.visit.findings, tour.visit.memory
    assert memory is not None
    before, number = findings.copy(), memory.recalled
    with memory.opened():
        one.hold(1)
    if memory.recalled == number:
        return True
    suspects = [each for name, each in findings.violations.items() if name not in before.violations]
    findings.restore(before)
    one.forget()
    for finding in suspects:
        again = tour.repeated(finding)
        if again is not None:
            findings.violate(again)
    return False


@cache
def costs() -> Mapping[str, float]:
    """Return how many requests one example takes, by requirement, where that was measured."""
    found: dict[str, float] = json.loads(COSTS.read_text(encoding="utf-8"))
    return found
