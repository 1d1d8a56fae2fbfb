"""Faults in pages, filters and searches: none of it is documented, all of it observed."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.apis.deadline_cloud import DeadlineCloud, paging
from mockserver.apis.deadline_cloud.refusals import ServiceError
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply

FAULTS = Catalogue("deadline-cloud")


@FAULTS.add("second-page-repeats", "pages-cover-everything-once", FaultClass.COLLECTION)
class SecondPageRepeats(DeadlineCloud):
    """A later page of listTasks begins with the last task of the page before."""

    def list_tasks(self, call: Call) -> Reply:
        after = paging.position(self, call)
        if after:
            call.query["nextToken"] = paging.token(self, call, after - 1)
        return super().list_tasks(call)


@FAULTS.add("token-on-the-last-page", "next-token-iff-more", FaultClass.COLLECTION)
class TokenOnTheLastPage(DeadlineCloud):
    """A page of listTasks that is just full shows a nextToken although nothing follows."""

    def list_tasks(self, call: Call) -> Reply:
        reply = super().list_tasks(call)
        body = orjson.loads(reply.body)
        tasks = body["tasks"]
        if "nextToken" not in body and len(tasks) == call.query.get("maxResults"):
            ordinal = int(tasks[-1]["taskId"].rpartition("-")[2])
            body["nextToken"] = paging.token(self, call, ordinal)
        return Reply.json(body)


@FAULTS.add("one-too-many", "page-size-bound", FaultClass.COLLECTION)
class OneTooMany(DeadlineCloud):
    """A page of listSteps or listTasks holds one entry more than maxResults."""

    def list_tasks(self, call: Call) -> Reply:
        self._widen(call)
        return super().list_tasks(call)

    def list_steps(self, call: Call) -> Reply:
        self._widen(call)
        return super().list_steps(call)

    def _widen(self, call: Call) -> None:
        if "maxResults" in call.query:
            call.query["maxResults"] += 1


@FAULTS.add("strange-token-starts-over", "invalid-token-400", FaultClass.STATUS)
class StrangeTokenStartsOver(DeadlineCloud):
    """listTasks answers a nextToken that the server did not give with the first page."""

    def list_tasks(self, call: Call) -> Reply:
        try:
            return super().list_tasks(call)
        except ServiceError as error:
            if error.status != 400:
                raise
            del call.query["nextToken"]
            return super().list_tasks(call)


@FAULTS.add("status-is-ignored", "listQueues/status-filter", FaultClass.COLLECTION)
class StatusIsIgnored(DeadlineCloud):
    """listQueues lists queues in all states when it is asked for those that are SCHEDULING."""

    def list_queues(self, call: Call) -> Reply:
        if call.query.get("status") == "SCHEDULING":
            del call.query["status"]
        return super().list_queues(call)


@FAULTS.add("total-of-a-page", "search-total-counts-all-matches", FaultClass.COLLECTION)
class TotalOfAPage(DeadlineCloud):
    """The totalResults of searchTasks is the number of matches on the page."""

    def search_tasks(self, call: Call) -> Reply:
        body = orjson.loads(super().search_tasks(call).body)
        body["totalResults"] = len(body["tasks"])
        return Reply.json(body)


@FAULTS.add("filter-forgets-the-job", "searchTasks/only-that-job", FaultClass.COLLECTION)
class FilterForgetsTheJob(DeadlineCloud):
    """searchTasks with a jobId finds the tasks of all jobs in its queues."""

    def search_tasks(self, call: Call) -> Reply:
        call.body = {name: one for name, one in call.body.items() if name != "jobId"}
        return super().search_tasks(call)


@FAULTS.add("only-the-first-status", "searchJobs/status-list-filter", FaultClass.COLLECTION)
class OnlyTheFirstStatus(DeadlineCloud):
    """A stringListFilter of searchJobs finds only what has the first of its values."""

    def search_jobs(self, call: Call) -> Reply:
        group = call.body.get("filterExpressions")
        if group is not None:
            filters = [self._cut(one) for one in group["filters"]]
            call.body = {**call.body, "filterExpressions": {**group, "filters": filters}}
        return super().search_jobs(call)

    def _cut(self, one: dict[str, Any]) -> dict[str, Any]:
        listed = one.get("stringListFilter")
        if listed is None:
            return one
        return {"stringListFilter": {**listed, "values": listed["values"][:1]}}


@FAULTS.add(
    "errors-are-kept-back", "batchGetTask/each-identifier-answered-once", FaultClass.COLLECTION
)
class ErrorsAreKeptBack(DeadlineCloud):
    """batchGetTask shows only the first of several errors."""

    def batch_get_task(self, call: Call) -> Reply:
        body = orjson.loads(super().batch_get_task(call).body)
        body["errors"] = body["errors"][:1]
        return Reply.json(body)
