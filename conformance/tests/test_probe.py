"""The probe: how requests are built, and what the words of a check do."""

from __future__ import annotations

import itertools

import pytest

from conformance.answer import Request
from conformance.drivers import driver_for
from conformance.drivers.generic import Driver
from conformance.failures import NotReached, Unsupported, Violation
from conformance.mode import Mode, Reach, Resource
from conformance.probe import Probe
from conformance.tests.conftest import Visiting
from conformance.tests.widgets import Server
from specs.contract import Contract


def test_requests_are_built_from_the_contract(probe: Probe, server: Server) -> None:
    """Path parameters are filled in and encoded, None leaves a query parameter out."""
    probe.call("listWidgets", query={"size": 2, "nothing": None, "flag": True, "many": ["a", "b"]})
    probe.call("getWidget", path={"id": "a/b c"})

    assert server.shop.seen == [
        ("GET", "/w/widgets?size=2&flag=true&many=a&many=b"),
        ("GET", "/w/widgets/a%2Fb%20c"),
    ]


def test_a_parameter_of_the_path_cannot_be_forgotten(probe: Probe) -> None:
    """A call without a path parameter is a mistake of the check."""
    with pytest.raises(KeyError, match="getWidget"):
        probe.call("getWidget")


def test_answers_are_judged_in_passing(visiting: Visiting, server: Server) -> None:
    """An answer that breaks its contract is noted for its own requirement and ends nothing."""
    server.shop.fault = "no-owner"
    server.shop.make("me")
    probe = Probe(visiting(server))
    answer = probe.call("getWidget", path={"id": 1})
    findings = probe.visit.findings

    assert answer.json["id"] == 1
    assert "owner" in findings.violations["widgets/getWidget/200"].message
    assert list(probe.violations) == ["widgets/getWidget/200"]


def test_a_good_answer_is_a_witness(probe: Probe) -> None:
    """A declared answer that is seen and valid is noted as seen."""
    probe.call("listWidgets")

    assert "widgets/listWidgets/200" in probe.visit.findings.witnessed


def test_going_on_needs_success(probe: Probe) -> None:
    """`ok` ends the example if the answer is not a success."""
    with pytest.raises(NotReached, match="404"):
        probe.ok("getWidget", path={"id": 99})


def test_a_link_is_followed_below_the_base(probe: Probe, server: Server) -> None:
    """A link may be absolute, relative, or name another host: its path and query count."""
    server.shop.make("me")
    for link in ("/w/widgets?size=1", "http://proxy.example/w/widgets?size=1"):
        assert len(probe.follow("listWidgets", link).json["results"]) == 1

    assert server.shop.seen == [("GET", "/w/widgets?size=1")] * 2


def test_requiring_and_assuming(probe: Probe) -> None:
    """What is required is violated, what is assumed is not reached, if it is not so."""
    probe.require(condition=True, message="never")
    probe.assume(condition=[1], reason="never")
    with pytest.raises(Violation, match="no"):
        probe.require(condition=False, message="no")
    with pytest.raises(NotReached, match="no"):
        probe.assume(condition=[], reason="no")


def test_eventually_gives_the_first_true_result(probe: Probe) -> None:
    """`eventually` asks until the result is true, and returns it."""
    numbers = itertools.count()

    assert probe.eventually(lambda: next(numbers) // 3, within=5) == 1


def test_eventually_ends(probe: Probe) -> None:
    """`eventually` violates the requirement when the time is over, after asking at least once."""
    asked: list[int] = []
    with pytest.raises(Violation, match="it stayed"):
        probe.eventually(lambda: asked.append(1), within=0, message=lambda: "it stayed")

    assert asked


def test_an_unsupported_operation_is_not_called(visiting: Visiting, server: Server) -> None:
    """What the target file lists as unsupported ends the check before anything is sent."""
    probe = Probe(visiting(server, unsupported=("getWidget",)))
    with pytest.raises(Unsupported):
        probe.call("getWidget", path={"id": 1})

    assert server.shop.seen == []


def test_a_body_that_is_not_json_counts_against_the_answer(
    visiting: Visiting, server: Server
) -> None:
    """Whoever reads `json` of such an answer blames the response, not the check."""
    server.shop.pages["/w/widgets"] = b"<p>hello</p>"
    answer = Probe(visiting(server)).call("listWidgets")
    with pytest.raises(Violation) as raised:
        _ = answer.json

    assert raised.value.requirement == "widgets/listWidgets/200"


def test_discovery_looks_through_lists(probe: Probe, server: Server) -> None:
    """The generic driver finds keys by state through lists that need no parameters."""
    for _ in range(2):
        server.shop.make("me")

    assert probe.api.discover(probe) == {"Widget": {"queued": ["2", "1"]}}


def test_the_generic_driver_knows_what_calls_touch(probe: Probe, contract: Contract) -> None:
    """Creators create, a key in the path is touched, and anything else may touch everything."""
    driver, gate = driver_for(contract), probe.visit.gate
    make = gate.call(Request("POST", "/widgets"))
    cancel = gate.call(Request("POST", "/widgets/7/cancel"))
    scrap = gate.call(Request("POST", "/scrap"))
    assert make
    assert cancel
    assert scrap

    assert isinstance(driver, Driver)
    assert driver.touches(make).reach is Reach.CREATES
    assert driver.touches(cancel).resources == (Resource("Widget", "7"),)
    assert driver.touches(scrap).reach is Reach.EVERYTHING


@pytest.mark.parametrize("mode", list(Mode))
def test_reading_is_allowed_in_every_mode(visiting: Visiting, server: Server, mode: Mode) -> None:
    """There is no mode in which the suite may not look."""
    assert Probe(visiting(server, mode)).call("listWidgets").status == 200
