"""How lists are cut into pages: rowsPerRead, x-ms-continuation-queryId, and startRow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause
from conformance.checks.hpcpack.listing import JOBS, NODES, Listing, Page, tasks
from conformance.checks.hpcpack.patience import note
from conformance.checks.hpcpack.sorting import direction, disorder
from conformance.checks.hpcpack.workshop import job_with_tasks
from conformance.drivers.hpcpack_cluster import NO_PROPERTY
from conformance.patience import Unsteady, insist
from conformance.probe import Probe
from conformance.registry import check

ROOM = "hpcpack/rows-per-read"
MORE = "hpcpack/continuation-while-rows-remain"
END = "hpcpack/no-continuation-at-the-end"
ALL = "hpcpack/continuation-reads-on"

WAYS = ("nodes", "tasks", "jobs", "finished jobs")

Plan = tuple[str, str, int]


def plans(first: str, *sizes: str) -> st.SearchStrategy[Plan]:
    """Return plans: which list (one of them first), pages of which size, how many tasks it has."""
    ways = sorted(WAYS, key=lambda way: way != first)
    return st.tuples(st.sampled_from(ways), st.sampled_from(sizes), st.integers(11, 17))


def listing_of(probe: Probe, way: str, number: int) -> Listing:
    """Return the list of nodes, of jobs, or of the tasks of a new job with so many."""
    match way:
        case "tasks":
            return tasks(job_with_tasks(probe, number))
        case "finished jobs":
            return replace(JOBS, within=(Clause("JobState", "Finished"),))
    return NODES if way == "nodes" else JOBS


def rows_for(size: str, total: int) -> int:
    """Return how many rows a page of that size has."""
    part = {"a third": total // 3, "half": (total + 1) // 2, "one less": total - 1,
            "all": total, "one more": total + 1}  # fmt: skip
    return max(1, part[size])


@dataclass(frozen=True, slots=True)
class Tally:
    """A list as it is, and as it was read page by page."""

    keys: Sequence[str]
    size: int
    pages: Sequence[Page]
    read: Sequence[str]

    def faults(self) -> dict[str, str]:
        """Return what is wrong: a requirement with a complaint, or nothing."""
        twice = sorted({one for one in self.read if self.read.count(one) > 1})
        lost = [one for one in self.keys if one not in self.read]
        if twice or (lost and lost != list(self.keys[-len(lost) :])):
            words = f"pages of {self.size} show {twice or 'nothing'} twice and leave out {lost}"
            return {ALL: words}
        if lost and not self.pages[-1].continuation:
            return self._broken_off(len(lost))
        return self._uneven()

    def _broken_off(self, lost: int) -> dict[str, str]:
        """Return what is wrong where the last pages are missing."""
        number = len(self.pages[-1].rows)
        if number < self.size:
            return {ROOM: f"the last page has {number} rows, and {lost} remain"}
        return {MORE: f"{len(self.read)} rows were read, and the other {lost} are not offered"}

    def _uneven(self) -> dict[str, str]:
        """Return what is wrong where no row is missing."""
        total, size, last = len(self.keys), self.size, self.pages[-1]
        for number, page in enumerate(self.pages[:-1], 1):
            if len(page.rows) != min(size, total - (number - 1) * size):
                return {ROOM: f"page {number} has {len(page.rows)} rows, not {size}"}
        if len(self.pages) > 1 and not last.rows:
            return {END: f"after all {total} rows there is a continuation, to an empty page"}
        if sorted(self.read) != sorted(self.keys):
            return {ALL: f"pages of {size} show {self.read}, and the whole list {self.keys}"}
        return {}


def tallied(probe: Probe, listing: Listing, size: str) -> Tally:
    """Read a list page by page, and at once before and after; `Unsteady` if it changed."""
    names = (listing.key,)
    before = listing.keys(listing.whole(probe, properties=names))
    number = rows_for(size, len(before))
    probe.assume(before, "the list is empty")
    pages: list[Page] = []
    query: dict[str, Any] = {"properties": names, "rowsPerRead": number}
    while True:
        answer = listing.ask(probe, **query)
        if not answer.is_success and pages:
            words = f"the continuation of page {len(pages)} is answered {answer.status}"
            probe.violated(ALL, words)
            break
        probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
        pages.append(Page.of(answer))
        query["queryId"] = pages[-1].continuation
        read = sum(len(one.rows) for one in pages)
        if not pages[-1].continuation or not pages[-1].rows or read > len(before) + number:
            break
    if listing.keys(listing.whole(probe, properties=names)) != before:
        raise Unsteady("the list changes while it is read")
    read_keys = [key for page in pages for key in listing.keys(page.rows)]
    return Tally(before, number, pages, read_keys)


def held(probe: Probe, requirement: str, listing: Listing, size: str) -> None:
    """Violate the requirement if pages contradict it; what else is wrong is noted."""
    tally = tallied(probe, listing, size)
    for name in tally.faults():

        def complaint(name: str = name) -> str | None:
            return tallied(probe, listing, size).faults().get(name)

        if name == requirement:
            insist(probe, complaint)
        else:
            note(probe, name, complaint)


@check("hpcpack/ten-rows-by-default", plan=plans("jobs", "all"), examples=4)
def a_page_has_ten_rows_at_most(probe: Probe, plan: Plan) -> None:
    """Without rowsPerRead, each page has ten rows at most."""
    listing = listing_of(probe, plan[0], plan[2])
    queries: tuple[dict[str, Any], ...] = (
        {"properties": (listing.key,)},
        {listing.sorts: NO_PROPERTY},
    )
    for query in queries:
        listing.page(probe, **query)
    page = listing.page(probe)
    if page.continuation:
        listing.page(probe, queryId=page.continuation)
    probe.assume(len(page.rows) >= 10 or page.continuation, "the list has few rows")


@check(ROOM, plan=plans("tasks", "half", "one less", "one more"), examples=5)
def a_page_has_as_many_rows_as_wanted(probe: Probe, plan: Plan) -> None:
    """Each page has exactly rowsPerRead rows, or all that remain."""
    held(probe, ROOM, listing_of(probe, plan[0], plan[2]), plan[1])


@check(MORE, plan=plans("finished jobs", "one less", "half"), examples=5)
def a_page_that_leaves_out_rows_says_so(probe: Probe, plan: Plan) -> None:
    """Each page after which rows remain, be it only one, has a continuation."""
    held(probe, MORE, listing_of(probe, plan[0], plan[2]), plan[1])


@check(END, plan=plans("tasks", "all", "half", "a third", "one more"), examples=6)
def the_last_page_has_no_continuation(probe: Probe, plan: Plan) -> None:
    """After the last row there is no continuation, also if its page is full."""
    listing = listing_of(probe, plan[0], plan[2])
    held(probe, END, listing, plan[1])
    page = listing.page(probe, properties=(listing.key,), rowsPerRead=500)
    probe.assume(len(page.rows) < 500, "the list is too long")
    if page.continuation:
        more = listing.page(
            probe, properties=(listing.key,), rowsPerRead=500, queryId=page.continuation
        )
        probe.require(more.rows, "all rows were shown, and there is a continuation to none")


@check(ALL, plan=plans("jobs", "a third", "half"), examples=5)
def continuations_show_each_row_once(probe: Probe, plan: Plan) -> None:
    """Each row is shown once by the time that there is no continuation, all in one order."""
    for way in dict.fromkeys((plan[0], "nodes")):
        held(probe, ALL, listing_of(probe, way, plan[2]), plan[1])
    if plan[0] == "tasks":  # they are ours, so nothing moves
        listing = listing_of(probe, *plan[::2])
        pages = listing.pages(probe, rowsPerRead=4, sortTasksBy="Name")
        names = [row["Name"] for page in pages for row in page.rows]
        words = disorder("Name", names)
        probe.require(words is None, f"from page to page the rows are {words}")


def ours(probe: Probe, number: int) -> tuple[Listing, list[str]]:
    """Return the list of the tasks of a new job, and their keys in order."""
    listing = tasks(job_with_tasks(probe, number))
    return listing, listing.keys(listing.whole(probe, properties=("TaskId",)))


STARTS = st.tuples(st.integers(11, 15), st.integers(1, 14), st.integers(1, 6))


@check("hpcpack/start-row-skips-rows", plan=STARTS, examples=3)
def start_row_leaves_out_the_first_rows(probe: Probe, plan: tuple[int, int, int]) -> None:
    """With startRow a page begins after so many rows of the same list without it."""
    listing, keys = ours(probe, plan[0])
    for start in (0, plan[1], plan[0]):
        query: dict[str, Any] = {
            "properties": ("TaskId",),
            "rowsPerRead": plan[2],
            "startRow": start,
        }
        page = listing.page(probe, **query)
        wanted = keys[start : start + plan[2]]
        shown = listing.keys(page.rows)
        probe.require(shown == wanted, f"startRow={start} shows {shown}, not {wanted}")


@check("hpcpack/start-row-counts-rows", plan=STARTS, examples=3)
def start_row_tells_how_many_rows_there_are(probe: Probe, plan: tuple[int, int, int]) -> None:
    """With startRow the header x-ms-row-count has the number of rows on all pages."""
    listing, keys = ours(probe, plan[0])
    for start in (0, plan[1]):
        page = listing.page(probe, rowsPerRead=plan[2], startRow=start)
        words = f"x-ms-row-count is {page.count} of {len(keys)} rows"
        probe.require(page.count == str(len(keys)), words)


@check("hpcpack/start-row-replaces-continuation", plan=STARTS, examples=2)
def start_row_is_stronger_than_a_continuation(probe: Probe, plan: tuple[int, int, int]) -> None:
    """With startRow a page has no continuation, and a queryId beside it changes nothing."""
    listing, keys = ours(probe, plan[0])
    first = listing.page(probe, properties=("TaskId",), rowsPerRead=3)
    probe.assume(first.continuation, "there is no continuation to begin with")
    query: dict[str, Any] = {"properties": ("TaskId",), "rowsPerRead": 3, "startRow": 1}
    beside: tuple[dict[str, Any], ...] = ({}, {"queryId": first.continuation})
    for more in beside:
        page = listing.page(probe, **query, **more)
        probe.require(not page.continuation, "a page asked for with startRow has a continuation")
        shown = listing.keys(page.rows)
        probe.require(shown == keys[1:4], f"startRow=1 with {more} shows {shown}, not {keys[1:4]}")


@check(
    "hpcpack/ascending-unless-told",
    plan=st.tuples(st.sampled_from(["tasks", "jobs"]), st.integers(3, 6)),
    examples=3,
)
def lists_rise_unless_asc_is_false(probe: Probe, plan: tuple[str, int]) -> None:
    """Sorted lists rise without asc and with asc=true, and fall with asc=false."""
    listing = listing_of(probe, *plan)
    for name in (listing.key, "Name"):
        for ascending, wanted in ((None, 1), (True, 1), (False, -1)):
            query: dict[str, Any] = {listing.sorts: name, "asc": ascending, "rowsPerRead": 20}
            found = listing.page(probe, properties=(listing.key, name), **query).rows
            way = direction(name, [row[name] for row in found])
            goes = "fall" if wanted > 0 else "rise"
            probe.require(way != -wanted, f"sorted by {name} with asc={ascending} rows {goes}")
