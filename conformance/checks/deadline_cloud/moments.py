"""Times as Deadline Cloud shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from conformance.moments import grain, instant


def is_before(first: Any, second: Any, slack: timedelta = timedelta()) -> bool:
    """Whether both are times and the first is earlier, by more than is lost in writing them."""
    one, other = instant(first), instant(second)
    if one is None or other is None:
        return False
    return one + max(grain(first), grain(second)) + slack <= other


def differ(first: Any, second: Any) -> bool:
    """Whether both are times, and not the same one."""
    return is_before(first, second) or is_before(second, first)
