"""Testing the tester: our own mock server, sound and with each planted defect."""

from __future__ import annotations

import json
import multiprocessing
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console

from conformance import kill_matrix, mock
from conformance.events import Report, RunFinished
from conformance.failures import UsageError
from conformance.mock import Mutant
from conformance.runner import Options
from conformance.runner import run as judge
from conformance.target import Budget
from conformance.target_file import load_target
from conformance.trial import Trial
from conformance.verdict import Verdict, by_cause, counts
from specs.contract import load

EQUIVALENTS = Path(__file__).with_name("equivalents.json")
BUDGET = Budget(request=10, settle=3, reach=6, watch=0.3)  # of the suite's time, not the mock's


@dataclass(frozen=True, slots=True)
class Choice:
    """Which mutants are judged: those of some ids, or each n-th through all classes.

    *automatic* is how many of those that are made from the contract are judged instead, drawn by
    the seed; None: the built-in ones.
    """

    ids: tuple[str, ...] = ()
    every: int = 1
    automatic: int | None = None


def run(  # noqa: PLR0913 - the command's options
    apis: Iterable[str],
    *,
    seed: int,
    jobs: int,
    choice: Choice,
    json_file: Path | None,
    beside: Path | None = None,
) -> bool:
    """Judge every server, print the kill matrix, and return whether the suite was always right."""
    console = Console(highlight=False, soft_wrap=True)
    others = kill_matrix.alone(beside) if beside is not None else {}
    known = equivalents()
    trials: list[Trial] = []
    for api in apis:
        chosen = _chosen(api, choice, seed)
        if not chosen:
            continue
        console.print(f"[bold]{api}[/]: seed {seed}, {len(chosen) - (None in chosen)} mutants")
        of_api: list[Trial] = []
        for trial in _trials(api, chosen, seed, jobs):
            of_api.append(trial)
            console.print(kill_matrix.line(trial, known.get(trial.mutant or "", "")))
        console.print(kill_matrix.table(of_api, known, others))
        trials += of_api
    if not trials:
        raise UsageError(f"there is no mutant {', '.join(choice.ids)}")
    if json_file is not None:
        text = json.dumps([asdict(one) | {"killed": one.is_killed} for one in trials], indent=2)
        json_file.write_text(text + "\n", encoding="utf-8")
    return all(one.is_good or one.mutant in known for one in trials)


def equivalents() -> Mapping[str, str]:
    """Return the automatic mutants that no client can tell from the sound server, and why not."""
    found: dict[str, str] = json.loads(EQUIVALENTS.read_text(encoding="utf-8"))
    return found


def _chosen(api: str, choice: Choice, seed: int) -> list[Mutant | None]:
    """Return the mutants to try; None stands for the sound server."""
    if choice.ids:
        known = [*mock.mutants(api), *mock.mutants(api, automatic=True)]
        return [one for one in known if one.id in choice.ids]
    if choice.automatic is not None:
        known = mock.mutants(api, automatic=True)
        number = min(choice.automatic, len(known))
        return list(random.Random(f"{seed}:{api}").sample(known, number))  # noqa: S311 - a draw
    by_class = sorted(mock.mutants(api), key=lambda one: one.kind)  # keeps the order within a class
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


def judged(api: str, url: str, seed: int, *, fail_fast: bool) -> Report:
    """Judge an API of a mock that is there, perhaps only to the first failure."""
    with tempfile.TemporaryDirectory(prefix="callsheet-") as folder:
        options = Options(
            seed=seed,
            strict=True,
            fail_fast=fail_fast,
            clean_up=False,
            ledger=str(Path(folder, "ledger")),
        )
        target = replace(load_target(f"{url}/__admin/targets/{api}", url), budget=BUDGET)
        for event in judge(load(api), target, options):
            if isinstance(event, RunFinished):
                return event.report
    raise AssertionError("a run ends with its report")


def try_server(api: str, seed: int, mutant: Mutant | None) -> Trial:
    """Start the mock, sound or with *mutant*, and judge it; a mutant only to the first failure."""
    with mock.serving(api, seed, mutant.id if mutant else None) as url:
        report = judged(api, url, seed, fail_fast=mutant is not None)
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
