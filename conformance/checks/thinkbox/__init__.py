"""The checks of Thinkbox Deadline's tasks, by topic."""

from conformance.checks.thinkbox import (
    following,
    job_orders,
    mistakes,
    reading,
    repository,
    suspended_jobs,
    task_facts,
    task_lists,
    whole_jobs,
)

__all__ = [
    "following",
    "job_orders",
    "mistakes",
    "reading",
    "repository",
    "suspended_jobs",
    "task_facts",
    "task_lists",
    "whole_jobs",
]
