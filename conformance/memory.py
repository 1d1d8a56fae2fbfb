"""What has been answered already: at a first glance, one answer serves many checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from conformance.answer import Exchange, Request

FRESH = 25  # requests that may have been sent since


class Memory:
    """Answers to what only reads, until something is changed or they are old.

    Nothing that is found in this way is final: it is looked at again without the memory.
    """

    def __init__(self) -> None:
        self._known: dict[Request, tuple[Exchange, int]] = {}
        self._sent = 0
        self._is_open = False
        self.recalled = 0  # answers that were given from here

    @contextmanager
    def opened(self) -> Iterator[None]:
        """While it lasts, answers are given from here."""
        self._is_open = True
        try:
            yield
        finally:
            self._is_open = False

    def recall(self, request: Request, seen: Sequence[Exchange]) -> Exchange | None:
        """Return the last answer, unless it is among those *seen*: who asks again means it."""
        found, number = self._known.get(request, (None, 0))
        if found is None or not self._is_open or self._sent - number > FRESH:
            return None
        if any(one is found for one in seen):
            return None
        self.recalled += 1
        return found

    def keep(self, request: Request, exchange: Exchange) -> None:
        """Remember an answer; whatever may have changed something makes all others forgotten."""
        self._sent += 1
        if request.method == "GET":
            self._known[request] = exchange, self._sent
        elif request.method not in {"HEAD", "OPTIONS"}:
            self._known.clear()
