"""The options that say which reports to write, the same for every command that writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
HELP = {
    "junit": "JUnit XML, one test case for each requirement.",
    "json": "JSON, as report.schema.json describes it; `report merge` reads it.",
    "html": "One HTML page that needs nothing else.",
    "markdown": "Markdown, for the summary of a CI job.",
    "sarif": "SARIF 2.1.0, for tools that show findings beside code.",
    "badge": "An SVG badge with the verdict.",
}


def report_options(command: Command) -> Command:
    """Give a command the options `--junit FILE`, `--json FILE` and so on, and `--repro-dir`."""
    command = click.option(
        "--repro-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Write scripts for each contradiction: curl for the shell, and pytest.",
    )(command)
    for form, says in reversed(HELP.items()):
        path = click.Path(path_type=Path, dir_okay=False)
        option = click.option(f"--{form}", f"{form}_file", type=path, metavar="FILE", help=says)
        command = option(command)
    return command


def places(given: dict[str, Any]) -> dict[str, Path | None]:
    """Return where each form is to be written, if at all."""
    return {form: given[f"{form}_file"] for form in HELP}
