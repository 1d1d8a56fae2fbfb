"""One run: from a contract and a target to a report, told as events."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from conformance.drivers import driver_for
from conformance.events import (
    ContradictionConfirmed,
    Event,
    Progress,
    Report,
    RequirementJudged,
    RunFinished,
    RunStarted,
    Safety,
)
from conformance.failures import Outcome, UsageError
from conformance.gate import Gate
from conformance.greeting import greet
from conformance.judge import ResponseJudge
from conformance.ledger import Ledger
from conformance.mode import Mode, Needs
from conformance.movements import contract, glance, lifecycle, recipes, requirements, sights
from conformance.probe import Probe, Visit
from conformance.profile import chosen, outside
from conformance.registry import Check, checks_of
from conformance.target import Target
from conformance.tour import Tour
from conformance.verdict import Result, Verdict, overall, waived
from conformance.waivers import remarks
from specs.contract import Contract, Kind, Requirement


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is to go, apart from what it is fired at."""

    mode: Mode = Mode.SAFE
    seed: int = 0
    max_time: float | None = None
    only: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)  # which part of how many
    strict: bool = False
    fail_fast: bool = False
    clean_up: bool = True
    ledger: str | None = None
    named: str = ""  # what the contract was asked for by: a name or a path
    today: datetime.date = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).date())


def run(document: Contract, target: Target, options: Options) -> Iterator[Event]:
    """Judge *target* by a contract, and tell it as events; the last one holds the report.

    Raises `UsageError` if the target does not answer as an HTTP API at all.
    """
    driver = driver_for(document)
    about = {
        "api": options.named or document.name,
        "base_url": target.base_url,
        "seed": options.seed,
    }
    ledger = Ledger.named(options.ledger, about)
    gate = Gate(document, target, options.mode, driver, ledger)
    visit = Visit(
        document, target, options.mode, gate, ResponseJudge(document), driver, options.seed
    )
    try:
        yield from _Run(visit, options).events()
    finally:
        gate.close()


