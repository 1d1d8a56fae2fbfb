"""The one module that knows Schemathesis: the pinned engine still does what we rely on."""

from __future__ import annotations

import pytest

from conformance.fuzzer import Fuzzer
from conformance.mode import Mode
from conformance.tests.conftest import Visiting
from conformance.tests.widgets import Server
from conformance.tour import Tour


def fuzzed(
    visiting: Visiting, server: Server, operations: list[str], mode: Mode = Mode.READ_ONLY
) -> Tour:
    """Fuzz operations of a server and return the tour with what was found."""
    visit = visiting(server, mode)
    visit.known = {"Widget": {"queued": [str(one) for one in server.shop.widgets]}}
    tour = Tour(visit, chosen=frozenset(visit.contract.requirements))
    for _ in Fuzzer(tour, operations, 20, 120.0).run():
        pass
    return tour


def test_known_ids_reach_the_success_path(visiting: Visiting, server: Server) -> None:
    """Reading by a path parameter finds what exists, and also tries what does not."""
    server.shop.make("me")
    tour = fuzzed(visiting, server, ["getWidget"])

    assert {
        "widgets/getWidget/200",
        "widgets/getWidget/404",
    } <= tour.visit.findings.witnessed.keys()
    assert tour.visit.findings.violations == {}


def test_only_what_was_asked_for_is_sent(visiting: Visiting, server: Server) -> None:
    """Nothing is sent but the operations given: no probes, no other methods, no other paths."""
    fuzzed(visiting, server, ["listWidgets"], Mode.FULL)

    assert server.shop.seen
    assert {method for method, _ in server.shop.seen} == {"GET"}
    assert {path.partition("?")[0] for _, path in server.shop.seen} == {"/w/widgets"}


def test_what_the_gate_forbids_is_passed_over(visiting: Visiting, server: Server) -> None:
    """Forbidden requests do not reach the server, and are no findings."""
    server.shop.make("somebody")
    tour = fuzzed(visiting, server, ["cancelWidget", "deleteWidget", "scrapAll"], Mode.SAFE)

    assert server.shop.seen == []
    assert tour.visit.gate.traffic.forbidden > 0
    assert tour.visit.findings.violations == {}


@pytest.mark.parametrize(
    ("fault", "broken"),
    [("no-owner", "widgets/getWidget/200"), ("unknown-is-500", "widgets/getWidget/200")],
)
def test_a_fault_is_found_with_a_way_back(
    visiting: Visiting, server: Server, fault: str, broken: str
) -> None:
    """What fuzzing finds can be repeated, so it is confirmed like everything else."""
    server.shop.make("me")
    server.shop.fault = fault
    tour = fuzzed(visiting, server, ["getWidget"])
    confirmed = list(tour.confirm_new())

    assert [one.result.requirement.id for one in confirmed] == [broken]
    assert tour.confirmed[broken].is_certain
    assert "curl" in confirmed[0].result.repro


def test_the_same_seed_fuzzes_alike(visiting: Visiting, server: Server) -> None:
    """Two fuzzings with one seed send the same requests."""
    server.shop.make("me")
    digests = {fuzzed(visiting, server, ["getWidget"]).visit.gate.digest for _ in range(2)}

    assert len(digests) == 1
