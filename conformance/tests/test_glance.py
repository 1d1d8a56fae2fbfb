"""Tests of the first glance: much evidence for few requests, and nothing that is not so."""

from __future__ import annotations

import pytest

from conformance.events import Progress
from conformance.failures import Violation
from conformance.mode import Mode, Needs
from conformance.movements import glance
from conformance.movements.requirements import Property, Requirements
from conformance.probe import Probe
from conformance.registry import Check, checks_of
from conformance.tests import widgets
from conformance.tests.conftest import Judge, Visiting
from conformance.tests.widgets import Server
from conformance.tour import Tour
from specs.contract import load, names

NAME = "widgets/listWidgets/default-page-size"


@pytest.fixture
def tour(visiting: Visiting, server: Server) -> Tour:
    """Return a run at a sound server that is to end at its first failure."""
    visit = visiting(server)
    return Tour(visit, chosen=frozenset(visit.contract.requirements), fail_fast=True)


def test_nothing_is_found_in_a_sound_server(tour: Tour) -> None:
    """Every check and recipe is tried once, and the memory is gone afterwards."""
    tried = {
        one.what
        for one in glance.play(tour, Requirements(tour))
        if isinstance(one, Progress) and one.movement == "requirements"
    }

    assert tour.visit.findings.violations == {}
    assert checks_of("widgets").keys() <= tried
    assert "widgets/getWidget/404" in tried
    assert tour.visit.memory is None


def test_what_only_an_old_answer_shows_is_not_noted(tour: Tour) -> None:
    """A suspicion that comes of a shared answer is looked at again without, and let go."""
    asked: list[int] = []

    def claim(probe: Probe, _: None) -> None:
        before = tour.visit.gate.traffic.requests
        probe.call("listWidgets")
        asked.append(tour.visit.gate.traffic.requests - before)
        if asked[-1] == 0:
            raise Violation("that is an old answer")

    requirements = Requirements(tour)
    requirements.properties = [
        Property(tour, Check(NAME, claim, Needs.READ)),
        Property(tour, Check("widgets/listWidgets/size-is-honoured", claim, Needs.READ)),
    ]
    for _ in glance.play(tour, requirements):
        pass

    assert 0 in asked
    assert asked[-1] == 1
    assert tour.visit.findings.violations == {}


def test_a_fault_is_named_before_most_requests_are_sent(judge: Judge) -> None:
    """A run that ends at its first failure finds a wrong page sooner than a whole run is over."""
    with widgets.serving("page-of-4") as server:
        report = judge(server, fail_fast=True)
    with widgets.serving() as server:
        whole = judge(server)

    assert report.first_failure is not None
    assert report.first_failure[0] == NAME
    assert report.first_failure[1] < whole.requests / 4


@pytest.mark.parametrize("api", names())
def test_costs_are_those_of_requirements_that_there_are(api: str) -> None:
    """Each measured cost belongs to a requirement, and most checks have one."""
    measured = {name for name in glance.costs() if name.startswith(f"{api}/")}
    usual = {name for name, one in checks_of(api).items() if Mode.SAFE.allows(one.needs)}

    assert measured <= load(api).requirements.keys()
    assert len(usual - measured) < len(usual) / 10, "python benchmarks/costs.py measures them"
