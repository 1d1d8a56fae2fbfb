"""Scale does not keep what it was given, or tells two stories of one thing."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson

from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import answer, instead
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Query, Resource
from mockserver.store.query import within

mutant = partial(Mutant, fault_class=FaultClass.DATA)


def _oldest_version(original: Any, api: Any, call: Call) -> Reply:
    """Have a new job be of the first version of its job type."""
    kinds = api.catalogue.job_types
    asked = kinds.get(call.body.get("job_type_id")) if isinstance(call.body, dict) else None
    if asked is not None:
        first = min(one.id for one in kinds.values() if one.name == asked.name)
        call.body = call.body | {"job_type_id": first}
    reply: Reply = original(call)
    return reply


def _second_file_lost(original: Any, _api: Any, call: Call) -> Reply:
    match call.body:
        case {"input": {"files": dict(files)} as given}:
            kept = {name: ids[:1] if isinstance(ids, list) else ids for name, ids in files.items()}
            call.body = call.body | {"input": given | {"files": kept}}
    reply: Reply = original(call)
    return reply


def _usual_priority(original: Any, _api: Any, call: Call) -> Reply:
    match call.body:
        case {"configuration": {"priority": int(priority)} as given} if priority > 50:
            call.body = call.body | {"configuration": given | {"priority": 50}}
    reply: Reply = original(call)
    return reply


def _location_of_next(original: Any, _api: Any, call: Call) -> Reply:
    reply: Reply = original(call)
    for index, (name, value) in enumerate(reply.headers):
        if name == b"location":
            base, key = value.rstrip(b"/").rsplit(b"/", 1)
            reply.headers[index] = (name, b"%s/%d/" % (base, int(key) + 1))
    return reply


def _one_execution_less(_api: Any, _call: Call, body: Any) -> Any:
    if body["num_exes"] > 1:
        body["num_exes"] -= 1
    return body


def _first_execution(api: Any, _call: Call, body: Any) -> Any:
    if body["execution"]:
        of_job = Query((within("job_id", [body["id"]]),), ("exe_num",))
        body["execution"] = orjson.loads(api.executions.page(of_job, "detail", 1)[0])
    return body


def _wrong_file_name(_api: Any, _call: Call, body: Any) -> Any:
    for names in body["input_files"].values():
        names[1:] = [f"copy-of-{one}" for one in names[1:]]
    return body


def _first_cluster_id(_api: Any, _call: Call, body: Any) -> Any:
    for message in body:
        message["scale_job_exe"] = message["scale_job_exe"].rsplit("x", 1)[0] + "x1"
    return body


def _cluster_id_of_job(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.executions.name:
        for view in views.values():
            view["cluster_id"] = view["cluster_id"].rsplit("x", 1)[0]
    return views


def _superseded_undated(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.jobs.name:
        for view in views.values():
            view["superseded"] = None
    return views


def _predecessor_lost(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.jobs.name:
        views["detail"]["superseded_by_job"] = None
    return views


def _node_forgotten(original: Any, api: Any, name: str, resource: Resource) -> Any:
    views = original(name, resource)
    if name == api.jobs.name and resource.state == "FAILED":
        for view in views.values():
            view["node"] = None
    return views


def _other_job_type(_api: Any, _call: Call, body: Any) -> Any:
    body["job_type_rev"]["job_type"]["id"] = body["job_type"]["id"] + 1
    return body


MUTANTS = (
    mutant(
        "scale/create-takes-first-version",
        "scale/createJob/job-type-as-asked",
        statement="A new job is of the first version of the job type that was asked for.",
        apply=instead("create_job", _oldest_version),
    ),
    mutant(
        "scale/create-loses-second-file",
        "scale/createJob/input-as-sent",
        statement="Of several files for one input, a new job keeps the first.",
        apply=instead("create_job", _second_file_lost),
    ),
    mutant(
        "scale/create-caps-priority",
        "scale/createJob/configuration-as-sent",
        statement="A priority above 50 becomes 50 in the configuration of a new job.",
        apply=instead("create_job", _usual_priority),
    ),
    mutant(
        "scale/create-location-is-next",
        "scale/createJob/location-leads-to-details",
        statement="Location names the job after the new one.",
        apply=instead("create_job", _location_of_next),
    ),
    mutant(
        "scale/details-num-exes-lags",
        "scale/getJob/agrees-with-list",
        statement="num_exes is one too low in the details of a job that was queued more than once.",
        apply=answer("get_job", _one_execution_less),
    ),
    mutant(
        "scale/details-execution-is-first",
        "scale/Job/execution-is-latest",
        statement="The details of a job show its first execution instead of its latest.",
        apply=answer("get_job", _first_execution),
    ),
    mutant(
        "scale/details-second-file-name-is-wrong",
        "scale/getJob/input-files-agree-with-list",
        statement="From the second on, the file names of an input are not those of its files.",
        apply=answer("get_job", _wrong_file_name),
    ),
    mutant(
        "scale/details-revision-of-other-type",
        "scale/Job/job-type-agrees",
        statement="The revision in the details of a job is of another job type.",
        apply=answer("get_job", _other_job_type),
    ),
    mutant(
        "scale/failed-job-forgets-node",
        "scale/Job/started-job-names-node",
        statement="A FAILED job has no node.",
        apply=instead("render", _node_forgotten),
    ),
    mutant(
        "scale/superseded-is-undated",
        "scale/Job/superseded-is-dated",
        statement="A job that has been superseded does not say when.",
        apply=instead("render", _superseded_undated),
    ),
    mutant(
        "scale/chain-leads-nowhere",
        "scale/Job/chain-leads-back",
        statement="A job that has been superseded does not name its successor.",
        apply=instead("render", _predecessor_lost),
    ),
    mutant(
        "scale/executions-share-cluster-id",
        "scale/JobExecution/cluster-id-is-unique",
        statement="All executions of a job have the same cluster_id.",
        apply=instead("render", _cluster_id_of_job),
        also=("scale/getExecutionLog/cluster-id-is-the-executions",),
    ),
    mutant(
        "scale/log-names-first-execution",
        "scale/getExecutionLog/cluster-id-is-the-executions",
        statement="Every log says that it is of the first execution of its job.",
        apply=answer("get_execution_log", _first_cluster_id),
    ),
)
