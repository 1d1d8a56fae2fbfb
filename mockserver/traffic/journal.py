"""What one session has been asked, and what it answered: the latest, within bounds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from mockserver.traffic.entry import MOVE, Entry
from mockserver.traffic.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.world import Fired

ENTRIES = 1000
"""How many requests a session remembers unless told otherwise."""

BYTES = 16 * 1024 * 1024
"""How many bytes they may take up unless told otherwise."""

EVER = 2**62
"""An id that is never reached."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries are looked for: None is any; `since_id` leaves out the entries up to it."""

    selection: Selection = field(default_factory=Selection)
    status: int | None = None
    since_id: int = 0

    def fits(self, entry: Entry) -> bool:
        """Return whether *entry* is looked for."""
        if entry.id <= self.since_id:
            return False
        if self.status is not None and entry.status != self.status:
            return False
        operation = None if entry.operation is None else entry.operation.id
        return self.selection.fits(entry.api, operation, entry.method, entry.path)


class Journal:
    """The latest requests of one session, at most so many and of so many bytes.

    `dropped` counts those that made room for others; `last_id` is the id of the latest.
    """

    def __init__(self, entries: int = ENTRIES, size: int = BYTES, last_id: int = 0) -> None:
        self._most = entries
        self._most_bytes = size
        self._entries: deque[Entry] = deque()
        self._waiting: list[asyncio.Future[None]] = []
        self.bytes = 0
        self.dropped = 0
        self.last_id = last_id
        self._reserved = EVER
        self._reserve: Callable[[int], int] | None = None

    def go_on(self, last_id: int, reserve: Callable[[int], int]) -> None:
        """Go on after *last_id*, with ids that are set aside before they are given.

        *reserve* is told the latest id, and returns up to which they are set aside.
        """
        self.last_id, self._reserve = last_id, reserve
        self._reserved = reserve(last_id)

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, entry: Entry) -> None:
        """Take in a request; its id becomes one more than `last_id`."""
        self.last_id = entry.id = self.last_id + 1
        entries, size = self._entries, self.bytes + entry.size
        entries.append(entry)
        if len(entries) > self._most:
            size -= entries.popleft().size
            self.dropped += 1
        self.bytes = size
        if size > self._most_bytes:
            self._make_room()
        if self._waiting:
            self._wake()
        if self.last_id >= self._reserved and self._reserve is not None:
            self._reserved = self._reserve(self.last_id)

    def _make_room(self) -> None:
        while self._entries and self.bytes > self._most_bytes:
            self.bytes -= self._entries.popleft().size
            self.dropped += 1

    def attribute(self, fired: Iterable[Fired]) -> None:
        """Note transitions at the earlier requests that caused them."""
        for one in fired:
            entry = None if one.request is None else self.get(one.request)
            if entry is not None:
                entry.add_later(one)
                self.bytes += MOVE
        if self.bytes > self._most_bytes:
            self._make_room()

    def clear(self) -> None:
        """Forget all entries; ids go on."""
        self._entries.clear()
        self.bytes = self.dropped = 0

    def get(self, number: int) -> Entry | None:
        """Return the entry with that id, or None if it never was or has been dropped."""
        if not self._entries:
            return None
        index = number - self._entries[0].id
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def find(self, search: Search, limit: int | None = None) -> list[Entry]:
        """Return the entries that fit, oldest first: if more than *limit*, the latest."""
        found = list(islice(self._backwards(search), limit))
        return found[::-1]

    def count(self, search: Search) -> int:
        """Return how many entries fit."""
        return sum(1 for _ in self._backwards(search))

    def _backwards(self, search: Search) -> Iterator[Entry]:
        """Yield what fits, the latest first, as far back as it can be."""
        for entry in reversed(self._entries):
            if entry.id <= search.since_id:
                return
            if search.fits(entry):
                yield entry

    async def wait(self, search: Search, count: int, seconds: float) -> list[Entry]:
        """Return the first *count* entries that fit as soon as there are so many.

        Returns fewer if there are not so many after *seconds*.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        found: list[Entry] = []
        while True:
            found += self.find(search)
            search = replace(search, since_id=max(search.since_id, self.last_id))
            left = until - loop.time()
            if len(found) >= count or left <= 0:
                return found[:count]
            bell: asyncio.Future[None] = loop.create_future()
            self._waiting.append(bell)
            try:
                await asyncio.wait_for(bell, left)
            except TimeoutError:
                continue
            finally:
                if bell in self._waiting:
                    self._waiting.remove(bell)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for bell in waiting:
            if not bell.done():
                bell.set_result(None)
