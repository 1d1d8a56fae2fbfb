"""The course of one run: what is wanted of it, how long it may take, what it has confirmed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.answer import Exchange
from conformance.events import ContradictionConfirmed
from conformance.exhibit import exhibits
from conformance.failures import (
    Forbidden,
    NotReached,
    Unanswered,
    Unsupported,
    UsageError,
    Violation,
)
from conformance.findings import Finding, Play
from conformance.probe import Probe, Visit
from conformance.reproduction import script
from conformance.reproduction_pytest import Setting, file
from conformance.verdict import Result, Verdict, contradicted

REPETITIONS = 3
TRIES = 4  # of an example to which no usable answer came


class Ending(StrEnum):
    """How an example ended."""

    JUDGED = "judged"
    VIOLATED = "violated"
    NOT_REACHED = "not reached"
    UNSUPPORTED = "unsupported"
    FORBIDDEN = "forbidden"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How often a contradiction came back when it was repeated from scratch."""

    seen: int
    of: int
    message: str
    exchanges: tuple[Exchange, ...]

    @property
    def is_certain(self) -> bool:
        return self.seen == self.of


@dataclass(slots=True)
class Tour:
    """One run: its visit, what of it is wanted, and what has been confirmed so far."""

    visit: Visit
    chosen: frozenset[str] = frozenset()
    minded: frozenset[str] = frozenset()  # what is judged where it shows: also other shards' part
    deadline: float | None = None
    strict: bool = False
    fail_fast: bool = False
    waived: Callable[[Result], Result] = lambda result: result
    confirmed: dict[str, Confirmation] = field(default_factory=dict)
    first_failure: tuple[str, int, float] | None = None
    started: float = field(default_factory=time.monotonic)
    _has_failed: bool = False

    def wants(self, requirement: str) -> bool:
        """Whether the requirement is among those asked for, and offered by the target."""
        return requirement in self.chosen and not self.visit.target.lacks(requirement)

    def resume(self) -> None:
        """Go on after a failure that ended the run, to find what lies behind it."""
        self._has_failed = False

    @property
    def is_over(self) -> bool:
        """Whether to stop: the time is up, or a failure is enough."""
        if self._has_failed and self.fail_fast:
            return True
        return self.deadline is not None and time.monotonic() >= self.deadline

    @property
    def out_of_time(self) -> bool:
        """Whether the time is up."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def seed_for(self, name: str) -> int:
        """Return the seed of one piece of the run: the same for the same run seed and name."""
        text = f"{self.visit.seed}:{name}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")

    def recording(self, requirement: str, action: Play) -> Play:
        """Return *action* as a play that writes its violation down before it raises it."""

        def play(probe: Probe) -> None:
            try:
                action(probe)
            except Violation as violation:
                probe.violated(violation.requirement or requirement, violation.reason)
                raise

        return play

    def attempt(self, requirement: str, action: Play) -> tuple[Ending, str]:
        """Play one example of a requirement, again if no usable answer came, and say how it ended.

        A violation goes into the findings, together with the way to play it again.
        """
        play = self.recording(requirement, action)
        reason = ""
        for _ in range(TRIES):
            probe = Probe(self.visit, play)
            try:
                play(probe)
            except Unanswered as outcome:
                reason = outcome.reason
            except UsageError:
                raise
            except Exception as error:  # noqa: BLE001 - a check is foreign code; a run goes on
                return self.ended(requirement, probe, error)
            else:
                return Ending.JUDGED, ""
        return Ending.ERROR, reason

    def ended(self, requirement: str, probe: Probe, error: Exception) -> tuple[Ending, str]:
        """Return how an example has ended that *error* has ended, with the reason."""
        match error:
            case Violation():
                name = error.requirement or requirement
                probe.violated(name, error.reason)
                return (
                    Ending.VIOLATED if name == requirement else Ending.NOT_REACHED
                ), error.reason
            case NotReached():
                return Ending.NOT_REACHED, error.reason
            case Unsupported():
                return Ending.UNSUPPORTED, error.reason
            case Forbidden():
                return Ending.FORBIDDEN, error.reason
        if probe.violations:
            broken = next(iter(probe.violations.values())).message
            return Ending.NOT_REACHED, f"an answer was not as declared: {broken}"
        return Ending.ERROR, f"the check itself failed: {_spelled(error)}"

    def confirm_new(self) -> Iterator[ContradictionConfirmed]:
        """Repeat from scratch each contradiction that has not been, and tell what became of it."""
        findings = self.visit.findings
        for name in list(findings.violations):
            if name in self.confirmed or not (self.wants(name) or name in self.minded):
                continue
            finding = findings.violations[name]
            found_at = self.visit.gate.traffic.requests, time.monotonic() - self.started
            self.confirmed[name] = self._confirmed(finding)
            result = self.waived(self.result(name))
            if result.verdict is Verdict.FAIL:
                self._has_failed = True
                self.first_failure = self.first_failure or (name, *found_at)
            yield ContradictionConfirmed(result, *found_at)
            if self.is_over:
                return

    def result(self, name: str) -> Result:
        """Return the verdict on a requirement whose contradiction has been repeated."""
        requirement = self.visit.contract.requirements[name]
        confirmation = self.confirmed[name]
        redaction = self.visit.gate.redaction
        message = redaction.text(confirmation.message)
        repro = redaction.text(script(name, requirement.statement, message, confirmation.exchanges))
        verdict = contradicted(requirement, strict=self.strict)
        if not confirmation.is_certain:
            verdict = Verdict.FLAKY
            message += f" (came back in {confirmation.seen} of {confirmation.of} repetitions)"
        return Result(
            requirement,
            verdict,
            message,
            repro,
            repro_test=redaction.text(
                file(requirement, message, confirmation.exchanges, self._setting(verdict))
            ),
            exhibits=exhibits(confirmation.exchanges, redaction),
        )

    def _setting(self, verdict: Verdict) -> Setting:
        visit = self.visit
        api = str(visit.gate.ledger.run.get("api", visit.contract.name))
        strict = self.strict or verdict is Verdict.DIFFERS
        return Setting(api, visit.target.base_url, visit.seed, visit.mode.value, strict)

    def _confirmed(self, finding: Finding) -> Confirmation:
        if finding.play is None:
            return Confirmation(1, 1, finding.message, finding.exchanges)
        seen, message, exchanges = 0, finding.message, finding.exchanges
        for _ in range(REPETITIONS):
            repetition = self.repeated(finding)
            if repetition is None:
                continue
            seen += 1
            message, exchanges = repetition.message, repetition.exchanges
        return Confirmation(seen, REPETITIONS, message, exchanges)

    def repeated(self, finding: Finding) -> Finding | None:
        """Play a finding once more; return how it showed, or None if it did not."""
        if finding.play is None:
            return finding
        for _ in range(TRIES):
            probe = Probe(self.visit, finding.play)
            try:
                finding.play(probe)
            except UsageError:
                raise
            except Exception as error:  # noqa: BLE001 - what matters is whether it was violated
                ended: Exception | None = error
            else:
                ended = None
            if finding.requirement in probe.violations:
                return probe.violations[finding.requirement]
            if not isinstance(ended, NotReached | Unanswered):
                return None
        return None


def _spelled(error: Exception) -> str:
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f" ({code.co_name}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}{place}"
