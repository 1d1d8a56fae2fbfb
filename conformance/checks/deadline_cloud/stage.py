"""Scenes: what becomes of jobs of our own takes its time, so all scenes are played at once.

A scene is a generator that yields when it has to wait, and tells a report what it finds about
its requirements. Whichever of these is checked first has every scene played; the others are
judged by that. A scene that found anything wrong, or that was cut short, is played again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance import scenes
from conformance.checks.deadline_cloud.sight import Sight
from conformance.drivers.deadline_cloud_farm import (
    Path,
    Record,
    StepPlan,
    ask,
    is_created,
    order,
    place,
    steps_of,
    submit,
)
from conformance.failures import NotReached, Violation
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check
from conformance.scenes import Steps

LONGEST = 10.0  # times the budget for a state


@dataclass(slots=True)
class Report(scenes.Report):
    """What one playing of a scene has said, and what it has seen of tasks."""

    sight: Sight = field(kw_only=True)

    def pass_time(self, seconds: float) -> Steps:
        """Let the others go on for a while."""
        yield from self.until(lambda: False, seconds)


@dataclass(slots=True)
class OwnJob:
    """A job of this example, with its steps by name."""

    report: Report
    path: Path
    steps: dict[str, Path] = field(default_factory=dict)

    @property
    def probe(self) -> Probe:
        return self.report.probe

    def read(self) -> Record:
        """Get the job."""
        job: Record = self.probe.ok("getJob", path=self.path).json
        return job

    def step(self, name: str = "Render") -> Record:
        """Get a step."""
        step: Record = self.probe.ok("getStep", path=self.steps[name]).json
        return step

    def tasks(self, name: str = "Render") -> list[Record]:
        """List the tasks of a step."""
        return self.report.sight.of_step(self.steps[name])

    def task(self, number: int, name: str = "Render") -> Path:
        """Return the ids of the task with that place in the list."""
        return {**self.steps[name], "taskId": self.tasks(name)[number]["taskId"]}

    def every_task(self) -> dict[str, Record]:
        """List the tasks of all steps, by their ids."""
        return {one["taskId"]: one for name in self.steps for one in self.tasks(name)}

    def ask(self, task: Mapping[str, str], target: str) -> None:
        """Command a task, which must be accepted."""
        answer = ask(self.probe, task, target)
        self.probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")

    def command(self, target: str, step: str = "") -> None:
        """Command all tasks, or those of one step, which must be accepted."""
        operation = "updateStep" if step else "updateJob"
        path = self.steps[step] if step else self.path
        self.probe.ok(operation, path=path, body={"targetTaskRunStatus": target})

    def comes(
        self, condition: Callable[[Record], object], name: str = "Render"
    ) -> Generator[None, None, bool]:
        """Wait until each task of a step meets a condition."""
        return (
            yield from self.report.until(lambda: all(condition(one) for one in self.tasks(name)))
        )

    def shows(
        self, task: Mapping[str, str], states: Collection[str], seconds: float | None = None
    ) -> Generator[None, None, Record]:
        """Wait until a task shows one of the states; return what it shows then, or at last."""
        seen: list[Record] = []

        def is_there() -> bool:
            seen[:] = [self.report.sight.get(task)]
            return seen[0]["runStatus"] in states

        yield from self.report.until(is_there, seconds)
        return seen[0]


def own_job(
    report: Report, *plans: StepPlan, queue: str | None = None, **settings: Any
) -> Generator[None, None, OwnJob]:
    """Make a job, suspended unless *settings* say otherwise, and wait until it is complete."""
    probe = report.probe
    where = place(probe)
    if queue is not None:
        where["queueId"] = queue
    path = submit(probe, order(probe, *plans, **settings), where)
    made = yield from report.until(lambda: is_created(probe, path), probe.target.budget.reach)
    report.assume(made, f"the creation of job {path['jobId']} does not come to an end")
    return OwnJob(report, path, steps_of(probe, path))


Play = Callable[[Report], Steps]
SCENES: dict[str, tuple[frozenset[str], Play]] = {}


def scene(name: str, claims: Mapping[str, str]) -> Callable[[Play], Play]:
    """Register a scene, and a check for each requirement that it alone decides.

    *claims* maps a requirement to the sentence that its check stands for.
    """

    def register(play: Play) -> Play:
        SCENES[name] = frozenset(claims), play
        for requirement, words in claims.items():
            told(requirement, words)
        return play

    return register


def told(requirement: str, words: str) -> None:
    """Register the check of a requirement that some scene tells about."""

    def claim(probe: Probe, _: object) -> None:
        perform(probe, requirement)

    claim.__name__ = claim.__qualname__ = requirement.replace("/", "_").replace("-", "_")
    claim.__doc__ = words
    check(requirement, needs=Needs.CHANGE)(claim)


def perform(probe: Probe, requirement: str) -> None:
    """Judge a requirement, and with it whatever else the scenes show."""
    done = probe.visit.findings.witnessed  # scenes are noted there as if they were requirements
    chosen = [name for name in SCENES if f"scene {name}" not in done]
    if probe.visit.one_by_one:
        chosen = [name for name in chosen if requirement in SCENES[name][0]] or chosen
    reports = {name: Report(probe, sight=Sight(probe)) for name in chosen}
    playing = [(SCENES[name][1](report), report) for name, report in reports.items()]
    scenes.play(probe, playing, LONGEST * probe.target.budget.reach)
    _note(probe, requirement, reports)
    for report in reports.values():
        if requirement in report.broken:
            raise Violation(report.broken[requirement])
    if requirement not in done and not any(requirement in one.held for one in reports.values()):
        own = [f"scene {name}" for name, (claims, _) in SCENES.items() if requirement in claims]
        reasons = [done.get(name, "an answer was not as declared") for name in own]
        raise NotReached(next(filter(None, reasons), "it did not come to that"))


def _note(probe: Probe, requirement: str, reports: Mapping[str, Report]) -> None:
    """Note what the scenes have said of other requirements, and which need not be played again."""
    for name, report in reports.items():
        for other in report.broken.keys() - {requirement}:
            probe.violated(other, report.broken[other])
        for name_held in (report.held | report.sight.told) - report.broken.keys():
            if name_held not in probe.violations:
                probe.visit.findings.witness(name_held, "held in a scene")
        if report.is_clean and not report.broken:
            probe.visit.findings.witness(f"scene {name}", report.reason)
