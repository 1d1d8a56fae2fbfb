"""What happens, told to whoever listens, as server-sent events."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

WAITING = 1000
"""How many events wait for a listener at most; then the oldest are lost."""

HEARTBEAT = 15.0
"""Seconds without an event after which a listener is sent a comment, to know it is still there."""

SOONEST = 0.02
"""Seconds between two looks at what is due, however fast a clock runs."""

RESET = "reset"
SESSION = "session"


class Listener:
    """One who listens: to one session, or to all if *session* is None."""

    def __init__(self, session: str | None = None) -> None:
        self.session = session
        self.lost = 0
        self._events: deque[tuple[str, dict[str, Any]]] = deque()
        self._bell: asyncio.Future[None] | None = None

    def offer(self, kind: str, data: dict[str, Any]) -> None:
        """Take in an event; the oldest makes room if there are too many."""
        if len(self._events) == WAITING:
            self._events.popleft()
            self.lost += 1
        self._events.append((kind, data))
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    def take(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what has happened since the last time; first of all, that events were lost."""
        found = list(self._events)
        self._events.clear()
        if self.lost:
            reason = f"{self.lost} events were lost: this listener is too slow"
            found.insert(0, (RESET, {"session": self.session, "parts": [], "reason": reason}))
            self.lost = 0
        return found

    async def rest(self, seconds: float) -> None:
        """Return as soon as something happens, at the latest after *seconds*."""
        if self._events:
            return
        self._bell = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(self._bell, seconds)
        except TimeoutError:
            pass
        finally:
            self._bell = None


class Events:
    """Everybody who listens; most of the time nobody."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def publish(self, kind: str, session: str, data: dict[str, Any]) -> None:
        """Tell whoever listens to that session; of sessions that come and go, everybody."""
        event = {"session": session, **data}
        for one in self.listeners:
            if one.session is None or one.session == session or kind == SESSION:
                one.offer(kind, event)

    async def listen(
        self, session: str | None, look: Callable[[], float | None]
    ) -> AsyncIterator[bytes]:
        """Yield what happens as lines of text, until the listener is gone.

        *look* carries out what is due, since nothing else may do so while people only watch; it
        returns in how many seconds something is due next, or None.
        """
        listener = Listener(session)
        self.listeners.append(listener)
        try:
            yield b"retry: 1000\n: callsheet\n\n"
            idle = 0.0
            while True:
                due = look()
                found = listener.take()
                if found:
                    idle = 0.0
                    yield b"".join(_line(kind, data) for kind, data in found)
                    continue
                if idle >= HEARTBEAT:
                    idle = 0.0
                    yield b": still here\n\n"
                pause = HEARTBEAT if due is None else min(max(due, SOONEST), HEARTBEAT)
                loop = asyncio.get_running_loop()
                began = loop.time()
                await listener.rest(pause)
                idle += loop.time() - began
        finally:
            self.listeners.remove(listener)


def _line(kind: str, data: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(data))
