"""Joining the reports of sharded runs: a merged run says what an undivided one would."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from conformance.events import Report, Safety
from conformance.failures import UsageError
from conformance.profile import chosen
from conformance.sheet import Sheet
from conformance.verdict import Result, Verdict, overall
from specs.contract import Contract

STRONGEST_FIRST = (
    Verdict.FAIL, Verdict.FLAKY, Verdict.DIFFERS, Verdict.WAIVED,
    Verdict.PASS, Verdict.ERROR, Verdict.UNSUPPORTED, Verdict.NOT_REACHED,
)  # fmt: skip
SAME = ("contract", "mode", "target", "only", "strict")


def merged(reports: Iterable[Report]) -> Sheet:
    """Return one report for each API; raises `UsageError` if the reports do not belong together.

    What a missing shard would have judged is not reached.
    """
    by_api: dict[str, list[Report]] = {}
    for report in reports:
        by_api.setdefault(report.contract.name, []).append(report)
    return Sheet(tuple(_joined(name, parts) for name, parts in by_api.items()))


def _joined(api: str, parts: Sequence[Report]) -> Report:
    if len(parts) == 1 and parts[0].shard == (1, 1):
        return parts[0]
    first = parts[0]
    of_all = first.shard[1]
    for part in parts[1:]:
        _complain(api, first, part)
    numbers = Counter(part.shard[0] for part in parts)
    twice = [number for number, times in numbers.items() if times > 1]
    if twice:
        raise UsageError(f"{api}: shard {twice[0]}/{of_all} was given {numbers[twice[0]]} times")
    ordered = sorted(parts, key=lambda part: part.shard)
    missing = [number for number in range(1, of_all + 1) if number not in numbers]
    results = _results(ordered, missing)
    failures = [part.first_failure for part in ordered if part.first_failure is not None]
    digests = "".join(part.digest for part in ordered)
    notes: Counter[str] = Counter()
    for part in ordered:
        notes.update(part.notes)
    return Report(
        contract=first.contract,
        target=first.target,
        mode=first.mode,
        seed=ordered[0].seed,
        overall=overall(results),
        results=results,
        uncheckable=first.uncheckable,
        requests=sum(part.requests for part in parts),
        retries=sum(part.retries for part in parts),
        duration=sum(part.duration for part in parts),
        digest=hashlib.sha256(digests.encode()).hexdigest(),
        safety=_safety([part.safety for part in ordered]),
        notes=dict(sorted(notes.items())),
        remarks=tuple(_remarks(ordered, missing)),
        first_failure=failures[0] if failures else None,
        named=first.named,
        only=first.only,
        strict=first.strict,
        ended=max(part.ended for part in parts),
    )


def _complain(api: str, one: Report, other: Report) -> None:
    """Complain about two reports that cannot be parts of the same run."""
    if one.shard[1] != other.shard[1]:
        raise UsageError(f"{api}: {_said(one)} and {_said(other)} are not parts of one run")
    for name in SAME:
        values = [_value(report, name) for report in (one, other)]
        if values[0] != values[1]:
            raise UsageError(
                f"{api}: {_said(one)} and {_said(other)} differ in {name}: "
                f"{values[0]} and {values[1]}"
            )


def _said(report: Report) -> str:
    return f"shard {report.shard[0]}/{report.shard[1]}"


def _value(report: Report, name: str) -> object:
    match name:
        case "contract":
            return report.contract.sha256
        case "mode":
            return report.mode.value
        case "only":
            return ", ".join(report.only)
    return getattr(report, name)


def _results(ordered: Sequence[Report], missing: Sequence[int]) -> tuple[Result, ...]:
    first = ordered[0]
    found = {one.requirement.id: one for part in ordered for one in part.results}
    for one in (one for part in ordered for one in part.besides):
        own = found.get(one.requirement.id)
        if own is None or _strength(one) < _strength(own):
            found[one.requirement.id] = one
    return tuple(
        found.get(requirement.id)
        or Result(
            requirement,
            Verdict.NOT_REACHED,
            f"there is no report of shard {_shard_of(first.contract, requirement.id, first)}",
        )
        for requirement in chosen(first.contract, first.only)
        if requirement.id in found or missing
    )


def _strength(result: Result) -> int:
    """Return the place of its verdict among all: an undivided run keeps the first one."""
    return STRONGEST_FIRST.index(result.verdict)


def _shard_of(contract: Contract, requirement: str, report: Report) -> str:
    parts = report.shard[1]
    for part in range(1, parts + 1):
        if any(one.id == requirement for one in chosen(contract, (), (part, parts))):
            return f"{part}/{parts}"
    raise AssertionError("each requirement is of one shard")


def _safety(parts: Sequence[Safety]) -> Safety:
    methods: Counter[str] = Counter()
    for part in parts:
        methods.update(part.methods)
    return Safety(
        methods=dict(methods),
        forbidden=sum(part.forbidden for part in parts),
        touched=tuple(dict.fromkeys(one for part in parts for one in part.touched)),
        created=tuple(dict.fromkeys(one for part in parts for one in part.created)),
        left=tuple(dict.fromkeys(one for part in parts for one in part.left)),
        ledger=", ".join(part.ledger for part in parts if part.ledger),
    )


def _remarks(ordered: Sequence[Report], missing: Sequence[int]) -> Iterator[str]:
    parts = ordered[0].shard[1]
    for number in missing:
        yield f"There is no report of shard {number}/{parts}."
    seeds = sorted({part.seed for part in ordered})
    if len(seeds) > 1:
        yield f"The shards had different seeds: {', '.join(map(str, seeds))}."
    said = Counter(remark for part in ordered for remark in part.remarks)
    for remark, times in said.items():
        unused = remark.endswith("was not used.")  # by some shards: another one may have
        if not unused or times == len(ordered):
            yield remark
