"""Looking at a target for the first time."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from conformance import cli, target_file
from conformance.failures import UsageError
from conformance.target_file import load_target
from conformance.target_init import written
from conformance.tests.widgets import CONTRACT, Server

COMMENTED = ("auth", "headers", "touch", "unsupported", "rate", "waivers")


def test_a_target_file_is_written(server: Server, tmp_path: Path) -> None:
    """What was found is in the file, all else as comments, and only GET was sent."""
    path = tmp_path / "target.yaml"
    arguments = ["init", server.url, "--api", str(CONTRACT), "--output", str(path)]
    done = CliRunner().invoke(cli.target, arguments)
    target = load_target(str(path), None)
    again = CliRunner().invoke(cli.target, arguments)

    assert done.exit_code == 0, done.output
    assert (target.api, target.base_url, target.mode) == ("widgets", server.url, "safe")
    assert {method for method, _ in server.shop.seen} <= {"GET"}
    assert again.exit_code == 2
    assert "cannot be written" in again.stderr


def test_each_comment_is_a_good_line(server: Server, tmp_path: Path) -> None:
    """Whatever stands in a comment may be used: the file stays a target file."""
    text = written(server.url, str(CONTRACT))
    for key in COMMENTED:
        starts = (f"# {key}:", "# - {") if key == "waivers" else (f"# {key}:",)
        lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith(starts)]
        assert lines, key
        for line in ["\n".join(lines)] if key == "waivers" else lines:
            extra = yaml.safe_load(line)
            path = tmp_path / "target.yaml"
            path.write_text(yaml.safe_dump({**yaml.safe_load(text), **extra}))
            with pytest.MonkeyPatch.context() as patch:
                for name in ("TARGET_PASSWORD", "TARGET_TOKEN", "TARGET_SECRET"):
                    patch.setenv(name, "open sesame")
                assert load_target(str(path), None).base_url == server.url


def test_it_must_be_clear_which_api_answers(server: Server) -> None:
    """Where no known API answers, or nothing at all, that is told."""
    with pytest.raises(UsageError, match="like none of the APIs; right would be --api"):
        written(server.url, None)
    with pytest.raises(UsageError, match="connection refused"):
        written("http://127.0.0.1:1", str(CONTRACT))


def test_a_busy_server_gets_its_time(server: Server) -> None:
    """A target file is asked for again if the server is busy or hangs up, not if it is down."""
    server.shop.pages["/target.json"] = {"base_url": server.url}
    server.shop.hiccups = 2
    server.shop.busy = 2

    assert load_target(f"{server.url}/target.json", None).base_url == server.url
    assert len(server.shop.seen) == 5
    with pytest.raises(UsageError, match=r"cannot be fetched: .*refused"):
        load_target("http://127.0.0.1:1/target.json", None)


def test_patience_has_an_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stays busy is not waited for forever."""
    monkeypatch.setattr(target_file, "_FETCH_SECONDS", 0.5)
    server.shop.busy = 10**6

    with pytest.raises(UsageError, match="answers 503"):
        load_target(f"{server.url}/target.json", None)


def test_secrets_may_stand_in_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password among what is known comes from the environment, and counts as a secret."""
    monkeypatch.setenv("TEST_PASSWORD", "open sesame")
    path = tmp_path / "target.yaml"
    path.write_text('base_url: http://x\nknown: {users: [{password: "${TEST_PASSWORD}"}]}\n')
    target = load_target(str(path), None)

    assert target.known["users"] == [{"password": "open sesame"}]
    assert target.secrets == ("open sesame",)
