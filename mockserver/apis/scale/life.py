"""How a Scale job lives: what each transition does to the job and to its executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.apis.scale import seed
from mockserver.apis.scale.layout import EXECUTIONS
from mockserver.clock import SECOND
from mockserver.store import Resource

if TYPE_CHECKING:
    from mockserver.apis.scale import Scale
    from mockserver.machine import Chance

LAST_RUN = ("node_id", "error_id", "error_category", "started", "ended", "duration")
"""What a job forgets when it is put back on the queue."""

MEBIBYTE = 1_048_576


def end_of_run(scale: Scale, job: Resource, chance: Chance) -> tuple[str, int]:
    """Return what becomes of a running job, and after how long.

    Its job type says how long it runs and how often it fails.
    """
    job_type = scale.catalogue.job_types[job.columns["job_type_id"]]
    wait = int(job_type.duration * (0.6 + 0.8 * chance.number(1)) * SECOND)
    share = max(job_type.failure, seed.FAILURES[scale.world.scenario])
    if not job_type.errors or chance.number(0) >= share:
        return "COMPLETED", wait
    return after_failure(scale, job, chance.pick(job_type.errors, 2)), wait


def after_failure(scale: Scale, job: Resource, error: int) -> str:
    """Return where *error* takes a running job: back on the queue, if trying again may help."""
    job.facts["ends_with"] = error
    tries_left = job.columns["num_exes"] < job.facts["max_tries"]
    retried = scale.catalogue.errors[error]["should_be_retried"]
    return "QUEUED" if retried and tries_left and not job.columns["is_superseded"] else "FAILED"


def arrive(scale: Scale, job: Resource, source: str, moment: int) -> None:
    """Set what *job* shows in its new state."""
    facts, columns = job.facts, job.columns
    columns["last_status_change"] = columns["last_modified"] = moment
    if job.state == "FAILED" or (source, job.state) == ("RUNNING", "QUEUED"):
        facts.setdefault("ends_with", _cause(scale, job))
    if source == "RUNNING":
        _end_execution(scale, job, moment)
    match job.state:
        case "RUNNING":
            columns["started"], columns["ended"] = moment, None
            nodes = list(scale.catalogue.nodes)
            columns["node_id"] = scale.world.chance("node", job.key, moment).pick(nodes)
            _measure(scale, job)
            _begin_execution(scale, job, moment)
        case "QUEUED":
            again = source == "RUNNING" and "ends_with" in facts
            _queue(scale, job, moment, commanded=not again and source not in {"PENDING", "BLOCKED"})
        case "COMPLETED" | "FAILED":
            columns["ended"] = moment
            columns["duration"] = moment - (columns["started"] or moment)
            if job.state == "FAILED":
                error = scale.catalogue.errors[facts["ends_with"]]
                columns["error_id"], columns["error_category"] = error["id"], error["category"]
            else:
                facts["output"] = {"files": {"OUTPUT_FILE": [1000 + job.key]}, "json": {}}
        case "CANCELED":
            columns["error_id"] = columns["error_category"] = None
    facts.pop("ends_with", None)


def _cause(scale: Scale, job: Resource) -> int:
    """Return the error of a job that somebody has made fail."""
    errors = scale.catalogue.job_types[job.columns["job_type_id"]].errors
    return scale.world.chance("end", job.key).pick(errors or tuple(scale.catalogue.errors))


def _queue(scale: Scale, job: Resource, moment: int, *, commanded: bool) -> None:
    """Put *job* on the queue; a command gives it a new set of tries."""
    columns = job.columns
    before, columns["num_exes"] = columns["num_exes"], columns["num_exes"] + 1
    columns["queued"] = moment
    for name in LAST_RUN:
        columns[name] = None
    if commanded:
        job.facts["max_tries"] = (
            before + scale.catalogue.job_types[columns["job_type_id"]].max_tries
        )


def _measure(scale: Scale, job: Resource) -> None:
    """Note how much room the input of *job* takes, which is known once it has been prepared."""
    if job.facts.get("input_file_size") is None:
        ids = [one for ids in job.facts["input"]["files"].values() for one in ids]
        size = sum(scale.catalogue.files[one]["file_size"] or 0 for one in ids)
        job.facts["input_file_size"] = float(-(-size // MEBIBYTE))


def _begin_execution(scale: Scale, job: Resource, moment: int) -> None:
    job_type = scale.catalogue.job_types[job.columns["job_type_id"]]
    key = (scale.executions.top_key() or 0) + 1
    facts = {
        "id": key,
        "status": "RUNNING",
        "exe_num": job.columns["num_exes"],
        "created": moment,
        "queued": job.columns["queued"] or moment,
        "started": moment,
        "ended": None,
        "node_id": job.columns["node_id"],
        "error_id": None,
        "timeout": job_type.timeout,
        "input_file_size": job.facts["input_file_size"],
        "output_data": [],
    }
    job.facts["execution"] = facts
    columns = {"job_id": job.key, "exe_num": facts["exe_num"], "node_id": facts["node_id"]}
    scale.executions.insert(
        Resource(key, "RUNNING", moment, columns=columns, facts=facts | {"job_type": job_type.id})
    )


def _end_execution(scale: Scale, job: Resource, moment: int) -> None:
    latest = job.facts.get("execution")
    if latest is None or (execution := scale.executions.get(latest["id"])) is None:
        return
    if execution.state != "RUNNING":
        return
    state = {"PENDING": "CANCELED", "BLOCKED": "CANCELED", "QUEUED": "FAILED"}.get(
        job.state, job.state
    )
    change: dict[str, Any] = {"status": state, "ended": moment}
    if state == "FAILED":
        error = scale.catalogue.errors[job.facts["ends_with"]]
        change["error_id"] = execution.columns["error_id"] = error["id"]
        execution.columns["error_category"] = error["category"]
    if state == "COMPLETED":
        change["output_data"] = [{"name": "OUTPUT_FILE", "file_id": 1000 + job.key}]
    job.facts["execution"] = {**latest, **change}
    execution.facts |= change
    scale.move(scale.executions, execution, state, moment, EXECUTIONS.name)


def tell_neighbours(scale: Scale, job: Resource) -> None:
    """Have the jobs before and after *job* in its chain show its new state."""
    for mine, theirs in (
        ("superseded_job", "superseded_by_job"),
        ("superseded_by_job", "superseded_job"),
    ):
        named = job.facts.get(mine)
        other = scale.jobs.get(named["id"]) if named else None
        if other is not None and other.facts.get(theirs):
            other.facts[theirs]["status"] = job.state
            scale.jobs.update(other)
