"""The suite on the command line: check, list, explain, cleanup, selftest."""

# ruff: noqa: PLC0415 - `callsheet --help` imports this module, and must not wait for the rest

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from conformance.events import Report
    from conformance.report.terminal import Terminal
    from conformance.runner import Options
    from conformance.target import Target
    from specs.contract import Contract

USAGE = 2
MODES = ("smoke", "read-only", "safe", "full")


def _stop(message: str) -> NoReturn:
    """End the command with one line on stderr."""
    click.echo(f"callsheet: {message}", err=True)
    sys.exit(USAGE)


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn what the user can mend into one line."""
    from conformance.failures import UsageError
    from specs.contract import ContractError, UnknownApiError

    try:
        yield
    except UnknownApiError as error:
        _stop(error.reason)
    except (UsageError, ContractError) as error:
        _stop(" ".join(str(error).split()))
    except KeyboardInterrupt:
        _stop("interrupted")


def _load(name: str) -> Contract:
    from specs.contract import load

    return load(name)


@click.command()
@click.argument("api")
@click.option("--target", metavar="URL", help="Where the target is; replaces the file's base_url.")
@click.option("--target-file", metavar="FILE", help="A target file, or a URL that serves one.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    help="How far the run may go, enforced where requests leave; else the target file's, or safe.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeat a run; printed always.")
@click.option(
    "--max-time",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Stop asking after so long; what was not reached is reported so.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Requirement ids, with wildcards, separated by commas.",
)
@click.option("--shard", metavar="I/N", help="Judge only part I of N.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Add to what is known of the target (dots go deeper).",
)
@click.option("--strict", is_flag=True, help="What is only observed or inferred can fail, too.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first confirmed failure.")
@click.option("--keep", is_flag=True, help="Do not clean up what the run has created.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"
)
@click.option(
    "--repro-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a shell script for each contradiction.",
)
@click.option("--ledger", metavar="FILE", help="Where to note what the run creates.")
@click.option("--insecure", is_flag=True, help="Do not check the target's certificate.")
def check(**given: Any) -> None:
    """Judge a target by the contract of API, and say so with the exit status.

    0: conformant. 1: not conformant. 2: usage or harness error. 3: incomplete.
    """
    with _one_line():
        from conformance.report.terminal import Terminal
        from conformance.target_file import load_target

        contract = _load(given["api"])
        if given["target"] is None and given["target_file"] is None:
            _stop("--target URL or --target-file FILE says what to judge")
        target = load_target(
            given["target_file"], given["target"], given["settings"], insecure=given["insecure"]
        )
        _check_writable(given["junit"], given["json_file"])
        report = _run(contract, target, _options(given, target), Terminal())
        _write(report, given)
    sys.exit(report.overall.exit_code)


def _options(given: dict[str, Any], target: Target) -> Options:
    import secrets

    from conformance.mode import Mode
    from conformance.runner import Options

    patterns = (one.strip() for text in given["only"] for one in text.split(","))
    return Options(
        mode=Mode(given["mode"] or target.mode or Mode.SAFE),
        seed=given["seed"] if given["seed"] is not None else secrets.randbelow(2**31),
        max_time=given["max_time"],
        only=tuple(one for one in patterns if one),
        shard=_shard(given["shard"]),
        strict=given["strict"],
        fail_fast=given["fail_fast"],
        clean_up=not given["keep"],
        ledger=given["ledger"],
        named=_place(given["api"]),
    )


def _shard(text: str | None) -> tuple[int, int]:
    part, slash, parts = (text or "1/1").partition("/")
    if not slash or not part.isdecimal() or not parts.isdecimal():
        _stop(f"--shard {text}: must be I/N, as 2/5")
    if not 1 <= int(part) <= int(parts):
        _stop(f"--shard {text}: I goes from 1 to N")
    return int(part), int(parts)


def _place(api: str) -> str:
    """Return what a later clean-up finds the contract by, wherever it is started."""
    path = Path(api)
    return str(path.absolute()) if path.suffix and path.is_file() else api


def _run(contract: Contract, target: Target, options: Options, terminal: Terminal) -> Report:
    from conformance.events import RunFinished
    from conformance.runner import run

    report: Report | None = None
    try:
        for event in run(contract, target, options):
            terminal.consume(event)
            if isinstance(event, RunFinished):
                report = event.report
    finally:
        terminal.close()
    assert report is not None
    return report


def _check_writable(*places: Path | None) -> None:
    """Complain before the run, not after it."""
    for place in places:
        if place is not None and not place.absolute().parent.is_dir():
            _stop(f"{place}: there is no folder {place.absolute().parent.name}")


def _write(report: Report, given: dict[str, Any]) -> None:
    from conformance.report import jsonfile, junit
    from conformance.reproduction import file_name

    try:
        if given["junit"] is not None:
            junit.write(report, given["junit"])
        if given["json_file"] is not None:
            jsonfile.write(report, given["json_file"])
        if given["repro_dir"] is not None:
            given["repro_dir"].mkdir(parents=True, exist_ok=True)
            for result in report.results:
                if result.repro:
                    script = given["repro_dir"] / file_name(result.requirement.id)
                    script.write_text(result.repro, encoding="utf-8")
                    script.chmod(0o755)
    except OSError as error:
        _stop(f"{error.filename}: cannot be written: {error.strerror}")


@click.command("list")
@click.argument("api", required=False)
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
def list_requirements(api: str | None, *, as_json: bool) -> None:
    """List the requirements of API (or of all): id, provenance, the mode that judges it."""
    with _one_line():
        import json

        from conformance.explanation import listed
        from specs.contract import names

        rows = [row for name in ([api] if api else names()) for row in listed(_load(name))]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(row["id"]) for row in rows), default=0)
    for row in rows:
        mode = row["mode"] or "uncheckable"
        click.echo(f"{row['id']:<{width}}  {mode:<11}  {row['source']}")


@click.command()
@click.argument("requirement")
def explain(requirement: str) -> None:
    """Explain a requirement: what it says, where that stands, how it is judged. Sends nothing."""
    from conformance.explanation import explained

    with _one_line():
        for line in explained(_load(requirement.partition("/")[0]), requirement):
            click.echo(line)


@click.command()
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The ledger of the run; without it, all ledgers of the state folder.",
)
@click.option("--target", metavar="URL", help="Where the target is now, if it has moved.")
@click.option("--target-file", metavar="FILE", help="A target file, for credentials.")
@click.option("--insecure", is_flag=True, help="Do not check the target's certificate.")
def cleanup(
    ledger: Path | None, target: str | None, target_file: str | None, *, insecure: bool
) -> None:
    """Remove what earlier runs have created and left behind, also after a crash."""
    from conformance.cleaning import clean, ledgers
    from conformance.target_file import load_target

    status = 0
    with _one_line():
        for path in ledgers(ledger):
            removed, left, lost = clean(
                path, lambda url: load_target(target_file, target or url, insecure=insecure)
            )
            click.echo(f"{path}: {removed} removed, {len(left)} left")
            for resource in left:
                click.echo(f"  {resource} is still there")
                status = 1
            if lost:
                click.echo(f"  {lost} creating requests had no answer; look for what they made")
    sys.exit(status)


@click.command()
@click.argument("api", required=False)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="How many mutants are judged at the same time.",
)
@click.option("--mutant", "mutants", multiple=True, metavar="ID", help="Only these mutants.")
@click.option(
    "--every",
    metavar="N",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Only each N-th mutant, through all classes: a sample.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"
)
def selftest(api: str | None, mutants: tuple[str, ...], every: int, **more: Any) -> None:
    """Judge our own mock server, sound and with each planted defect.

    0: the sound server is conformant and every mutant is killed. 1: not so.
    """
    from conformance.selftest import Choice, run
    from specs.contract import names

    with _one_line():
        _check_writable(more["json_file"])
        names_of_apis = [_load(api).name] if api else list(names())
        good = run(names_of_apis, choice=Choice(mutants, every), **more)
    sys.exit(0 if good else 1)
