"""Tests of the memory that lets checks share answers at a first glance."""

from __future__ import annotations

import pytest

from conformance.memory import FRESH, Memory
from conformance.probe import Probe
from conformance.tests.conftest import Visiting
from conformance.tests.widgets import Server

GETS = ("GET", "/w/widgets")


@pytest.fixture
def probe(visiting: Visiting, server: Server) -> Probe:
    """Return a probe whose visit remembers answers."""
    visit = visiting(server)
    visit.memory = Memory()
    return Probe(visit)


def sent(server: Server) -> int:
    """Return how often the server was asked for the list."""
    return server.shop.seen.count(GETS)


def test_another_check_is_given_the_answer_that_is_there(probe: Probe, server: Server) -> None:
    """What was asked before is not sent again, as long as the memory is open."""
    first = probe.call("listWidgets")
    assert probe.visit.memory is not None
    with probe.visit.memory.opened():
        second = Probe(probe.visit).call("listWidgets")
    Probe(probe.visit).call("listWidgets")

    assert second.exchange is first.exchange
    assert sent(server) == 2
    assert probe.visit.memory.recalled == 1


def test_who_asks_again_is_answered_anew(probe: Probe, server: Server) -> None:
    """A check that compares two answers to the same request does not get one twice."""
    assert probe.visit.memory is not None
    with probe.visit.memory.opened():
        first, second, third = (probe.call("listWidgets") for _ in range(3))

    assert len({id(one.exchange) for one in (first, second, third)}) == 3
    assert sent(server) == 3


def test_a_change_makes_all_forgotten(probe: Probe, server: Server) -> None:
    """After a request that may have changed something, nothing is given from the memory."""
    probe.call("listWidgets")
    probe.call("makeWidget", body={"owner": "me"})
    assert probe.visit.memory is not None
    with probe.visit.memory.opened():
        Probe(probe.visit).call("listWidgets")

    assert sent(server) == 2


def test_answers_grow_old(probe: Probe, server: Server) -> None:
    """After so many other requests an answer is not given any more, and neither to a poll."""
    probe.call("listWidgets")
    assert probe.visit.memory is not None
    with probe.visit.memory.opened():
        with probe.visit.gate.polling():
            Probe(probe.visit).call("listWidgets")
        for size in range(FRESH + 1):
            probe.call("listWidgets", query={"size": size + 1})
        Probe(probe.visit).call("listWidgets")

    assert probe.visit.memory.recalled == 0
    assert sent(server) == 3
