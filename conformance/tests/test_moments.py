"""Moments are read with their zone, and with no more digits than they are written with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conformance.moments import grain, instant


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("2026-01-02T03:04:05Z", timedelta(seconds=1)),
        ("2026-01-02T03:04:05+00:00", timedelta(seconds=1)),
        ("2026-01-02T03:04:05.4Z", timedelta(milliseconds=100)),
        ("2026-01-02T03:04:05.41+00:00", timedelta(milliseconds=10)),
        ("2026-01-02T03:04:05.410Z", timedelta(milliseconds=1)),
        ("2026-01-02T03:04:05.410000-05:00", timedelta(microseconds=1)),
        ("2026-01-02T03:04:05.410000123Z", timedelta(microseconds=1)),
    ],
)
def test_the_fraction_says_the_grain(text: str, step: timedelta) -> None:
    """The digits behind the point count, those of the zone do not."""
    assert grain(text) == step


@pytest.mark.parametrize(
    "text", [None, 7, "", "soon", "2026-13-01T00:00:00Z", "2026-01-02T03:04:05"]
)
def test_what_names_no_moment_is_none(text: object) -> None:
    """A text without a zone could be any of 24 moments."""
    assert instant(text) is None


def test_a_zone_is_taken_into_account() -> None:
    """The same moment in two zones is one."""
    assert instant("2026-01-02T03:04:05+02:00") == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
