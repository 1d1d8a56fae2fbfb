"""Every way a contract can be unreadable.

* ContractError
  - UnknownApiError
  - FileError
"""

from __future__ import annotations


class ContractError(ValueError):
    """A contract that cannot be read: where in the document (a JSON pointer), and why.

    `line` is where that stands in the text, if it is known.
    """

    def __init__(self, pointer: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"{pointer or '/'}: {reason}")
        self.pointer = pointer
        self.reason = reason
        self.line = line


class UnknownApiError(ContractError):
    """A name that stands for no contract of ours and for no file."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            "", f"there is no API named {name!r}; known are {', '.join(known)}, or give a file"
        )
        self.name = name
        self.known = known


class FileError(ContractError):
    """A contract in a file of somebody else that cannot be read: the file, the line, the place."""

    def __init__(self, file: str, error: ContractError, line: int | None = None) -> None:
        super().__init__(error.pointer, error.reason, line)
        place = file if line is None else f"{file}:{line}"
        pointer = f" {error.pointer}:" if error.pointer else ""
        self.file = file
        self.args = (f"{place}:{pointer} {error.reason}",)
