"""Times as Scale shows them, and texts for the times that it is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from conformance.moments import grain, instant

ZONES = ("Z", "+00:00", "+02:00", "-05:00")
DURATIONS = ("PT3H0M0S", "P2D", "PT90M", "P1DT12H", "P3W")
LONG_AGO = "2001-02-03T04:05:06Z"
LONG_BEFORE_THAT = "2000-01-01T00:00:00Z"
FAR_AWAY = "2199-12-31T23:59:59Z"


def is_exact(text: str) -> bool:
    """Whether the text shows microseconds, so that nothing is hidden behind its last digit."""
    return grain(text) <= timedelta(microseconds=1)


def spelled(moment: datetime, zone: str = "Z") -> str:
    """Return the text of a moment in a zone: Z, or hours and minutes ahead of it."""
    if zone == "Z":
        return spelled(moment, "+00:00").replace("+00:00", "Z")
    hours, minutes = int(zone[:3]), int(zone[0] + zone[4:])
    there = timezone(timedelta(hours=hours, minutes=minutes))
    return moment.astimezone(there).isoformat(timespec="microseconds").replace(".000000", "")


def after(text: str) -> str:
    """Return the first moment that is surely later than the one that *text* shows."""
    moment = instant(text)
    return text if moment is None else spelled(moment + grain(text))


def is_before(first: Any, second: Any) -> bool:
    """Whether both are times and the first is the earlier one."""
    one, other = instant(first), instant(second)
    return one is not None and other is not None and one < other
