"""What the store keeps of jobs and tasks, and how long their states last."""

from __future__ import annotations

from mockserver.apis.hpcpack.properties import JOB, TASK
from mockserver.machine import Hop
from mockserver.service import Pace
from mockserver.store import Layout

JOBS = Layout(
    name="hpcpack_jobs",
    key=int,
    lifecycle="Job",
    columns={
        **{name: one.column for name, one in JOB.columns.items()},
        "owned_by": str,
        "grouping": str,
    },
    views={"row": "RestObject", "detail": "JobProperties"},
    indexes=(("state",), ("owned_by",), ("grouping",), ("ChangeTime",), ("Name",)),
    facets=("state", "owned_by", "grouping"),
)
"""`owned_by` and `grouping` are Owner and NodeGroups in lower case, to be compared with."""

TASKS = Layout(
    name="hpcpack_tasks",
    key=str,
    lifecycle="Task",
    columns={
        **{name: one.column for name, one in TASK.columns.items()},
        "rank": int,
        "parent": str,
        "is_step": int,
        "shown_expanded": int,
        "shown_unexpanded": int,
    },
    views={"row": "RestObject", "detail": "TaskProperties"},
    indexes=(
        ("ParentJobId", "shown_expanded", "rank"),
        ("ParentJobId", "shown_unexpanded", "rank"),
        ("parent", "rank"),
    ),
    margins=(("parent", "state"),),
)
"""Tasks and subtasks.

`parent` is the key of the job or the sweep that they belong to, `rank` their place in their job;
`shown_...` say in which list they are.
"""

GROUPINGS = Layout(name="hpcpack_groupings", key=str, lifecycle=None)
"""Every `grouping` that a job ever had: a filter by group asks for all that name it."""

PACE: Pace = {
    "Job": {
        "Submitted": (Hop("Validating", 0.5),),
        "Validating": (
            Hop("Queued", 0.5),
            Hop("ExternalValidation", 0.5, weight=0),
            Hop("Failed", 0.5, weight=0),
        ),
        "ExternalValidation": (Hop("Queued", 0.6), Hop("Failed", 0.6, weight=0)),
        "Queued": (Hop("Running", 1.0),),
        "Running": (Hop("Finishing", 2.5),),
        "Finishing": (Hop("Finished", 0.4), Hop("Failed", 0.4, weight=0)),
        "Canceling": (Hop("Canceled", 0.8, spread=0.1),),
    },
    "Task": {
        "Queued": (Hop("Dispatching", 0.5),),
        "Dispatching": (Hop("Running", 0.4), Hop("Failed", 0.4, weight=0)),
        "Running": (Hop("Finishing", 2.2, spread=0.2),),
        "Finishing": (Hop("Finished", 0.3), Hop("Failed", 0.3, weight=0)),
        "Canceling": (Hop("Canceled", 0.6, spread=0.1), Hop("Failed", 0.6, weight=0)),
    },
    "Subtask": {
        "Queued": (Hop("Dispatching", 0.5),),
        "Dispatching": (Hop("Running", 0.4),),
        "Running": (Hop("Finishing", 2.0, spread=0.3),),
        "Finishing": (Hop("Finished", 0.3), Hop("Failed", 0.3, weight=0)),
        "Canceling": (Hop("Canceled", 0.6, spread=0.1), Hop("Failed", 0.6, weight=0)),
    },
}
"""How long states last; which way out is taken is up to `Scheduler.plan`."""