class _Run:
    """The state of one run, from the first request to the report."""

    def __init__(self, visit: Visit, options: Options) -> None:
        self._visit = visit
        self._options = options
        self._checks: dict[str, Check] = dict(checks_of(visit.contract.name))
        self._chosen = tuple(chosen(visit.contract, options.only, options.shard))
        asked = chosen(visit.contract, options.only)
        mine = {one.id for one in self._chosen}
        self._others = tuple(one for one in asked if one.id not in mine)
        started = time.monotonic()
        self._tour = Tour(
            visit,
            chosen=frozenset(one.id for one in self._chosen),
            minded=frozenset(one.id for one in self._others),
            deadline=None if options.max_time is None else started + options.max_time,
            strict=options.strict,
            fail_fast=options.fail_fast,
            waived=self._waived,
            started=started,
        )

    def events(self) -> Iterator[Event]:
        document = self._visit.contract
        if not self._chosen:
            raise UsageError(f"--only {','.join(self._options.only)}: matches no requirement")
        greet(self._visit)
        yield RunStarted(
            document, self._visit.gate.root, self._visit.mode, self._visit.seed, len(self._chosen)
        )
        self._discover()
        yield from self._movements()
        yield from self._tour.confirm_new()
        self._clean_up()
        results = tuple(self._redacted(self._result(one)) for one in self._chosen)
        for result in results:
            yield RequirementJudged(result)
        yield RunFinished(self._report(results))

    def _movements(self) -> Iterator[Progress | ContradictionConfirmed]:
        tour = self._tour
        checks = requirements.Requirements(tour)
        looks = (sights.play(tour), recipes.play(tour))
        walks = lifecycle.play(tour)
        order = [checks.play(), *looks, walks]
        if self._options.fail_fast:  # what is plainly wrong first, and causes before effects
            order = [glance.play(tour, checks), walks, checks.play()]
        for movement in (*order, contract.play(tour)):
            if not tour.is_over:
                yield from movement
        first = self._tour.first_failure
        if self._options.fail_fast and first is not None and not self._tour.out_of_time:
            check = self._checks.get(first[0])
            if check is not None and check.needs is Needs.CHANGE:
                self._tour.resume()  # a transition that is missing may lie behind it
                yield from lifecycle.trace(self._tour)

    def _discover(self) -> None:
        """Learn ids through lists; what goes wrong there is judged like everything else."""
        probe = Probe(self._visit, _discovering)
        self._visit.known = dict(self._visit.target.known)
        try:
            found = self._visit.driver.discover(probe)
        except Outcome as outcome:
            self._visit.findings.note(f"discovery: {outcome.reason}")
        except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
            self._visit.findings.note(f"discovery stumbled: {type(error).__name__}: {error}")
        else:
            self._visit.known = {**found, **self._visit.target.known}

    def _clean_up(self) -> None:
        """Remove what was created, where the API has a way."""
        if not self._options.clean_up:
            return
        subjects = self._visit.driver.subjects()
        with self._visit.gate.polling():  # how much there is to clean is chance
            for resource in reversed(self._visit.gate.ledger.left):
                if resource.kind not in subjects:
                    continue
                try:
                    subjects[resource.kind].dispose(Probe(self._visit), resource.key)
                except (Outcome, KeyError, TypeError, ValueError):
                    continue

    def _waived(self, result: Result) -> Result:
        return waived(result, self._visit.target.waivers, self._options.today)

    def _result(self, requirement: Requirement) -> Result:
        name, findings = requirement.id, self._visit.findings
        reason = outside(self._visit.contract, requirement, self._visit.mode, self._checks)
        inside = not reason
        if name in self._tour.confirmed:
            found = self._waived(self._tour.result(name))
            return replace(found, in_profile=inside)
        if self._visit.target.lacks(name) or self._visit.target.lacks(
            requirement.operation_id or name
        ):
            return Result(requirement, Verdict.UNSUPPORTED, "the target file says so", "", inside)
        if name in findings.violations:  # the run ended before it could be repeated
            message = f"not repeated: {findings.violations[name].message}"
            return Result(requirement, Verdict.FLAKY, message, "", inside)
        for seen, verdict in (
            (findings.witnessed, Verdict.PASS),
            (findings.errors, Verdict.ERROR),
            (findings.unsupported, Verdict.UNSUPPORTED),
        ):
            if name in seen:
                return Result(requirement, verdict, seen[name], "", inside)
        why = reason or findings.unreached.get(name) or self._default_reason(requirement)
        if inside and (self._may_be_absent(requirement) or self._is_unchecked(requirement)):
            return Result(requirement, Verdict.UNSUPPORTED, why)
        return Result(requirement, Verdict.NOT_REACHED, why, "", inside)

    def _besides(self) -> Iterator[Result]:
        """Yield what was seen in passing of requirements that are other shards' to judge."""
        findings = self._visit.findings
        for one in self._others:
            if one.id in self._tour.confirmed or (
                one.id in findings.witnessed and one.id not in findings.violations
            ):
                yield self._redacted(self._result(one))

    def _redacted(self, result: Result) -> Result:
        return replace(result, message=self._visit.gate.redaction.text(result.message))

    def _may_be_absent(self, requirement: Requirement) -> bool:
        """Return whether a target that never came to it lacks nothing that is documented.

        A permission need not be used, and what only another implementation does, or what we
        inferred, need not exist. A run that was cut short, or has no check for it, cannot tell.
        """
        if self._tour.out_of_time or self._tour.is_over:
            return False
        if requirement in self._visit.contract.explicit and requirement.id not in self._checks:
            return False
        documented = requirement.provenance.is_documented
        return requirement.kind is Kind.PERMISSION or not documented

    def _is_unchecked(self, requirement: Requirement) -> bool:
        """Return whether it is a sentence in somebody's own contract, for which nobody can check.

        The suite has checks for its own contracts only; there a missing one is a gap.
        """
        return requirement in self._visit.contract.explicit and not self._checks

    def _default_reason(self, requirement: Requirement) -> str:
        if self._tour.out_of_time:
            return "the time was up"
        if self._tour.is_over:
            return "the run ended at the first failure"
        if requirement in self._visit.contract.explicit and requirement.id not in self._checks:
            return "the suite has no check for it"
        return "never seen in this run"

    def _report(self, results: tuple[Result, ...]) -> Report:
        gate = self._visit.gate
        return Report(
            contract=self._visit.contract,
            target=gate.root,
            mode=self._visit.mode,
            seed=self._visit.seed,
            overall=overall(results),
            results=results,
            uncheckable=self._visit.contract.uncheckable,
            requests=gate.traffic.requests,
            retries=gate.traffic.retries,
            duration=time.monotonic() - self._tour.started,
            digest=gate.digest,
            safety=Safety(
                methods=dict(gate.traffic.methods),
                forbidden=gate.traffic.forbidden,
                touched=tuple(sorted(gate.traffic.touched, key=str)),
                created=tuple(gate.ledger.created),
                left=gate.ledger.left,
                ledger=str(gate.ledger.path) if gate.ledger.created else "",
            ),
            notes={
                gate.redaction.text(note): number
                for note, number in sorted(self._visit.findings.notes.items())
            },
            remarks=tuple(self._remarks(results)),
            first_failure=self._tour.first_failure,
            named=self._options.named or self._visit.contract.name,
            only=self._options.only,
            shard=self._options.shard,
            strict=self._options.strict,
            besides=tuple(self._besides()),
            ended=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )

    def _remarks(self, results: tuple[Result, ...]) -> Iterator[str]:
        if self._tour.out_of_time:
            yield f"The run was cut short after {self._options.max_time:g} seconds."
        yield from remarks(self._visit.target.waivers, results, self._options.today)


def _discovering(probe: Probe) -> None:
    probe.api.discover(probe)
