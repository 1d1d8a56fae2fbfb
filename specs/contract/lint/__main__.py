"""`python -m specs.contract.lint NAME_OR_PATH...`: one problem per line."""

from __future__ import annotations

import sys

import click

from specs.contract.errors import ContractError
from specs.contract.lint import Draft, lint
from specs.contract.reader import names, read


@click.command()
@click.argument("apis", nargs=-1, metavar="[NAME_OR_PATH]...")
def main(apis: tuple[str, ...]) -> None:
    """Say in which lines the contracts (without a name: all of ours) break which rule."""
    is_broken = False
    for api in apis or names():
        try:
            draft = Draft.load(api)
            for problem in lint(draft):
                is_broken |= problem.is_must
                click.echo(f"{draft.name}.yaml:{draft.line(problem.pointer)}: {problem}")
            read(draft.text.encode(), draft.name)
        except ContractError as error:
            is_broken = True
            click.echo(f"{api}: cannot be read: {error}")
    sys.exit(1 if is_broken else 0)


if __name__ == "__main__":
    main()
