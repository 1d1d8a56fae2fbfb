"""Judging several APIs with one command, and keeping secrets while doing so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from conformance import cli
from conformance.redaction import Redaction
from conformance.report.cli import report
from conformance.report.options import HELP
from conformance.tests import widgets
from conformance.tests.widgets import CONTRACT, Server

TOKEN = 'hush-hush/"swordfish"'
BUDGET = "budget: {request: 2, settle: 1, reach: 3, watch: 0.2}\n"


def check(*arguments: str) -> Result:
    """Run `callsheet check`."""
    return CliRunner().invoke(cli.check, list(arguments))


def test_several_apis_are_one_sheet(server: Server, tmp_path: Path) -> None:
    """An API that cannot be judged does not keep others from it; the exit status is the worst."""
    (tmp_path / "widgets.yaml").write_text(f"base_url: {server.url}\n{BUDGET}")
    (tmp_path / "pulp.yaml").write_text("base_url: http://127.0.0.1:1\n")
    done = check(
        str(CONTRACT), "pulp", "--target-file", str(tmp_path / "{api}.yaml"), "--mode", "smoke",
        "--json", str(tmp_path / "out.json"), "--junit", str(tmp_path / "out.xml"), "--seed", "1",
    )  # fmt: skip
    sheet = json.loads((tmp_path / "out.json").read_text())
    suites = [one.get("name") for one in ET.parse(tmp_path / "out.xml").getroot()]

    assert done.exit_code == 2, done.output
    assert [one["api"] for one in sheet["reports"]] == ["widgets"]
    assert "connection refused" in sheet["troubles"]["pulp"]
    assert suites == ["widgets", "pulp"]
    assert done.output.rstrip().endswith("ERROR")


def test_apis_that_are_not_asked_for_are_passed_over(server: Server, tmp_path: Path) -> None:
    """With --only, APIs without such a requirement are not judged at all."""
    done = check(str(CONTRACT), "pulp", "--target", server.url, "--only", "widgets/listWidgets/200",
                 "--json", str(tmp_path / "out.json"))  # fmt: skip

    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "out.json").read_text())["api"] == "widgets"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--target", "http://x"), "an API says what to judge by: .*scale.*--all"),
        (("scale", "--all", "--target", "http://x"), "leave out scale, or --all"),
        (("scale", "pulp", "--target", "http://x", "--ledger", "l"), "right would be {api} in it"),
        (("scale", "pulp", "--target", "http://x", "--only", "none/*"), "matches no requirement"),
        (("scale", "--target", "http://me:secret@x"), "credentials do not belong there"),
        (("scale", "--target", "http://x", "--known", "scale-9"), "right would be .*scale-7.2.2"),
        (("scale", "--target", "http://x", "--html", "."), "is a directory|is a folder"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(arguments: tuple[str, ...], complaint: str) -> None:
    """What does not go together is told in one line, before anything is sent."""
    done = check(*arguments)

    assert done.exit_code == 2
    assert re.search(complaint, done.stderr.replace("\n", " ")), done.stderr


def test_a_target_file_is_for_one_api(server: Server, tmp_path: Path) -> None:
    """A target file that names another API is a mistake."""
    (tmp_path / "t.yaml").write_text(f"base_url: {server.url}\napi: pulp\n")
    done = check(str(CONTRACT), "--target-file", str(tmp_path / "t.yaml"))

    assert done.exit_code == 2
    assert "meant for pulp, not for widgets" in done.stderr


def test_no_secret_gets_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the target echoes is in no report, script, ledger or line of the terminal."""
    monkeypatch.setenv("TOKEN", TOKEN)
    target = tmp_path / "t.yaml"
    with widgets.serving("no-owner") as server:
        echo = {"count": TOKEN, "results": [f"Bearer {TOKEN}"]}
        server.shop.pages["/w/widgets?size=50"] = echo
        server.shop.pages["/w/widgets"] = echo
        target.write_text(f'base_url: {server.url}\nauth: {{bearer: "${{TOKEN}}"}}\n'
                          f'known: {{user: {{password: "${{TOKEN}}"}}}}\n{BUDGET}')  # fmt: skip
        folder = tmp_path / "out"
        folder.mkdir()
        forms = [f"--{form}={folder / form}" for form in HELP]
        done = check(str(CONTRACT), "--target-file", str(target), "--repro-dir", str(folder / "r"),
                     "--ledger", str(folder / "ledger"), "--seed", "1", *forms,
                     "--only", "widgets/listWidgets/*,widgets/makeWidget/*")  # fmt: skip
        sent = set(server.shop.credentials)
    written: dict[object, str] = {
        one: one.read_text() for one in folder.rglob("*") if one.is_file()
    }

    assert done.exit_code == 1, done.output
    assert f"Bearer {TOKEN}" in sent
    assert len(written) > len(HELP) + 2
    written["the terminal"] = done.output + done.stderr
    for place, text in written.items():
        assert "swordfish" not in text, place
    assert "[secret]" in written[folder / "json"]


def test_secrets_are_known_in_every_spelling() -> None:
    """A secret is taken out as it is, quoted for JSON, for a URL, and in basic authentication."""
    redaction = Redaction(["a b/c\"d'"], ["Basic bWU6c2VjcmV0LXNlc2FtZQ=="])

    for text in ("a b/c\"d'", "a b/c\\\"d'", "a%20b%2Fc%22d%27", "a+b%2Fc%22d%27"):
        assert redaction.text(f"<{text}>") == "<[secret]>"
    assert redaction.text("x bWU6c2VjcmV0LXNlc2FtZQ==") == "x [secret]"
    assert Redaction(["abc"]).text("abcdef") == "abcdef"
    assert Redaction(["secret-sesame"]).gives_away("Basic bWU6c2VjcmV0LXNlc2FtZQ==")
    assert not Redaction(["secret-sesame"]).gives_away("Basic !")


def test_reports_are_joined_on_the_command_line(server: Server, tmp_path: Path) -> None:
    """Two shards, joined by the command, are one report in any form, with the same exit status."""
    parts = []
    for number in (1, 2):
        parts.append(str(tmp_path / f"{number}.json"))
        done = check(str(CONTRACT), "--target", server.url, "--mode", "smoke", "--seed", "3",
                     "--shard", f"{number}/2", "--json", parts[-1])  # fmt: skip
        assert done.exit_code in {0, 3}, done.output
    joined = CliRunner().invoke(report, ["merge", *parts, "--json", str(tmp_path / "all.json"),
                                         "--html", str(tmp_path / "all.html")])  # fmt: skip
    document = json.loads((tmp_path / "all.json").read_text())
    wrong = CliRunner().invoke(report, ["merge", parts[0], parts[0]])

    assert joined.exit_code in {0, 3}, joined.output
    assert document["shard"] == "1/1"
    assert len(document["requirements"]) == sum(
        len(json.loads(Path(one).read_text())["requirements"]) for one in parts
    )
    assert "seed 3" in joined.output
    assert wrong.exit_code == 2
    assert "was given 2 times" in wrong.stderr
