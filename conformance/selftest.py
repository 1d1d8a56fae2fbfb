"""Testing the tester: our own mock server, sound and with each planted defect."""

from __future__ import annotations

import json
import multiprocessing
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from conformance import mock
from conformance.events import Report, RunFinished
from conformance.failures import UsageError
from conformance.mock import Mutant
from conformance.runner import Options
from conformance.runner import run as judge
from conformance.target import Budget, Target
from conformance.target_file import load_target
from conformance.verdict import Overall, Verdict, by_cause, counts
from specs.contract import load

BUDGET = Budget(request=10, settle=3, reach=6, watch=0.3)  # of the suite's time, not the mock's


@dataclass(frozen=True, slots=True)
class Trial:
    """What the suite said about one server: the sound one, or one with a mutant."""

    api: str
    mutant: str | None
    kind: str
    broken: tuple[
        str, ...
    ]  # the requirements that the mutant breaks, the one it was made for first
    verdict: str
    named: tuple[str, ...]  # the requirements that failed, the likely cause first
    requests: int  # until the first failure, or in all
    seconds: float
    numbers: dict[str, int]
    unreached: tuple[str, ...]

    @property
    def is_killed(self) -> bool:
        return bool(self.named)

    @property
    def is_named(self) -> bool:
        """Whether the requirement that is named first is one that is broken."""
        return self.named[:1] != () and self.named[0] in self.broken

    @property
    def is_good(self) -> bool:
        """Whether the suite was right: nothing found in the sound server, something elsewhere."""
        if self.mutant is None:
            return self.verdict == Overall.CONFORMANT.value
        return self.is_killed


@dataclass(frozen=True, slots=True)
class Choice:
    """Which mutants are judged: those of some ids, or each n-th through all classes."""

    ids: tuple[str, ...] = ()
    every: int = 1


def run(
    apis: Iterable[str], *, seed: int, jobs: int, choice: Choice, json_file: Path | None
) -> bool:
    """Judge every server, print the kill matrix, and return whether the suite was always right."""
    console = Console(highlight=False, soft_wrap=True)
    trials: list[Trial] = []
    for api in apis:
        chosen = _chosen(api, choice)
        if not chosen:
            continue
        console.print(f"[bold]{api}[/]: seed {seed}, {len(chosen) - (None in chosen)} mutants")
        of_api: list[Trial] = []
        for trial in _trials(api, chosen, seed, jobs):
            of_api.append(trial)
            console.print(_line(trial))
        console.print(_summary(of_api))
        trials += of_api
    if not trials:
        raise UsageError(f"there is no mutant {', '.join(choice.ids)}")
    if json_file is not None:
        text = json.dumps([asdict(one) | {"killed": one.is_killed} for one in trials], indent=2)
        json_file.write_text(text + "\n", encoding="utf-8")
    return all(one.is_good for one in trials)


def _chosen(api: str, choice: Choice) -> list[Mutant | None]:
    """Return the mutants to try; None stands for the sound server."""
    known = mock.mutants(api)
    if choice.ids:
        return [one for one in known if one.id in choice.ids]
    by_class = sorted(known, key=lambda one: one.kind)  # sorting keeps the order within a class
    return [None, *by_class[:: choice.every]]


def _trials(api: str, chosen: list[Mutant | None], seed: int, jobs: int) -> Iterator[Trial]:
    if jobs == 1 or len(chosen) == 1:
        for one in chosen:
            yield try_server(api, seed, one)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(chosen)), mp_context=context) as pool:
        number = len(chosen)
        yield from pool.map(try_server, [api] * number, [seed] * number, chosen)


def judged(api: str, seed: int, mutant: Mutant | None) -> Report:
    """Start the mock, sound or with *mutant*, and judge it; a mutant only to the first failure."""
    with (
        mock.serving(api, seed, mutant.id if mutant else None) as url,
        tempfile.TemporaryDirectory(prefix="callsheet-") as folder,
    ):
        options = Options(
            seed=seed,
            strict=True,
            fail_fast=mutant is not None,
            clean_up=False,
            ledger=str(Path(folder, "ledger")),
        )
        target = replace(load_target(f"{url}/__admin/targets/{api}", url), budget=BUDGET)
        return _report(api, target, options)


def try_server(api: str, seed: int, mutant: Mutant | None) -> Trial:
    """Judge the mock, sound or with *mutant*."""
    report = judged(api, seed, mutant)
    failed = tuple(
        one.requirement.id for one in by_cause(report.results) if one.verdict is Verdict.FAIL
    )
    requests, seconds = report.requests, report.duration
    if report.first_failure is not None:
        _, requests, seconds = report.first_failure
    return Trial(
        api=api,
        mutant=mutant.id if mutant else None,
        kind=mutant.kind if mutant else "sound",
        broken=(mutant.requirement, *mutant.also) if mutant else (),
        verdict=report.overall.value,
        named=failed,
        requests=requests,
        seconds=round(seconds, 2),
        numbers=counts(report.results),
        unreached=tuple(
            f"{one.requirement.id}: {one.message}"
            for one in report.results
            if one.in_profile and one.verdict in {Verdict.NOT_REACHED, Verdict.ERROR, Verdict.FLAKY}
        ),
    )


def _report(api: str, target: Target, options: Options) -> Report:
    for event in judge(load(api), target, options):
        if isinstance(event, RunFinished):
            return event.report
    raise AssertionError("a run ends with its report")


def _line(trial: Trial) -> str:
    numbers = f"{trial.requests:5} requests {trial.seconds:6.1f} s"
    if trial.mutant is None:
        colour = "green" if trial.is_good else "bold red"
        said = ", ".join(f"{number} {name}" for name, number in trial.numbers.items())
        lines = [f"[{colour}]{trial.verdict:9}[/] {numbers}  the sound server ({said})"]
        lines += [f"          {one}" for one in (*trial.named, *trial.unreached)]
        return "\n".join(lines)
    if not trial.is_killed:
        return f"[bold red]survived [/] {numbers}  {trial.mutant} (breaks {trial.broken[0]})"
    named = "" if trial.is_named else f", not by {trial.broken[0]}"
    return f"[green]killed   [/] {numbers}  {trial.mutant} by {trial.named[0]}{named}"


def _summary(trials: list[Trial]) -> Table:
    """Return the kill matrix by class of mutant."""
    table = Table(box=None, pad_edge=False)
    for heading in ("class", "mutants", "killed", "named first", "requests", "seconds"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    mutants = [one for one in trials if one.mutant is not None]
    kinds = [(kind, [one for one in mutants if one.kind == kind])
             for kind in dict.fromkeys(one.kind for one in mutants)]  # fmt: skip
    for kind, members in (*kinds, ("all", mutants)):
        if not members:
            continue
        killed = [one for one in members if one.is_killed]
        table.add_row(
            kind,
            str(len(members)),
            str(len(killed)),
            str(sum(one.is_named for one in killed)),
            f"{statistics.median(one.requests for one in killed):g}" if killed else "",
            f"{statistics.median(one.seconds for one in killed):.1f}" if killed else "",
        )
    return table
