"""Scale answers bodies of another shape than it documents."""

from __future__ import annotations

from functools import partial
from typing import Any

from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import answer, instead
from mockserver.pipeline.call import Call, Reply

mutant = partial(Mutant, fault_class=FaultClass.BODY)


def _without_last_modified(_api: Any, _call: Call, body: Any) -> Any:
    for job in body["results"]:
        del job["last_modified"]
    return body


def _second_without_source_task(_api: Any, _call: Call, body: Any) -> Any:
    for job in body["results"][1:2]:
        del job["source_task"]
    return body


def _num_exes_as_text(_api: Any, _call: Call, body: Any) -> Any:
    return body | {"num_exes": str(body["num_exes"])}


def _created_as_number(_api: Any, _call: Call, body: Any) -> Any:
    if body["status"] == "CANCELED":
        body["created"] = 1_767_225_600
    return body


def _timeout_as_text(_api: Any, _call: Call, body: Any) -> Any:
    for execution in body["results"]:
        execution["timeout"] = str(execution["timeout"])
    return body


def _last_page_without_next(_api: Any, _call: Call, body: Any) -> Any:
    if body["next"] is None:
        del body["next"]
    return body


def _without_order_number(_api: Any, _call: Call, body: Any) -> Any:
    for message in body[-1:]:
        del message["scale_order_num"]
    return body


def _without_resources(_api: Any, _call: Call, body: Any) -> Any:
    del body["resources"]
    return body


def _counted_bodies(original: Any, _api: Any, call: Call) -> Reply:
    reply: Reply = original(call)
    return Reply.json({"accepted": True}, reply.status)


def _job_id_as_key(_api: Any, _call: Call, body: Any) -> Any:
    return body | {"job": body["job"]["id"]}


MUTANTS = (
    mutant(
        "scale/list-lacks-last-modified",
        "scale/listJobs/200",
        statement="No job of the list has the field last_modified.",
        apply=answer("list_jobs", _without_last_modified),
    ),
    mutant(
        "scale/list-second-job-lacks-source-task",
        "scale/listJobs/200",
        statement="The second job of each page has no field source_task.",
        apply=answer("list_jobs", _second_without_source_task),
    ),
    mutant(
        "scale/list-last-page-lacks-next",
        "scale/listJobs/200",
        statement="The last page has no field next instead of one that is null.",
        apply=answer("list_jobs", _last_page_without_next),
    ),
    mutant(
        "scale/details-num-exes-is-text",
        "scale/getJob/200",
        statement="num_exes is a text in the details of a job.",
        apply=answer("get_job", _num_exes_as_text),
    ),
    mutant(
        "scale/details-created-of-canceled-is-number",
        "scale/getJob/200",
        statement="created is a number in the details of a job that is CANCELED.",
        apply=answer("get_job", _created_as_number),
    ),
    mutant(
        "scale/create-lacks-resources",
        "scale/createJob/201",
        statement="The answer to a new job has no field resources.",
        apply=answer("create_job", _without_resources),
    ),
    mutant(
        "scale/executions-timeout-is-text",
        "scale/listExecutions/200",
        statement="timeout is a text in the list of executions.",
        apply=answer("list_executions", _timeout_as_text),
    ),
    mutant(
        "scale/execution-job-is-number",
        "scale/getExecution/200",
        statement="job is a number instead of an object in the details of an execution.",
        apply=answer("get_execution", _job_id_as_key),
    ),
    mutant(
        "scale/log-last-message-lacks-order",
        "scale/getExecutionLog/200",
        statement="The last message of a log has no scale_order_num.",
        apply=answer("get_execution_log", _without_order_number),
    ),
    mutant(
        "scale/cancel-answers-with-body",
        "scale/cancelJobs/has-no-body",
        statement="The answer to a cancel has a body.",
        apply=instead("cancel_jobs", _counted_bodies),
    ),
)
