"""How time passes for the suite: it waits, or moves a clock that the target has of its own."""

from __future__ import annotations

import datetime
import json
import time
from functools import cached_property

import urllib3
from urllib3.exceptions import HTTPError

from conformance.failures import UsageError

REST = 0.1
HEADERS = {"Content-Type": "application/json", "Connection": "close"}
"""A connection that is kept may have been closed meanwhile, and this must not be sent twice."""
SECONDS = 30.0  # for the answer of a target that carries out all that happens meanwhile


class Pastime:
    """The wall's time: whoever wants it to pass has to wait."""

    is_steered = False

    def now(self) -> float:
        """Return the present moment, in seconds since some other one."""
        return time.monotonic()

    def moment(self) -> datetime.datetime:
        """Return the time of day by the target's clock, as far as it can be known."""
        return datetime.datetime.now(datetime.UTC)

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        time.sleep(seconds)

    def rest(self) -> None:
        """Let what was asked for last take effect, where that does not happen by itself."""


class Steered(Pastime):
    """The time of a target whose clock stands still unless it is told to go on.

    *advance* is where a POST of `{"seconds": n}` moves the clock and answers with `now`; *pace* is
    how many of its seconds are one of the suite's. Nothing here takes time or depends on it, so
    that the same seed leads to the same requests, polls included.
    """

    is_steered = True

    def __init__(self, advance: str, pace: float, now: str | None = None) -> None:
        self._advance = advance
        self._pace = pace
        self._waited = 0.0
        self._now = now

    def now(self) -> float:
        """Return how many seconds have been waited for."""
        return self._waited

    def moment(self) -> datetime.datetime:
        """Return where the target's clock stands."""
        if self._now is None:
            self.wait(0)
        assert self._now is not None
        return datetime.datetime.fromisoformat(self._now)

    def wait(self, seconds: float) -> None:
        """Move the target's clock; raises `UsageError` if it cannot be moved."""
        body = json.dumps({"seconds": round(seconds * self._pace, 6)}).encode()
        try:
            answer = self._pool.request("POST", self._advance, body=body, headers=HEADERS)
            if answer.status != 200:
                raise ValueError(f"it answers {answer.status}")
            self._now = str(json.loads(answer.data)["now"])
        except (HTTPError, ValueError, KeyError, TypeError) as error:
            reason = str(error).rpartition(": ")[2]
            raise UsageError(f"clock: {self._advance} does not move it: {reason}") from None
        self._waited += seconds

    def rest(self) -> None:
        """Let as much time pass as it takes otherwise to get from one check to the next."""
        self.wait(REST)

    @cached_property
    def _pool(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(retries=False, timeout=SECONDS)
