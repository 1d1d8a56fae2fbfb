"""What the user can mend, told in one line."""

# ruff: noqa: PLC0415 - `callsheet --help` imports this module, and must not wait for the rest

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

USAGE = 2


def stop(message: str) -> NoReturn:
    """End the command with one line on stderr."""
    click.echo(f"callsheet: {message}", err=True)
    sys.exit(USAGE)


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what the user can mend into one line."""
    from conformance.failures import UsageError
    from specs.contract import ContractError, UnknownApiError

    try:
        yield
    except UnknownApiError as error:
        stop(error.reason)
    except (UsageError, ContractError) as error:
        stop(" ".join(str(error).split()))
    except KeyboardInterrupt:
        stop("interrupted")


def check_writable(*places: Path | None) -> None:
    """Complain before the run, not after it."""
    for place in places:
        if place is not None and not place.absolute().parent.is_dir():
            stop(f"{place}: there is no folder {place.absolute().parent.name}")
        if place is not None and place.is_dir():
            stop(f"{place}: is a folder; right would be the name of a file")
