"""The command `callsheet diff`."""

from __future__ import annotations

import click

from specs.contract.diff import report
from specs.contract.diff.change import Level
from specs.contract.diff.comparison import diff as compare
from specs.contract.diff.origin import fetch

FORMS = {"text": report.text, "json": report.as_json, "markdown": report.markdown}


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "form", flag_value="json", help="Write JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Write Markdown.")
@click.option(
    "--for",
    "side",
    type=click.Choice([*report.SIDES, "both"]),
    default="clients",
    show_default=True,
    help="Whose breaking changes give the exit status 1.",
)
@click.option("--strict", is_flag=True, help="What may break counts like what breaks.")
def diff(old: str, new: str, form: str | None, side: str, *, strict: bool) -> None:
    """Say what changed from the contract OLD to the contract NEW, and for whom that matters.

    Each is a name, a file, or REV:FILE, a file at a revision of git.

    The shell sees 0 if nothing changed or all is compatible, 1 if something is breaking, 2 if a
    contract cannot be read.
    """
    changes = compare(fetch(old), fetch(new))
    click.echo(FORMS[form or "text"](old, new, changes), nl=False)
    level = report.worst(changes, side)
    limit = Level.RISKY if strict else Level.BREAKING
    click.get_current_context().exit(int(level is not None and level >= limit))
