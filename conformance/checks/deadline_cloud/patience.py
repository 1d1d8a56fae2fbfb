"""What looks wrong is looked at again: other clients and workers act at the same time."""

from __future__ import annotations

from collections.abc import Callable

from conformance.failures import Violation
from conformance.probe import Probe

LAG = 0.3  # seconds that one answer may be behind another


def insist(probe: Probe, complaint: Callable[[], str | None]) -> None:
    """Violate the requirement if there is a complaint each time that is asked."""
    said = ""

    def is_silent() -> bool:
        nonlocal said
        words = complaint()
        said = words or ""
        return words is None

    try:
        probe.eventually(is_silent, within=LAG)
    except Violation as violation:
        if violation.requirement is not None:
            raise
        raise Violation(said) from None
