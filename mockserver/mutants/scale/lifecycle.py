"""Scale's jobs and executions go other ways than documented."""

from __future__ import annotations

from functools import partial
from typing import Any

from mockserver.clock import SECOND
from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import instead
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Condition, Query
from mockserver.store.query import within

mutant = partial(Mutant, fault_class=FaultClass.LIFECYCLE)


def _spare(api: Any, payload: Any, state: str) -> Any:
    """Return the payload of a command that leaves jobs in *state* alone."""
    states = [one for one in api.service.machines["Job"].lifecycle.states if one != state]
    return [*payload, ("state", "in", states)]


def _canceled_stay(original: Any, api: Any, kind: str, payload: Any, moment: int) -> None:
    original(kind, _spare(api, payload, "CANCELED") if kind == "requeueJobs" else payload, moment)


def _running_go_on(original: Any, api: Any, kind: str, payload: Any, moment: int) -> None:
    original(kind, _spare(api, payload, "RUNNING") if kind == "cancelJobs" else payload, moment)


def _superseded_stay(original: Any, _api: Any, kind: str, payload: Any, moment: int) -> None:
    sparing = [*payload, ("is_superseded", "in", [0])]
    original(kind, sparing if kind == "cancelJobs" else payload, moment)


def _completed_return(original: Any, api: Any, kind: str, payload: Any, moment: int) -> None:
    original(kind, payload, moment)
    if kind == "requeueJobs":
        where = (Condition(column, how, tuple(values)) for column, how, values in payload)
        for key in api.jobs.keys(Query((*where, within("state", ["COMPLETED"])))):
            api.move(api.jobs, api.jobs.get(key), "QUEUED", moment, kind)


def _requeued_once(original: Any, _api: Any, kind: str, payload: Any, moment: int) -> None:
    fresh = [*payload, ("num_exes", "le", [1])]
    original(kind, fresh if kind == "requeueJobs" else payload, moment)


def _failed_completes(original: Any, *arguments: Any) -> None:
    api, collection, job, target = arguments[:4]
    if collection is api.jobs and job.state == "FAILED" and target == "CANCELED":
        target = "COMPLETED"
    original(collection, job, target, *arguments[4:])


def _waits_before_queue(original: Any, api: Any, call: Call) -> Reply:
    """Have a new job be PENDING at first."""
    reply: Reply = original(call)
    job = api.jobs.get(api.jobs.top_key())
    job.state = "PENDING"
    job.upcoming, job.due = "QUEUED", job.since + SECOND
    job.columns["num_exes"] = 0
    job.columns["queued"] = None
    api.jobs.update(job)
    api.world.expect(job.due)
    reply.body = api.jobs.view(job.key, "detail")
    return reply


def _executions_revive(original: Any, api: Any, *arguments: Any) -> None:
    """Have the failed execution of a requeued job be RUNNING again."""
    original(*arguments)
    name, job, source, _ = arguments
    latest = job.facts.get("execution")
    if name == api.jobs.name and source == "FAILED" and job.state == "QUEUED" and latest:
        execution = api.executions.get(latest["id"])
        change = {"status": "RUNNING", "ended": None, "error_id": None}
        execution.state = "RUNNING"
        execution.facts |= change
        api.executions.update(execution)
        job.facts["execution"] = latest | change
        api.jobs.update(job)


MUTANTS = (
    mutant(
        "scale/create-starts-pending",
        "scale/createJob/starts-queued",
        statement="A new job is PENDING for a second before it is QUEUED.",
        apply=instead("create_job", _waits_before_queue),
    ),
    mutant(
        "scale/requeue-leaves-canceled",
        "scale/Job/requeueJobs/CANCELED-QUEUED",
        statement="A requeue leaves CANCELED jobs alone.",
        apply=instead("perform", _canceled_stay),
    ),
    mutant(
        "scale/requeue-works-once",
        "scale/Job/requeueJobs/FAILED-QUEUED",
        statement="A requeue leaves jobs alone that have had more than one execution.",
        apply=instead("perform", _requeued_once),
        also=("scale/requeueJobs/requeues-all-that-fit",),
    ),
    mutant(
        "scale/requeue-takes-completed",
        "scale/requeueJobs/spares-other-states",
        statement="A requeue puts COMPLETED jobs back on the queue as well.",
        apply=instead("perform", _completed_return),
    ),
    mutant(
        "scale/cancel-leaves-running",
        "scale/cancelJobs/cancels-all-that-fit",
        statement="A cancel leaves RUNNING jobs alone.",
        apply=instead("perform", _running_go_on),
        also=("scale/cancelJobs/job-ids-filter",),
    ),
    mutant(
        "scale/cancel-leaves-superseded",
        "scale/cancelJobs/cancels-all-that-fit",
        statement="A cancel leaves jobs alone that have been superseded.",
        apply=instead("perform", _superseded_stay),
    ),
    mutant(
        "scale/cancel-completes-failed",
        "scale/cancelJobs/cancels-all-that-fit",
        statement="A FAILED job that is canceled becomes COMPLETED.",
        apply=instead("move", _failed_completes),
    ),
    mutant(
        "scale/requeue-revives-execution",
        "scale/JobExecution/closed",
        statement="The FAILED execution of a job that is requeued is RUNNING again.",
        apply=instead("moved", _executions_revive),
    ),
)
