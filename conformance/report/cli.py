"""Reports on the command line: `callsheet report merge`."""

# ruff: noqa: PLC0415 - `callsheet --help` imports this module, and must not wait for the rest

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from conformance.complaint import check_writable, one_line
from conformance.report.options import places, report_options


@click.group()
def report() -> None:
    """Work with the JSON reports of `callsheet check`."""


@report.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT..."
)
@report_options
def merge(files: tuple[Path, ...], repro_dir: Path | None, **given: Any) -> None:
    """Join JSON reports: the shards of one run, and runs of several APIs.

    Of one report alone it makes the other forms. The exit status is that of `check`.
    """
    with one_line():
        from conformance.merge import merged
        from conformance.report.jsonreader import read
        from conformance.report.terminal import Terminal
        from conformance.report.writing import write, write_scripts

        check_writable(*places(given).values())
        sheet = merged(one for path in files for one in read(path))
        terminal = Terminal()
        for one in sheet.reports:
            terminal.summarize(one)
        terminal.conclude(sheet)
        write(sheet, places(given))
        if repro_dir is not None:
            write_scripts(sheet, repro_dir)
    sys.exit(sheet.overall.exit_code)
