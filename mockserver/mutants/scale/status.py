"""Scale answers with another status than it documents, or refuses what it must take."""

from __future__ import annotations

from functools import partial
from typing import Any

from mockserver.errors import ApiError
from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import instead
from mockserver.pipeline.call import Call, Reply

mutant = partial(Mutant, fault_class=FaultClass.STATUS)


def _created_is_200(original: Any, _api: Any, call: Call) -> Reply:
    reply: Reply = original(call)
    reply.status = 200
    return reply


def _without_location(original: Any, _api: Any, call: Call) -> Reply:
    reply: Reply = original(call)
    reply.headers = [one for one in reply.headers if one[0] != b"location"]
    return reply


def _requeue_is_200(original: Any, _api: Any, call: Call) -> Reply:
    reply: Reply = original(call)
    reply.status = 200
    return reply


def _canceled_is_409(original: Any, api: Any, call: Call) -> Reply:
    keys = call.body.get("job_ids") if isinstance(call.body, dict) else None
    jobs = [api.jobs.get(key) for key in keys] if isinstance(keys, list) else []
    if jobs and all(job is not None and job.state == "CANCELED" for job in jobs):
        raise ApiError("The jobs are canceled already.", 409)
    reply: Reply = original(call)
    return reply


def _largest_page_is_400(original: Any, _api: Any, call: Call) -> Reply:
    if call.values("page_size")[-1:] == ["1000"]:
        raise ApiError("The page_size is too large.")
    reply: Reply = original(call)
    return reply


def _days_are_400(original: Any, _api: Any, call: Call) -> Reply:
    if any(value.startswith("P") and "D" in value for value in call.values("started")):
        raise ApiError("Invalid ISO timestamp format for parameter: started")
    reply: Reply = original(call)
    return reply


def _east_is_400(original: Any, _api: Any, call: Call) -> Reply:
    if isinstance(call.body, dict) and "+" in str(call.body.get("started", "")):
        raise ApiError("Invalid ISO timestamp format for parameter: started")
    reply: Reply = original(call)
    return reply


def _texts_are_400(original: Any, _api: Any, call: Call) -> Reply:
    values = call.body.get("error_ids") if isinstance(call.body, dict) else None
    if isinstance(values, list) and any(isinstance(one, str) for one in values):
        raise ApiError('Parameter must be a valid integer: "error_ids"')
    reply: Reply = original(call)
    return reply


def _earlier_is_404(original: Any, api: Any, call: Call) -> Reply:
    job = api.jobs.get(call.path["id"])
    latest = job.facts.get("execution") if job is not None else None
    if latest and call.path["exe_num"] < latest["exe_num"]:
        raise ApiError("Not found.", 404, "NotFound")
    reply: Reply = original(call)
    return reply


def _bare_configuration_is_400(original: Any, _api: Any, call: Call) -> Reply:
    if isinstance(call.body, dict) and "configuration" not in call.body:
        raise ApiError('Missing required parameter: "configuration"')
    reply: Reply = original(call)
    return reply


MUTANTS = (
    mutant(
        "scale/create-answers-200",
        "scale/createJob/201",
        statement="A new job is answered 200 instead of 201.",
        apply=instead("create_job", _created_is_200),
    ),
    mutant(
        "scale/create-lacks-location",
        "scale/createJob/201",
        statement="The answer to a new job has no Location.",
        apply=instead("create_job", _without_location),
    ),
    mutant(
        "scale/create-demands-configuration",
        "scale/createJob/configuration-is-optional",
        statement="A new job without a configuration is refused with 400.",
        apply=instead("create_job", _bare_configuration_is_400),
    ),
    mutant(
        "scale/requeue-answers-200",
        "scale/requeueJobs/202",
        statement="A requeue is answered 200 instead of 202.",
        apply=instead("requeue_jobs", _requeue_is_200),
    ),
    mutant(
        "scale/cancel-of-canceled-is-409",
        "scale/cancelJobs/202",
        statement="To cancel jobs by id that are all CANCELED already is refused with 409.",
        apply=instead("cancel_jobs", _canceled_is_409),
    ),
    mutant(
        "scale/list-page-size-1000-is-400",
        "scale/listJobs/page-size-range",
        statement="A page_size of exactly 1000 is refused with 400.",
        apply=instead("list_jobs", _largest_page_is_400),
    ),
    mutant(
        "scale/list-duration-in-days-is-400",
        "scale/listJobs/accepts-durations",
        statement="A duration in days is refused as started.",
        apply=instead("list_jobs", _days_are_400),
    ),
    mutant(
        "scale/requeue-time-east-of-utc-is-400",
        "scale/requeueJobs/accepts-datetimes",
        statement="A requeue refuses a time in started that is ahead of UTC.",
        apply=instead("requeue_jobs", _east_is_400),
    ),
    mutant(
        "scale/cancel-error-ids-as-text-are-400",
        "scale/cancelJobs/error-ids-filter",
        statement="A cancel refuses error_ids that are texts.",
        apply=instead("cancel_jobs", _texts_are_400),
    ),
    mutant(
        "scale/earlier-execution-is-404",
        "scale/listExecutions/exe-num-leads-to-details",
        statement="Only the latest execution of a job has details; the others are answered 404.",
        apply=instead("get_execution", _earlier_is_404),
    ),
)
