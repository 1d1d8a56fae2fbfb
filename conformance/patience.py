"""What looks wrong is looked at again: targets move while they are being judged."""

from __future__ import annotations

from collections.abc import Callable

from conformance.failures import NotReached, Violation
from conformance.probe import Probe

LAG = 0.25  # seconds that one answer may be behind another

Complaint = Callable[[], str | None]


class Unsteady(NotReached):
    """The target changed between two looks, so that they cannot be compared."""


def insist(probe: Probe, complaint: Complaint, lag: float = LAG) -> None:
    """Violate the requirement if there is a complaint, and still is after asking again.

    A complaint raises `Unsteady` where the target moved too much to tell.
    """
    lasting = persistent(probe, complaint, lag)
    probe.require(lasting is None, lasting or "")


def persistent(probe: Probe, complaint: Complaint, lag: float = LAG) -> str | None:
    """Return the complaint if it is there each time it is asked for, else None."""
    said: list[str] = []
    unsteady: list[Unsteady] = []

    def is_silent() -> bool:
        try:
            words = complaint()
        except Unsteady as outcome:
            unsteady.append(outcome)
            return False
        except Violation as violation:
            if violation.requirement is not None:  # an answer that could not be read
                raise
            words = violation.reason
        if words is not None:
            said.append(words)
        return words is None

    try:
        probe.eventually(is_silent, within=lag)
    except Violation as violation:
        if violation.requirement is not None:
            raise
        if not said:
            raise unsteady[-1] from None
        return said[-1]
    return None
