"""What can go wrong in Deadline Cloud, one statement at a time: most about getTask."""

from mockserver.mutants.deadline_cloud import commands, finding, jobs, lists, times, values

MUTANTS = (
    *finding.FAULTS,
    *values.FAULTS,
    *times.FAULTS,
    *commands.FAULTS,
    *jobs.FAULTS,
    *lists.FAULTS,
)
"""Faults in what the document says of getTask, and in what is only observed around it."""
