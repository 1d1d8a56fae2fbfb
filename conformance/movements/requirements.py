"""The movement of the explicit requirements: one property for each, planned first, fired later."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import HypothesisException

from conformance.events import ContradictionConfirmed, Progress
from conformance.mode import Mode, Needs
from conformance.probe import Probe
from conformance.registry import Check, checks_of
from conformance.tour import Ending, Tour

ORDER = (Needs.READ, Needs.CREATE, Needs.CHANGE, Needs.EVERYTHING)
SHRINK_REQUESTS = 150  # sent after the first violation, in search of a smaller one
SHRINK_SECONDS = 5.0
LONGEST = 15.0  # seconds after which a check begins no further example
NAME = "requirements"


class Requirements:
    """The checks of a run that are wanted and that the mode allows."""

    def __init__(self, tour: Tour) -> None:
        set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "callsheet-hypothesis")
        self._tour = tour
        self.properties = [Property(tour, one) for one in chosen_checks(tour)]

    def play(self) -> Iterator[Progress | ContradictionConfirmed]:
        """Check each requirement with all its examples."""
        tour, total = self._tour, len(self.properties)
        for index, one in enumerate(self.properties):
            if tour.is_over:
                return
            requests = tour.visit.gate.traffic.requests
            yield Progress(NAME, index, total, one.requirement, requests)
            one.hold()
            yield from tour.confirm_new()
        yield Progress(NAME, total, total, "", tour.visit.gate.traffic.requests)


def chosen_checks(tour: Tour) -> list[Check]:
    """Return the checks to play: those that only look first, those that change things last."""
    contract, mode = tour.visit.contract, tour.visit.mode
    checks = checks_of(contract.name)
    found = [
        checks[one.id]
        for one in contract.explicit
        if one.id in checks and tour.wants(one.id) and mode.allows(checks[one.id].needs)
    ]
    return sorted(found, key=lambda check: ORDER.index(check.needs))


class Property:
    """One check over its examples. Remembers how each plan ended, so no plan is fired twice."""

    def __init__(self, tour: Tour, check: Check) -> None:
        self._tour = tour
        self._clock = tour.visit.target.time
        self.check = check
        self._endings: dict[str, Ending] = {}
        self._reasons: dict[Ending, str] = {}
        self._until = 0.0
        self._violated_at: tuple[int, float] | None = None  # requests, moment

    @property
    def requirement(self) -> str:
        return self.check.requirement

    def hold(self, most: int | None = None) -> None:
        """Play the examples (*most* of them), and note what they say in the findings."""
        self._clock.rest()
        self._until = self._tour.visit.target.time.now() + LONGEST
        strategy = self.check.strategy()
        if strategy is None:
            self._example(None)
        else:
            smoke = self._tour.visit.mode is Mode.SMOKE
            self._explore(strategy, 1 if smoke else min(most or 10**6, self.check.examples))
        self._conclude()

    def forget(self) -> None:
        """Know nothing of the examples that have been played."""
        self._endings.clear()
        self._reasons.clear()
        self._violated_at = None

    def _explore(self, strategy: Any, examples: int) -> None:
        @seed(self._tour.seed_for(self.check.requirement))
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
        )
        @given(strategy)
        def holds(drawn: Any) -> None:
            if self._example(drawn) is Ending.VIOLATED:
                raise _ViolatedError

        try:
            holds()
        except _ViolatedError:
            pass
        except HypothesisException as error:
            self._reasons[Ending.ERROR] = f"the plan cannot be drawn: {error}"

    def _example(self, drawn: Any) -> Ending:
        known = repr(drawn)
        if known in self._endings:
            return self._endings[known]
        traffic = self._tour.visit.gate.traffic
        if self._violated_at is None:
            late = bool(self._endings) and self._tour.visit.target.time.now() >= self._until
            over = late or self._tour.is_over
        else:  # Hypothesis is looking for a smaller example
            requests, moment = self._violated_at
            over = self._tour.out_of_time or self._tour.fail_fast
            over = over or traffic.requests - requests > SHRINK_REQUESTS
            over = over or self._tour.visit.target.time.now() - moment > SHRINK_SECONDS
        if over:
            return Ending.NOT_REACHED
        if self._violated_at is not None:  # let the smaller one replace the first
            first = self._tour.visit.findings.violations.pop(self.check.requirement)
            ending = self._played(drawn)
            if ending is not Ending.VIOLATED:
                self._tour.visit.findings.violations[self.check.requirement] = first
        else:
            ending = self._played(drawn)
            if ending is Ending.VIOLATED:
                self._violated_at = traffic.requests, self._tour.visit.target.time.now()
        self._endings[known] = ending
        return ending

    def _played(self, drawn: Any) -> Ending:
        def action(probe: Probe) -> None:
            self.check.claim(probe, drawn)

        ending, reason = self._tour.attempt(self.check.requirement, action)
        self._reasons.setdefault(ending, reason)
        return ending

    def _conclude(self) -> None:
        findings, name = self._tour.visit.findings, self.check.requirement
        endings = set(self._endings.values())
        if Ending.VIOLATED in endings:
            return
        if Ending.ERROR in self._reasons:
            findings.errors[name] = self._reasons[Ending.ERROR]
        elif Ending.JUDGED in endings:
            number = sum(ending is Ending.JUDGED for ending in self._endings.values())
            findings.witness(name, f"held in {number} of {len(self._endings)} examples")
        elif Ending.UNSUPPORTED in endings:
            findings.unsupported[name] = self._reasons[Ending.UNSUPPORTED]
        else:
            reason = self._reasons.get(Ending.NOT_REACHED) or self._reasons.get(Ending.FORBIDDEN)
            findings.unreached[name] = reason or "no example was played"


class _ViolatedError(Exception):
    """Tells Hypothesis that the example is one to shrink."""
