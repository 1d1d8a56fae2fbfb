"""Known deviations of real implementations, as waivers."""

from __future__ import annotations

import datetime
import json

import pytest
from click.testing import CliRunner

from conformance import cli
from conformance.failures import UsageError
from conformance.judging import order
from conformance.known import implementations, waivers
from conformance.tests.widgets import Server
from conformance.verdict import Result, Verdict, waived
from conformance.waivers import remarks
from specs.contract import Contract, load

TODAY = datetime.date(2030, 1, 1)


def test_every_deviation_speaks_of_a_requirement_that_can_be_judged() -> None:
    """The sets name requirements that exist, and every supplement is used."""
    for deviations in implementations().values():
        for one in deviations:
            requirement = load(one.requirement.partition("/")[0]).requirements[one.requirement]
            assert requirement.uncheckable is None
            assert one.does
            assert one.known
    found = {one.requirement for one in implementations()["scale-7.2.2"]}
    assert {"scale/requeueJobs/spares-other-states", "scale/Job/requeueJobs/refusal",
            "scale/listJobs/200"} <= found  # fmt: skip


@pytest.mark.parametrize(
    ("name", "message", "verdict"),
    [
        ("pulp/getTask/200", "at /state: 'timed out' is not one of", Verdict.WAIVED),
        ("pulp/getTask/200", "at /id: 5 is not a string", Verdict.FAIL),
        ("pulp/listTasks/404", "whatever", Verdict.FAIL),
    ],
)
def test_a_deviation_waives_only_itself(name: str, message: str, verdict: Verdict) -> None:
    """What is known is waived, with its name; anything else about the same answer still fails."""
    contract = load("pulp")
    requirement = contract.requirements.get(name) or contract.requirements["pulp/getTask/404"]
    found = waived(Result(requirement, Verdict.FAIL, message), waivers("pulp-v1", contract), TODAY)

    assert found.verdict is verdict
    assert ("known of pulp-v1" in found.message) is (verdict is Verdict.WAIVED)
    assert message in found.message


def test_two_deviations_of_one_requirement_are_one_waiver() -> None:
    """The reason names all that an implementation is known to do there."""
    (found,) = (
        one for one in waivers("scale-7.2.2", load("scale"))
        if one.id == "scale/requeueJobs/requeues-all-that-fit"
    )  # fmt: skip

    assert "PENDING" in found.reason
    assert "superseded" in found.reason


def test_an_unknown_implementation_is_a_mistake(contract: Contract) -> None:
    """A name that no contract knows is answered with those that are known."""
    with pytest.raises(UsageError, match=r"right would be .*scale-7\.2\.2"):
        waivers("scale-9", contract)


def test_known_waivers_are_told_in_one_sentence() -> None:
    """The report says how many known deviations were seen, not which were not."""
    pulp = load("pulp")
    result = Result(pulp.requirements["pulp/getTask/200"], Verdict.FAIL, "'timed out'")
    sets = waivers("pulp-v1", pulp)

    assert list(remarks(sets, [waived(result, sets, TODAY)], TODAY)) == [
        "Known deviations of pulp-v1: 1 seen and waived."
    ]
    assert list(remarks(sets, [], TODAY)) == ["Known deviations of pulp-v1: none seen and waived."]


def test_the_command_lists_them() -> None:
    """`callsheet known` shows each implementation with what it does; of one, or as JSON."""
    everything = CliRunner().invoke(cli.known, []).output
    rows = json.loads(CliRunner().invoke(cli.known, ["pulp-v1", "--json"]).output)
    wrong = CliRunner().invoke(cli.known, ["pulp-v9"])

    assert "scale-7.2.2" in everything
    assert "Requeues QUEUED and RUNNING jobs as well." in everything
    assert {one["implementation"] for one in rows} == {"pulp-v1"}
    assert wrong.exit_code == 2
    assert "right would be" in wrong.stderr


def test_strict_runs_do_not_use_them(server: Server) -> None:
    """With --strict nothing known is waived, and the report says so."""
    given = {"target": server.url, "target_file": None, "settings": (), "insecure": False,
             "known": ("pulp-v1",), "only": (), "mode": None, "shard": None, "fail_fast": False,
             "keep": False, "ledger": None, "strict": False}  # fmt: skip
    lenient = order("pulp", given, seed=1, max_time=None)
    strict = order("pulp", {**given, "strict": True}, seed=1, max_time=None)

    assert len(lenient.target.waivers) == 2
    assert strict.target.waivers == ()
    assert strict.remarks == ("Known deviations of pulp-v1 are not waived: --strict.",)
