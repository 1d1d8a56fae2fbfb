"""Every way a contract can be unreadable.

* ContractError
  - UnknownApiError
"""

from __future__ import annotations


class ContractError(ValueError):
    """A contract that cannot be read: where in the document (a JSON pointer), and why."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"{pointer or '/'}: {reason}")
        self.pointer = pointer
        self.reason = reason


class UnknownApiError(ContractError):
    """A name that stands for no contract of ours and for no file."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__("", f"there is no API named {name!r}; known are {', '.join(known)}")
        self.name = name
        self.known = known
