"""Scale's lists and commands mean other resources than asked for, or put them in another order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import instead, request
from mockserver.pipeline.call import Call
from mockserver.store import Query
from mockserver.store.query import within

mutant = partial(Mutant, fault_class=FaultClass.COLLECTION)


def _two_values(original: Any, _api: Any, asked: Any) -> Query:
    query: Query = original(asked)
    where = tuple(
        within(one.column, one.values[:2]) if one.operator == "in" else one for one in query.where
    )
    return replace(query, where=where)


def _last_filter_wins(original: Any, _api: Any, asked: Any) -> Query:
    """Have the job type not count where the state is asked for as well."""
    query: Query = original(asked)
    if any(one.column == "state" for one in query.where):
        where = tuple(one for one in query.where if one.column != "job_type_id")
        return replace(query, where=where)
    return query


def _current_only(original: Any, _api: Any, asked: Any) -> Query:
    query: Query = original(asked)
    if any(one.column in {"is_superseded", "key"} for one in query.where):
        return query
    return replace(query, where=(*query.where, within("is_superseded", [0])))


def _unsorted_ids(original: Any, _api: Any, asked: Any) -> Query:
    """Have an order by num_exes be one by id."""
    query: Query = original(asked)
    order = tuple("key" if one == "num_exes" else one for one in query.order)
    return replace(query, order=order)


def _first_dash_only(original: Any, _api: Any, asked: Any) -> Query:
    query: Query = original(asked)
    return replace(query, order=(*query.order[:1], *(one.lstrip("-") for one in query.order[1:])))


def _dash_ignored(original: Any, _api: Any, asked: Any) -> Query:
    query: Query = original(asked)
    order = tuple("started" if one == "-started" else one for one in query.order)
    return replace(query, order=order)


def _system_too(original: Any, _api: Any, asked: Any) -> Query:
    """Have the category DATA let ALGORITHM through as well."""
    query: Query = original(asked)
    where = tuple(
        within(one.column, [*one.values, "ALGORITHM"])
        if one.column == "error_category" and "DATA" in one.values
        else one
        for one in query.where
    )
    return replace(query, where=where)


def _oldest_first(original: Any, _api: Any, job_id: int, asked: Any) -> Query:
    query: Query = original(job_id, asked)
    return replace(query, order=("exe_num",))


def _node_ignored(original: Any, _api: Any, job_id: int, asked: Any) -> Query:
    query: Query = original(job_id, asked)
    return replace(query, where=tuple(one for one in query.where if one.column != "node_id"))


def _file_name_ignored(original: Any, api: Any, job: Any, asked: Any) -> Any:
    names = asked.texts("file_name")
    found = original(job, asked)
    if not names or not found:
        return found
    ids = {one for ids in job.facts["input"]["files"].values() for one in ids}
    return [api.catalogue.files[one] for one in sorted(ids)]


def _all_but_last(_api: Any, _call: Call, body: Any) -> Any:
    ids = body.get("job_ids")
    if isinstance(ids, list) and len(ids) > 1:
        body["job_ids"] = ids[:-1]
    return body


def _ids_win(_api: Any, _call: Call, body: Any) -> Any:
    if body.get("job_ids"):
        body.pop("status", None)
    return body


def _any_version(api: Any, _call: Call, body: Any) -> Any:
    kinds = api.catalogue.job_types.values()
    wanted = body.get("job_types")
    if isinstance(wanted, list) and all(isinstance(one, dict) for one in wanted):
        names = {one.get("name") for one in wanted}
        more = [{"name": one.name, "version": one.version} for one in kinds if one.name in names]
        body["job_types"] = more or wanted
    return body


MUTANTS = (
    mutant(
        "scale/list-third-value-is-ignored",
        "scale/listJobs/repeated-filter-widens",
        statement="Of a repeated filter only the first two values count.",
        apply=instead("jobs_wanted", _two_values),
    ),
    mutant(
        "scale/list-status-drops-job-type",
        "scale/listJobs/filters-combine",
        statement="With status, job_type_id is ignored.",
        apply=instead("jobs_wanted", _last_filter_wins),
    ),
    mutant(
        "scale/list-hides-superseded",
        "scale/listJobs/is-superseded-default",
        statement="Without is_superseded, superseded jobs are left out.",
        apply=instead("jobs_wanted", _current_only),
    ),
    mutant(
        "scale/list-error-category-leaks",
        "scale/listJobs/error-category-filter",
        statement="The error category DATA lets jobs with the category ALGORITHM through.",
        apply=instead("jobs_wanted", _system_too),
    ),
    mutant(
        "scale/list-order-by-num-exes-is-by-id",
        "scale/listJobs/order-sorts",
        statement="The order num_exes sorts by id.",
        apply=instead("jobs_wanted", _unsorted_ids),
    ),
    mutant(
        "scale/list-dash-is-ignored-for-started",
        "scale/listJobs/dash-reverses",
        statement="The order -started sorts like started.",
        apply=instead("jobs_wanted", _dash_ignored),
    ),
    mutant(
        "scale/list-second-dash-is-ignored",
        "scale/listJobs/orders-nest",
        statement="From the second order on, a dash is ignored.",
        apply=instead("jobs_wanted", _first_dash_only),
    ),
    mutant(
        "scale/executions-oldest-first",
        "scale/listExecutions/newest-first",
        statement="The executions of a job come in ascending order.",
        apply=instead("executions_wanted", _oldest_first),
    ),
    mutant(
        "scale/executions-node-is-ignored",
        "scale/listExecutions/node-id-filter",
        statement="node_id lets all executions of a job through.",
        apply=instead("executions_wanted", _node_ignored),
    ),
    mutant(
        "scale/files-name-lets-others-through",
        "scale/listInputFiles/file-name-filter",
        statement="With the name of one input file, the list holds all of them.",
        apply=instead("files_wanted", _file_name_ignored),
    ),
    mutant(
        "scale/cancel-last-id-is-ignored",
        "scale/cancelJobs/lists-fit-any",
        statement="Of several job_ids in a cancel the last does not count.",
        apply=request("cancel_jobs", _all_but_last),
        also=("scale/cancelJobs/job-ids-filter",),
    ),
    mutant(
        "scale/requeue-by-id-ignores-status",
        "scale/requeueJobs/filters-combine",
        statement="With job_ids, a requeue ignores status.",
        apply=request("requeue_jobs", _ids_win),
        also=("scale/requeueJobs/status-filter",),
    ),
    mutant(
        "scale/cancel-takes-any-version",
        "scale/cancelJobs/job-types-filter",
        statement="A cancel compares the names in job_types and ignores the versions.",
        apply=request("cancel_jobs", _any_version),
    ),
)
