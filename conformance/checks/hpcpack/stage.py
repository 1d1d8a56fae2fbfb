"""Scenes that take their time: all of them are played at once, so that they wait together.

A scene is a generator that yields whenever it has to wait. It tells what it has found about its
requirements. Whichever of these requirements is checked first has all scenes played; the others
are then judged already. A scene in which anything went wrong is played again each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from conformance.failures import Outcome, Unanswered, Violation
from conformance.probe import Probe

Steps = Generator[None, None, None]
LONGEST = 20  # times the budget for a state: no scene takes longer


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
        self, condition: Callable[[], bool], seconds: float | None = None
    ) -> Generator[None, None, bool]:
        """Wait for a condition, and return whether it became true in time (else: `settle`)."""
        limit = self.probe.target.budget.settle if seconds is None else seconds
        deadline = time.monotonic() + limit
        while not condition():
            if time.monotonic() >= deadline:
                return False
            yield
        return True


Play = Callable[[Report], Steps]


@dataclass(frozen=True, slots=True)
class Scene:
    """A play, and the requirements that it is about."""

    requirements: Sequence[str]
    play: Play

    @property
    def mark(self) -> str:
        """What is noted once the scene has been played and everything in it was right."""
        return f"scene{self.play.__name__}"


SCENES: list[Scene] = []


def scene(*requirements: str) -> Callable[[Play], Play]:
    """Register the decorated generator as a scene about some requirements."""

    def register(play: Play) -> Play:
        SCENES.append(Scene(requirements, play))
        return play

    return register


def perform(probe: Probe, requirement: str) -> None:
    """Judge a requirement, and with it whatever else nobody has judged yet."""
    done = probe.visit.findings.witnessed  # scenes are noted there as if they were requirements
    chosen = [one for one in SCENES if one.mark not in done]
    reports = [Report(probe) for _ in chosen]
    playing = [(one.play(report), report) for one, report in zip(chosen, reports, strict=True)]
    _play(probe, playing)
    for one, report in zip(chosen, reports, strict=True):
        for name, words in report.broken.items():
            if name != requirement:
                probe.violated(name, words)
        if report.is_clean and not report.broken:
            for name in report.held:
                probe.visit.findings.witness(name, "held")
            probe.visit.findings.witness(one.mark, report.reason)
    broken = [report.broken[requirement] for report in reports if requirement in report.broken]
    if broken:
        raise Violation(broken[0])
    own = [one for one in SCENES if requirement in one.requirements]
    reasons = [done.get(one.mark, "something else was wrong") for one in own]
    held = requirement in done or any(requirement in report.held for report in reports)
    probe.assume(held, next(filter(None, reasons), "it did not come to that"))


def _play(probe: Probe, playing: list[tuple[Steps, Report]]) -> None:
    """Take all scenes one step further, again and again, until each has ended."""

    def all_have_ended() -> bool:
        for one in list(playing):
            if not _goes_on(*one):
                playing.remove(one)
        return not playing

    probe.eventually(
        all_have_ended,
        within=LONGEST * probe.target.budget.reach,
        message="the scenes do not come to an end",
    )


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
