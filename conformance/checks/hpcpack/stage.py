"""Scenes that take their time: all of them are played at once, so that they wait together.

A scene is a generator that yields whenever it has to wait. It tells what it has found about its
requirements. Whichever of these requirements is checked first has all scenes played; the others
are then judged already. A scene in which anything went wrong is played again each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.failures import Violation
from conformance.probe import Probe
from conformance.scenes import Report, Steps, play

LONGEST = 20  # times the budget for a state: no scene takes longer

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
    if probe.visit.one_by_one:
        chosen = [one for one in chosen if requirement in one.requirements] or chosen
    reports = [Report(probe) for _ in chosen]
    scenes = [(one.play(report), report) for one, report in zip(chosen, reports, strict=True)]
    play(probe, scenes, LONGEST * probe.target.budget.reach)
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
