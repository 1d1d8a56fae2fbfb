"""Scale's pages do not make up the list, or do not say how it goes on."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import answer, instead
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Query

mutant = partial(Mutant, fault_class=FaultClass.COLLECTION)


def _overlapping(original: Any, _api: Any, call: Call, count: int, read: Any) -> Reply:
    """Have the second page begin with the last result of the first."""

    def shifted(limit: int, offset: int, total: int) -> Any:
        return read(limit, offset - 1 if offset == limit else offset, total)

    mine = call.operation_id == "listJobs"
    reply: Reply = original(call, count, shifted if mine else read)
    return reply


def _short_last_page(original: Any, _api: Any, call: Call, count: int, read: Any) -> Reply:
    """Have the last of several pages lack its last result."""

    def shortened(limit: int, offset: int, total: int) -> Any:
        rows = read(limit, offset, total)
        return rows[:-1] if offset and offset + limit >= total else rows

    mine = call.operation_id == "listJobs"
    reply: Reply = original(call, count, shortened if mine else read)
    return reply


def _fifty(original: Any, _api: Any, call: Call) -> Reply:
    if not call.values("page_size"):
        call.add_pairs((("page_size", "50"),))
    reply: Reply = original(call)
    return reply


def _count_of_page(_api: Any, _call: Call, body: Any) -> Any:
    return body | {"count": len(body["results"])}


def _count_without_filter(api: Any, call: Call, body: Any) -> Any:
    if call.values("batch_id"):
        body["count"] = api.jobs.count(Query())
    return body


def _without_last_pair(url: str, name: str) -> str:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query)
    several = [pair for pair in pairs if pair[0] == name]
    if len(several) > 1:
        pairs.remove(several[-1])
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def _next_loses_status(_api: Any, _call: Call, body: Any) -> Any:
    if body["next"]:
        body["next"] = _without_last_pair(body["next"], "status")
    return body


def _next_after_full_page(_api: Any, call: Call, body: Any) -> Any:
    """Have a full last page name a page after it."""
    size = call.query.get("page_size")
    if body["next"] is None and body["previous"] and len(body["results"]) == size:
        page = str(call.query["page"] + 1)
        pairs = [pair for pair in call.pairs if pair[0] != "page"]
        body["next"] = call.url(f"{call.scope['path']}?{urlencode([*pairs, ('page', page)])}")
    return body


def _previous_is_first(_api: Any, _call: Call, body: Any) -> Any:
    if body["previous"]:
        parts = urlsplit(body["previous"])
        pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "page"]
        body["previous"] = urlunsplit(parts._replace(query=urlencode(pairs)))
    return body


MUTANTS = (
    mutant(
        "scale/list-second-page-repeats",
        "scale/listJobs/pages-hold-each-result-once",
        statement="The second page begins with the last result of the first page.",
        apply=instead("page", _overlapping),
    ),
    mutant(
        "scale/list-last-page-is-short",
        "scale/listJobs/page-size-bounds-page",
        statement="The last of several pages lacks its last result.",
        apply=instead("page", _short_last_page),
    ),
    mutant(
        "scale/list-holds-50",
        "scale/listJobs/default-page-size",
        statement="Without page_size, a page of jobs holds 50 results.",
        apply=instead("list_jobs", _fifty),
    ),
    mutant(
        "scale/list-count-is-of-page",
        "scale/listJobs/count-is-total",
        statement="count is the number of results on the page.",
        apply=answer("list_jobs", _count_of_page),
    ),
    mutant(
        "scale/list-count-ignores-batch",
        "scale/listJobs/count-is-total",
        statement="With batch_id, count is the number of all jobs.",
        apply=answer("list_jobs", _count_without_filter),
    ),
    mutant(
        "scale/list-next-loses-second-status",
        "scale/listJobs/next-leads-on",
        statement="next keeps only one of several values of status.",
        apply=answer("list_jobs", _next_loses_status),
    ),
    mutant(
        "scale/list-next-after-full-last-page",
        "scale/listJobs/next-leads-on",
        statement="A last page that is full has a next.",
        apply=answer("list_jobs", _next_after_full_page),
    ),
    mutant(
        "scale/list-previous-is-first",
        "scale/listJobs/previous-leads-back",
        statement="previous always leads to the first page.",
        apply=answer("list_jobs", _previous_is_first),
    ),
)
