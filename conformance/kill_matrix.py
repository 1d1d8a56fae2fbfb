"""What a self-test prints: a line for each server, and a table by class of mutant."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from conformance.failures import UsageError
from conformance.trial import Trial


@dataclass(frozen=True, slots=True)
class Alone:
    """What bare Schemathesis made of one mutant."""

    found: bool
    requests: int  # of the whole run: it does not stop at the first difference
    seconds: float


def alone(path: Path) -> Mapping[str, Alone]:
    """Return the measurements of `benchmarks/schemathesis_alone.py`, by mutant.

    Raises `UsageError` if the file is none of its.
    """
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Alone(bool(one["found"]), int(one["requests"]), float(one["seconds"]))
            for name, one in document["mutants"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"--beside {path}: {error!r}; right would be a file that "
            "benchmarks/schemathesis_alone.py has written"
        ) from None


def line(trial: Trial, equivalent: str = "") -> str:
    """Return what is said of one server; *equivalent* says why a mutant need not be killed."""
    numbers = f"{trial.requests:5} requests {trial.seconds:6.1f} s"
    if trial.mutant is None:
        colour = "green" if trial.is_good else "bold red"
        said = ", ".join(f"{number} {name}" for name, number in trial.numbers.items())
        lines = [f"[{colour}]{trial.verdict:9}[/] {numbers}  the sound server ({said})"]
        lines += [f"          {one}" for one in (*trial.named, *trial.unreached)]
        return "\n".join(lines)
    if trial.is_killed:
        named = "" if trial.is_named else f", not by {trial.broken[0]}"
        return f"[green]killed   [/] {numbers}  {trial.mutant} by {trial.named[0]}{named}"
    if equivalent:
        return f"equivalent{numbers}  {trial.mutant}: {equivalent}"
    return f"[bold red]survived [/] {numbers}  {trial.mutant} (breaks {trial.broken[0]})"


def table(
    trials: Sequence[Trial], equivalents: Mapping[str, str], others: Mapping[str, Alone]
) -> Table:
    """Return the kill matrix by class of mutant, beside what bare Schemathesis finds if known."""
    matrix = Table(box=None, pad_edge=False)
    headings = ["class", "mutants", "killed", "named first", "requests", "seconds"]
    for heading in [*headings, *(["Schemathesis alone"] if others else [])]:
        matrix.add_column(heading, justify="left" if heading == "class" else "right")
    mutants = [one for one in trials if one.mutant is not None]
    kinds = [
        (kind, [one for one in mutants if one.kind == kind])
        for kind in dict.fromkeys(one.kind for one in mutants)
    ]
    for kind, members in (*kinds, ("all", mutants)):
        if members:
            matrix.add_row(kind, *_row(members, equivalents, others))
    return matrix


def _row(
    members: Sequence[Trial], equivalents: Mapping[str, str], others: Mapping[str, Alone]
) -> list[str]:
    killed = [one for one in members if one.is_killed]
    number = sum(one.is_killed or one.mutant not in equivalents for one in members)
    row = [
        str(number),
        f"{len(killed)} ({len(killed) / number:.0%})" if number else "0",
        str(sum(one.is_named for one in killed)),
        f"{statistics.median(one.requests for one in killed):g}" if killed else "",
        f"{statistics.median(one.seconds for one in killed):.1f}" if killed else "",
    ]
    if not others:
        return row
    beside = [others[one.mutant] for one in members if one.mutant and one.mutant in others]
    if not beside:
        return [*row, "not measured"]
    found = sum(one.found for one in beside)
    requests = statistics.median(one.requests for one in beside)
    seconds = statistics.median(one.seconds for one in beside)
    return [*row, f"{found} of {len(beside)}, {requests:g} requests, {seconds:.1f} s"]
