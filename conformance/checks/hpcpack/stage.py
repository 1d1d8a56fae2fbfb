"""Scenes that take their time: all of them are played at once, so that they wait together.

A scene is a generator that yields whenever it has to wait. It tells what it has found about its
requirements. Whichever of these requirements is checked first has all scenes played; the others
are then judged already, unless they were contradicted: that is played again from scratch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from conformance.failures import NotReached, Outcome, Unanswered, Violation
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


SCENES: list[Scene] = []


def scene(*requirements: str) -> Callable[[Play], Play]:
    """Register the decorated generator as a scene about some requirements."""

    def register(play: Play) -> Play:
        SCENES.append(Scene(requirements, play))
        return play

    return register


def perform(probe: Probe, requirement: str) -> None:
    """Play what is needed to judge a requirement, and with it what nobody has judged yet."""
    findings = probe.visit.findings
    if _is_settled(probe, requirement):
        return
    chosen = [
        one
        for one in SCENES
        if requirement in one.requirements
        or not all(_is_settled(probe, name) for name in one.requirements)
    ]
    reports = [Report(probe) for _ in chosen]
    _play(
        probe,
        [(one, one.play(report), report) for one, report in zip(chosen, reports, strict=True)],
    )
    reason = ""
    for one, report in zip(chosen, reports, strict=True):
        for name in report.held:
            findings.witness(name, "held")
        for name, words in report.broken.items():
            if name != requirement:
                probe.violated(name, words)
        if requirement in one.requirements:
            reason = report.reason or reason
    broken = [report.broken[requirement] for report in reports if requirement in report.broken]
    if broken:
        raise Violation(broken[0])
    if not any(requirement in report.held for report in reports):
        raise NotReached(reason or "it did not come to that")


def _is_settled(probe: Probe, requirement: str) -> bool:
    findings = probe.visit.findings
    return requirement in findings.witnessed and requirement not in findings.violations


def _play(probe: Probe, playing: list[tuple[Scene, Steps, Report]]) -> None:
    """Take all scenes one step further, again and again, until each has ended."""

    def all_have_ended() -> bool:
        for one in list(playing):
            if not _goes_on(one[1], one[2]):
                playing.remove(one)
        return not playing

    probe.eventually(
        all_have_ended,
        within=LONGEST * probe.target.budget.reach,
        message="the scenes do not come to an end",
    )


def _goes_on(steps: Steps, report: Report) -> bool:
    """Take one step; return whether there are more."""
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
    return True
