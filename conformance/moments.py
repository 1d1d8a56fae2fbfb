"""Moments as targets write them: ISO 8601, with a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any


def instant(text: Any) -> datetime | None:
    """Return the moment that *text* names with its zone; None if it names none."""
    return _parsed(text) if isinstance(text, str) else None


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None


def grain(text: str) -> timedelta:
    """Return the smallest step between two times that are written like this one.

    The digits of its fraction say so, up to microseconds; those of its zone do not.
    """
    fraction = text.partition(".")[2]
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    return timedelta(seconds=10 ** -min(digits, 6))
