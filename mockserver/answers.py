"""Answers that still hold: what a world said, until something in it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.pipeline.call import Reply

if TYPE_CHECKING:
    from mockserver.clock import Clock

Question = tuple[Any, ...]
"""All of a request that an answer can depend on."""

MOST_BYTES = 2 * 1024 * 1024
"""How many bytes of answers are kept in each world."""

MOST = 1_000
"""How many answers are kept in each world."""


def question(scope: Mapping[str, Any]) -> Question:
    """Return all of a request without a body that an answer can depend on."""
    return (
        scope["method"],
        scope["path"],
        scope["query_string"],
        scope.get("root_path", ""),
        scope["scheme"],
        tuple(scope["headers"]),
    )


class Answers:
    """The answers of one world to requests that change nothing.

    Clients ask the same again and again while they wait for something to happen. An answer is
    given again as long as nobody has written anything and if whoever made it never looked at the
    clock. Every collection tells when it is written to, see `forget`. Of a database that *is
    shared* nothing is kept: others write to it as well.
    """

    def __init__(self, clock: Clock, *, is_shared: bool) -> None:
        self._clock = clock
        self._is_shared = is_shared
        self._kept: dict[Question, tuple[int, bytes, tuple[tuple[bytes, bytes], ...]]] = {}
        self._bytes = 0
        self._turn = 0

    def find(self, asked: Question) -> Reply | None:
        """Return the answer that was given to this before and still holds, or None."""
        kept = self._kept.get(asked)
        return None if kept is None else Reply(kept[0], kept[1], headers=kept[2])

    def begin(self) -> tuple[int, int]:
        """Return what tells afterwards whether an answer is bound to its moment."""
        return self._turn, self._clock.looks

    def keep(self, asked: Question, reply: Reply, began: tuple[int, int]) -> None:
        """Keep an answer whose making `began` then, unless it is bound to its moment."""
        if self._is_shared or began != (self._turn, self._clock.looks):
            return
        self._bytes += len(reply.body)
        if self._bytes > MOST_BYTES or len(self._kept) >= MOST:
            self._kept.clear()
            self._bytes = len(reply.body)
        if self._bytes <= MOST_BYTES:
            self._kept[asked] = reply.status, reply.body, tuple(reply.headers)

    def forget(self) -> None:
        """Forget them all: something has changed, or may have."""
        self._turn += 1
        if self._kept:
            self._kept.clear()
            self._bytes = 0
