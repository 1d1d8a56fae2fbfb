"""The tables of Scale: what jobs and executions are searched and ordered by."""

from __future__ import annotations

from mockserver.clock import SECOND
from mockserver.store import Layout

FILTERED = (
    "state", "job_type_id", "job_type_name", "batch_id", "recipe_id", "error_id",
    "error_category", "is_superseded", "source_sensor_class", "source_sensor",
    "source_collection", "source_task",
)  # fmt: skip
"""What jobs are filtered by, in the order of their last change."""

ORDERED = (
    "last_modified", "created", "queued", "started", "ended", "duration", "last_status_change",
    "num_exes", "node_id", "source_started", "source_ended",
)  # fmt: skip
"""What jobs are ordered by, besides what they are filtered by."""

JOBS = Layout(
    name="scale_jobs",
    key=int,
    lifecycle="Job",
    columns={
        "job_type_id": int,
        "job_type_name": str,
        "batch_id": int,
        "recipe_id": int,
        "node_id": int,
        "error_id": int,
        "error_category": str,
        "is_superseded": int,
        "num_exes": int,
        "created": int,
        "queued": int,
        "started": int,
        "ended": int,
        "duration": int,
        "last_status_change": int,
        "last_modified": int,
        "source_started": int,
        "source_ended": int,
        "source_sensor_class": str,
        "source_sensor": str,
        "source_collection": str,
        "source_task": str,
    },
    views={"summary": "ListedJob", "detail": "JobDetails"},
    indexes=(("state", "last_modified"), ("last_modified",)),
    spare=(
        *((name, "last_modified") for name in FILTERED[1:]),
        *((name,) for name in ORDERED[1:]),
    ),
    facets=("state", "job_type_id", "job_type_name", "error_id", "error_category", "is_superseded"),
    margins=(
        ("state", "source_sensor_class", "source_sensor", "source_collection", "source_task"),
        ("state", "batch_id"),
        ("state", "recipe_id"),
    ),
    spans=dict.fromkeys(("last_modified", "source_started", "source_ended"), 300 * SECOND),
    full=("last_modified", "created", "last_status_change", "num_exes", "job_type_id"),
)

EXECUTIONS = Layout(
    name="scale_executions",
    key=int,
    lifecycle="JobExecution",
    columns={
        "job_id": int,
        "exe_num": int,
        "node_id": int,
        "error_id": int,
        "error_category": str,
    },
    views={"summary": "JobExecutionSummary", "detail": "JobExecution"},
    indexes=(("job_id", "exe_num"),),
)
