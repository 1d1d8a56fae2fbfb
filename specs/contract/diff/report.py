"""The changes as people and programs read them: text, JSON, Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from specs.contract.diff.change import Change, Level

MARKS = {Level.BREAKING: "!", Level.RISKY: "?", Level.COMPATIBLE: "+", Level.DOCUMENTATION: "."}

SIDES = ("clients", "servers")


def worst(changes: Sequence[Change], side: str) -> Level | None:
    """Return the worst level for one side, or for `both`; None if nothing changed."""
    if side == "both":
        return max((one.worst for one in changes), default=None)
    return max((getattr(one, side) for one in changes), default=None)


def text(old: str, new: str, changes: Sequence[Change]) -> str:
    """Return the changes in lines: the level for clients, the level for servers, where, what."""
    lines = [f"{old} -> {new}"]
    if not changes:
        return f"{lines[0]}\nnothing changed\n"
    for one in changes:
        marks = MARKS[one.clients] + MARKS[one.servers]
        lines.append(f"{marks} {one.where}: {one.message}  [{one.kind}]")
    lines += ["", *(f"{side}: {_counted(changes, side)}" for side in SIDES)]
    lines.append("marks: clients, servers; ! breaking, ? may break, + compatible, . words")
    return "\n".join(lines) + "\n"


def _counted(changes: Sequence[Change], side: str) -> str:
    levels = [getattr(one, side) for one in changes]
    return ", ".join(
        f"{levels.count(level)} {level}" for level in sorted(Level, reverse=True) if level in levels
    )


def data(old: str, new: str, changes: Sequence[Change]) -> dict[str, Any]:
    """Return the changes in types that JSON knows."""
    levels = {side: worst(changes, side) for side in SIDES}
    return {
        "old": old,
        "new": new,
        "clients": None if levels["clients"] is None else str(levels["clients"]),
        "servers": None if levels["servers"] is None else str(levels["servers"]),
        "changes": [
            {
                "kind": one.kind,
                "where": one.where,
                "message": one.message,
                "clients": str(one.clients),
                "servers": str(one.servers),
            }
            for one in changes
        ],
    }


def as_json(old: str, new: str, changes: Sequence[Change]) -> str:
    """Return the changes as JSON."""
    return json.dumps(data(old, new, changes), indent=2, ensure_ascii=False) + "\n"


def markdown(old: str, new: str, changes: Sequence[Change]) -> str:
    """Return the changes as a page of Markdown, with a table for each level that clients feel."""
    return "\n".join(_page(old, new, changes)) + "\n"


def _page(old: str, new: str, changes: Sequence[Change]) -> Iterator[str]:
    yield f"# {_plain(old)} → {_plain(new)}"
    yield ""
    if not changes:
        yield "Nothing changed."
        return
    for side in SIDES:
        yield f"* {side}: {_counted(changes, side)}"
    for level in sorted(Level, reverse=True):
        found = [one for one in changes if one.clients is level]
        if not found:
            continue
        yield ""
        yield f"## For clients: {level}"
        yield ""
        yield "| where | what | servers |"
        yield "|---|---|---|"
        for one in found:
            yield f"| `{one.where}` | {_plain(one.message)} | {one.servers} |"


def _plain(words: str) -> str:
    """Return *words* so that they stay words in a Markdown table."""
    found = " ".join(words.split())
    for mark in "\\|*_<[`":
        found = found.replace(mark, f"\\{mark}")
    return found
