"""What the suite said about one server: the sound one, or one with a mutant."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.verdict import Overall


@dataclass(frozen=True, slots=True)
class Trial:
    """One server, what was wrong with it on purpose, and what the suite found."""

    api: str
    mutant: str | None
    kind: str
    broken: tuple[
        str, ...
    ]  # the requirements that the mutant breaks, the one it was made for first
    verdict: str
    named: tuple[str, ...]  # the requirements that failed, the likely cause first
    requests: int  # until the first failure, or in all
    seconds: float
    numbers: dict[str, int]
    unreached: tuple[str, ...]

    @property
    def is_killed(self) -> bool:
        return bool(self.named)

    @property
    def is_named(self) -> bool:
        """Whether the requirement that is named first is one that is broken."""
        return self.named[:1] != () and self.named[0] in self.broken

    @property
    def is_good(self) -> bool:
        """Whether the suite was right: nothing found in the sound server, something elsewhere."""
        if self.mutant is None:
            return self.verdict == Overall.CONFORMANT.value
        return self.is_killed
