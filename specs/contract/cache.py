"""What was worked out once for a text, kept in files named by the text's hash.

Parsing a long YAML file takes longer than anything else at start-up. The folder is
`$CALLSHEET_CACHE`, else `callsheet` in the user's cache folder; where it cannot be written or
read, everything works as well, only later. Entries are JSON: a cache must not hold code.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import orjson

FORMAT = 1
"""Part of every entry's name: raised when the same text would be worked out differently."""

MOST = 200
"""How many entries are kept; the oldest go first."""


def folder() -> Path:
    """Return where entries are kept, whether it exists or not."""
    if chosen := os.environ.get("CALLSHEET_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "callsheet"


def recall(name: str) -> Any:
    """Return the value kept under *name*, or None."""
    try:
        return orjson.loads(_place(name).read_bytes())
    except (OSError, RuntimeError, orjson.JSONDecodeError):
        return None


def keep(name: str, value: Any) -> None:
    """Keep *value* under *name*, if there is a place for it."""
    partial = None
    try:
        place = _place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as file:
            partial = Path(file.name)
            file.write(orjson.dumps(value))
        partial.replace(place)
        _trim(place.parent)
    except (OSError, RuntimeError):
        if partial is not None:
            partial.unlink(missing_ok=True)


def _place(name: str) -> Path:
    return folder() / f"{name}.{FORMAT}.json"


def _trim(place: Path) -> None:
    """Remove the oldest entries beyond the most that are kept."""
    entries = sorted(place.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
    for one in entries[MOST:]:
        one.unlink(missing_ok=True)
