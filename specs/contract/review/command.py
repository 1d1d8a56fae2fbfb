"""`callsheet review`: the findings on contracts, for people or for programs."""

from __future__ import annotations

import json
import sys

import click

from specs.contract.reader import names
from specs.contract.review.findings import Findings


@click.command()
@click.argument("apis", nargs=-1, metavar="[API|FILE]...")
@click.option("--json", "as_json", is_flag=True, help="Write JSON: an array, an object each.")
@click.option("--derived", is_flag=True, help="List the derived requirements as well.")
def review(apis: tuple[str, ...], *, as_json: bool, derived: bool) -> None:
    """Look over contracts: all that come with Callsheet, or those named.

    Shows which rules of the format are broken, how much is documented and how much is guessed,
    section by section; the requirements, the life cycles, and where real implementations differ.

    The shell sees 1 if a rule that must be kept is broken, else 0.
    """
    found = [Findings.of(api) for api in apis or names()]
    if as_json:
        click.echo(json.dumps([one.data() for one in found], indent=2, ensure_ascii=False))
    else:
        from specs.contract.review.terminal import show  # noqa: PLC0415 - rich is slow to import

        for one in found:
            show(one, sys.stdout, is_complete=derived)
    click.get_current_context().exit(0 if all(one.is_sound for one in found) else 1)
