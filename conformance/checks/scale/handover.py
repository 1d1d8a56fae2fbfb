"""Handing over a suspicion to the check of the requirement in question."""

from __future__ import annotations

from contextlib import suppress

from conformance.failures import NotReached, Outcome, Violation
from conformance.probe import Probe
from conformance.registry import checks_of

ENDINGS = (Outcome, KeyError, TypeError, ValueError, AttributeError, IndexError)


class Enough(NotReached):
    """Something has been found, so that there is no hurry any more."""


def right(probe: Probe, requirement: str, condition: object, drawn: int = 0) -> bool:
    """Return whether all seems well; if not, hand over to the check of that requirement."""
    violations = probe.visit.findings.violations
    if len(violations) > probe.api.found_before:
        raise Enough("something else is wrong")
    if condition or requirement in violations:
        return bool(condition)
    own = checks_of("scale")[requirement]

    def play(fresh: Probe) -> None:
        try:
            own.claim(fresh, drawn if own.plan is not None else None)
        except Violation as violation:
            fresh.violated(violation.requirement or requirement, violation.reason)
            raise

    with suppress(*ENDINGS):
        play(Probe(probe.visit, play))
    if len(violations) > probe.api.found_before:
        raise Enough("that was wrong indeed")
    return False
