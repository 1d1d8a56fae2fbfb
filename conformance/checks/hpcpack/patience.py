"""A complaint counts only if it lasts: a living cluster moves between two answers."""

from __future__ import annotations

from conformance.failures import NotReached, Violation
from conformance.patience import Complaint, persistent
from conformance.probe import Probe


def note(probe: Probe, requirement: str, complaint: Complaint) -> None:
    """Note a lasting complaint against any requirement, and go on."""
    if requirement in probe.violations:
        return
    try:
        words = complaint() if _is_found(probe, requirement) else persistent(probe, complaint)
    except (NotReached, Violation):
        return
    if words is not None:
        probe.violated(requirement, words)


def _is_found(probe: Probe, requirement: str) -> bool:
    """Whether it was looked at with patience before."""
    return requirement in probe.visit.findings.violations
