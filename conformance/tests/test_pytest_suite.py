"""The requirements as items of pytest, run by a pytest of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from conformance import pytest_suite
from conformance.cli import check
from conformance.tests import widgets
from conformance.tests.widgets import CONTRACT, Server

SELECTED = "widgets/listWidgets/200,widgets/listWidgets/default-page-size,widgets/scrapAll/204"


def played(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the suite by pytest and return what it said."""
    command = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "-v", "-rsx",
               "-p", "conformance.tests.widgets", "-p", "no:cacheprovider", "-c", os.devnull,
               "--rootdir", str(folder), *arguments]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )


def test_each_requirement_is_an_item(tmp_path: Path) -> None:
    """A failure is told as `check` tells it; the options of `check` have the same names."""
    with widgets.serving("page-of-4") as server:
        done = played(
            tmp_path, "--callsheet-api", str(CONTRACT), "--callsheet-target", server.url,
            "--callsheet-only", SELECTED, "--callsheet-seed", "5", "--callsheet-mode", "safe",
            "--callsheet-json", str(tmp_path / "out.json"),
            "--callsheet-ledger", str(tmp_path / "ledger"),
        )  # fmt: skip
    document = json.loads((tmp_path / "out.json").read_text())

    assert done.returncode == 1, done.stdout + done.stderr
    assert "::widgets/listWidgets/200 PASSED" in done.stdout
    assert "::widgets/listWidgets/default-page-size FAILED" in done.stdout
    assert "required  A page holds" in done.stdout
    assert "curl -sS" in done.stdout
    assert "seed 5, mode safe" in done.stdout
    assert {one["id"] for one in document["requirements"]} == set(SELECTED.split(","))


def test_what_pytest_deselects_is_not_judged(tmp_path: Path, server: Server) -> None:
    """With -k only the items that are left are played."""
    done = played(tmp_path, "--callsheet-api", str(CONTRACT), "--callsheet-target", server.url,
                  "--callsheet-mode", "smoke", "-k", "listWidgets/200",
                  "--callsheet-json", str(tmp_path / "out.json"))  # fmt: skip
    document = json.loads((tmp_path / "out.json").read_text())

    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["id"] for one in document["requirements"]] == ["widgets/listWidgets/200"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "--callsheet-api NAME says what to judge by"),
        (("--callsheet-api", "wigdets", "--callsheet-target", "http://x"), "no API named"),
        (("--callsheet-api", "pulp", "--callsheet-target", "http://127.0.0.1:1"), "refused"),
        (("--callsheet-api", "pulp", "--callsheet-mode", "quick"), "--callsheet-mode"),
        (("-n", "2", "--callsheet-api", "pulp", "--callsheet-target", "http://x"),
         "--callsheet-shard I/N divides it"),
    ],
)  # fmt: skip
def test_a_mistake_ends_pytest(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    """Whatever the user gets wrong is one sentence, and no test has passed."""
    done = played(tmp_path, *arguments)

    assert done.returncode in {2, 4}, done.stdout + done.stderr
    assert complaint in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert " passed" not in done.stdout


def test_every_option_of_check_has_a_twin(request: pytest.FixtureRequest) -> None:
    """Each option of `callsheet check` is an option of pytest as well."""
    for option in check.params:
        if isinstance(option, click.Option):
            assert request.config.getoption(pytest_suite.PREFIX + option.opts[0][2:], "?") != "?"
