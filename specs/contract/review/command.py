"""`callsheet review`: the findings on contracts, for people or for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from specs.contract.reader import names
from specs.contract.review.data import data
from specs.contract.review.findings import Findings


@click.command()
@click.argument("apis", nargs=-1, metavar="[API|FILE]...")
@click.option("--json", "as_json", is_flag=True, help="Write JSON: an array, an object each.")
@click.option("--derived", is_flag=True, help="List the derived requirements as well.")
@click.option(
    "--html", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write a site of linked pages into this folder, and only say so here.",
)  # fmt: skip
@click.option(
    "--report", "reports", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
    help="Show the verdicts of this JSON report of `callsheet check` in the site; repeatable.",
)  # fmt: skip
def review(
    apis: tuple[str, ...],
    *,
    as_json: bool,
    derived: bool,
    folder: Path | None,
    reports: tuple[Path, ...],
) -> None:
    """Look over contracts: all that come with Callsheet, or those named.

    Shows which rules of the format are broken, how much is documented and how much is guessed,
    section by section; the requirements, the life cycles, and where real implementations differ.

    The shell sees 1 if a rule that must be kept is broken, else 0.
    """
    if folder is None and reports:
        raise click.UsageError("--report shows in the site; say where to write it with --html DIR")
    if folder is not None and (as_json or derived):
        raise click.UsageError("--html shows everything; leave out --json and --derived")
    found = [Findings.of(api) for api in apis or names()]
    if folder is not None:
        _write(found, reports, folder)
    elif as_json:
        click.echo(json.dumps([data(one) for one in found], indent=2, ensure_ascii=False))
    else:
        from specs.contract.review.terminal import show  # noqa: PLC0415 - rich is slow to import

        for one in found:
            show(one, sys.stdout, is_complete=derived)
    click.get_current_context().exit(0 if all(one.is_sound for one in found) else 1)


def _write(found: Sequence[Findings], reports: Sequence[Path], folder: Path) -> None:
    """Write the site and say where it is, and how much of each source it covers."""
    from specs.contract.review.site import builder, drawing, verdicts  # noqa: PLC0415 - the same

    try:
        runs = [run for path in reports for run in verdicts.read(path)]
        for run in runs:
            if run.api not in {one.draft.name for one in found}:
                raise click.UsageError(
                    f"--report: there are verdicts on {run.api}, which is not under review"
                )
        count = builder.write(found, runs, folder)
    except (verdicts.ReportError, builder.SameNameError, drawing.NoLayoutError) as error:
        raise click.UsageError(str(error)) from None
    for one in found:
        covered, sections = one.coverage
        state = "sound" if one.is_sound else "NOT SOUND"
        click.echo(f"{one.draft.name}: {state}, {covered} of {sections} sections covered")
    click.echo(f"{count} pages: {folder / 'index.html'}")
