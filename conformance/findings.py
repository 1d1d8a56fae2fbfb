"""What a run has seen so far: which requirements held, which were contradicted, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.answer import Exchange
    from conformance.probe import Probe

Play = Callable[["Probe"], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: of what, how, after which exchanges, and how to meet it again."""

    requirement: str
    message: str
    exchanges: tuple[Exchange, ...]
    play: Play | None = None


@dataclass(slots=True)
class Findings:
    """The memory of a run."""

    witnessed: dict[str, str] = field(default_factory=dict)  # id -> what was seen
    violations: dict[str, Finding] = field(default_factory=dict)  # the first of each id
    unreached: dict[str, str] = field(default_factory=dict)  # id -> why not
    unsupported: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)  # remarks that judge nothing, counted

    def witness(self, requirement: str, what: str = "") -> None:
        """Note that the requirement held once."""
        self.witnessed.setdefault(requirement, what)

    def violate(self, finding: Finding) -> None:
        """Note a contradiction; the first one of a requirement stays."""
        self.violations.setdefault(finding.requirement, finding)

    def copy(self) -> Findings:
        """Return the same memory, which this one leaves alone."""
        return Findings(**{one.name: dict(getattr(self, one.name)) for one in fields(self)})

    def restore(self, former: Findings) -> None:
        """Forget whatever *former* does not know, except for the remarks."""
        for one in fields(self):
            if one.name != "notes":
                setattr(self, one.name, dict(getattr(former, one.name)))

    def note(self, remark: str) -> None:
        """Count a remark that judges nothing."""
        self.notes[remark] = self.notes.get(remark, 0) + 1
