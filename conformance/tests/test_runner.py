"""Whole runs: a sound server passes, each fault is found and named."""

from __future__ import annotations

import datetime
import time

import pytest

from conformance.failures import UsageError
from conformance.mode import Mode
from conformance.target import Target, Waiver
from conformance.tests import widgets
from conformance.tests.conftest import BUDGET, Judge
from conformance.tests.widgets import Server
from conformance.verdict import Overall, Verdict
from specs.contract import Contract


def unsettled(report_results: object) -> list[str]:
    """Return the ids that are neither passed nor known not to come about in mode safe."""
    return [
        f"{one.requirement.id}: {one.verdict} {one.message}"
        for one in report_results  # type: ignore[attr-defined]
        if one.verdict is not Verdict.PASS and one.requirement.id != "widgets/scrapAll/204"
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sound_server_passes(judge: Judge, seed: int) -> None:
    """Nothing is found in a sound server, and everything is reached that mode safe allows."""
    with widgets.serving() as server:
        for _ in range(3):
            server.shop.make("somebody")
        report = judge(server, seed=seed)

    assert unsettled(report.results) == []
    assert report.overall is Overall.INCOMPLETE  # scrapping everything is not for mode safe


def test_full_mode_is_conformant_with_it_all(judge: Judge) -> None:
    """In mode full, where everything may be sent, the sound server is conformant."""
    with widgets.serving() as server:
        report = judge(server, mode=Mode.FULL)

    assert report.overall is Overall.CONFORMANT


def test_each_requirement_is_judged_once(judge: Judge, server: Server, contract: Contract) -> None:
    """The results are the requirements of the contract, each once, without the uncheckable."""
    report = judge(server, only=("widgets/listWidgets/*",))
    expected = [
        one.id
        for one in contract.requirements.values()
        if one.id.startswith("widgets/listWidgets/") and one.uncheckable is None
    ]

    assert [one.requirement.id for one in report.results] == expected
    assert [one.id for one in report.uncheckable] == ["widgets/listWidgets/made-by-hand"]


@pytest.mark.parametrize(("fault", "broken"), widgets.FAULTS.items())
def test_each_fault_is_found_and_named(judge: Judge, fault: str, broken: str) -> None:
    """A server with one fault fails, and the requirement that it breaks is among the failed."""
    pace = 0.6 if fault.startswith("running") else widgets.PACE  # long enough to be seen in it
    with widgets.serving(fault, pace) as server:
        report = judge(server, fail_fast=True)

    failed = [one.requirement.id for one in report.results if one.verdict is Verdict.FAIL]
    assert report.overall is Overall.NOT_CONFORMANT
    assert broken in failed


def test_reading_sends_nothing_but_reads(judge: Judge) -> None:
    """Mode read-only is kept by everything in the suite, fuzzing included."""
    with widgets.serving() as server:
        server.shop.make("somebody")
        report = judge(server, mode=Mode.READ_ONLY)

        assert {method for method, _ in server.shop.seen} <= {"GET", "HEAD", "OPTIONS"}
        assert report.safety.created == ()
        assert len(server.shop.widgets) == 1


def test_safe_mode_leaves_no_trace(judge: Judge) -> None:
    """In mode safe what belongs to others stays as it is, and what was made is gone."""
    with widgets.serving(pace=3600) as server:
        foreign = [server.shop.make("somebody")["id"] for _ in range(5)]
        report = judge(server)

        assert sorted(server.shop.widgets) == foreign
        assert all(server.shop.widgets[one]["state"] == "queued" for one in foreign)
        assert report.safety.created
        assert report.safety.left == ()


def test_smoke_says_what_it_leaves_out(judge: Judge) -> None:
    """Mode smoke only reads, finds no fault in a sound server, and names what it leaves out."""
    with widgets.serving() as server:
        server.shop.make("somebody")
        report = judge(server, mode=Mode.SMOKE)

    assert report.overall is not Overall.NOT_CONFORMANT
    assert set(report.safety.methods) <= {"GET", "HEAD", "OPTIONS"}
    assert any("needs --mode safe" in one.message for one in report.results)


def test_the_same_seed_sends_the_same_requests(judge: Judge) -> None:
    """Two runs with one seed at fresh servers send the same requests in the same order."""
    digests = []
    for seed in (7, 7, 8):
        with widgets.serving() as server:
            digests.append(judge(server, seed=seed).digest)

    assert digests[0] == digests[1] != digests[2]


def test_a_waiver_turns_a_failure(judge: Judge) -> None:
    """A waived failure is shown as such, and the run can be conformant with it."""
    with widgets.serving("page-of-4") as server:
        waivers = (
            Waiver("widgets/listWidgets/default-page-size", "known", "me"),
            Waiver("widgets/getWidget/*", "over", expires=datetime.date(2020, 1, 1)),
            Waiver("widgets/scrapAll/*", "unused"),
        )
        target = Target(server.url, budget=BUDGET, waivers=waivers)
        report = judge(server, target, only=("*/default-page-size",))

    (result,) = report.results
    assert result.verdict is Verdict.WAIVED
    assert "known" in result.message
    assert report.overall is Overall.CONFORMANT
    assert any("expired on 2020-01-01" in one for one in report.remarks)
    assert any("widgets/scrapAll/* was not used" in one for one in report.remarks)


def test_what_is_unsupported_is_not_asked_for(judge: Judge) -> None:
    """An operation that the target file lists as unsupported is neither called nor failed."""
    with widgets.serving() as server:
        target = Target(server.url, budget=BUDGET, unsupported=("deleteWidget",))
        report = judge(server, target, only=("widgets/deleteWidget/*", "widgets/listWidgets/200"))

        assert "DELETE" not in {method for method, _ in server.shop.seen}

    verdicts = {one.requirement.id: one.verdict for one in report.results}
    assert verdicts["widgets/deleteWidget/204"] is Verdict.UNSUPPORTED
    assert verdicts["widgets/listWidgets/200"] is Verdict.PASS


def test_what_is_not_repeatable_is_flaky(judge: Judge) -> None:
    """A contradiction that does not come back each time is flaky, and fails nobody."""
    with widgets.serving("sometimes-page-of-4") as server:
        report = judge(server, only=("*/default-page-size",))

    (result,) = report.results
    assert result.verdict is Verdict.FLAKY
    assert "of 3 repetitions" in result.message
    assert report.overall is Overall.INCOMPLETE


def test_dropped_connections_are_nobodys_failure(judge: Judge) -> None:
    """A target that drops one connection in twenty is judged like one that does not."""
    with widgets.serving("drops-one-in-20") as server:
        report = judge(server)

    failed = [one for one in report.results if one.verdict in {Verdict.FAIL, Verdict.FLAKY}]
    assert failed == []
    assert report.retries > 0


def test_an_inferred_statement_only_differs(judge: Judge) -> None:
    """A contradicted guess of ours fails a target only in a strict run."""
    with widgets.serving() as server:
        server.shop.make("somebody")["colour"] = "red"
        lenient = judge(server, only=("*/colour-is-blue",))
        strict = judge(server, only=("*/colour-is-blue",), strict=True)

    assert lenient.results[0].verdict is Verdict.DIFFERS
    assert lenient.overall is Overall.CONFORMANT
    assert strict.results[0].verdict is Verdict.FAIL
    assert strict.overall is Overall.NOT_CONFORMANT


def test_time_is_kept(judge: Judge, server: Server) -> None:
    """A run that is given little time ends in time, and says what it did not reach."""
    started = time.monotonic()
    report = judge(server, max_time=0.3)

    assert time.monotonic() - started < 3
    assert report.overall is Overall.INCOMPLETE
    assert any("cut short" in one for one in report.remarks)


def test_failing_fast_stops(judge: Judge) -> None:
    """A run that fails fast sends little more once a failure is confirmed."""
    with widgets.serving("created-200") as server:
        report = judge(server, fail_fast=True)

    assert report.first_failure is not None
    assert report.first_failure[0] == "widgets/makeWidget/201"
    assert report.requests < 100


def test_nothing_chosen_is_a_mistake(judge: Judge, server: Server) -> None:
    """A pattern that matches no requirement is the user's mistake."""
    with pytest.raises(UsageError, match="matches no requirement"):
        judge(server, only=("widgets/nothing",))


def test_shards_are_the_whole(judge: Judge, contract: Contract) -> None:
    """The shards of a run judge each requirement once between them."""
    judged: list[str] = []
    for part in (1, 2, 3):
        with widgets.serving() as server:
            report = judge(server, shard=(part, 3), mode=Mode.READ_ONLY)
        judged += [one.requirement.id for one in report.results]

    checkable = [one.id for one in contract.requirements.values() if one.uncheckable is None]
    assert sorted(judged) == sorted(checkable)
