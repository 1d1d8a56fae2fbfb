"""The executions of a job: their list, its filters, and their details."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

from conformance.checks.scale import acquaintance, exemplars, sight
from conformance.checks.scale.acquaintance import details, distinct
from conformance.checks.scale.filters import EXECUTION_FILTERS, Filter, Query, Record, unsound
from conformance.checks.scale.job_details import some
from conformance.checks.scale.listing import Listing, executions, ids
from conformance.checks.scale.moments import is_before
from conformance.drivers.scale_answers import UNKNOWN_ID
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

PREFIX = "scale/listExecutions"
STATUSES = ("RUNNING", "FAILED", "COMPLETED", "CANCELED")


def cases(probe: Probe) -> list[tuple[Listing, list[Record]]]:
    """Return lists of executions with all that is in them: of a veteran and of a failed job."""
    veteran, found = exemplars.with_executions(probe)
    result = [(executions(veteran["id"]), list(found))]
    for state in () if acquaintance.is_brief(probe) else ("FAILED", "COMPLETED"):
        for job in acquaintance.in_state(probe, state)[:1]:
            if job["id"] != veteran["id"]:
                listing = executions(job["id"])
                result.append((listing, list(listing.whole(probe).results)))
    return result


@check(f"{PREFIX}/of-the-job")
def results_are_of_the_job_in_the_path(probe: Probe, _: None) -> None:
    """The job of each result is the one in the path."""
    veteran, _found = exemplars.with_executions(probe)
    for job_id in [veteran["id"], *ids(some(probe, 0, 4))]:
        for one in executions(job_id).page(probe).results:
            there = one["job"]["id"]
            probe.require(there == job_id, f"job {job_id} has an execution of job {there}")


@check(f"{PREFIX}/newest-first")
def results_descend_by_exe_num(probe: Probe, _: None) -> None:
    """The results descend by exe_num, on one page and over several."""
    for listing, found in cases(probe):

        def complaint(listing: Listing = listing, size: int = max(1, len(found) - 1)) -> str | None:
            pieces = [listing.whole(probe).results]
            pieces.append([one for page in listing.by_number(probe, size) for one in page.results])
            for piece in pieces:
                numbers = [one["exe_num"] for one in piece]
                if numbers != sorted(numbers, reverse=True):
                    return f"the executions of job {listing.path['id']} come as {numbers}"
            return None

        insist(probe, complaint)


@check(f"{PREFIX}/exe-num-leads-to-details")
def exe_num_leads_to_the_details(probe: Probe, _: None) -> None:
    """The exe_num of each result, put into the path, gives the details of that execution."""
    for listing, found in cases(probe):
        for one in found[:4]:
            path = {**listing.path, "exe_num": one["exe_num"]}
            answer = probe.call("getExecution", path=path)
            probe.require(answer.is_success, f"the list has it, and {answer.exchange}")
            same = answer.json["id"] == one["id"]
            probe.require(
                same, f"{answer.exchange} has the id {answer.json['id']}, not {one['id']}"
            )


@check("scale/getExecution/is-the-execution-asked-for")
def details_are_of_the_execution_asked_for(probe: Probe, _: None) -> None:
    """The job and the exe_num in the answer are those in the path."""
    for listing, found in cases(probe):
        for one in found[:4]:
            path = {**listing.path, "exe_num": one["exe_num"]}
            shown = probe.ok("getExecution", path=path).json
            sight.executions(probe, [shown], single=True)
            there = (shown["job"]["id"], shown["exe_num"])
            wanted = (path["id"], path["exe_num"])
            probe.require(there == wanted, f"execution {wanted} was asked for, {there} came")


@check("scale/getExecution/agrees-with-list")
def details_agree_with_the_list(probe: Probe, _: None) -> None:
    """For an execution that has ended, every field of the list is the same in the details."""
    told = 0
    for listing, found in cases(probe):
        for one in found[:4]:
            if one["ended"] is None:
                continue
            told += 1

            def complaint(listing: Listing = listing, number: Any = one["exe_num"]) -> str | None:
                results = listing.whole(probe).results
                listed = next(each for each in results if each["exe_num"] == number)
                shown = probe.ok("getExecution", path={**listing.path, "exe_num": number}).json
                for name in listed:
                    if name in shown and shown[name] != listed[name]:
                        return (
                            f"{name} of execution {number} of job {listing.path['id']} is "
                            f"{listed[name]!r} in the list, {shown[name]!r} in its details"
                        )
                return None

            insist(probe, complaint)
    probe.assume(told, "no execution has ended")


def _exactly(probe: Probe, listing: Listing, query: Query, found: Sequence[Record]) -> None:
    """Insist that a query gets all executions that fit and no others."""
    known = [one for one in EXECUTION_FILTERS if one.name in query]
    wanted = {one["id"] for one in found if unsound(known, query, [one]) is None}

    def complaint() -> str | None:
        results = listing.whole(probe, **query).results
        wrong = unsound(known, query, results)
        if wrong is not None:
            return wrong[1]
        missing = wanted - set(ids(results))
        return f"{dict(query)} lacks the executions {sorted(missing)}" if missing else None

    insist(probe, complaint)


def _exact(one: Filter) -> None:
    """Register the claim that a filter lets through all that fits and nothing else."""

    @check(f"{PREFIX}/{one.slug}")
    def results_are_all_that_fit_and_no_others(probe: Probe, _: None) -> None:
        """With the filter, the results are all executions with that value and no others."""
        told = 0
        all_cases = cases(probe)
        every = distinct([each for _, found in all_cases for each in found], one.value)
        unused = [one.unused] if one.unused is not None else []
        for listing, found in all_cases:
            told += len(distinct(found, one.value))
            for value in [*(STATUSES if one.name == "status" else every), *unused]:
                _exactly(probe, listing, {one.name: value}, found)
        probe.assume(told, f"no known execution has a value for {one.name}")


for _filter in EXECUTION_FILTERS:
    _exact(_filter)


@check(f"{PREFIX}/repeated-filter-widens")
def repeated_filter_lets_through_any_of_its_values(probe: Probe, _: None) -> None:
    """A filter that stands several times lets through what fits any of its values."""
    all_cases = cases(probe)
    for one in EXECUTION_FILTERS:
        every = distinct([each for _, found in all_cases for each in found], one.value)
        if one.name == "status":
            every = list(STATUSES)
        if one.unused is not None:
            every = [one.unused, *every]
        for listing, found in all_cases:
            if len(every) > 1:
                _exactly(probe, listing, {one.name: every[:3]}, found)
                _exactly(probe, listing, {one.name: every[:-4:-1]}, found)


@check(f"{PREFIX}/filters-combine")
def every_result_fits_each_filter(probe: Probe, _: None) -> None:
    """With two different filters, the results are executions that fit both."""
    all_cases = cases(probe)
    every = [each for _, found in all_cases for each in found]
    told = 0
    for one, other in combinations(EXECUTION_FILTERS, 2):
        for listing, found in all_cases:
            for first in distinct(found, one.value)[:2]:
                values = distinct(every, other.value)
                values += [other.unused] if other.unused is not None else []
                for second in values[:3]:
                    told += 1
                    _exactly(probe, listing, {one.name: first, other.name: second}, found)
    probe.assume(told, "no known execution has values for two filters")


@check(f"{PREFIX}/unknown-job-has-none")
def unknown_job_has_no_executions(probe: Probe, _: None) -> None:
    """For an id that no job has, the answer is 200 with no results."""
    answer = executions(UNKNOWN_ID).ask(probe)
    probe.require(answer.status == 200, f"{answer.exchange}")
    probe.require(not answer.json["results"], f"{answer.exchange} with results")


@check("scale/JobExecution/exe-num-is-unique")
def exe_nums_of_a_job_differ(probe: Probe, _: None) -> None:
    """No two executions of a job have the same exe_num."""
    for listing, _found in cases(probe):
        insist(probe, lambda listing=listing: _twice(listing.whole(probe).results, "exe_num"))  # type: ignore[misc]


def _twice(records: Sequence[Record], name: str) -> str | None:
    values = [one[name] for one in records]
    double = next((one for one in values if values.count(one) > 1), None)
    return None if double is None else f"{name} {double!r} stands twice"


@check("scale/JobExecution/id-is-unique")
def ids_of_executions_differ(probe: Probe, _: None) -> None:
    """No two executions have the same id."""
    _unique(probe, "id")


@check("scale/JobExecution/cluster-id-is-unique")
def cluster_ids_differ(probe: Probe, _: None) -> None:
    """No two executions have the same cluster_id."""
    _unique(probe, "cluster_id")


def _unique(probe: Probe, name: str) -> None:
    listings = [listing for listing, _ in cases(probe)]
    listings += [executions(job["id"]) for job in some(probe, 0, 5)]
    unlike = {listing.path["id"]: listing for listing in listings}

    def complaint() -> str | None:
        every = [one for listing in unlike.values() for one in listing.whole(probe).results]
        return _twice(every, name)

    insist(probe, complaint)


@check("scale/JobExecution/exe-num-counts-up")
def higher_exe_num_was_queued_later(probe: Probe, _: None) -> None:
    """Of two executions of a job, the one with the higher exe_num was queued later."""
    told = 0
    for listing, _found in cases(probe):

        def complaint(listing: Listing = listing) -> str | None:
            results = listing.whole(probe).results
            rising = sorted(results, key=lambda one: one["exe_num"])
            for first, second in pairwise(rising):
                fine = "." in second["queued"] and second["queued"] == first["queued"]
                if fine or is_before(second["queued"], first["queued"]):
                    return (
                        f"execution {second['exe_num']} of job {listing.path['id']} was queued "
                        f"{second['queued']}, and {first['exe_num']} was {first['queued']}"
                    )
            return None

        insist(probe, complaint)
        told += len(_found) > 1
    probe.assume(told, "no job at rest has had two executions")


@check("scale/JobExecution/created-stays")
def times_of_an_execution_never_change(probe: Probe, _: None) -> None:
    """The times in created, queued and started are the same whenever they are looked at."""
    for listing, found in cases(probe):
        for one in found[:3]:
            path = {**listing.path, "exe_num": one["exe_num"]}
            shown = [probe.ok("getExecution", path=path).json]
            shown += [each for each in listing.whole(probe).results if each["id"] == one["id"]]
            for each in shown:
                moved = [
                    name for name in ("created", "queued", "started") if each[name] != one[name]
                ]
                probe.require(not moved, f"{moved} of execution {one['id']} changed")


@check("scale/JobExecution/job-type-is-the-jobs")
def job_type_of_an_execution_is_that_of_its_job(probe: Probe, _: None) -> None:
    """The job type of an execution is that of its job."""
    for listing, found in cases(probe):
        wanted = details(probe, listing.path["id"])["job_type"]["id"]
        single = [
            probe.ok("getExecution", path={**listing.path, "exe_num": one["exe_num"]}).json
            for one in found[:2]
        ]
        for one in [*found, *single]:
            there = one["job_type"]["id"]
            probe.require(
                there == wanted, f"execution {one['id']} is of {there}, its job of {wanted}"
            )
