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


def folder() -> Path:
    """Return where entries are kept, whether it exists or not."""
    if chosen := os.environ.get("CALLSHEET_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "callsheet"


def recall(name: str) -> Any:
    """Return the value kept under *name*, or None."""
    try:
        return orjson.loads((folder() / f"{name}.json").read_bytes())
    except (OSError, RuntimeError, orjson.JSONDecodeError):
        return None


def keep(name: str, value: Any) -> None:
    """Keep *value* under *name*, if there is a place for it."""
    partial = None
    try:
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place, suffix=".part", delete=False) as file:
            partial = Path(file.name)
            file.write(orjson.dumps(value))
        partial.replace(place / f"{name}.json")
    except (OSError, RuntimeError):
        if partial is not None:
            partial.unlink(missing_ok=True)
