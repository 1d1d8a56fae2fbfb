"""Moments as text: ISO 8601 out, ISO 8601 dates and durations in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from mockserver.clock import SECOND

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DAY = 86_400 * SECOND

WEEKS = re.compile(r"P(\d+)W", re.ASCII)
DURATION = re.compile(
    r"P(?=[\dT])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)


def to_datetime(moment: int) -> datetime:
    """Return *moment* as an aware date and time in UTC."""
    return EPOCH + timedelta(microseconds=moment)


def from_datetime(date: datetime) -> int:
    """Return the moment of an aware date and time."""
    return (date - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=4096)
def iso(moment: int) -> str:
    """Return *moment* as `2018-11-01T13:30:22.485611Z`; microseconds are left out when 0."""
    seconds, micros = divmod(moment, SECOND)
    text = to_datetime(seconds * SECOND).isoformat()[:19]
    return f"{text}.{micros:06}Z" if micros else f"{text}Z"


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> int | None:
    """Return the microseconds of an ISO 8601 duration of weeks to seconds, or None if it is none.

    Months and years have no fixed length and are none here.
    """
    if weeks := WEEKS.fullmatch(text):
        return int(weeks[1]) * 7 * DAY
    found = DURATION.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes = (int(one or 0) for one in found.groups()[:3])
    whole = days * DAY + (hours * 60 + minutes) * 60 * SECOND
    return whole + int(float(found[4] or 0) * SECOND)


@lru_cache(maxsize=1024)
def parse_iso(text: str) -> int | None:
    """Return the moment of an ISO 8601 date and time with its zone, or None if it is none."""
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return from_datetime(date) if date.tzinfo is not None else None
