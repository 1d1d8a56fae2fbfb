"""Faults in how lists are cut into pages and ordered."""

from __future__ import annotations

from dataclasses import replace

from mockserver.apis.hpcpack import HpcPack
from mockserver.apis.hpcpack.front import CONTINUATION
from mockserver.apis.hpcpack.listing import Asked, Listing, Mark
from mockserver.apis.hpcpack.properties import JOB, Book
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.mutants.hpcpack.wire import revised
from mockserver.pipeline.call import Call, Reply

FAULTS = Catalogue("hpcpack")

HEADER = CONTINUATION.lower().encode()


def unfinished(reply: Reply) -> bool:
    """Return whether *reply* says that more rows remain."""
    return any(name == HEADER for name, _ in reply.headers)


@FAULTS.add("twelve-rows", "ten-rows-by-default", FaultClass.COLLECTION)
class TwelveRows(HpcPack):
    """A list of jobs holds up to 12 rows if nobody says how many."""

    def list_jobs(self, call: Call) -> Reply:
        if not call.values("rowsPerRead"):
            call.query["rowsPerRead"] = 12
        return super().list_jobs(call)


@FAULTS.add("five-rows-are-enough", "rows-per-read", FaultClass.COLLECTION)
class FiveRowsAreEnough(HpcPack):
    """A list of tasks holds at most 5 rows if rowsPerRead asks for fewer than ten."""

    def list_tasks(self, call: Call) -> Reply:
        if call.query["rowsPerRead"] < 10:
            call.query["rowsPerRead"] = min(5, call.query["rowsPerRead"])
        return super().list_tasks(call)


@FAULTS.add("filtered-lists-break-off", "continuation-while-rows-remain", FaultClass.COLLECTION)
class FilteredListsBreakOff(HpcPack):
    """A list of jobs that is filtered never says that rows remain."""

    def list_jobs(self, call: Call) -> Reply:
        reply = super().list_jobs(call)
        if call.query.get("$filter"):
            reply.headers = [one for one in reply.headers if one[0] != HEADER]
        return reply


@FAULTS.add("full-pages-go-on", "no-continuation-at-the-end", FaultClass.COLLECTION)
class FullPagesGoOn(HpcPack):
    """A list whose last page is full says that rows remain."""

    def list_rows(self, call: Call, book: Book, wanted: Asked, found: Listing) -> Reply:
        reply = super().list_rows(call, book, wanted, found)
        rows = found.read("row", call.query["rowsPerRead"], wanted.mark)
        full = len(rows) == call.query["rowsPerRead"] and "startRow" not in call.query
        if full and not unfinished(reply):
            mark = self.mark(book, found, rows[-1])
            token = wanted.token(mark, call.path.get("jobId", 0))
            reply.with_header(CONTINUATION, token)
        return reply


@FAULTS.add("second-page-skips-a-row", "continuation-reads-on", FaultClass.COLLECTION)
class SecondPageSkipsARow(HpcPack):
    """What the second page of jobs is followed by begins a row too late."""

    def list_rows(self, call: Call, book: Book, wanted: Asked, found: Listing) -> Reply:
        reply = super().list_rows(call, book, wanted, found)
        if wanted.mark is None or call.operation_id != "listJobs" or not unfinished(reply):
            return reply
        rows = found.read("row", call.query["rowsPerRead"] + 1, wanted.mark)
        reply.headers = [one for one in reply.headers if one[0] != HEADER]
        return reply.with_header(CONTINUATION, wanted.token(self.mark(book, found, rows[-1]), 0))


@FAULTS.add("pages-of-nodes-overlap", "continuation-reads-on", FaultClass.COLLECTION)
class PagesOfNodesOverlap(HpcPack):
    """The second page of nodes begins with the last row of the first."""

    def list_nodes(self, call: Call) -> Reply:
        reply = super().list_nodes(call)
        if not unfinished(reply) or call.query.get("queryId"):
            return reply
        kept = [one for one in reply.headers if one[0] != HEADER]
        size: int = call.query["rowsPerRead"]
        token = self.asked_nodes(call).token(Mark(None, size - 1), 0)
        reply.headers = kept
        return reply.with_header(CONTINUATION, token)


@FAULTS.add("ids-are-sorted-as-texts", "listJobs/sorted-by-id-by-default", FaultClass.COLLECTION)
class IdsAreSortedAsTexts(HpcPack):
    """A page of jobs without sortJobsBy is in the order of their ids read as texts."""

    def list_jobs(self, call: Call) -> Reply:
        reply = super().list_jobs(call)
        if call.values("sortJobsBy") or call.values("properties"):
            return reply
        return revised(
            reply, lambda rows: sorted(rows, key=lambda one: str(one["Properties"][0]["Value"]))
        )


@FAULTS.add("tasks-ignore-the-order", "listTasks/sorted-by-named-property", FaultClass.COLLECTION)
class TasksIgnoreTheOrder(HpcPack):
    """Tasks are sorted by id, whatever sortTasksBy names."""

    def list_tasks(self, call: Call) -> Reply:
        call.query["sortTasksBy"] = "TaskId"
        return super().list_tasks(call)


@FAULTS.add(
    "unknown-order-is-by-name", "listJobs/sorted-by-id-if-property-unknown", FaultClass.COLLECTION
)
class UnknownOrderIsByName(HpcPack):
    """If sortJobsBy names a property that jobs do not have, they are sorted by Name."""

    def list_jobs(self, call: Call) -> Reply:
        if JOB.canonical(call.query["sortJobsBy"]) is None:
            call.query["sortJobsBy"] = "Name"
        return super().list_jobs(call)


@FAULTS.add("first-two-are-exchanged", "listJobs/sorted-by-named-property",
            FaultClass.COLLECTION)  # fmt: skip
class FirstTwoAreExchanged(HpcPack):
    """In a page of jobs sorted by a property the first two rows are exchanged."""

    def list_rows(self, call: Call, book: Book, wanted: Asked, found: Listing) -> Reply:
        reply = super().list_rows(call, book, wanted, found)
        if call.operation_id != "listJobs" or found.column in {"key", "state"}:
            return reply
        return revised(reply, lambda rows: [*rows[1::-1], *rows[2:]])


@FAULTS.add("nodes-sorted-by-id", "listNodes/sorted-by-named-property", FaultClass.COLLECTION)
class NodesSortedById(HpcPack):
    """Nodes are sorted by Id, whatever sortNodesBy names."""

    def asked_nodes(self, call: Call) -> Asked:
        return replace(super().asked_nodes(call), sort="Id")
