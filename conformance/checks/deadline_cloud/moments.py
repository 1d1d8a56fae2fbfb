"""Times as Deadline Cloud shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def instant(text: Any) -> datetime | None:
    """Return the moment that *text* names with its zone; None if it names none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None


def grain(text: str) -> timedelta:
    """Return the smallest step between two times that are written like this one."""
    fraction = text.partition(".")[2]
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    return timedelta(seconds=10 ** -min(digits, 6))


def is_before(first: Any, second: Any, slack: timedelta = timedelta()) -> bool:
    """Whether both are times and the first is earlier, by more than is lost in writing them."""
    one, other = instant(first), instant(second)
    if one is None or other is None:
        return False
    return one + max(grain(first), grain(second)) + slack <= other


def differ(first: Any, second: Any) -> bool:
    """Whether both are times, and not the same one."""
    return is_before(first, second) or is_before(second, first)
