"""Tests of the toy interpreter that gives HPC Pack's tasks their output."""

from __future__ import annotations

import pytest

from mockserver.apis.hpcpack import shell


@pytest.mark.parametrize(
    ("line", "output", "exit_code", "slept"),
    [
        ("", "", 0, 0.0),
        ("echo hull", "hull", 0, 0.0),
        ('ECHO "two words"', "two words", 0, 0.0),
        ("echo %BOAT% $boat ${Boat} %other%", "ketch ketch ketch %other%", 0, 0.0),
        ("set", "BOAT=ketch", 0, 0.0),
        ("exit 7", "", 7, 0.0),
        ("exit 7 & echo never", "", 7, 0.0),
        ("echo a && echo b; echo c", "a\nb\nc", 0, 0.0),
        ("false && echo no || echo yes", "false failed\nyes", 0, 0.0),
        ("sleep 2.5 || exit 1", "", 0, 2.5),
        ("timeout /t 4 & sleep 1", "", 0, 5.0),
        ("sleep", "", 1, 0.0),
        (r"C:\tools\solver.exe hull", "", 0, 0.0),
        ("/opt/will-fail.sh hull", "will-fail failed", 1, 0.0),
    ],
)
def test_a_command_line_has_an_outcome(
    line: str, output: str, exit_code: int, slept: float
) -> None:
    """Known commands do what they are known for, all others succeed unless they say they fail."""
    outcome = shell.run(line, {"BOAT": "ketch"})

    assert (outcome.output, outcome.exit_code, outcome.slept) == (output, exit_code, slept)


def test_output_has_an_end() -> None:
    """Of much output the beginning is kept."""
    assert len(shell.run("echo " + "x" * 9000, {}).output) == shell.LONGEST_OUTPUT
