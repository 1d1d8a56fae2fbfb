"""What a run may do to its target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Needs(StrEnum):
    """What a check must be allowed to do before it can judge."""

    READ = "read"
    CREATE = "create"
    CHANGE = "change"  # what the run created, or what the target file lets it touch
    EVERYTHING = "everything"  # also what belongs to others


class Mode(StrEnum):
    """How far a run may go; the gate enforces it."""

    SMOKE = "smoke"
    READ_ONLY = "read-only"
    SAFE = "safe"
    FULL = "full"

    def allows(self, needs: Needs) -> bool:
        """Whether a check with these needs can run at all in this mode."""
        return needs in _ALLOWED[self]


_ALLOWED = {
    Mode.SMOKE: frozenset({Needs.READ}),
    Mode.READ_ONLY: frozenset({Needs.READ}),
    Mode.SAFE: frozenset({Needs.READ, Needs.CREATE, Needs.CHANGE}),
    Mode.FULL: frozenset(Needs),
}


def least_mode(needs: Needs) -> Mode:
    """Return the most careful mode in which a check with these needs runs."""
    order = (Mode.READ_ONLY, Mode.SAFE, Mode.FULL)
    return next(mode for mode in order if mode.allows(needs))


@dataclass(frozen=True, slots=True)
class Resource:
    """Something on the target: its kind (a schema name or the driver's word) and its key."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Reach(StrEnum):
    """How far the effect of a request goes."""

    NOTHING = "nothing"
    CREATES = "creates"
    THESE = "these"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Touch:
    """What a request would change: nothing, something new, these resources, or who knows what."""

    reach: Reach
    resources: tuple[Resource, ...] = ()

    @classmethod
    def nothing(cls) -> Touch:
        """Return that it changes nothing, whatever its method says."""
        return cls(Reach.NOTHING)

    @classmethod
    def creates(cls, *under: Resource) -> Touch:
        """Return that it only makes something new, in resources *under* which we may do that."""
        return cls(Reach.CREATES, under)

    @classmethod
    def these(cls, kind: str, keys: Iterable[object]) -> Touch:
        """Return that it changes exactly the resources of that kind with those keys."""
        return cls(Reach.THESE, tuple(Resource(kind, str(key)) for key in keys))

    @classmethod
    def everything(cls) -> Touch:
        """Return that it may change anything, or that nobody knows what."""
        return cls(Reach.EVERYTHING)
