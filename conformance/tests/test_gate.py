"""The gate: what may pass, what it remembers, how patient it is."""

from __future__ import annotations

import json
import time

import pytest

from conformance.answer import Request
from conformance.drivers import driver_for
from conformance.failures import Forbidden, Unanswered
from conformance.gate import Allowance, Gate
from conformance.ledger import Ledger, read_ledger
from conformance.mode import Mode, Resource
from conformance.probe import Probe
from conformance.target import Target
from conformance.tests.conftest import Visiting
from conformance.tests.widgets import Server
from specs.contract import Contract

MAKE = Request("POST", "/widgets", headers=(("Content-Type", "application/json"),),
               body=b'{"owner":"me"}')  # fmt: skip
UNSAFE = [
    MAKE,
    Request("DELETE", "/widgets/1"),
    Request("POST", "/widgets/1/cancel"),
    Request("POST", "/scrap"),
    Request("PUT", "/widgets/1"),
    Request("PATCH", "/nowhere"),
]


@pytest.mark.parametrize("mode", [Mode.SMOKE, Mode.READ_ONLY])
@pytest.mark.parametrize("request_", UNSAFE, ids=str)
def test_reading_modes_send_no_unsafe_request(
    visiting: Visiting, server: Server, mode: Mode, request_: Request
) -> None:
    """In the reading modes an unsafe request never reaches the socket, whatever it asks for."""
    gate = visiting(server, mode).gate

    with pytest.raises(Forbidden):
        gate.send(request_)

    assert server.shop.seen == []
    assert gate.traffic.forbidden == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_modes_read(visiting: Visiting, server: Server, method: str) -> None:
    """In mode read-only the safe methods pass."""
    visiting(server, Mode.READ_ONLY).gate.send(Request(method, "/widgets"))

    assert server.shop.seen == [(method, "/w/widgets")]


@pytest.mark.parametrize("request_", UNSAFE[1:], ids=str)
def test_safe_mode_leaves_alone_what_is_not_ours(
    visiting: Visiting, server: Server, request_: Request
) -> None:
    """In mode safe a change to what the run neither made nor was lent is not sent."""
    server.shop.make("somebody")

    with pytest.raises(Forbidden):
        visiting(server).gate.send(request_)

    assert server.shop.seen == []


def test_safe_mode_changes_what_it_made(visiting: Visiting, server: Server) -> None:
    """In mode safe the run may change what it has created itself."""
    gate = visiting(server).gate
    made = json.loads(gate.send(MAKE).body)["id"]

    assert gate.send(Request("POST", f"/widgets/{made}/cancel")).status == 202


def test_safe_mode_changes_what_it_was_lent(visiting: Visiting, server: Server) -> None:
    """In mode safe the run may change what the target file lists under touch."""
    number = server.shop.make("somebody")["id"]
    gate = visiting(server, touch={"Widget": (str(number),)}).gate

    assert gate.send(Request("POST", f"/widgets/{number}/cancel")).status == 202


def test_full_mode_sends_everything(visiting: Visiting, server: Server) -> None:
    """In mode full nothing is held back."""
    gate = visiting(server, Mode.FULL).gate

    assert gate.send(Request("POST", "/scrap")).status == 204


def test_an_allowance_ends(visiting: Visiting, server: Server) -> None:
    """Under an allowance no more is created than it says."""
    gate = visiting(server).gate
    allowance = Allowance(1)

    with gate.limited(allowance):
        gate.send(MAKE)
        with pytest.raises(Forbidden):
            gate.send(MAKE)
    gate.send(MAKE)

    assert len(server.shop.widgets) == 2


def test_what_is_created_is_on_disk(visiting: Visiting, server: Server) -> None:
    """A created resource is in the ledger's file as soon as the answer is there."""
    gate = visiting(server).gate
    gate.send(MAKE)

    lines = [json.loads(line) for line in gate.ledger.path.read_text().splitlines()]

    assert lines[0]["api"] == "widgets"
    assert lines[1]["event"] == "sent"
    assert lines[2] == {"event": "created", "kind": "Widget", "key": "1"}
    assert gate.ledger.left == (Resource("Widget", "1"),)


def test_a_dropped_read_is_sent_again(visiting: Visiting, server: Server) -> None:
    """A read whose connection breaks is sent again until it is answered."""
    server.shop.hiccups = 2

    assert visiting(server).gate.send(Request("GET", "/widgets")).status == 200
    assert len(server.shop.seen) == 3


def test_a_dropped_change_is_not_sent_again(visiting: Visiting, server: Server) -> None:
    """A change whose connection breaks may have been made, so it is not sent again."""
    gate = visiting(server).gate
    server.shop.hiccups = 1

    with pytest.raises(Unanswered):
        gate.send(MAKE)

    assert len(server.shop.seen) == 1
    assert read_ledger(gate.ledger.path).lost == 1


def test_a_busy_target_is_asked_again(visiting: Visiting, server: Server) -> None:
    """A 503 that no contract declares is waited out, for changes as well: nothing was done."""
    server.shop.busy = 2

    assert visiting(server).gate.send(MAKE).status == 201
    assert len(server.shop.widgets) == 1


def test_the_rate_is_kept(visiting: Visiting, server: Server) -> None:
    """Requests are as far apart as the target's rate demands."""
    gate = visiting(server, rate=50.0).gate
    started = time.monotonic()

    for _ in range(6):
        gate.send(Request("GET", "/widgets"))

    assert time.monotonic() - started >= 0.09


def test_order_is_hashed_without_polls(visiting: Visiting, server: Server) -> None:
    """The digest depends on the requests and their order, and not on how often one polls."""
    one, other = visiting(server).gate, visiting(server).gate
    reads = [Request("GET", "/widgets"), Request("GET", "/widgets/1")]
    for request in reads:
        one.send(request)
    other.send(reads[0])
    with other.polling():
        other.send(reads[0])

    assert one.digest != other.digest

    other.send(reads[1])

    assert one.digest == other.digest


def test_credentials_stay_out_of_the_journal(
    contract: Contract, server: Server, ledger: Ledger
) -> None:
    """A secret goes over the wire and into no record of it."""
    target = Target(server.url, credentials={"Authorization": "Bearer hush-hush"},
                    secrets=("hush-hush",))  # fmt: skip
    gate = Gate(contract, target, Mode.READ_ONLY, driver_for(contract), ledger)
    exchange = gate.send(Request("GET", "/widgets"))
    gate.close()

    assert server.shop.credentials[-1] == "Bearer hush-hush"
    assert "hush" not in exchange.curl() + repr(exchange) + repr(target)
    assert "$CALLSHEET_AUTHORIZATION" in exchange.curl()


def test_a_header_can_be_taken_away(contract: Contract, server: Server, ledger: Ledger) -> None:
    """A check may send a request without the credentials of the target file."""
    target = Target(server.url, credentials={"Authorization": "Bearer hush-hush"})
    gate = Gate(contract, target, Mode.READ_ONLY, driver_for(contract), ledger)
    gate.send(Request("GET", "/widgets", headers=(("authorization", None),)))
    gate.close()

    assert server.shop.credentials[-1] is None


def test_a_nested_path_is_not_taken_for_another(probe: Probe) -> None:
    """A literal path wins over a template, and a template matches one segment only."""
    gate = probe.visit.gate
    cancel = gate.call(Request("POST", "/widgets/7/cancel"))

    assert cancel is not None
    assert cancel.operation_id == "cancelWidget"
    assert cancel.path == {"id": "7"}
    assert gate.call(Request("POST", "/widgets/7/8/cancel")) is None
