"""The console command `callsheet`: one group, whose subcommands each package registers itself.

A subcommand is an entry point of the group `callsheet.commands`. Its module is imported when it is
run, or when its own help is asked for, and never for the help of the whole.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points, version

import click

GROUP = "callsheet.commands"

# In the order of the help: what a newcomer wants first stands first.
COMMANDS = {
    "serve": "Serve the documented APIs from a mock server that keeps state.",
    "check": "Hold a running server to its contract, and say where it differs.",
    "review": "Look over contracts: rules, statements, life cycles, guesses.",
    "export": "Write a contract as plain OpenAPI, for other tools.",
    "diff": "Say what changed between two contracts, and whom that breaks.",
    "init": "Write a small contract to start from.",
    "list": "List the requirements of an API.",
    "explain": "Say what a requirement means and where it comes from.",
    "known": "List where real servers are known to differ from their documents.",
    "target": "Write a target file for a server, to be filled in.",
    "report": "Put together the reports of a run in parts.",
    "cleanup": "Delete what earlier checks created on a target.",
    "selftest": "Prove that the suite passes our mock and catches its mutants.",
    "mutants": "List the defects that the mock server can show on purpose.",
    "surprises": "List the unusual but legal ways in which the mock can behave.",
}

USAGE = 2
INTERRUPTED = 130


class UnknownCommandError(click.UsageError):
    """A name that no entry point has; shown without the usage of the whole."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        nearest = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(known)}."
        super().__init__(f"there is no command {name!r}; {hint}")


class UnloadableCommandError(click.ClickException):
    """A registered command whose module cannot be imported, or does not hold it."""

    exit_code = USAGE


class Dispatcher(click.Group):
    """A group that knows its subcommands by name and loads one when it is wanted."""

    @cached_property
    def registered(self) -> dict[str, EntryPoint]:
        """The entry points by name, in the order of the help."""
        found = {one.name: one for one in entry_points(group=GROUP)}
        order = [*(name for name in COMMANDS if name in found), *sorted(found.keys() - COMMANDS)]
        return {name: found[name] for name in order}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        return list(self.registered)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click passes it
        if cmd_name not in self.registered:
            return None
        try:
            command = self.registered[cmd_name].load()
        except (ImportError, AttributeError) as error:
            raise UnloadableCommandError(f"{cmd_name} cannot be loaded: {error}") from error
        if not isinstance(command, click.Command):
            raise UnloadableCommandError(f"{cmd_name} cannot be loaded: it is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.registered and not args[0].startswith("-"):
            raise UnknownCommandError(args[0], tuple(self.registered))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click passes it
        rows = [(name, COMMANDS.get(name, "")) for name in self.registered]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click passes it so
    if value and not ctx.resilient_parsing:
        click.echo(f"callsheet {version('callsheet')}")
        ctx.exit()


@click.command(
    cls=Dispatcher,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each command explains itself: callsheet COMMAND --help.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
    help="Show the version and exit.",
)  # fmt: skip
def callsheet() -> None:
    """Mock and check the REST APIs of job and task schedulers, from their contracts."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave the process with its exit status."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; what went wrong is one line on stderr."""
    try:
        result = callsheet.main(
            None if arguments is None else list(arguments), "callsheet", standalone_mode=False
        )
    except UnknownCommandError as error:
        return _fail(error.message)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except OSError as error:
        reason = error.strerror or str(error)
        return _fail(f"{error.filename}: {reason}" if error.filename else reason)
    except ValueError as error:
        from specs.contract.errors import ContractError  # noqa: PLC0415 - keeps the help fast

        if not isinstance(error, ContractError):
            raise
        return _fail(str(error))
    return int(result) if isinstance(result, int) else 0


def _fail(message: str, status: int = USAGE) -> int:
    click.echo(f"callsheet: {message}", err=True)
    return status


if __name__ == "__main__":
    main()
