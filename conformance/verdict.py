"""From what was seen to a word: one verdict for each requirement, and one for the whole run."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.exhibit import Exhibit
from conformance.target import Waiver
from specs.contract import Kind, Requirement


class Verdict(StrEnum):
    """What a run says about one requirement."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"  # a documented statement is contradicted
    DIFFERS = "differs"  # an observed or inferred statement is contradicted
    WAIVED = "waived"  # contradicted, and somebody has accepted that
    UNSUPPORTED = "unsupported"  # the target does not offer it, and need not
    NOT_REACHED = "not-reached"  # the situation did not come about: never counted as a pass
    FLAKY = "flaky"  # contradicted in some repetitions and not in others
    ERROR = "error"  # ours or the network's


class Overall(StrEnum):
    """What a run says about the target."""

    CONFORMANT = "CONFORMANT"
    NOT_CONFORMANT = "NOT CONFORMANT"
    INCOMPLETE = "INCOMPLETE"
    ERROR = "ERROR"

    @property
    def exit_code(self) -> int:
        """The exit status of the command."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Overall.CONFORMANT: 0,
    Overall.NOT_CONFORMANT: 1,
    Overall.INCOMPLETE: 3,
    Overall.ERROR: 2,
}

_SETTLED = frozenset({Verdict.PASS, Verdict.DIFFERS, Verdict.WAIVED, Verdict.UNSUPPORTED})


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on one requirement, and why."""

    requirement: Requirement
    verdict: Verdict
    message: str = ""
    repro: str = ""
    in_profile: bool = True  # whether the mode lets it be judged at all
    repro_test: str = ""  # the same as a file for pytest
    exhibits: tuple[Exhibit, ...] = ()  # the exchanges that show a contradiction

    @property
    def counts(self) -> bool:
        """Whether the run is incomplete without it."""
        return (
            self.in_profile
            and self.requirement.provenance.is_documented
            and self.requirement.kind is not Kind.PERMISSION
            and self.requirement.uncheckable is None
        )


def contradicted(requirement: Requirement, *, strict: bool) -> Verdict:
    """Return what a confirmed contradiction of the requirement amounts to."""
    documented = requirement.provenance.is_documented
    return Verdict.FAIL if documented or strict else Verdict.DIFFERS


def waived(result: Result, waivers: Iterable[Waiver], today: datetime.date) -> Result:
    """Return the result as it stands once the waivers are applied."""
    if result.verdict not in {Verdict.FAIL, Verdict.DIFFERS, Verdict.FLAKY}:
        return result
    for waiver in waivers:
        if waiver.covers(result.requirement.id, today, result.message):
            owner = f" ({waiver.owner})" if waiver.owner else ""
            message = f"waived: {waiver.reason}{owner}; {result.message}"
            return replace(result, verdict=Verdict.WAIVED, message=message)
    return result


def overall(results: Iterable[Result]) -> Overall:
    """Return what the results amount to.

    Any failure makes the target not conformant. It is conformant only if each documented
    requirement of the profile has been settled; otherwise the run is incomplete.
    """
    seen = tuple(results)
    if any(one.verdict is Verdict.FAIL for one in seen):
        return Overall.NOT_CONFORMANT
    if any(one.counts and one.verdict not in _SETTLED for one in seen):
        return Overall.INCOMPLETE
    return Overall.CONFORMANT


def by_cause(results: Iterable[Result]) -> list[Result]:
    """Return the results with what explains others first: answers, then lifecycles, then the rest.

    A check that finds too few resources changed says less than the transition that is missing.
    What is documented comes before what is only known otherwise.
    """

    def place(one: Result) -> tuple[bool, int]:
        requirement = one.requirement
        rank = _CAUSES.get(requirement.kind, len(_CAUSES))
        return not requirement.provenance.is_documented, rank

    return sorted(results, key=place)


_CAUSES = {
    kind: place
    for place, kind in enumerate(
        (Kind.RESPONSE, Kind.INITIAL, Kind.COMMAND, Kind.REFUSAL, Kind.CLOSED, Kind.EXPLICIT)
    )
}


def counts(results: Iterable[Result]) -> dict[str, int]:
    """Return how many results there are of each verdict, in the order of the verdicts."""
    number = Counter(one.verdict for one in results)
    return {verdict.value: number[verdict] for verdict in Verdict if number[verdict]}
