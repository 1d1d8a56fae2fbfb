"""The checks of HPC Pack, by topic."""

from conformance.checks.hpcpack import (
    annexes,
    job_details,
    job_filters,
    job_lists,
    nodes,
    paging,
    protocol,
    scenes,
    spelling,
    submission,
    subtasks,
    task_details,
    task_filters,
    task_lists,
)

__all__ = [
    "annexes",
    "job_details",
    "job_filters",
    "job_lists",
    "nodes",
    "paging",
    "protocol",
    "scenes",
    "spelling",
    "submission",
    "subtasks",
    "task_details",
    "task_filters",
    "task_lists",
]
