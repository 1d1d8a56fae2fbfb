"""The checks of Scale, a module for each topic."""

from conformance.checks.scale import (
    command_effects,
    command_filters,
    creation,
    execution_log,
    executions_list,
    input_files,
    job_details,
    job_filters,
    job_order,
    job_rules,
    job_times,
    paging,
    services,
)

__all__ = [
    "command_effects",
    "command_filters",
    "creation",
    "execution_log",
    "executions_list",
    "input_files",
    "job_details",
    "job_filters",
    "job_order",
    "job_rules",
    "job_times",
    "paging",
    "services",
]
