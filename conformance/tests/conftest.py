"""What the tests of the suite share: the widgets' contract, and servers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.drivers import driver_for
from conformance.events import Report, RunFinished
from conformance.gate import Gate
from conformance.judge import ResponseJudge
from conformance.ledger import Ledger
from conformance.mode import Mode
from conformance.probe import Probe, Visit
from conformance.runner import Options, run
from conformance.target import Budget, Target
from conformance.tests import widgets
from specs.contract import Contract

BUDGET = Budget(request=2, settle=1, reach=3, watch=0.2)

Judge = Callable[..., Report]
Visiting = Callable[..., Visit]


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Give the contract of the widgets."""
    return widgets.contract()


@pytest.fixture
def server() -> Iterator[widgets.Server]:
    """Serve widgets soundly."""
    with widgets.serving() as found:
        yield found


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Give a ledger of its own."""
    return Ledger(tmp_path / "another.jsonl", {"api": "widgets", "base_url": ""})


@pytest.fixture
def visiting(contract: Contract, tmp_path: Path) -> Iterator[Visiting]:
    """Give a function that begins a visit at a server, in a mode."""
    with ExitStack() as stack:

        def begin(server: widgets.Server, mode: Mode = Mode.SAFE, **more: object) -> Visit:
            target = Target(server.url, budget=BUDGET, **more)  # type: ignore[arg-type]
            driver = driver_for(contract)
            ledger = Ledger(tmp_path / "ledger.jsonl", {"api": "widgets", "base_url": server.url})
            gate = Gate(contract, target, mode, driver, ledger)
            stack.callback(gate.close)
            return Visit(contract, target, mode, gate, ResponseJudge(contract), driver)

        yield begin


@pytest.fixture
def probe(visiting: Visiting, server: widgets.Server) -> Probe:
    """Give a probe at a sound server, in mode safe."""
    return Probe(visiting(server))


@pytest.fixture
def judge(contract: Contract, tmp_path: Path) -> Judge:
    """Give a function that runs the whole suite at a server and returns the report."""

    def judged(server: widgets.Server, target: Target | None = None, **options: object) -> Report:
        given = {"seed": 1, "ledger": str(tmp_path / "ledger.jsonl"), **options}
        found = target or Target(server.url, budget=BUDGET)
        for event in run(contract, found, Options(**given)):  # type: ignore[arg-type]
            if isinstance(event, RunFinished):
                return event.report
        raise AssertionError("a run ends with its report")

    return judged
