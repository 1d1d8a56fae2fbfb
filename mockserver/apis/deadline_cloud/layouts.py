"""What is kept of Deadline Cloud's resources, and how long their states last."""

from __future__ import annotations

from mockserver.machine import Hop
from mockserver.service import Pace
from mockserver.store import Layout

FARMS = Layout(
    name="deadline_farms",
    key=str,
    lifecycle=None,
    columns={"ordinal": int},
    views={"summary": "FarmSummary", "detail": "Farm"},
    indexes=(("ordinal",),),
)

QUEUES = Layout(
    name="deadline_queues",
    key=str,
    lifecycle="Queue",
    columns={"farm_id": str, "ordinal": int},
    views={"summary": "Queue", "detail": "Queue"},
    indexes=(("farm_id", "ordinal"), ("farm_id", "state", "ordinal"), ("ordinal",)),
)

JOBS = Layout(
    name="deadline_jobs",
    key=str,
    lifecycle="Job",
    columns={
        "farm_id": str,
        "queue_id": str,
        "ordinal": int,
        "run_status": str,
        "name": str,
        "priority": int,
        "created_by": str,
        "created": int,
        "started": int,
        "ended": int,
        "updated": int,
    },
    views={"summary": "Job", "detail": "Job", "search": "JobSearchSummary"},
    indexes=(
        ("ordinal",),
        ("queue_id", "ordinal"),
        ("queue_id", "created"),
        ("queue_id", "run_status", "created"),
        ("queue_id", "name"),
    ),
    facets=("queue_id", "run_status", "state"),
)

STEPS = Layout(
    name="deadline_steps",
    key=str,
    lifecycle="Step",
    columns={"farm_id": str, "queue_id": str, "job_id": str, "ordinal": int},
    views={"summary": "Step", "detail": "Step"},
    indexes=(("job_id", "ordinal"),),
)

TASKS = Layout(
    name="deadline_tasks",
    key=str,
    lifecycle="Task",
    columns={
        "farm_id": str,
        "queue_id": str,
        "job_id": str,
        "step_id": str,
        "ordinal": int,
        "started": int,
        "ended": int,
        "updated": int,
    },
    views={"detail": "Task", "search": "TaskSearchSummary"},
    indexes=(
        ("step_id", "ordinal"),
        ("step_id", "state", "ordinal"),
        ("job_id", "state", "ordinal"),
        ("queue_id", "state"),
    ),
    facets=("queue_id", "state"),
)

SESSIONS = Layout(
    name="deadline_sessions",
    key=str,
    lifecycle="Session",
    columns={"job_id": str, "ordinal": int},
    views={"detail": "Session"},
    indexes=(("job_id", "ordinal"),),
)

ACTIONS = Layout(
    name="deadline_session_actions",
    key=str,
    lifecycle="SessionAction",
    columns={"job_id": str, "session_id": str, "task_id": str, "ordinal": int},
    views={"summary": "SessionActionSummary", "detail": "SessionAction"},
    indexes=(("job_id", "ordinal"), ("session_id", "ordinal"), ("task_id", "ordinal")),
)

TOKENS = Layout(name="deadline_client_tokens", key=str, lifecycle=None)
"""The client tokens that were used, and what was answered to them."""

EVERY = (FARMS, QUEUES, JOBS, STEPS, TASKS, SESSIONS, ACTIONS, TOKENS)

PACE: Pace = {
    "Job": {
        "CREATE_IN_PROGRESS": (Hop("CREATE_COMPLETE", 0.4), Hop("CREATE_FAILED", 0.4)),
        "UPDATE_IN_PROGRESS": (Hop("UPDATE_SUCCEEDED", 0.4),),
    },
    "Step": {"UPDATE_IN_PROGRESS": (Hop("UPDATE_SUCCEEDED", 0.4),)},
    "Task": {
        "READY": (Hop("SCHEDULED", 1.0), Hop("NOT_COMPATIBLE", 1.0)),
        "SCHEDULED": (Hop("ASSIGNED", 0.3),),
        "ASSIGNED": (Hop("STARTING", 0.3),),
        "STARTING": (Hop("RUNNING", 0.3),),
        "RUNNING": (Hop("SUCCEEDED", 2.5), Hop("FAILED", 1.2)),
        "INTERRUPTING": tuple(
            Hop(target, 0.8)
            for target in ("PENDING", "SUSPENDED", "CANCELED", "FAILED", "SUCCEEDED")
        ),
    },
}
"""How long states last; which of several ways a task takes is up to its fate, see `fates`."""

RUN_STATES = (
    "PENDING", "READY", "ASSIGNED", "STARTING", "SCHEDULED", "INTERRUPTING", "RUNNING",
    "SUSPENDED", "CANCELED", "FAILED", "SUCCEEDED", "NOT_COMPATIBLE",
)  # fmt: skip
"""The run statuses, in the order of the contract."""

GIVEN_OUT = frozenset({"SCHEDULED", "ASSIGNED", "STARTING", "RUNNING", "INTERRUPTING"})
"""A worker has the task, or is about to."""

ACTIVE = GIVEN_OUT | {"READY"}
"""There is something to do for workers."""

FINISHED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "NOT_COMPATIBLE"})

PRECEDENCE = (
    "RUNNING", "INTERRUPTING", "STARTING", "SCHEDULED", "ASSIGNED", "READY", "PENDING",
    "NOT_COMPATIBLE", "FAILED", "SUSPENDED", "CANCELED", "SUCCEEDED",
)  # fmt: skip
"""Whichever of these comes first among the tasks is the status of their step and job."""
