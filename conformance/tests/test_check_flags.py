"""What `callsheet check` does with the options that no other module is about."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import trustme
from click.testing import CliRunner, Result

from conformance import cli
from conformance.tests import widgets
from conformance.tests.widgets import CONTRACT, Server

FAST = "budget: {request: 2, settle: 1, reach: 3, watch: 0.2}\n"

LIST = ("--only", "widgets/listWidgets/*")
MADE = ("--only", "widgets/makeWidget/*")


@pytest.fixture
def check(tmp_path: Path) -> Any:
    """Give a function that judges a server with options and returns result and report."""

    def run(url: str, *options: str) -> tuple[Result, dict[str, Any]]:
        target = tmp_path / "target.yaml"
        target.write_text(f"base_url: {url}\n{FAST}")
        out = tmp_path / "out.json"
        line = [str(CONTRACT), "--target-file", str(target), "--seed", "5", "--json", str(out)]
        line += ["--ledger", str(tmp_path / "ledger"), *options]
        done = CliRunner().invoke(cli.check, line)
        return done, json.loads(out.read_text()) if out.exists() else {}

    return run


@pytest.fixture
def secret() -> Iterator[Server]:
    """Serve widgets over HTTPS with a certificate that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with widgets.serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server


def test_reports_for_other_tools_are_written(check: Any, tmp_path: Path) -> None:
    """SARIF names the failure, the badge shows the verdict."""
    log, badge = tmp_path / "out.sarif", tmp_path / "badge.svg"
    with widgets.serving("page-of-4") as server:
        done, _ = check(server.url, *LIST, "--sarif", str(log), "--badge", str(badge))

    assert done.exit_code == 1
    found = json.loads(log.read_text())["runs"][0]["results"]
    assert [one["ruleId"] for one in found if one["level"] == "error"] == [
        "widgets/listWidgets/default-page-size"
    ]
    assert ET.parse(badge).getroot().tag.endswith("svg")
    assert "conformant" in badge.read_text().lower()


def test_what_was_created_can_be_kept(check: Any) -> None:
    """--keep leaves what a run has made; without it nothing is left."""
    with widgets.serving() as server:
        _, cleaned = check(server.url, *MADE)
        _, kept = check(server.url, *MADE, "--keep")

    assert cleaned["created"]
    assert cleaned["left"] == []
    assert kept["left"]


def test_a_check_can_stop_at_the_first_failure(check: Any) -> None:
    """--fail-fast leaves out what comes after it."""
    with widgets.serving("page-of-4") as server:
        done, report = check(server.url, "--fail-fast")

    verdicts = [one["verdict"] for one in report["requirements"]]
    assert done.exit_code == 1
    assert verdicts.count("fail") == 1
    assert verdicts.count("not-reached") > len(verdicts) / 2


def test_a_check_ends_when_its_time_is_over(check: Any, server: Server) -> None:
    """--max-time says so of what it did not come to; such a check is incomplete."""
    done, report = check(server.url, "--max-time", "0.001")

    assert done.exit_code == 3
    assert "not-reached" in {one["verdict"] for one in report["requirements"]}


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_certificate_is_trusted_only_if_one_says_so(check: Any, secret: Server) -> None:
    """Without --insecure the target is not talked to; with it, it is judged."""
    url = secret.url.replace("http:", "https:")

    refused, _ = check(url, *LIST)
    judged, _ = check(url, *LIST, "--insecure")

    assert refused.exit_code == 2
    assert "certificate" in refused.output.lower()
    assert judged.exit_code == 0, judged.output
