"""The smallest contract that keeps every rule, and ways to change it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from specs.contract import Contract, read

HERE = Path(__file__).parent
TEXT = (HERE / "widgets.yaml").read_text()


def changed(*edits: tuple[str, str]) -> str:
    """Return the text with each first half of an edit replaced by the second, wherever it is."""
    text = TEXT
    for old, new in edits:
        assert old in text, f"{old!r} is not in the text any more"
        text = text.replace(old, new)
    return text


def widgets(*edits: tuple[str, str]) -> Contract:
    """Return the contract, with edits."""
    return read(changed(*edits).encode(), "widgets")


def collection(name: str) -> list[dict[str, Any]]:
    """Return a list of named edits from a file beside this one."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yaml").read_text())
    return found


def edits(entry: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the edits of one entry of a collection."""
    return tuple((one["replace"], one["by"]) for one in entry["edits"])
