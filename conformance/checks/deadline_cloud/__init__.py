"""The checks of Deadline Cloud, a module for each topic."""

from conformance.checks.deadline_cloud import (
    batch_reads,
    counting,
    farms,
    get_task,
    job_settings,
    listing,
    refusals,
    retries,
    runs,
    searching,
    task_commands,
    task_sights,
    templates,
    whole_commands,
)

__all__ = [
    "batch_reads",
    "counting",
    "farms",
    "get_task",
    "job_settings",
    "listing",
    "refusals",
    "retries",
    "runs",
    "searching",
    "task_commands",
    "task_sights",
    "templates",
    "whole_commands",
]
