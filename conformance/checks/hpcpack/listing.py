"""The lists of nodes, jobs and tasks: how they are read, page by page or as a whole.

Whatever page any check gets is held to what was asked for (see `sight`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.answer import Answer
from conformance.checks.hpcpack import sight
from conformance.checks.hpcpack.clauses import Clause, joined
from conformance.checks.hpcpack.patience import note
from conformance.checks.hpcpack.sight import Asked
from conformance.drivers.hpcpack_cluster import Properties, rows
from conformance.failures import NotReached
from conformance.probe import Probe

CONTINUATION = "x-ms-continuation-queryId"
ROW_COUNT = "x-ms-row-count"
LARGE = 500  # rows asked for at once, to have them all
FAR = 40  # pages of that size; a list that is longer is not compared
MANY = 200  # pages of any size


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list."""

    rows: Sequence[Properties]
    continuation: str
    count: str | None

    @classmethod
    def of(cls, answer: Answer) -> Page:
        """Return the page that an answer holds."""
        headers = answer.headers
        return cls(rows(answer), headers.get(CONTINUATION, ""), headers.get(ROW_COUNT))


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the API: its operation, the key of its rows, the parameter that sorts it."""

    operation_id: str
    key: str
    sorts: str
    path: Mapping[str, object] = field(default_factory=dict)
    within: tuple[Clause, ...] = ()  # the part of it that is meant

    def address(self, slug: str) -> str:
        """Return the id of a requirement of this list."""
        return f"hpcpack/{self.operation_id}/{slug}"

    def ask(self, probe: Probe, where: Sequence[Clause] = (), **query: Any) -> Answer:
        """Send a query and return whatever comes."""
        sent = {"$filter": joined((*self.within, *where)), **query}
        if isinstance(sent.get("properties"), tuple):
            sent["properties"] = ",".join(sent["properties"])
        return probe.call(self.operation_id, path=self.path, query=sent)

    def page(self, probe: Probe, where: Sequence[Clause] = (), **query: Any) -> Page:
        """Return the page that a query gets; anything but a 2xx ends the check as not reached."""
        page = self._asked(probe, where, query)
        clauses = (*self.within, *where)
        asked = Asked(self.operation_id, self.key, self.sorts, self.path, clauses, query)
        for requirement in sight.faults(asked, page.rows):

            def complaint(name: str = requirement) -> str | None:
                again = self._asked(probe, where, query)
                return sight.faults(asked, again.rows).get(name)

            note(probe, requirement, complaint)
        return page

    def pages(self, probe: Probe, where: Sequence[Clause] = (), **query: Any) -> list[Page]:
        """Return all pages: each but the first is asked for by the continuation of the last."""
        found = [self.page(probe, where, **query)]
        while found[-1].continuation and len(found) < MANY:
            found.append(self.page(probe, where, **{**query, "queryId": found[-1].continuation}))
        return found

    def whole(
        self, probe: Probe, where: Sequence[Clause] = (), **query: Any
    ) -> Sequence[Properties]:
        """Return all rows; not reached if they are too many."""
        found: list[Properties] = []
        query = {"rowsPerRead": LARGE, **query}
        for _ in range(FAR):
            page = self.page(probe, where, **query)
            found += page.rows
            if not page.continuation:
                return found
            query = {**query, "queryId": page.continuation}
        raise NotReached(f"the list has more than {len(found)} rows, too many to compare")

    def keys(self, found: Sequence[Properties]) -> list[str]:
        """Return the keys of rows in their order."""
        return [one[self.key] for one in found]

    def _asked(self, probe: Probe, where: Sequence[Clause], query: Mapping[str, Any]) -> Page:
        answer = self.ask(probe, where, **query)
        probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
        return Page.of(answer)


NODES = Listing("listNodes", "Id", "sortNodesBy")
JOBS = Listing("listJobs", "Id", "sortJobsBy")


def tasks(job: object) -> Listing:
    """Return the list of the tasks of a job."""
    return Listing("listTasks", "TaskId", "sortTasksBy", {"jobId": job})
