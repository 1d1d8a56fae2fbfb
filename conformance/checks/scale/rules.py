"""What holds of a single job or execution, whichever answer shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.checks.scale.filters import Record, at
from conformance.checks.scale.moments import is_before

STATES = ("QUEUED", "RUNNING", "FAILED", "COMPLETED", "CANCELED")
ENDED = frozenset({"FAILED", "COMPLETED", "CANCELED"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement that one record alone can contradict."""

    requirement: str
    complaint: Callable[[Record], str | None]
    applies: Callable[[Record], bool] = lambda _: True  # whether the record says anything about it


def _first_run(job: Record) -> bool:
    """Whether the times of a job must be those of one run."""
    return bool(job["num_exes"] <= 1)


def _status_is_a_choice(job: Record) -> str | None:
    return None if job["status"] in STATES else f"job {job['id']} is {job['status']}"


def _ordered(earlier: str, later: str) -> Callable[[Record], str | None]:
    def complaint(record: Record) -> str | None:
        if is_before(record.get(later), record.get(earlier)):
            return (
                f"{_name(record)} has {earlier} {record[earlier]}, which is after "
                f"{later} {record[later]}"
            )
        return None

    return complaint


def _both(first: str, second: str) -> Callable[[Record], bool]:
    return lambda record: record.get(first) is not None and record.get(second) is not None


def _has(name: str, *, wanted: bool) -> Callable[[Record], str | None]:
    def complaint(record: Record) -> str | None:
        if (record[name] is not None) is wanted:
            return None
        lack = "no" if wanted else "a value for"
        return f"{_name(record)} is {record['status']} and has {lack} {name}"

    return complaint


def _in(*states: str) -> Callable[[Record], bool]:
    return lambda record: record["status"] in states


def _last_modified_is_last(job: Record) -> str | None:
    for name in ("created", "queued", "started", "ended", "last_status_change"):
        if is_before(job["last_modified"], job[name]):
            return f"job {job['id']} has {name} {job[name]} after its last_modified"
    return None


def _superseded_is_dated(job: Record) -> str | None:
    if (job["superseded"] is not None) is job["is_superseded"]:
        return None
    return (
        f"job {job['id']} has superseded {job['superseded']!r}, "
        f"but is_superseded {job['is_superseded']!r}"
    )


def _started_names_node(job: Record) -> str | None:
    if job["started"] is None or job["node"] is not None:
        return None
    return f"job {job['id']} ({job['status']}) has started {job['started']} and no node"


def _types_agree(job: Record) -> str | None:
    of_job, of_revision = at(job, "job_type", "id"), at(job, "job_type_rev", "job_type", "id")
    if of_job is None or of_revision is None or of_job == of_revision:
        return None
    return f"job {job['id']} is of job type {of_job}, its revision of {of_revision}"


def _successor_means_superseded(job: Record) -> str | None:
    if job["superseded_by_job"] is None or job["is_superseded"]:
        return None
    return f"job {job['id']} has a superseded_by_job and is not superseded"


def _ended_means_finished(execution: Record) -> str | None:
    if (execution["ended"] is not None) is (execution["status"] in ENDED):
        return None
    return f"{_name(execution)} is {execution['status']} and has ended {execution['ended']!r}"


def _shows_current_execution(job: Record) -> bool:
    return job["execution"] is not None and job["execution"]["exe_num"] == job["num_exes"]


def _times_are_the_jobs(job: Record) -> str | None:
    for name in ("queued", "started"):
        if is_before(job[name], job["execution"][name]) or is_before(
            job["execution"][name], job[name]
        ):
            return f"job {job['id']} and its execution differ in {name}"
    return None


def _status_is_the_jobs(job: Record) -> str | None:
    if job["execution"]["status"] == job["status"]:
        return None
    return f"job {job['id']} is {job['status']}, its execution {job['execution']['status']}"


def _name(record: Record) -> str:
    if "exe_num" in record:
        return f"execution {record['exe_num']} of job {at(record, 'job', 'id')}"
    return f"job {record['id']}"


JOB_RULES = (
    Rule("scale/Job/status-choices", _status_is_a_choice),
    Rule(
        "scale/Job/created-before-queued", _ordered("created", "queued"), _both("created", "queued")
    ),
    Rule(
        "scale/Job/queued-before-started",
        _ordered("queued", "started"),
        # a job that is queued again may still show when it ran the last time
        lambda job: (
            _both("queued", "started")(job)
            and (_first_run(job) or job["status"] in {"RUNNING", "COMPLETED"})
        ),
    ),
    Rule(
        "scale/Job/started-before-ended",
        _ordered("started", "ended"),
        lambda job: (
            _both("started", "ended")(job)
            and (_first_run(job) or job["status"] in {"FAILED", "COMPLETED"})
        ),
    ),
    Rule("scale/Job/running-has-started", _has("started", wanted=True), _in("RUNNING")),
    Rule("scale/Job/finished-has-ended", _has("ended", wanted=True), _in("COMPLETED", "FAILED")),
    Rule("scale/Job/waiting-has-not-ended", _has("ended", wanted=False), _in("QUEUED", "RUNNING")),
    Rule("scale/Job/last-modified-is-last", _last_modified_is_last),
    Rule("scale/Job/superseded-is-dated", _superseded_is_dated),
    Rule(
        "scale/Job/started-job-names-node",
        _started_names_node,
        lambda job: job["started"] is not None,
    ),
    Rule("scale/Job/failed-has-error", _has("error", wanted=True), _in("FAILED")),
    Rule(
        "scale/Job/no-error-unless-failed",
        _has("error", wanted=False),
        _in("QUEUED", "RUNNING", "COMPLETED", "CANCELED"),
    ),
    Rule("scale/Job/job-type-agrees", _types_agree),
    Rule(
        "scale/Job/source-started-before-ended",
        _ordered("source_started", "source_ended"),
        _both("source_started", "source_ended"),
    ),
)

DETAIL_RULES = (
    *JOB_RULES,
    Rule(
        "scale/Job/successor-means-superseded",
        _successor_means_superseded,
        lambda job: job["superseded_by_job"] is not None,
    ),
    Rule(
        "scale/JobExecution/times-are-the-jobs",
        _times_are_the_jobs,
        lambda job: job["status"] == "RUNNING" and _shows_current_execution(job),
    ),
    Rule(
        "scale/JobExecution/status-is-the-jobs",
        _status_is_the_jobs,
        lambda job: job["status"] in {"RUNNING", "COMPLETED"} and _shows_current_execution(job),
    ),
)

EXECUTION_RULES = (
    Rule("scale/JobExecution/queued-before-started", _ordered("queued", "started")),
    Rule(
        "scale/JobExecution/started-before-ended",
        _ordered("started", "ended"),
        lambda execution: execution["ended"] is not None,
    ),
    Rule("scale/JobExecution/ended-means-finished", _ended_means_finished),
    Rule("scale/JobExecution/failed-has-error", _has("error", wanted=True), _in("FAILED")),
)


def rule(requirement: str) -> Rule:
    """Return the rule of a requirement."""
    rules: Sequence[Rule] = (*DETAIL_RULES, *EXECUTION_RULES)
    return next(one for one in rules if one.requirement == requirement)
