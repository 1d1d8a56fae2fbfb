"""Tests of `callsheet init`: what it writes is a contract without fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from specs.cli import run
from specs.contract import load
from specs.contract.lint import Draft, lint


def test_it_writes_a_contract_that_keeps_every_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file can be read, breaks no rule, has a lifecycle, and names itself in its comment."""
    monkeypatch.chdir(tmp_path)

    assert run(["init"]) == 0

    assert "callsheet serve contract.yaml" in capsys.readouterr().out
    contract = load("contract.yaml")
    assert contract.lifecycles["PrintJob"].creators == ("createPrintJob",)
    assert lint(Draft.load("contract.yaml")) == ()
    assert "callsheet check contract.yaml" in Path("contract.yaml").read_text()


def test_it_writes_where_it_is_told(tmp_path: Path) -> None:
    """A path is taken as it is."""
    place = tmp_path / "jobs.yml"

    assert run(["init", str(place)]) == 0
    assert load(str(place)).name == "jobs"


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("here.yaml", "is there already"),
        ("folder.yaml", "is a folder"),
        ("contract.json", "YAML"),
        ("nowhere/contract.yaml", "no folder nowhere"),
    ],
)
def test_what_cannot_be_written_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, word: str
) -> None:
    """Nothing is written over, and a wrong place is named; the status is 2."""
    (tmp_path / "here.yaml").write_text("mine")
    (tmp_path / "folder.yaml").mkdir()

    assert run(["init", str(tmp_path / place)]) == 2

    said = capsys.readouterr().err
    assert word in said
    assert len(said.splitlines()) == 1
    assert (tmp_path / "here.yaml").read_text() == "mine"


def test_it_writes_over_a_file_when_forced(tmp_path: Path) -> None:
    """--force is meant."""
    place = tmp_path / "here.yaml"
    place.write_text("mine")

    assert run(["init", str(place), "--force"]) == 0
    assert load(str(place)).title == "Print shop"
