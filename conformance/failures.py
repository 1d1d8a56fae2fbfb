"""Every way in which a claim is not simply true.

* Outcome
  - Violation: the target contradicts a requirement
  - NotReached: the situation that the requirement speaks of did not come about
  - Unsupported: the target says that it does not offer the feature
  - Unanswered: no usable answer came back; says nothing about the target's conformance
  - Forbidden: the mode does not allow the request; it was not sent
* UsageError: what the user gave cannot be worked with
"""

from __future__ import annotations


class Outcome(Exception):  # noqa: N818 - these are findings, not errors
    """An end of a check before its last line, with the reason in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Violation(Outcome):
    """The target contradicts a requirement: *requirement*, or the one being checked."""

    def __init__(self, reason: str, requirement: str | None = None) -> None:
        super().__init__(reason)
        self.requirement = requirement


class NotReached(Outcome):
    """The situation that the requirement speaks of did not come about."""


class Unsupported(Outcome):
    """The target says that it does not offer the feature."""


class Unanswered(Outcome):
    """No usable answer came back (dropped, overloaded, too slow): try the whole example again."""


class Forbidden(Outcome):
    """The mode does not allow this request; it never left the process."""


class UsageError(Exception):
    """What the user gave cannot be worked with: one line that says what and why."""
