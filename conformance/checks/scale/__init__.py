"""The checks of Scale, a module for each topic."""

from conformance.checks.scale import (
    creation,
    input_files,
    job_details,
    job_filters,
    job_order,
    job_times,
    paging,
    services,
)

__all__ = [
    "creation",
    "input_files",
    "job_details",
    "job_filters",
    "job_order",
    "job_times",
    "paging",
    "services",
]
