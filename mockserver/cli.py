"""The commands `callsheet serve` and `callsheet mutants`."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mockserver.clock import Clock
    from mockserver.world import Fired

SCENARIOS = ("calm", "busy", "failing", "empty")


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Addresses that only this machine can reach."""

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class CannotServeError(click.ClickException):
    """What was asked for cannot be done: one line says why, and the exit code is 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"callsheet: {self.message}", file=file, err=file is None)


class ClockType(click.ParamType["Clock"]):
    """`real`, `frozen`, or a factor such as `60x`."""

    name = "clock"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> Clock:
        from mockserver.clock import parse  # noqa: PLC0415 - only when it runs

        try:
            return parse(value)
        except ValueError as error:
            raise CannotServeError(f"--clock: {error}") from None


@click.command(short_help="Serve APIs as a stateful mock.")
@click.argument("apis", nargs=-1, metavar="[API|FILE]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=4020, show_default=True, help="Port to listen on; 0 takes a free one."
)
@click.option(
    "--port-file", type=click.Path(path_type=Path), help="Write the port here when ready."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same world.")
@click.option("--clock", type=ClockType(), default="real", help="real, frozen, or a factor as 60x.")
@click.option("--scenario", type=click.Choice(SCENARIOS), default="calm", show_default=True)
@click.option("--tls", is_flag=True, help="Serve over HTTPS, with a certificate made for this run.")
@click.option("--cert", type=FILE, help="Serve over HTTPS with this certificate chain (PEM).")
@click.option("--key", type=FILE, help="The private key of --cert (PEM).")
@click.option(
    "--state",
    default="",
    metavar="PLACE",
    help="Keep state in this SQLite file, or in postgresql://...",
)
@click.option("--auth", is_flag=True, help="Refuse requests without credentials.")
@click.option(
    "--admin-port",
    type=int,
    help="Serve the admin API on this port of its own; 0 takes a free one.",
)
@click.option("--no-admin", is_flag=True, help="Serve no admin API.")
@click.option(
    "--admin-token",
    envvar="CALLSHEET_ADMIN_TOKEN",
    metavar="TOKEN",
    help="Demand this token of users of the admin API, and let them come from other machines; "
    "also $CALLSHEET_ADMIN_TOKEN.",
)
@click.option(
    "--session-idle",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Drop a session that nobody has used for so long.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Serve a contract anew when its file changes, with what is in the sessions.",
)
@click.option(
    "--dialect",
    type=click.Choice(["documented", "observed"]),
    default="documented",
    show_default=True,
    help="Whom to follow where a real server is known to contradict its document: the document, "
    "or that server.",
)
@click.option(
    "--mutant", metavar="ID", help="Break one statement on purpose; see `callsheet mutants`."
)
@click.option(
    "--surprise",
    "surprises",
    multiple=True,
    metavar="NAME[,NAME]",
    help="Behave in another way that the contract allows; see `callsheet surprises`.",
)
@click.option(
    "--response-validation/--no-response-validation",
    default=True,
    help="Check every answer against the contract.",
)
@click.option(
    "--validate",
    type=click.Choice(["enforce", "warn", "off"]),
    default="enforce",
    show_default=True,
    help="Refuse requests that break the contract; or let them through where the handler can go "
    "on, and say in X-Callsheet and the journal what is wrong (warn), or not (off).",
)
@click.option(
    "--cors/--no-cors",
    default=True,
    show_default=True,
    help="Let pages of any origin call the APIs; never the admin API.",
)
@click.option(
    "--journal-entries",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="How many requests each session remembers at most.",
)
@click.option(
    "--journal-bytes",
    type=click.IntRange(min=0),
    default=16 * 1024 * 1024,
    show_default=True,
    help="How many bytes they may take up, about.",
)
@click.option(
    "--log",
    "--log-format",
    "log",
    type=click.Choice(["auto", "text", "json", "none"]),
    default="auto",
    show_default=True,
    help="One line per request on stderr, and a summary at the end; auto: only on a terminal.",
)
def serve(apis: tuple[str, ...], host: str, port: int, port_file: Path | None, **more: Any) -> None:
    """Serve the named APIs, or all of them, as one stateful mock server.

    All state is gone when it ends, unless --state names a place for it. Several servers can share
    one PostgreSQL database, and with it one world.
    """
    from mockserver.server import run  # noqa: PLC0415 - only when it runs

    run(apis, host, port, port_file, more)


@click.command(short_help="List the faults that serve --mutant can make.")
@click.argument("apis", nargs=-1, metavar="[API]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--automatic", is_flag=True, help="Those made from what a contract declares instead.")
def mutants(apis: tuple[str, ...], *, as_json: bool, automatic: bool) -> None:
    """List the built-in mutants: each breaks one statement of a contract on purpose."""
    from mockserver import mutants as catalogue  # noqa: PLC0415 - only when it runs
    from mockserver.apis import APIS  # noqa: PLC0415 - only when it runs

    listed = catalogue.automatic if automatic else catalogue.of
    found = [one for name in _known(apis, APIS) for one in listed(name)]
    if as_json:
        rows = [
            {
                "id": one.id,
                "requirement": one.requirement,
                "also": list(one.also),
                "class": one.fault_class.value,
                "statement": one.statement,
            }
            for one in found
        ]
        click.echo(json.dumps(rows, indent=1))
        return
    for one in found:
        click.echo(
            f"{one.id}  [{one.fault_class}]\n    {one.statement}\n    breaks {one.requirement}"
        )
    click.echo(f"{len(found)} mutants")


def _known(names: Sequence[str], known: Any) -> Sequence[str]:
    for name in names:
        if name not in known:
            raise CannotServeError(f"there is no API named {name!r}; known are {', '.join(known)}")
    return names or list(known)


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise `CannotServeError` if the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise CannotServeError(f"cannot listen on {host}:{port}: {reason}") from None
    return listener


def log_text(method: str, path: str, status: int | None, fired: Sequence[Fired]) -> None:
    """Write one line about an answer, with the transitions that came with it."""
    moves = "".join(f"  {one.schema} {one.key} {one.source} -> {one.target}" for one in fired[:5])
    more = f"  and {len(fired) - 5} more" if len(fired) > 5 else ""
    shown = "-" if status is None else status
    sys.stderr.write(f"{method} {path} {shown}{moves}{more}\n")


def log_json(method: str, path: str, status: int | None, fired: Sequence[Fired]) -> None:
    """Write one JSON object about an answer."""
    moves = [
        {"api": one.api, "schema": one.schema, "key": one.key, "from": one.source, "to": one.target}
        for one in fired
    ]
    record = {"method": method, "path": path, "status": status, "transitions": moves}
    sys.stderr.write(json.dumps(record) + "\n")
