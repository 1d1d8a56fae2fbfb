"""Scale's three lists: how they are read, page by page or in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.answer import Answer
from conformance.checks.scale import sight
from conformance.checks.scale.filters import (
    EXECUTION_FILTERS,
    JOB_FILTERS,
    TIME_FILTERS,
    Filter,
    Query,
    Record,
)
from conformance.failures import NotReached
from conformance.probe import Probe

MOST = 1000  # results on one page
DEFAULT_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    count: int
    next: str | None
    previous: str | None
    results: Sequence[Record]

    @classmethod
    def of(cls, answer: Answer) -> Page:
        """Return the page that an answer holds."""
        body: dict[str, Any] = answer.json
        return cls(body["count"], body["next"], body["previous"], body["results"])

    @property
    def versions(self) -> list[tuple[Any, ...]]:
        """What tells whether anything on the page has changed."""
        return [(self.count, len(self.results)), *map(version, self.results)]


def version(record: Record) -> tuple[Any, ...]:
    """Return what changes whenever a job, execution or file does."""
    names = ("id", "status", "num_exes", "started", "ended", "last_modified")
    return tuple(record.get(name) for name in names)


def ids(records: Sequence[Record]) -> list[Any]:
    """Return the ids of records, in their order."""
    return [one["id"] for one in records]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the API."""

    operation_id: str
    path: Mapping[str, Any] = field(default_factory=dict)

    def address(self, slug: str) -> str:
        """Return the id of a requirement of this list."""
        return f"scale/{self.operation_id}/{slug}"

    def page(self, probe: Probe, **query: Any) -> Page:
        """Return the page that a query gets; anything but a 2xx ends the check as not reached."""
        page = Page.of(self._sent(probe, query))
        self._see(probe, query, page)
        return page

    def ask(self, probe: Probe, **query: Any) -> Answer:
        """Send a query and return whatever comes."""
        return probe.call(self.operation_id, path=self.path, query=query)

    def follow(self, probe: Probe, url: str) -> Page:
        """Return the page that a link of the target leads to."""
        answer = probe.follow(self.operation_id, url)
        probe.require(answer.is_success, f"the link {url} is answered {answer.status}")
        page = Page.of(answer)
        self._see(probe, {}, page)
        return page

    def whole(self, probe: Probe, **query: Any) -> Page:
        """Return all that matches, in one piece or, where pages are shorter, in several."""
        page = self.page(probe, **query, page_size=MOST)
        if page.count > MOST:
            raise NotReached(f"{page.count} results are too many to compare")
        if page.next is None or len(page.results) >= page.count:
            return page
        found = list(page.results)
        size, number = max(1, len(found)), 1
        while len(found) < page.count and number < MOST:
            number += 1
            answer = self.ask(probe, **query, page_size=size, page=number)
            results = Page.of(answer).results if answer.is_success else []
            if not results:
                break
            found += results
        return Page(page.count, None, None, found)

    def by_number(self, probe: Probe, size: int, **query: Any) -> list[Page]:
        """Return all pages of that size, asked for by number, until one is missing."""
        pages = [self.page(probe, **query, page_size=size)]
        while len(pages) * size < pages[0].count and len(pages) < MOST:
            answer = self.ask(probe, **query, page_size=size, page=len(pages) + 1)
            if not answer.is_success:
                break
            pages.append(Page.of(answer))
            self._see(probe, query, pages[-1])
        return pages

    def _sent(self, probe: Probe, query: Query) -> Answer:
        return probe.ok(self.operation_id, path=self.path, query=query)

    def _see(self, probe: Probe, query: Query, page: Page) -> None:
        known: Sequence[Filter]
        match self.operation_id:
            case "listJobs":
                sight.jobs(probe, page.results)
                known = (*JOB_FILTERS, *TIME_FILTERS)
            case "listExecutions":
                sight.executions(probe, page.results)
                known = EXECUTION_FILTERS
            case _:
                return

        def again() -> Sequence[Record]:
            return Page.of(self._sent(probe, query)).results

        sight.results(probe, self.operation_id, known, (query, page.results), again)


JOBS = Listing("listJobs")


def executions(job_id: Any) -> Listing:
    """Return the list of the executions of a job."""
    return Listing("listExecutions", {"id": job_id})


def input_files(job_id: Any) -> Listing:
    """Return the list of the input files of a job."""
    return Listing("listInputFiles", {"id": job_id})
