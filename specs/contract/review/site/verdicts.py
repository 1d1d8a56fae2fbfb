"""The verdicts of earlier runs of `callsheet check`, read from its JSON reports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ReportError(ValueError):
    """A file that is no JSON report: which, and why not."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; right would be a file of: callsheet check --json FILE")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one run says of one requirement."""

    word: str
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suite: which API, on what target, and each verdict by requirement id."""

    api: str
    target: str
    overall: str
    sha256: str
    verdicts: Mapping[str, Verdict]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many requirements got each verdict, the most frequent first."""
        return dict(Counter(one.word for one in self.verdicts.values()).most_common())


def read(path: Path) -> tuple[Run, ...]:
    """Return the runs that a JSON report tells of: one, or one for each API.

    Raises `ReportError` if the file is no such report.
    """
    try:
        node = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(path, error.strerror or "cannot be read") from None
    except ValueError:
        raise ReportError(path, "is not JSON") from None
    try:
        return tuple(_run(one) for one in _reports(node))
    except (AttributeError, KeyError, TypeError):
        raise ReportError(path, "is no report") from None


def _reports(node: Any) -> Iterator[Any]:
    if "reports" in node:
        yield from node["reports"]
    else:
        yield node


def _run(node: Any) -> Run:
    return Run(
        api=str(node["api"]),
        target=str(node["target"]),
        overall=str(node["verdict"]),
        sha256=str(node["contract_sha256"]),
        verdicts={
            str(one["id"]): Verdict(str(one["verdict"]), str(one.get("message", "")))
            for one in node["requirements"]
        },
    )
