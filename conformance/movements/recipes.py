"""The movement of the recipes: declared answers, brought about on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.drivers import Recipe
from conformance.events import ContradictionConfirmed, Progress
from conformance.failures import Violation
from conformance.mode import Mode
from conformance.probe import Probe
from conformance.tour import Ending, Tour

NAME = "answers"


def play(tour: Tour) -> Iterator[Progress | ContradictionConfirmed]:
    """Play each recipe of the driver that is wanted and that the mode allows."""
    visit, recipes = tour.visit, chosen(tour)
    for index, recipe in enumerate(recipes):
        if tour.is_over:
            return
        requirement = address(visit.contract.name, recipe)
        yield Progress(NAME, index, len(recipes), requirement, visit.gate.traffic.requests)
        cooking(tour, recipe)()
        yield from tour.confirm_new()
    yield Progress(NAME, len(recipes), len(recipes), "", visit.gate.traffic.requests)


def chosen(tour: Tour) -> list[Recipe]:
    """Return the recipes that are wanted and that the mode allows."""
    visit = tour.visit
    return [
        one
        for one in visit.driver.provoke(Probe(visit))
        if visit.mode.allows(one.needs)
        and tour.wants(address(visit.contract.name, one))
        and (visit.mode is not Mode.SMOKE or one.status.startswith("2"))
    ]


def cooking(tour: Tour, recipe: Recipe) -> Callable[[], None]:
    """Return what plays a recipe, and notes what became of it."""
    requirement = address(tour.visit.contract.name, recipe)
    return lambda: _cook(tour, requirement, recipe)


def address(api: str, recipe: Recipe) -> str:
    """Return the id of the requirement that the recipe is for."""
    return f"{api}/{recipe.operation_id}/{recipe.status}"


def _cook(tour: Tour, requirement: str, recipe: Recipe) -> None:
    def action(probe: Probe) -> None:
        probe.awaited = recipe.operation_id, recipe.status
        answer = recipe.play(probe)
        expected = recipe.status.upper()
        if expected != "DEFAULT" and not _fits(str(answer.status), expected):
            raise Violation(f"{answer.exchange}, but {recipe.status} is what it should answer")

    ending, reason = tour.attempt(requirement, action)
    findings = tour.visit.findings
    match ending:
        case Ending.JUDGED:
            findings.witness(requirement)
        case Ending.UNSUPPORTED:
            findings.unsupported[requirement] = reason
        case Ending.ERROR:
            findings.errors[requirement] = reason
        case Ending.NOT_REACHED | Ending.FORBIDDEN:
            findings.unreached.setdefault(requirement, reason)


def _fits(status: str, expected: str) -> bool:
    return status == expected or (expected.endswith("XX") and status[0] == expected[0])
