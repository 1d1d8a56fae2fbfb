"""Pages: the same claims for each of the three lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from conformance.checks.scale import acquaintance, exemplars
from conformance.checks.scale.filters import JOB_FILTERS
from conformance.checks.scale.listing import (
    DEFAULT_SIZE,
    JOBS,
    MOST,
    Listing,
    Page,
    executions,
    ids,
    input_files,
)
from conformance.failures import NotReached
from conformance.patience import Unsteady, insist
from conformance.probe import Probe
from conformance.registry import check

Query = Mapping[str, Any]
Case = tuple[Listing, list[Query]]  # a list, and queries that get several of its results
STATIC = 9  # jobs that are asked for by their ids


def _jobs(probe: Probe) -> Case:
    settled = acquaintance.settled(probe)
    named = {"job_id": ids(settled[:STATIC])}
    states = {"status": ["COMPLETED", "FAILED", "CANCELED"], "is_superseded": False}
    return JOBS, [{}, named, states]


def _executions(probe: Probe) -> Case:
    job, found = exemplars.with_executions(probe)
    named = {"status": sorted({one["status"] for one in found})}
    return executions(job["id"]), [{}, named]


def _files(probe: Probe) -> Case:
    return input_files(exemplars.with_input_files(probe)["id"]), [{}]


def _size(page: Page, drawn: int) -> int:
    """Return a page size that makes three or more pages, where there are so many results."""
    return max(1, min(MOST, -(-page.count // (3 + drawn % 3))))


def _sized(operation_id: str, case: Callable[[Probe], Case]) -> None:  # noqa: C901 - four claims
    """Register the claims about how much a page of one list holds."""
    prefix = f"scale/{operation_id}"

    @check(f"{prefix}/first-page-by-default")
    def first_page_is_the_default(probe: Probe, _: None) -> None:
        """Without page, the answer is the same as with page=1."""
        listing, queries = case(probe)
        for query in queries:

            def complaint(query: Query = query) -> str | None:
                before = listing.page(probe, **query)
                first = listing.page(probe, **query, page=1)
                if (ids(before.results), before.count) == (ids(first.results), first.count):
                    return None
                _unchanged(listing.page(probe, **query), before)
                return "the answer with page=1 is not the one without page"

            insist(probe, complaint)

    @check(f"{prefix}/default-page-size")
    def page_holds_100_by_default(probe: Probe, _: None) -> None:
        """Without page_size, the first page holds 100 results, or all if there are fewer."""
        listing, queries = case(probe)
        for query in queries:

            def complaint(query: Query = query) -> str | None:
                page = listing.page(probe, **query)
                return _wrong_size(page, min(DEFAULT_SIZE, page.count), "the default page")

            insist(probe, complaint)

    @check(f"{prefix}/page-size-bounds-page", plan=st.integers(1, MOST), examples=3)
    def page_holds_as_many_as_asked_for(probe: Probe, drawn: int) -> None:
        """With page_size=n each page holds n results, and the last one holds what is left."""
        listing, queries = case(probe)
        for query in queries[:2]:
            whole = listing.page(probe, **query)
            for size in {1 + drawn % max(whole.count, 1), min(whole.count + 1, MOST)}:

                def complaint(query: Query = query, size: int = size) -> str | None:
                    first = listing.page(probe, **query, page_size=size)
                    wrong = _wrong_size(first, min(size, first.count), f"page_size={size}")
                    last = -(-first.count // size)
                    if wrong is not None or last <= 1:
                        return wrong
                    for number in {2, last}:
                        page = listing.page(probe, **query, page_size=size, page=number)
                        wanted = min(size, page.count - (number - 1) * size)
                        wrong = wrong or _wrong_size(page, wanted, f"page {number} of size {size}")
                    return wrong

                insist(probe, complaint)

    @check(f"{prefix}/page-size-range", plan=st.integers(2, MOST - 1), examples=2)
    def page_sizes_from_1_to_1000_are_accepted(probe: Probe, drawn: int) -> None:
        """Every page_size from 1 to 1000 is accepted."""
        listing, _ = case(probe)
        listing.page(probe)
        for size in (1, drawn, MOST):
            answer = listing.ask(probe, page_size=size)
            probe.require(answer.is_success, f"{answer.exchange}")


def _counted(operation_id: str, case: Callable[[Probe], Case]) -> None:
    """Register the claims about what all pages of one list hold together."""
    prefix = f"scale/{operation_id}"

    @check(f"{prefix}/pages-hold-each-result-once", plan=st.integers(0, 2), examples=2)
    def pages_hold_each_result_once(probe: Probe, drawn: int) -> None:
        """Going through the pages by number meets every result exactly once."""

        def one_by_one(listing: Listing, query: Query) -> str | None:
            before = listing.whole(probe, **query)
            pages = listing.by_number(probe, _size(before, drawn), **query)
            met = [key for page in pages for key in ids(page.results)]
            if sorted(met) == sorted(ids(before.results)) and len(set(met)) == len(met):
                return None
            _unchanged(listing.whole(probe, **query), before)
            if len(set(met)) < len(met):
                return f"{len(met) - len(set(met))} results stand on several pages"
            return f"the pages hold {len(met)} results, in one piece there are {before.count}"

        _for_each(probe, case, one_by_one)

    @check(f"{prefix}/count-is-total", plan=st.integers(0, 2), examples=2)
    def count_is_the_number_of_all_that_match(probe: Probe, drawn: int) -> None:
        """The count of each page is the number of all results, not only of those on the page."""

        def counted(listing: Listing, query: Query) -> str | None:
            before = listing.whole(probe, **query)
            number = len(set(ids(before.results)))
            pages = listing.by_number(probe, _size(before, drawn), **query)
            wrong = [page.count for page in (before, *pages) if page.count != number]
            if not wrong:
                return None
            _unchanged(listing.whole(probe, **query), before)
            return f"count is {wrong[0]}, where {number} results match"

        _for_each(probe, case, counted)
        if operation_id == "listJobs" and not acquaintance.is_brief(probe):
            _counted_when_filtered(probe)


def _linked(operation_id: str, case: Callable[[Probe], Case]) -> None:  # noqa: C901 - two claims
    """Register the claims about the links between the pages of one list."""
    prefix = f"scale/{operation_id}"

    @check(f"{prefix}/next-leads-on", plan=st.integers(0, 2), examples=2)
    def next_is_the_page_that_follows(probe: Probe, drawn: int) -> None:
        """The links in next lead through the pages of the same query, and end on the last."""

        def followed(listing: Listing, query: Query) -> str | None:
            before = listing.page(probe, **query)
            size = _size(before, drawn)
            page, number = listing.page(probe, **query, page_size=size), 1
            while True:
                more = number * size < page.count
                if (page.next is not None) is not more:
                    _unchanged(listing.page(probe, **query), before)
                    there = "no" if more else "a"
                    return f"page {number} of size {size} has {there} next, count is {page.count}"
                if page.next is None:
                    return None
                number += 1
                following = listing.follow(probe, page.next)
                numbered = listing.page(probe, **query, page_size=size, page=number)
                wrong = _other_page(following, numbered, f"next leads to {page.next}", number)
                if wrong is not None:
                    _unchanged(listing.page(probe, **query), before)
                    return wrong
                page = following

        _for_each(probe, case, followed)

    @check(f"{prefix}/previous-leads-back", plan=st.integers(0, 2), examples=2)
    def previous_is_the_page_before(probe: Probe, drawn: int) -> None:
        """The links in previous lead back through the pages of the same query, to the first."""

        def followed_back(listing: Listing, query: Query) -> str | None:
            before = listing.page(probe, **query)
            pages = listing.by_number(probe, _size(before, drawn), **query)
            for number, page in enumerate(pages, 1):
                if (page.previous is not None) is not (number > 1):
                    there = "no" if number > 1 else "a"
                    return f"page {number} has {there} previous"
                if page.previous is None:
                    continue
                back = listing.follow(probe, page.previous)
                said = f"previous leads to {page.previous}"
                wrong = _other_page(back, pages[number - 2], said, number - 1)
                if wrong is not None:
                    _unchanged(listing.page(probe, **query), before)
                    return wrong
            return None

        _for_each(probe, case, followed_back)


def _counted_when_filtered(probe: Probe) -> None:
    """Insist on the count of what each filter lets through."""
    known = acquaintance.sample(probe)
    for one in JOB_FILTERS:
        values = acquaintance.distinct(known, one.value)[:1]
        query = {one.name: values}

        def complaint(query: Query = query) -> str | None:
            before = JOBS.whole(probe, **query)
            number = len(set(ids(before.results)))
            if before.count == number:
                return None
            _unchanged(JOBS.whole(probe, **query), before)
            return f"count is {before.count}, where {number} results match {dict(query)}"

        if values:
            with suppress(NotReached):
                insist(probe, complaint)


def _for_each(
    probe: Probe, case: Callable[[Probe], Case], claim: Callable[[Listing, Query], str | None]
) -> None:
    """Insist on a claim for each query that stands still; one at least must."""
    listing, queries = case(probe)
    judged, moving = 0, ""
    for query in queries:
        try:
            insist(probe, lambda query=query: claim(listing, query))  # type: ignore[misc]
            judged += 1
        except NotReached as outcome:
            moving = outcome.reason
    probe.assume(judged, moving)


def _unchanged(now: Page, before: Page) -> None:
    if now.versions != before.versions:
        raise Unsteady("the list keeps changing")


def _wrong_size(page: Page, wanted: int, what: str) -> str | None:
    number = len(page.results)
    if number == wanted:
        return None
    return f"{what} holds {number} results, not {wanted}, where count is {page.count}"


def _other_page(page: Page, wanted: Page, said: str, number: int) -> str | None:
    if ids(page.results) == ids(wanted.results) and page.count == wanted.count:
        return None
    return f"{said}, which is not page {number} of the same query"


for _operation_id, _case in (
    ("listJobs", _jobs),
    ("listInputFiles", _files),
    ("listExecutions", _executions),
):
    _sized(_operation_id, _case)
    _counted(_operation_id, _case)
    _linked(_operation_id, _case)
