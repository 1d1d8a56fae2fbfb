"""Scale's times do not fit what happened, or what it says lags behind."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson

from mockserver.clock import SECOND
from mockserver.moment import iso, parse_iso
from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import answer, instead, request
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

mutant = partial(Mutant, fault_class=FaultClass.TIME)


def _failed_never_ended(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.jobs.name and resource.state == "FAILED":
        for view in views.values():
            view["ended"] = None
    return views


def _running_never_started(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.jobs.name and resource.state == "RUNNING":
        for view in views.values():
            view["started"] = None
    return views


def _queued_late(original: Any, api: Any, name: str, resource: Resource) -> Any:
    """Have a second execution be queued after it started."""
    views = original(name, resource)
    if name == api.executions.name and resource.columns["exe_num"] > 1:
        for view in views.values():
            view["queued"] = iso(resource.facts["started"] + SECOND)
    return views


def _end_unknown(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.executions.name and resource.state == "CANCELED":
        for view in views.values():
            view["ended"] = None
    return views


def _saved_before_end(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.jobs.name and resource.state == "COMPLETED":
        for view in views.values():
            view["last_modified"] = iso(resource.columns["last_modified"] - SECOND // 10)
    return views


def _change_undated(original: Any, api: Any, *arguments: Any) -> None:
    name, resource, source, _ = arguments
    before = resource.columns.get("last_status_change")
    original(*arguments)
    if name == api.jobs.name and (source, resource.state) == ("RUNNING", "COMPLETED"):
        resource.columns["last_status_change"] = before


def _created_again(original: Any, api: Any, *arguments: Any) -> None:
    original(*arguments)
    name, resource, _, moment = arguments
    if name == api.jobs.name and resource.state == "QUEUED":
        resource.columns["created"] = moment


def _last_seen(original: Any, api: Any, call: Call) -> Reply:
    """Answer what was true at the call before, once, after a job has changed its status."""
    reply: Reply = original(call)
    seen = api.__dict__.setdefault("_seen", {})
    key = call.path["id"]
    before, seen[key] = seen.get(key, reply.body), reply.body
    if orjson.loads(before)["status"] != orjson.loads(reply.body)["status"]:
        reply.body = before
    return reply


def _zone_ignored(original: Any, _api: Any, call: Call) -> Reply:
    """Have started be read as UTC, whatever zone it names."""
    call.pairs = [
        (name, value[:19] + "Z") if name == "started" and value[19:20] in {"+", "-"} else pair
        for pair in call.pairs
        for name, value in (pair,)
    ]
    call.add_pairs(())
    reply: Reply = original(call)
    return reply


def _end_ignored(_api: Any, _call: Call, body: Any) -> Any:
    body.pop("ended", None)
    return body


def _start_of_source_ignored(original: Any, _api: Any, asked: Any) -> Any:
    query = original(asked)
    where = tuple(one for one in query.where if one.column != "source_started")
    return type(query)(where, query.order)


def _files_start_late(original: Any, _api: Any, job: Any, asked: Any) -> Any:
    """Have a file that was modified at the very start of the range lie outside of it."""
    found = original(job, asked)
    started = asked.moment("started")
    if started is None or asked.single("time_field") not in {None, "last_modified"}:
        return found
    return [one for one in found if parse_iso(one["last_modified"]) != started]


def _log_unnumbered(_api: Any, _call: Call, body: Any) -> Any:
    for message in body:
        message["scale_order_num"] = 1
    return body


MUTANTS = (
    mutant(
        "scale/failed-job-has-not-ended",
        "scale/Job/finished-has-ended",
        statement="A FAILED job has no time in ended.",
        apply=instead("render", _failed_never_ended),
    ),
    mutant(
        "scale/running-job-has-not-started",
        "scale/Job/running-has-started",
        statement="A RUNNING job has no time in started.",
        apply=instead("render", _running_never_started),
    ),
    mutant(
        "scale/second-execution-is-queued-late",
        "scale/JobExecution/queued-before-started",
        statement="From the second execution on, queued is later than started.",
        apply=instead("render", _queued_late),
    ),
    mutant(
        "scale/canceled-execution-has-not-ended",
        "scale/JobExecution/ended-means-finished",
        statement="A CANCELED execution has no time in ended.",
        apply=instead("render", _end_unknown),
    ),
    mutant(
        "scale/completed-job-ended-after-last-change",
        "scale/Job/last-modified-is-last",
        statement="A COMPLETED job ended after it was last modified.",
        apply=instead("render", _saved_before_end),
    ),
    mutant(
        "scale/completion-is-undated",
        "scale/Job/status-change-is-dated",
        statement="last_status_change stays as it was when a job completes.",
        apply=instead("arrive", _change_undated),
    ),
    mutant(
        "scale/requeue-creates-anew",
        "scale/Job/created-stays",
        statement="created moves when a job is put back on the queue.",
        apply=instead("arrive", _created_again),
    ),
    mutant(
        "scale/details-lag-behind",
        "scale/getJob/agrees-with-list",
        statement="After a change of status, the details of a job are once more those of before.",
        apply=instead("get_job", _last_seen),
    ),
    mutant(
        "scale/list-zone-is-ignored",
        "scale/listJobs/started-filter",
        statement="started is read as UTC, whatever its zone.",
        apply=instead("list_jobs", _zone_ignored),
    ),
    mutant(
        "scale/list-source-started-is-ignored",
        "scale/listJobs/source-started-filter",
        statement="source_started lets all jobs through.",
        apply=instead("jobs_wanted", _start_of_source_ignored),
    ),
    mutant(
        "scale/cancel-ended-is-ignored",
        "scale/cancelJobs/ended-filter",
        statement="A cancel acts on jobs that were created after ended.",
        apply=request("cancel_jobs", _end_ignored),
    ),
    mutant(
        "scale/files-start-is-exclusive",
        "scale/listInputFiles/started-filter",
        statement="A file that was last modified at the moment of started is left out.",
        apply=instead("files_wanted", _files_start_late),
    ),
    mutant(
        "scale/log-numbers-repeat",
        "scale/getExecutionLog/order-number-breaks-ties",
        statement="All messages of a log have the same scale_order_num.",
        apply=answer("get_execution_log", _log_unnumbered),
    ),
)
