"""Joining the reports of sharded runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.events import Report, Safety
from conformance.failures import UsageError
from conformance.merge import merged
from conformance.mode import Mode, Resource
from conformance.profile import chosen
from conformance.tests import widgets
from conformance.tests.conftest import Judge
from conformance.verdict import Overall, Result, Verdict, overall
from specs.contract import Contract

Part = Callable[..., Report]


@pytest.fixture
def part(contract: Contract) -> Part:
    """Give a function that makes the report of a shard, in which all passes but what is named."""

    def made(number: int, parts: int, seed: int = 1, **verdicts: Verdict) -> Report:
        results = tuple(
            Result(one, verdicts.get(one.id.rpartition("/")[2].replace("-", "_"), Verdict.PASS))
            for one in chosen(contract, (), (number, parts))
        )
        mine = (Resource("Widget", str(number)),)
        safety = Safety({"GET": 2}, 1, mine, mine, (), "")
        return Report(
            contract, "http://t/w", Mode.SAFE, seed, overall(results), results,
            contract.uncheckable, 10, 1, 2.0, f"{number}", safety, {"a note": 1},
            ("The waiver for x was not used.",), shard=(number, parts), ended=f"2030-01-0{number}",
        )  # fmt: skip

    return made


def test_parts_become_a_whole(part: Part, contract: Contract) -> None:
    """All requirements are there in the contract's order, and the numbers are sums."""
    (report,) = merged(part(number, 3) for number in (3, 1, 2)).reports
    checkable = [one.id for one in contract.requirements.values() if one.uncheckable is None]

    assert [one.requirement.id for one in report.results] == checkable
    assert report.overall is Overall.CONFORMANT
    assert report.shard == (1, 1)
    assert (report.requests, report.retries, report.duration) == (30, 3, 6.0)
    assert report.safety.methods == {"GET": 6}
    assert len(report.safety.created) == 3
    assert report.notes == {"a note": 3}
    assert report.remarks == ("The waiver for x was not used.",)
    assert report.ended == "2030-01-03"


def test_one_bad_part_is_a_bad_whole(part: Part) -> None:
    """A failure in one shard is a failure of the whole."""
    parts = [part(number, 3, default_page_size=Verdict.FAIL) for number in (1, 2, 3)]

    assert merged(parts).overall is Overall.NOT_CONFORMANT


def test_what_a_part_has_not_seen_another_may_have(part: Part) -> None:
    """What was seen in passing counts where the shard itself did not come to it."""
    parts = [part(number, 2, scrapAll=Verdict.PASS) for number in (1, 2)]
    own = next(one for one in parts if one.shard == (1, 2))
    seen = own.results[0]
    unseen = replace(seen, verdict=Verdict.NOT_REACHED)
    first = replace(own, results=(unseen, *own.results[1:]))
    second = replace(parts[1], besides=(seen,))

    (without,) = merged([first, parts[1]]).reports
    (with_it,) = merged([first, second]).reports

    assert without.results[0].verdict is Verdict.NOT_REACHED
    assert with_it.results[0].verdict is Verdict.PASS


def test_a_missing_part_is_told(part: Part) -> None:
    """What a missing shard would have judged is not reached, and the run incomplete."""
    (report,) = merged([part(1, 3), part(3, 3)]).reports
    missing = [one for one in report.results if one.verdict is Verdict.NOT_REACHED]

    assert len(missing) == len(part(2, 3).results)
    assert missing[0].message == "there is no report of shard 2/3"
    assert report.overall is Overall.INCOMPLETE
    assert "There is no report of shard 2/3." in report.remarks


def test_what_does_not_belong_together_is_refused(part: Part) -> None:
    """The same shard twice, other divisions, other modes and other targets are mistakes."""
    for others, complaint in (
        ([part(1, 2)], "shard 1/2 was given 2 times"),
        ([part(2, 3)], "shard 1/2 and shard 2/3 are not parts of one run"),
        ([replace(part(2, 2), mode=Mode.FULL)], "differ in mode: safe and full"),
        ([replace(part(2, 2), target="http://u/w")], "differ in target"),
    ):
        with pytest.raises(UsageError, match=complaint):
            merged([part(1, 2), *others])


def test_other_seeds_are_told(part: Part) -> None:
    """Shards with seeds of their own can be joined; the report says so."""
    (report,) = merged([part(1, 2), part(2, 2, seed=7)]).reports

    assert "The shards had different seeds: 1, 7." in report.remarks


def test_a_merged_run_is_as_good_as_an_undivided_one(judge: Judge) -> None:
    """Shards of a real run give the verdicts of the undivided run, requirement by requirement."""
    with widgets.serving("page-of-4") as server:
        whole = judge(server)
    parts = []
    for number in (1, 2, 3):
        with widgets.serving("page-of-4") as server:
            parts.append(replace(judge(server, shard=(number, 3)), target=whole.target))
    (joined,) = merged(parts).reports

    assert {one.requirement.id: one.verdict for one in joined.results} == {
        one.requirement.id: one.verdict for one in whole.results
    }
    assert joined.overall is whole.overall is Overall.NOT_CONFORMANT
