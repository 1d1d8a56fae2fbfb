"""The checks of Pulp's tasks, by topic."""

from conformance.checks.pulp import (
    commands,
    facts,
    filters,
    history,
    listing,
    permission,
    pickles,
    reading,
    snapshots,
    times,
)

__all__ = [
    "commands",
    "facts",
    "filters",
    "history",
    "listing",
    "permission",
    "pickles",
    "reading",
    "snapshots",
    "times",
]
