"""The command `callsheet init`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

DEFAULT = "contract.yaml"


class CannotWriteError(click.ClickException):
    """The contract cannot be put there: one line says why, and the exit code is 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click passes it
        """Print the line."""
        click.echo(f"callsheet: {self.message}", err=True)


def text(place: Path) -> str:
    """Return the contract to start from, with the commands of its comment as *place* needs them."""
    template = files("specs.init").joinpath("template.yaml").read_text(encoding="utf-8")
    head, end, body = template.partition("openapi: 3.0.3\n")
    return head.replace("FILE", str(place)) + end + body


@click.command()
@click.argument("file", default=DEFAULT, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
def init(file: Path, *, force: bool) -> None:
    """Write a small commented contract to FILE (contract.yaml), ready to be served and checked."""
    if file.suffix not in {".yaml", ".yml"}:
        raise CannotWriteError(f"{file}: a contract is written as YAML; call it *.yaml")
    if file.is_dir() or (file.exists() and not force):
        what = "is a folder" if file.is_dir() else "is there already; --force writes over it"
        raise CannotWriteError(f"{file}: {what}")
    if not file.absolute().parent.is_dir():
        raise CannotWriteError(f"{file}: there is no folder {file.absolute().parent.name}")
    file.write_text(text(file), encoding="utf-8")
    click.echo(f"wrote {file}; now: callsheet serve {file}")
