"""The checks of Scale, a module for each topic."""

from conformance.checks.scale import job_filters, job_order, job_times, paging, services

__all__ = ["job_filters", "job_order", "job_times", "paging", "services"]
