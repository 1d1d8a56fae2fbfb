"""Tests of `callsheet diff`: what it reads, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from specs.cli import run
from specs.contract import load
from specs.contract.diff.origin import fetch
from specs.tests.widgets import TEXT, changed

NAME = "        name: {type: string, minLength: 1, example: sprocket}\n"
OWNER = "        owner: {type: string, example: me}\n"
BUSY = "            target: Busy\n"
BACK = "          - source: Busy\n            target: Ready\n"

BROKEN = changed(("required: [name]", "required: [name, owner]"), (NAME, NAME + OWNER))
WORDED = changed(("The guide to widgets", "The widgets, a guide"))
RISKY = changed((BUSY, BUSY + BACK))

Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes a contract and returns its path."""

    def written(name: str, text: str) -> str:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        return str(path)

    return written


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (TEXT, [], 0),
        (WORDED, ["--for", "both"], 0),
        (BROKEN, [], 1),
        (BROKEN, ["--for", "servers"], 0),
        (BROKEN, ["--for", "both"], 1),
        (RISKY, [], 0),
        (RISKY, ["--strict"], 1),
    ],
)
def test_the_exit_status_is_that_of_the_worst(
    write: Write, text: str, options: list[str], status: int
) -> None:
    """0 stands for nothing or compatible, 1 for breaking; --for and --strict move the line."""
    assert run(["diff", write("old", TEXT), write("new", text), *options]) == status


def test_text_shows_both_sides(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """A line has a mark for each side, where, what, and the kind."""
    run(["diff", write("old", TEXT), write("new", BROKEN)])

    said = capsys.readouterr().out
    line = "!+ createWidget: owner: is new, and required  [request-property-added-required]"
    assert line in said.splitlines()
    assert "clients: 1 breaking" in said


def test_json_says_the_same(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the levels of both sides, overall and for each change."""
    run(["diff", write("old", TEXT), write("new", BROKEN), "--json"])

    found = json.loads(capsys.readouterr().out)
    assert found["clients"] == "breaking"
    assert found["servers"] == "compatible"
    assert {one["kind"] for one in found["changes"]} == {"request-property-added-required"}


def test_markdown_is_a_table(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """A summary for a pull request has a heading for each level and a row for each change."""
    run(["diff", write("old", TEXT), write("new", RISKY), "--markdown"])

    said = capsys.readouterr().out
    assert "## For clients: may break" in said
    assert "| `Widget` | it may go from Busy to Ready by itself | compatible |" in said


def test_nothing_is_said_so(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Each form has a word for no change."""
    same = write("same", TEXT)

    for options, word in (([], "nothing changed"), (["--markdown"], "Nothing changed.")):
        assert run(["diff", same, same, *options]) == 0
        assert word in capsys.readouterr().out


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a git repository with two versions of a contract that is spread over two files."""
    place = tmp_path / "repository"
    (place / "api" / "parts").mkdir(parents=True)
    parted = changed(('$ref: "#/components/schemas/WidgetRequest"', "$ref: parts/request.yaml"))
    (place / "api" / "widgets.yaml").write_text(parted)
    part = place / "api" / "parts" / "request.yaml"
    part.write_text("type: object\nproperties: {name: {type: string, example: cog}}\n")
    monkeypatch.chdir(place)
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", *words], check=True)
    part.write_text("type: object\nrequired: [name]\nproperties: {name: {type: string}}\n")
    return place


def test_a_revision_of_git_is_read(repository: Path) -> None:
    """REV:path is the file as it was, with the files that it refers to."""
    old, new = fetch("HEAD:api/widgets.yaml"), fetch("api/widgets.yaml")

    assert old.name == new.name == "widgets"
    assert "required" not in old.schema("request")
    assert new.schema("request")["required"] == ["name"]
    assert run(["diff", "HEAD:api/widgets.yaml", "api/widgets.yaml"]) == 1


def test_a_path_may_be_told_from_here(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for git, a path that begins with a dot counts from the folder one is in."""
    monkeypatch.chdir(repository / "api")

    assert "required" not in fetch("HEAD:./widgets.yaml").schema("request")


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("HEAD:api/gadgets.yaml", "gadgets.yaml"),
        ("nowhere:api/widgets.yaml", "nowhere"),
        ("HEAD:api", "is no file"),
        ("--all:api/widgets.yaml", "dash"),
        ("gadgets", "no API named"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(
    repository: Path, capsys: pytest.CaptureFixture[str], place: str, word: str
) -> None:
    """A wrong revision, path or name ends with status 2 and one line."""
    assert run(["diff", "--", place, "scale"]) == 2

    said = capsys.readouterr().err
    assert word in said
    assert len(said.splitlines()) == 1


def test_outside_of_git_a_revision_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no repository, that is what is said."""
    monkeypatch.chdir(tmp_path)

    assert run(["diff", "HEAD:a.yaml", "scale"]) == 2
    assert "git repository" in capsys.readouterr().err


def test_names_are_contracts_too() -> None:
    """A name means the contract that comes with Callsheet."""
    assert fetch("scale").sha256 == load("scale").sha256
