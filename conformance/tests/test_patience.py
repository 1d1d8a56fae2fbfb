"""What looks wrong is looked at again before it is called so."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from conformance.failures import Violation
from conformance.patience import Complaint, Unsteady, insist, persistent
from conformance.probe import Probe

Look = str | None | Exception


def looks(first: Iterable[Look], ever: Look) -> Complaint:
    """Return a complaint that is what *first* says one after the other, and then *ever*."""
    coming = iter(first)

    def complaint() -> str | None:
        found = next(coming, ever)
        if isinstance(found, Exception):
            raise found
        return found

    return complaint


@pytest.mark.parametrize(
    "first", [[], ["it lags"], [Unsteady("it moves")], [Violation("unreadable"), "it lags"]]
)
def test_what_passes_is_no_complaint(probe: Probe, first: list[Look]) -> None:
    """What is right when it is looked at again was never wrong."""
    assert persistent(probe, looks(first, None)) is None
    insist(probe, looks(first, None))


@pytest.mark.parametrize("ever", ["it is wrong", Violation("it is wrong")])
@pytest.mark.parametrize("first", [[], [Unsteady("it moves")], ["it is wrong otherwise"]])
def test_what_lasts_is_a_violation_in_its_last_words(
    probe: Probe, first: list[Look], ever: Look
) -> None:
    """A complaint that is there each time violates the requirement, and says how."""
    assert persistent(probe, looks(first, ever), 0.05) == "it is wrong"
    with pytest.raises(Violation, match=r"^it is wrong$"):
        insist(probe, looks(first, ever), 0.05)


def test_what_never_stands_still_cannot_be_judged(probe: Probe) -> None:
    """Where no two looks can be compared nothing is said."""
    with pytest.raises(Unsteady, match="it moves"):
        insist(probe, looks([], Unsteady("it moves")), 0.05)


def test_a_violation_of_another_requirement_is_passed_on(probe: Probe) -> None:
    """An answer that breaks its own contract is no matter of patience."""
    other = Violation("no such status", requirement="widgets/getWidget/200")

    with pytest.raises(Violation) as raised:
        persistent(probe, looks([], other))

    assert raised.value is other
