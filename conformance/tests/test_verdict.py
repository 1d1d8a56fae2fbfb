"""From results to one word for the whole run."""

from __future__ import annotations

import pytest

from conformance.verdict import Overall, Result, Verdict, contradicted, counts, overall
from specs.contract import Kind, Provenance, Requirement, Status

DOCUMENTED = Provenance(Status.DOCUMENTED, source="guide", section="one")
INFERRED = Provenance(Status.INFERRED, reason="We think so.")


def result(
    verdict: Verdict,
    provenance: Provenance = DOCUMENTED,
    kind: Kind = Kind.EXPLICIT,
    *,
    in_profile: bool = True,
) -> Result:
    """Return a result with that verdict."""
    requirement = Requirement("widgets/a/b", kind, "It holds.", provenance)
    return Result(requirement, verdict, in_profile=in_profile)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result(Verdict.PASS)], Overall.CONFORMANT),
        ([result(Verdict.WAIVED), result(Verdict.UNSUPPORTED)], Overall.CONFORMANT),
        ([result(Verdict.PASS), result(Verdict.FAIL)], Overall.NOT_CONFORMANT),
        ([result(Verdict.FAIL), result(Verdict.ERROR)], Overall.NOT_CONFORMANT),
        ([result(Verdict.NOT_REACHED)], Overall.INCOMPLETE),
        ([result(Verdict.FLAKY)], Overall.INCOMPLETE),
        ([result(Verdict.ERROR)], Overall.INCOMPLETE),
        ([result(Verdict.DIFFERS, INFERRED)], Overall.CONFORMANT),
        ([result(Verdict.NOT_REACHED, INFERRED)], Overall.CONFORMANT),
        ([result(Verdict.FLAKY, INFERRED)], Overall.CONFORMANT),
        ([result(Verdict.NOT_REACHED, kind=Kind.PERMISSION)], Overall.CONFORMANT),
        ([result(Verdict.NOT_REACHED, in_profile=False)], Overall.CONFORMANT),
        ([result(Verdict.FAIL, in_profile=False)], Overall.NOT_CONFORMANT),
    ],
)
def test_the_whole_follows_from_the_parts(results: list[Result], expected: Overall) -> None:
    """A failure fails; what is documented and unsettled leaves a run incomplete; else it passes."""
    assert overall(results) is expected


@pytest.mark.parametrize(
    ("provenance", "options", "verdict"),
    [
        (DOCUMENTED, {"strict": False}, Verdict.FAIL),
        (INFERRED, {"strict": False}, Verdict.DIFFERS),
        (INFERRED, {"strict": True}, Verdict.FAIL),
    ],
)
def test_only_the_document_fails_a_target(
    provenance: Provenance, options: dict[str, bool], verdict: Verdict
) -> None:
    """A contradicted guess fails nobody, unless the run is strict."""
    requirement = Requirement("widgets/a/b", Kind.EXPLICIT, "It holds.", provenance)

    assert contradicted(requirement, **options) is verdict


def test_exit_codes_are_told_apart() -> None:
    """Each outcome of a run has an exit code of its own."""
    assert [one.exit_code for one in Overall] == [0, 1, 3, 2]


def test_counting_follows_the_order_of_verdicts() -> None:
    """The numbers of a report stand in one order, without zeros."""
    found = counts([result(Verdict.FAIL), result(Verdict.PASS), result(Verdict.PASS)])

    assert list(found.items()) == [("pass", 2), ("fail", 1)]
