"""Moments and their texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.clock import SECOND
from mockserver.moment import (
    DAY,
    from_datetime,
    iso,
    parse_duration,
    parse_iso,
    to_datetime,
)

MOMENTS = st.integers(-(10**15), 10**16)


@given(MOMENTS)
def test_a_moment_survives_its_text(moment: int) -> None:
    """What is written is read back, to the microsecond."""
    assert parse_iso(iso(moment)) == moment
    assert from_datetime(to_datetime(moment)) == moment


def test_microseconds_are_left_out_when_none() -> None:
    """A whole second has no fraction, any other has six digits."""
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(10) == "1970-01-01T00:00:00.000010Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:01Z", SECOND),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31T19:00:00-05:00", 0),
        ("1970-01-01T00:00:00.5Z", SECOND // 2),
    ],
)
def test_zones_count(text: str, moment: int) -> None:
    """A date and time is read in its zone."""
    assert parse_iso(text) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z"]
)
def test_without_a_zone_there_is_no_moment(text: str) -> None:
    """A text that names no moment is none."""
    assert parse_iso(text) is None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT3H0M0S", 3 * 3600 * SECOND),
        ("P1D", DAY),
        ("P2W", 14 * DAY),
        ("P1DT1M", DAY + 60 * SECOND),
        ("PT0.5S", SECOND // 2),
    ],
)
def test_durations_have_a_length(text: str, length: int) -> None:
    """Weeks to seconds are added up."""
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["P", "PT", "P1DT", "P1M", "P1Y", "1D", "P-1D", "PT1D", "P1W1D", "P\u0661D"]
)
def test_other_texts_are_no_durations(text: str) -> None:
    """Months, years and malformed texts have no length."""
    assert parse_duration(text) is None
