"""Scenes: what takes its time is played side by side, so that all of it waits together.

A scene is a generator that yields whenever it has to wait, and tells a report what it finds about
its requirements. Which scenes there are, and what is made of their reports, is up to each API.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

from conformance.failures import Outcome, Unanswered, Violation
from conformance.probe import Probe

Steps = Generator[None, None, None]


@dataclass(slots=True)
class Report:
    """What one playing of a scene has said."""

    probe: Probe
    held: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    is_clean: bool = True  # nothing was wrong with any answer

    def tell(self, requirement: str, holds: object, message: str) -> None:
        """Say that a requirement holds, or how it is contradicted."""
        if holds:
            self.held.add(requirement)
        else:
            self.broken.setdefault(requirement, message)

    def assume(self, condition: object, reason: str) -> None:
        """End the scene unless the condition is true."""
        self.probe.assume(condition, reason)

    def until(
        self, condition: Callable[[], object], seconds: float | None = None
    ) -> Generator[None, None, bool]:
        """Wait for a condition; return whether it became true in time (else: `settle`)."""
        limit = self.probe.target.budget.settle if seconds is None else seconds
        deadline = self.probe.target.time.now() + limit
        while not condition():
            if self.probe.target.time.now() >= deadline:
                return False
            yield
        return True


def play(probe: Probe, scenes: Iterable[tuple[Steps, Report]], within: float) -> None:
    """Take all scenes one step further, again and again, until each has ended.

    They are violated as a whole if that takes longer than *within* seconds.
    """
    playing = list(scenes)

    def all_have_ended() -> bool:
        for one in list(playing):
            if not _goes_on(*one):
                playing.remove(one)
        return not playing

    probe.eventually(all_have_ended, within=within, message="the scenes do not come to an end")


def _goes_on(steps: Steps, report: Report) -> bool:
    """Take one step; return whether there are more."""
    before = len(report.probe.violations)
    try:
        next(steps)
    except StopIteration:
        return False
    except Unanswered:
        raise
    except Violation as violation:
        if violation.requirement is not None:
            report.probe.violated(violation.requirement, violation.reason)
        report.reason = violation.reason
        return False
    except Outcome as outcome:
        report.reason = outcome.reason
        return False
    except (KeyError, TypeError, ValueError, IndexError) as error:
        report.reason = f"an answer could not be read: {type(error).__name__}: {error}"
        return False
    finally:
        report.is_clean &= len(report.probe.violations) == before
    return True
