"""The suite on the command line: check, list, explain, known, target, cleanup, selftest."""

# ruff: noqa: PLC0415 - `callsheet --help` imports this module, and must not wait for the rest

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.complaint import check_writable, one_line, stop
from conformance.report.options import places, report_options

if TYPE_CHECKING:
    from specs.contract import Contract

MODES = ("smoke", "read-only", "safe", "full")


def _load(name: str) -> Contract:
    from specs.contract import load

    return load(name)


@click.command()
@click.argument("apis", nargs=-1, metavar="[API]...")
@click.option("--all", "every", is_flag=True, help="Judge every API, one after the other.")
@click.option("--target", metavar="URL", help="Where the target is; replaces the file's base_url.")
@click.option(
    "--target-file",
    metavar="FILE",
    help="A target file, or a URL that serves one; {api} in it stands for the API's name.",
)
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
    help="Stop asking after so long, all APIs together; what was not reached is reported so.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Requirement ids, with wildcards, separated by commas.",
)
@click.option("--shard", metavar="I/N", help="Judge only part I of N; see `report merge`.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Add to what is known of the target (dots go deeper).",
)
@click.option(
    "--known",
    multiple=True,
    metavar="NAME",
    help="Waive what this implementation is known to do; see `callsheet known`.",
)
@click.option("--strict", is_flag=True, help="What is only observed or inferred can fail, too.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first confirmed failure.")
@click.option("--keep", is_flag=True, help="Do not clean up what the run has created.")
@report_options
@click.option(
    "--ledger", metavar="FILE", help="Where to note what the run creates; {api} as above."
)
@click.option("--insecure", is_flag=True, help="Do not check the target's certificate.")
def check(**given: Any) -> None:
    """Judge a target by the contracts of APIs, and say so with the exit status.

    0: conformant. 1: not conformant. 2: usage or harness error. 3: incomplete.
    Of several APIs, the worst.
    """
    with one_line():
        from conformance.judging import judged
        from conformance.report.terminal import Terminal
        from conformance.report.writing import write, write_scripts

        check_writable(*places(given).values())
        terminal = Terminal()
        try:
            sheet = judged(given, terminal.consume)
        finally:
            terminal.close()
        terminal.conclude(sheet)
        write(sheet, places(given))
        if given["repro_dir"] is not None:
            write_scripts(sheet, given["repro_dir"])
    sys.exit(sheet.overall.exit_code)


@click.command("list")
@click.argument("api", required=False)
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
def list_requirements(api: str | None, *, as_json: bool) -> None:
    """List the requirements of API (or of all): id, provenance, the mode that judges it."""
    with one_line():
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

    with one_line():
        for line in explained(_load(requirement.partition("/")[0]), requirement):
            click.echo(line)


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
def known(name: str | None, *, as_json: bool) -> None:
    """Show what real implementations are known to do otherwise (or what NAME does).

    `callsheet check --known NAME` waives it: it is found, shown and named, and does not fail.
    """
    with one_line():
        import json
        from dataclasses import asdict

        from conformance.failures import UsageError
        from conformance.known import implementations

        found = implementations()
        if name is not None and name not in found:
            raise UsageError(f"known {name}: right would be {', '.join(found)}")
        chosen = found if name is None else {name: found[name]}
    if as_json:
        click.echo(json.dumps([asdict(one) for rows in chosen.values() for one in rows], indent=2))
        return
    for implementation, deviations in chosen.items():
        click.echo(implementation)
        for one in deviations:
            click.echo(f"  {one.requirement}: {one.does} ({one.known})")


@click.group()
def target() -> None:
    """Work with target files."""


@target.command()
@click.argument("url")
@click.option("--api", metavar="NAME", help="The API that answers there; else it is found out.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it here; else it is printed.",
)
@click.option("--insecure", is_flag=True, help="Do not check the target's certificate.")
def init(url: str, api: str | None, output: Path | None, *, insecure: bool) -> None:
    """Look at the target at URL, and write a target file for it. Sends nothing but GET."""
    with one_line():
        from conformance.target_init import written

        check_writable(output)
        text = written(url, api, insecure=insecure)
        if output is None:
            click.echo(text, nl=False)
            return
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            stop(f"{output}: cannot be written: {error.strerror}")


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
    with one_line():
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
    "--automatic",
    metavar="N",
    type=click.IntRange(1),
    help="So many mutants made from the contract instead, drawn by the seed.",
)
@click.option(
    "--beside",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What benchmarks/schemathesis_alone.py has measured, to print it beside.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"
)
def selftest(
    api: str | None, mutants: tuple[str, ...], every: int, automatic: int | None, **more: Any
) -> None:
    """Judge our own mock server, sound and with each planted defect.

    0: the sound server is conformant and every mutant is killed. 1: not so.
    """
    from conformance.selftest import Choice, run
    from specs.contract import names

    with one_line():
        check_writable(more["json_file"])
        names_of_apis = [_load(api).name] if api else list(names())
        good = run(names_of_apis, choice=Choice(mutants, every, automatic), **more)
    sys.exit(0 if good else 1)
