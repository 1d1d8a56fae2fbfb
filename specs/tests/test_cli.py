"""Tests of `specs.cli`: the command as a shell sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from specs.cli import COMMANDS, GROUP

Run = Callable[..., subprocess.CompletedProcess[str]]

# A distribution of somebody else, whose commands fail in every way a command can.
PLUGIN = '''
import os
import signal
import click
from specs.contract import load


@click.command()
def unread():
    load("no-such-api")


@click.command()
@click.argument("path")
def opened(path):
    open(path)


@click.command()
def refused():
    raise ConnectionRefusedError(111, "Connection refused")


@click.command()
@click.option("--count", type=int)
def seven(count):
    """Leave with seven."""
    click.get_current_context().exit(7)


@click.command()
def waiting():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # not ignored, as in the background
    click.echo("waiting")
    while True:
        os.read(0, 1)


@click.command()
def clumsy():
    raise ValueError("a mistake of ours")


not_a_command = 5
'''
ENTRY_POINTS = f"""\
[{GROUP}]
unread = clumsy_plugin:unread
opened = clumsy_plugin:opened
refused = clumsy_plugin:refused
seven = clumsy_plugin:seven
waiting = clumsy_plugin:waiting
clumsy = clumsy_plugin:clumsy
odd = clumsy_plugin:not_a_command
absent = clumsy_plugin:absent
missing = no_such_module:command
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which the distribution is installed beside ours."""
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "clumsy_plugin.py").write_text(PLUGIN)
    information = folder / "clumsy_plugin-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: clumsy\nVersion: 1\n")
    (information / "entry_points.txt").write_text(ENTRY_POINTS)
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "specs.cli", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=60,
        )

    return call


def test_help_lists_every_command_with_a_line(run: Run) -> None:
    """The help shows our own commands in our order, then those of others."""
    done = run("--help")

    assert done.returncode == 0
    lines = done.stdout.partition("Commands:\n")[2].splitlines()
    shown = [line.split()[0] for line in lines if line.startswith("  ") and line.split()]
    assert shown[: len(COMMANDS)] == list(COMMANDS)
    assert "seven" in shown
    assert all(COMMANDS[name] in done.stdout for name in COMMANDS)


def test_the_table_of_lines_is_that_of_the_commands() -> None:
    """Each command that is registered has its line, and each line its command."""
    registered = {one.name for one in entry_points(group=GROUP) if one.value.split(".")[0] in
                  {"specs", "mockserver", "conformance"}}  # fmt: skip

    assert registered == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    """Each registered command can be imported and has a help of its own."""
    done = run(name, "--help")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Usage: callsheet {name}")


def test_help_imports_no_command() -> None:
    """The help is fast, since it imports neither the commands nor what they stand on."""
    probe = (
        "import sys\nfrom specs.cli import run\nrun(['--help'])\n"
        "heavy = {'mockserver', 'conformance', 'connexion', 'schemathesis', 'hypothesis', 'rich',\n"
        "         'yaml', 'sqlalchemy', 'specs.contract'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_version_is_that_of_the_distribution(run: Run) -> None:
    """`--version` names the program and its version."""
    done = run("--version")

    assert done.stdout == f"callsheet {version('callsheet')}\n"


def test_an_unknown_command_names_the_nearest(run: Run) -> None:
    """A slip of the finger costs one line and shows the way."""
    done = run("chekc", "scale")

    assert done.returncode == 2
    assert done.stderr == "callsheet: there is no command 'chekc'; did you mean 'check'?\n"
    assert done.stdout == ""


def test_a_command_like_no_other_names_them_all(run: Run) -> None:
    """Where nothing is near, the known commands are listed."""
    done = run("xyzzy")

    assert done.returncode == 2
    assert "known are serve, check, review" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["unread"], "callsheet: /: there is no API named 'no-such-api'; known are "),
        (["opened", "/no/such/file"], "callsheet: /no/such/file: No such file or directory\n"),
        (["refused"], "callsheet: Connection refused\n"),
        (["odd"], "Error: odd cannot be loaded: it is no command\n"),
        (["absent"], "Error: absent cannot be loaded: "),
        (["missing"], "Error: missing cannot be loaded: No module named 'no_such_module'\n"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_goes_wrong_is_one_line(run: Run, arguments: list[str], line: str) -> None:
    """A user never sees a traceback for what is no mistake of ours."""
    done = run(*arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1


def test_a_mistake_of_ours_keeps_its_traceback(run: Run) -> None:
    """A defect is not dressed up as wrong usage."""
    done = run("clumsy")

    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_a_command_keeps_its_exit_status(run: Run) -> None:
    """What a command tells the shell arrives there."""
    assert run("seven").returncode == 7


def test_a_wrong_option_shows_the_usage(run: Run) -> None:
    """Wrong usage is answered with the usage, and 2."""
    done = run("seven", "--count", "many")

    assert done.returncode == 2
    assert done.stderr.startswith("Usage: callsheet seven")


def test_control_c_is_one_line(environment: dict[str, str]) -> None:
    """Who interrupts a command gets the prompt back, and 130."""
    with subprocess.Popen(
        [sys.executable, "-m", "specs.cli", "waiting"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()

    assert process.returncode == 130
    assert said.strip() == "callsheet: interrupted"


def test_a_pipe_that_closes_is_no_error(tmp_path: Path) -> None:
    """`callsheet review | head -1` ends quietly."""
    command = f"{sys.executable} -m specs.cli review scale | head -1"

    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )

    assert done.stdout.startswith("== scale")
    assert "Traceback" not in done.stderr


def test_a_shell_can_complete_commands(environment: dict[str, str]) -> None:
    """The names of the commands are offered to the shell."""
    done = subprocess.run(
        [sys.executable, "-m", "specs.cli"],
        capture_output=True,
        text=True,
        env={
            **environment,
            "_CALLSHEET_COMPLETE": "bash_complete",
            "COMP_WORDS": "callsheet rev",
            "COMP_CWORD": "1",
        },
        check=False,
    )

    assert done.stdout == "plain,review\n"
