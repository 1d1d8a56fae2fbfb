"""The filters of the job list: alone, repeated and together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from conformance.checks.scale import acquaintance, exemplars
from conformance.checks.scale.acquaintance import distinct
from conformance.checks.scale.filters import (
    JOB_FILTERS,
    TIME_FILTERS,
    Filter,
    Query,
    Record,
    unsound,
)
from conformance.checks.scale.listing import DEFAULT_SIZE, JOBS, MOST, Page, ids, version
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

SMALL = 20
PAGES = 25  # of 1000 jobs, that are looked through at most
FEW = 3  # values of a filter that are tried in one example
SINGLE = frozenset({"is_superseded"})  # may stand only once
SIMILAR = ({"job_type_id", "job_type_name"}, {"error_id", "error_category"},
           {"source_tasks", "source_task"})  # fmt: skip


def complete(probe: Probe, query: Query, known: Sequence[Record]) -> str | None:
    """Complain if a known job that fits and has not changed is not among the results."""
    fitting = [one for one in known if unsound(_given(query), query, [one]) is None]
    page = JOBS.page(probe, **query, page_size=MOST)
    if page.count > MOST:  # too many to look through: ask for the known ones alone
        named = ids(fitting)[:DEFAULT_SIZE] if "job_id" not in query else query["job_id"]
        fitting = [one for one in fitting if one["id"] in named]
        page = JOBS.whole(probe, **{**query, "job_id": named})
    elif page.count > len(page.results):
        page = JOBS.whole(probe, **query)
    found = set(ids(page.results))
    for job in [one for one in fitting if one["id"] not in found][:3]:
        now = acquaintance.details(probe, job["id"])
        if version(now) == version(job):
            return f"job {job['id']} fits {dict(query)} and is not among the {page.count} results"
    return None


def _given(query: Query) -> list[Filter]:
    return [one for one in (*JOB_FILTERS, *TIME_FILTERS) if one.name in query]


def _acquainted(probe: Probe, one: Filter) -> list[Record]:
    """Return jobs among which there are different values for a filter."""
    known = acquaintance.sample(probe)
    if len(distinct(known, one.value)) < 2 and one.place[0] in {"error", "status"}:
        known += [exemplars.failed(probe)]
    if len(distinct(known, one.value)) < 2 and one.name == "is_superseded":
        known += JOBS.page(probe, is_superseded=True, page_size=SMALL).results
    return known


def _exact(one: Filter) -> None:
    """Register the claim that a filter lets through all that fits and nothing else."""

    @check(f"scale/listJobs/{one.slug}", plan=st.integers(0, 40), examples=1)
    def results_are_all_that_fit_and_no_others(probe: Probe, drawn: int) -> None:
        """With the filter, the results are all jobs with the value asked for, and no others."""
        known = _acquainted(probe, one)
        values = distinct(known, one.value)
        probe.assume(values, f"no known job has a value for {one.name}")
        start = drawn % len(values)
        for value in (values[start:] + values[:start])[:FEW]:
            insist(probe, lambda value=value: _wrong(probe, one, value, known))  # type: ignore[misc]
        if one.unused is not None:
            strangers = JOBS.page(probe, **{one.name: one.unused}, page_size=SMALL)
            wrong = unsound([one], {one.name: one.unused}, strangers.results)
            probe.require(wrong is None, wrong[1] if wrong else "")


def _wrong(probe: Probe, one: Filter, value: object, known: Sequence[Record]) -> str | None:
    """Complain of a first or last page with what does not fit, and of what is missing."""
    query = {one.name: value}
    page = JOBS.page(probe, **query, page_size=SMALL)
    results = list(page.results)
    if page.count > SMALL:
        last = JOBS.ask(probe, **query, page_size=SMALL, page=-(-page.count // SMALL))
        results += Page.of(last).results if last.is_success else []
    wrong = unsound([one], query, results)
    return wrong[1] if wrong is not None else complete(probe, query, known)


for _filter in JOB_FILTERS:
    _exact(_filter)


@check("scale/listJobs/repeated-filter-widens", plan=st.integers(0, 40), examples=1)
def repeated_filter_lets_through_any_of_its_values(probe: Probe, drawn: int) -> None:
    """A filter that stands several times lets through what fits any of its values."""
    known = acquaintance.sample(probe)
    tried = 0
    for one in JOB_FILTERS:
        values = distinct(known, one.value)
        if one.name in SINGLE or len(values) < 2 or one.name == "source_task":
            continue
        start = drawn % len(values)
        chosen = (values[start:] + values[:start])[:3]
        insist(probe, lambda one=one, chosen=chosen: complete(probe, {one.name: chosen}, known))  # type: ignore[misc]
        tried += 1
    probe.assume(tried, "no filter has two values among the known jobs")


@check("scale/listJobs/filters-combine", plan=st.integers(0, 200), examples=1)
def every_result_fits_each_filter(probe: Probe, drawn: int) -> None:
    """With two different filters, the results are jobs that fit both, and all known ones."""
    known = acquaintance.sample(probe)
    tried = 0
    pairs = _pairs(known)
    for pair in pairs[::8] if acquaintance.is_brief(probe) else pairs:
        query = _telling(pair, known, drawn + tried)
        if query is None:
            continue
        tried += 1
        insist(probe, lambda query=query: _both(probe, query, known))  # type: ignore[misc]
    probe.assume(tried, "no two filters tell different jobs apart here")


def _pairs(known: Sequence[Record]) -> list[tuple[Filter, Filter]]:
    useful = [
        one
        for one in JOB_FILTERS
        if one.name not in {"job_id", "source_task"} and distinct(known, one.value)
    ]
    since = TIME_FILTERS[0]
    pairs = [
        (one, other)
        for one, other in combinations(useful, 2)
        if not any({one.name, other.name} <= similar for similar in SIMILAR)
    ]
    return [*pairs, *((one, since) for one in useful if one.name in {"status", "job_type_id"})]


def _telling(
    pair: tuple[Filter, Filter], known: Sequence[Record], drawn: int
) -> dict[str, Any] | None:
    """Return values for two filters that some job fits, while others fit only one of them."""
    one, other = pair
    full = [job for job in known if _fits_something(one, job) and _fits_something(other, job)]
    for offset in range(len(full)):
        job = full[(drawn + offset) % len(full)]
        query = {one.name: one.value(job), other.name: other.value(job)}
        only_one = [x for x in known if one.lets_through(x, query[one.name])]
        only_other = [x for x in known if other.lets_through(x, query[other.name])]
        if not all(other.lets_through(x, query[other.name]) for x in only_one) and not all(
            one.lets_through(x, query[one.name]) for x in only_other
        ):
            return query
    return None


def _fits_something(one: Filter, job: Record) -> bool:
    return one.value(job) is not None


def _both(probe: Probe, query: Query, known: Sequence[Record]) -> str | None:
    page = JOBS.page(probe, **query, page_size=SMALL)
    wrong = unsound(_given(query), query, page.results)
    if wrong is not None:
        return wrong[1]
    if "started" in query:
        return None  # which time has to lie in the range is not said
    if page.count <= len(page.results):
        found = set(ids(page.results))
        fitting = [one for one in known if unsound(_given(query), query, [one]) is None]
        if all(one["id"] in found for one in fitting):
            return None
    return complete(probe, query, known)


@check("scale/listJobs/is-superseded-default")
def superseded_jobs_and_others_are_in_the_list(probe: Probe, _: None) -> None:
    """Without is_superseded, superseded jobs and others are both among the results."""
    sides = [JOBS.page(probe, is_superseded=flag, page_size=3).results for flag in (True, False)]
    probe.assume(all(sides), "there are not both superseded jobs and others")
    wanted = [job["id"] for side in sides for job in side]

    def complaint() -> str | None:
        found = set(ids(JOBS.page(probe, job_id=wanted).results))
        missing = [one for one in wanted if one not in found]
        gone = [one for one in missing if probe.call("getJob", path={"id": one}).status == 404]
        if set(missing) == set(gone):
            return None
        return f"without is_superseded, the list lacks {missing}"

    insist(probe, complaint)
    whole = JOBS.page(probe, page_size=MOST)
    if whole.count <= len(whole.results):
        insist(probe, lambda: _flags(JOBS.page(probe, page_size=MOST)))


def _flags(page: Page) -> str | None:
    if {True, False} <= {one["is_superseded"] for one in page.results}:
        return None
    return "without is_superseded, the list holds jobs of one kind only"


@check("scale/listJobs/unknown-status-matches-nothing")
def unknown_status_matches_nothing(probe: Probe, _: None) -> None:
    """A status that is no choice, or is in lower case, is answered 200 without results."""
    for status in ("NO_SUCH_STATUS", "completed"):
        answer = JOBS.ask(probe, status=status)
        probe.require(answer.status == 200, f"{answer.exchange}")
        probe.require(not answer.json["results"], f"{answer.exchange} with results")


@check("scale/listJobs/all-jobs")
def list_holds_every_job_there_is(probe: Probe, _: None) -> None:
    """Jobs that are found in any other way are in the list without filters as well."""
    found: list[Any] = []
    for state in ("QUEUED", "RUNNING", "FAILED", "COMPLETED", "CANCELED"):
        page = JOBS.page(probe, status=state, page_size=SMALL)
        found += ids(page.results)
        if page.count > SMALL:
            last = JOBS.ask(probe, status=state, page_size=SMALL, page=-(-page.count // SMALL))
            found += ids(last.json["results"]) if last.is_success else []
    probe.assume(found, "there are no jobs")

    def complaint() -> str | None:
        for job_id in _missing(probe, set(found))[:3]:
            if probe.call("getJob", path={"id": job_id}).is_success:
                return f"job {job_id} exists and is not in the list without filters"
        return None

    insist(probe, complaint)


def _missing(probe: Probe, wanted: set[Any]) -> list[Any]:
    """Return which of the ids are on none of the pages of the list without filters."""
    left, number = set(wanted), 1
    page = JOBS.page(probe, page_size=MOST)
    while left and page.results and number <= PAGES:
        left -= set(ids(page.results))
        number += 1
        answer = JOBS.ask(probe, page_size=len(page.results), page=number)
        if page.next is None or not answer.is_success:
            return sorted(left)
        page = Page.of(answer)
    probe.assume(not left or number <= PAGES, "there are too many jobs to look through")
    return sorted(left)


@check("scale/listJobs/id-leads-to-details", plan=st.integers(0, 1000), examples=2)
def id_of_each_result_leads_to_its_details(probe: Probe, drawn: int) -> None:
    """The id of a result, put into the path of the details call, gives that job."""
    known = acquaintance.sample(probe)
    for offset in range(min(4, len(known))):
        listed = known[(drawn * 7 + offset * 11) % len(known)]
        answer = probe.call("getJob", path={"id": listed["id"]})
        if answer.status == 404 and not JOBS.page(probe, job_id=listed["id"]).results:
            continue  # it has been removed since
        probe.require(answer.is_success, f"the list has job {listed['id']}, and {answer.exchange}")
        same = all(answer.json[name] == listed[name] for name in ("id", "created"))
        probe.require(same, f"{answer.exchange} is not the job of that id in the list")
