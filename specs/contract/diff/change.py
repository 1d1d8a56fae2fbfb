"""One difference between two contracts, and what it means for each side."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """What a change asks of one side; the higher, the worse."""

    DOCUMENTATION = 0  # other words for the same
    COMPATIBLE = 1  # who did right before does right now
    RISKY = 2  # who did right before may be surprised
    BREAKING = 3  # who did right before does wrong now

    def __str__(self) -> str:
        return {Level.RISKY: "may break"}.get(self, self.name.lower())


class Effect(StrEnum):
    """What a change does to the set of messages that a contract allows."""

    NARROWER = "narrower"
    WIDER = "wider"
    OTHER = "other"  # neither set holds the other
    WORDS = "words"  # the same messages


class Way(StrEnum):
    """Which way a message goes."""

    REQUEST = "request"
    RESPONSE = "response"


_LEVELS = {
    (Way.REQUEST, Effect.NARROWER): (Level.BREAKING, Level.COMPATIBLE),
    (Way.REQUEST, Effect.WIDER): (Level.COMPATIBLE, Level.BREAKING),
    (Way.RESPONSE, Effect.NARROWER): (Level.COMPATIBLE, Level.BREAKING),
    (Way.RESPONSE, Effect.WIDER): (Level.BREAKING, Level.COMPATIBLE),
}


def levels(way: Way, effect: Effect) -> tuple[Level, Level]:
    """Return what an effect on messages of that way means for clients and for servers.

    Clients are hurt where requests become narrower and answers wider; servers the other way round.
    """
    if effect is Effect.WORDS:
        return Level.DOCUMENTATION, Level.DOCUMENTATION
    return _LEVELS.get((way, effect), (Level.BREAKING, Level.BREAKING))


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: its kind, where it is, what it says, and its level for each side.

    `clients`: for a client of the old contract that meets a server of the new one. `servers`: for
    a server of the old contract that is held to the new one.
    """

    kind: str
    where: str
    message: str
    clients: Level
    servers: Level

    @property
    def worst(self) -> Level:
        """The higher of both levels."""
        return max(self.clients, self.servers)
