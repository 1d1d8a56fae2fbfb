"""A complaint counts only if it lasts: a living cluster moves between two answers."""

from __future__ import annotations

from collections.abc import Callable

from conformance.drivers.hpcpack_cluster import comes
from conformance.failures import NotReached, Violation
from conformance.probe import Probe

LAG = 0.25  # seconds that one answer may be behind another

Complaint = Callable[[], str | None]


class Unsteady(NotReached):
    """The target changed while it was looked at, so that nothing can be compared."""


def lasting(probe: Probe, complaint: Complaint) -> str | None:
    """Return the complaint if it is there each time it is asked for, else None."""
    said = ""
    unsteady: Unsteady | None = None

    def is_silent() -> bool:
        nonlocal said, unsteady
        try:
            words = complaint()
        except Unsteady as outcome:
            unsteady = outcome
            return False
        said = words or said
        return words is None

    if comes(probe, is_silent, LAG):
        return None
    if not said and unsteady is not None:
        raise unsteady
    return said


def insist(probe: Probe, complaint: Complaint) -> None:
    """Violate the requirement if there is a complaint that lasts."""
    words = lasting(probe, complaint)
    probe.require(words is None, words or "")


def note(probe: Probe, requirement: str, complaint: Complaint) -> None:
    """Note a lasting complaint against any requirement, and go on."""
    if requirement in probe.violations:
        return
    try:
        words = complaint() if _is_found(probe, requirement) else lasting(probe, complaint)
    except (NotReached, Violation):
        return
    if words is not None:
        probe.violated(requirement, words)


def _is_found(probe: Probe, requirement: str) -> bool:
    """Whether it was looked at with patience before."""
    return requirement in probe.visit.findings.violations
