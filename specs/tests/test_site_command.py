"""Tests of `callsheet review --html`: the files it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from specs.contract.review import review
from specs.tests.widgets import TEXT, changed


def run(*arguments: object) -> Result:
    return CliRunner().invoke(review, [str(one) for one in arguments])


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "widgets.yaml"
    path.write_text(TEXT)
    return path


def report(path: Path, **more: Any) -> Path:
    """Write a small JSON report."""
    node = {
        "api": "widgets",
        "target": "https://widgets.example",
        "verdict": "CONFORMANT",
        "contract_sha256": "0" * 64,
        "requirements": [
            {"id": "widgets/getWidget/404", "verdict": "waived", "message": "We know."}
        ],
    }
    path.write_text(json.dumps({**node, **more}))
    return path


def test_html_writes_the_site(contract: Path, tmp_path: Path) -> None:
    """`--html` makes the folder, says where to look and how much of the sources is covered."""
    folder = tmp_path / "a" / "site"

    done = run(contract, "--html", folder)

    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "widgets: sound, 2 of 2 sections covered",
        f"7 pages: {folder / 'index.html'}",
    ]
    assert (folder / "widgets" / "operations.html").read_text().startswith("<!doctype html>")
    assert (folder / "assets" / "site.js").exists()


def test_the_same_contracts_make_the_same_site(contract: Path, tmp_path: Path) -> None:
    """No page tells when or where it was made."""
    for name in ("one", "other"):
        assert run(contract, "--html", tmp_path / name).exit_code == 0

    for path in (tmp_path / "one").rglob("*.*"):
        twin = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == twin.read_bytes()


def test_an_unsound_contract_is_written_and_is_one(contract: Path, tmp_path: Path) -> None:
    """The site is there to be looked at, and the shell learns that a rule is broken."""
    contract.write_text(changed(("openapi: 3.0.3", "openapi: 3.0.2")))

    done = run(contract, "--html", tmp_path / "site")

    assert done.exit_code == 1
    assert "widgets: NOT SOUND" in done.output
    assert "C01" in (tmp_path / "site" / "widgets" / "index.html").read_text()


@pytest.mark.parametrize("is_sheet", [False, True])
def test_reports_show_in_the_site(contract: Path, tmp_path: Path, *, is_sheet: bool) -> None:
    """`--report` takes what `check --json` writes for one API or for several."""
    path = report(tmp_path / "report.json")
    if is_sheet:
        sheet = {"verdict": "CONFORMANT", "reports": [json.loads(path.read_text())], "troubles": {}}
        path.write_text(json.dumps(sheet))

    done = run(contract, "--html", tmp_path / "site", "--report", path)

    assert done.exit_code == 0, done.output
    text = (tmp_path / "site" / "widgets" / "operations.html").read_text()
    assert '<span class="verdict waived">waived</span>' in text
    assert "We know." in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "is no report"),
        ("{}", "is no report"),
        ('"text"', "is no report"),
        ("3", "is no report"),
        ('{"reports": 3}', "is no report"),
    ],
)
def test_what_is_no_report_is_refused(
    contract: Path, tmp_path: Path, text: str, reason: str
) -> None:
    """One line names the file, what is wrong with it, and what would be right."""
    path = tmp_path / "report.json"
    path.write_text(text)

    done = run(contract, "--html", tmp_path / "site", "--report", path)

    assert done.exit_code == 2
    assert f"{path}: {reason}; right would be a file of: callsheet check --json" in done.output
    assert not (tmp_path / "site").exists()


def test_other_mistakes_are_named(contract: Path, tmp_path: Path) -> None:
    """A missing file, a report on something else, flags that do not go together."""
    other = report(tmp_path / "other.json", api="gadgets")
    twin = tmp_path / "twin" / "widgets.yaml"
    twin.parent.mkdir()
    twin.write_text(TEXT)
    folder = tmp_path / "site"
    wrong: list[tuple[list[object], str]] = [
        (["--report", other], "say where to write it with --html DIR"),
        (["--html", folder, "--report", tmp_path / "none.json"], "No such file"),
        (["--html", folder, "--report", other], "gadgets, which is not under review"),
        (["--html", folder, "--json"], "leave out --json and --derived"),
        (["--html", contract], "is a file"),
        ([twin, "--html", folder], "two contracts are called 'widgets'"),
    ]

    for arguments, reason in wrong:
        done = run(contract, *arguments)

        assert done.exit_code == 2, arguments
        assert reason in done.output, arguments
        assert not folder.exists()
