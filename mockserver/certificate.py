"""The files of a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a chain and of its key; `authority` is what clients have to trust."""

    chain: Path
    key: Path
    authority: Path | None = None
