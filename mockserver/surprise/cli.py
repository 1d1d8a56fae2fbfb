"""The command `callsheet surprises`."""

from __future__ import annotations

import json

import click


@click.command(short_help="List the legal surprises that serve --surprise can make.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def surprises(*, as_json: bool) -> None:
    """List the legal surprises: what a server may do as well, by which freedom.

    `callsheet serve --surprise all` makes all of them at once but those about what becomes of
    jobs and what there is, which are asked for by name.
    """
    from mockserver.surprise import catalogue  # noqa: PLC0415 - only when it runs

    found = catalogue().values()
    if as_json:
        rows = [{"name": one.name, "freedom": one.freedom} for one in found]
        click.echo(json.dumps(rows, indent=1))
        return
    for one in found:
        click.echo(f"{one.name}\n    {one.freedom}")
