"""The checks of HPC Pack, by topic."""

from conformance.checks.hpcpack import job_lists, nodes, paging

__all__ = ["job_lists", "nodes", "paging"]
