"""The mutants of Scale: each breaks the statement that it names, and the sound server keeps it."""

from __future__ import annotations

import pytest

from mockserver import mutants
from mockserver.mutants import FaultClass
from mockserver.tests.mutants import body, collections, lifecycle, times
from mockserver.tests.mutants.probe import Probe
from mockserver.tests.scale_client import ScaleClient
from specs.contract import Status, load

PROBES: dict[str, Probe] = body.PROBES | lifecycle.PROBES | collections.PROBES | times.PROBES


@pytest.fixture(scope="module")
def sound() -> ScaleClient:
    """Serve Scale without a fault."""
    return ScaleClient()


@pytest.fixture
def fresh(sound: ScaleClient) -> ScaleClient:
    """Make the world of the sound server anew before each test."""
    sound.reset()
    return sound


@pytest.mark.parametrize("name", PROBES)
def test_the_sound_server_keeps_the_statement(name: str, fresh: ScaleClient) -> None:
    """What a mutant breaks is true of a server without mutants."""
    assert PROBES[name](fresh)


@pytest.mark.parametrize("name", PROBES)
def test_the_mutant_breaks_the_statement(name: str) -> None:
    """A mutant is seen from outside by requests alone."""
    assert not PROBES[name](ScaleClient(name))


def test_every_mutant_has_a_probe() -> None:
    """No mutant is listed that nobody has seen."""
    assert set(PROBES) == {one.id for one in mutants.of("scale")}


def test_every_mutant_breaks_a_documented_statement() -> None:
    """A mutant names a requirement of the contract that stands in the document."""
    contract = load("scale")
    for one in mutants.of("scale"):
        requirement = contract.requirements[one.requirement]

        assert requirement.provenance.status is Status.DOCUMENTED, one.id
        assert requirement.uncheckable is None, one.id


def test_the_mutants_are_of_every_class() -> None:
    """There are mutants of all six classes, and at least thirty in all."""
    found = mutants.of("scale")

    assert {one.fault_class for one in found} == set(FaultClass)
    assert len(found) >= 30
    assert len({one.id for one in found}) == len(found)
