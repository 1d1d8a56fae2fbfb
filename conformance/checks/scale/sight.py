"""Whatever any check sees of jobs and executions is held to the rules, in passing.

What is found so is noted against the requirement that is contradicted, and the check goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from conformance.checks.scale import filters
from conformance.checks.scale.filters import Filter, Query, Record
from conformance.checks.scale.rules import DETAIL_RULES, EXECUTION_RULES, JOB_RULES, Rule
from conformance.patience import Unsteady, persistent
from conformance.probe import Probe

MOST = 30  # records of one answer that are looked at in passing

Again = Callable[[Record], Record | None]


def jobs(probe: Probe, found: Sequence[Record]) -> None:
    """Hold jobs to the rules, as a list shows them."""

    def again(job: Record) -> Record | None:
        answer = probe.ok("listJobs", query={"job_id": job["id"]})
        return next((one for one in answer.json["results"] if one["id"] == job["id"]), None)

    _hold(probe, JOB_RULES, _some(found), again)


def details(probe: Probe, job: Record) -> None:
    """Hold a job and the execution in it to the rules, as the details show them."""

    def again(one: Record) -> Record | None:
        found: Record = probe.ok("getJob", path={"id": one["id"]}).json
        return found

    def inner(_: Record) -> Record | None:
        found = again(job)
        return None if found is None else found["execution"]

    _hold(probe, DETAIL_RULES, [job], again)
    if job["execution"] is not None:
        _hold(probe, EXECUTION_RULES, [job["execution"]], inner)


def _some(found: Sequence[Record]) -> Sequence[Record]:
    """Return the first records and the last ones."""
    return found if len(found) <= MOST else [*found[: MOST // 2], *found[-MOST // 2 :]]


def executions(probe: Probe, found: Iterable[Record], *, single: bool = False) -> None:
    """Hold executions to the rules, as a list shows them or, if *single*, as their details do."""

    def again(execution: Record) -> Record | None:
        path = {"id": execution["job"]["id"]}
        number = execution["exe_num"]
        if single:
            shown: Record = probe.ok("getExecution", path=path | {"exe_num": number}).json
            return shown
        answer = probe.ok("listExecutions", path=path, query={"page_size": 1000})
        return next((one for one in answer.json["results"] if one["exe_num"] == number), None)

    _hold(probe, EXECUTION_RULES, found, again)


def results(
    probe: Probe, operation_id: str, known: Sequence[Filter], asked: tuple[Query, Sequence[Record]],
    again: Callable[[], Sequence[Record]],
) -> None:  # fmt: skip
    """Hold the results of a query to the filters in it; *again* sends the same query."""
    query, found = asked
    first = filters.unsound(known, query, found)
    if first is None:
        return
    requirement = f"scale/{operation_id}/{first[0]}"
    if requirement in probe.violations:
        return

    def complaint() -> str | None:
        wrong = filters.unsound(known, query, again())
        return None if wrong is None else wrong[1]

    _note(probe, requirement, first[1], complaint)


def _hold(probe: Probe, rules: Sequence[Rule], found: Iterable[Record], again: Again) -> None:
    for record in found:
        for one in rules:
            if one.requirement in probe.violations or not one.applies(record):
                continue
            first = one.complaint(record)
            if first is not None:
                _note(probe, one.requirement, first, _repeated(one, record, again))


def _repeated(rule: Rule, record: Record, again: Again) -> Callable[[], str | None]:
    def complaint() -> str | None:
        now = again(record)
        if now is None or not rule.applies(now):
            return None
        return rule.complaint(now)

    return complaint


def _note(probe: Probe, requirement: str, first: str, complaint: Callable[[], str | None]) -> None:
    lasting: str | None = first
    if requirement not in probe.visit.findings.violations:  # else it was looked at again before
        try:
            lasting = persistent(probe, complaint)
        except Unsteady:
            lasting = None
    if lasting is not None:
        probe.violated(requirement, lasting)
