"""What the modes promise, audited by the server: its journal and its state, not our own records."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from click.testing import CliRunner

from conformance import cli

COMMAND = (sys.executable, "-m", "specs.cli")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
CASES = {  # something to look at, and something to command
    "scale": "scale/listJobs/default-page-size,scale/Job/cancelJobs/*",
    "hpcpack": "hpcpack/listNodes/lists-every-node,hpcpack/Job/cancelJob/*",
    "thinkbox": "thinkbox/getTasks/*all*,thinkbox/Task/suspend/*",
    "deadline-cloud": "deadline-cloud/listTasks/as-many-*,deadline-cloud/Task/suspend/*",
    "pulp": "pulp/listTasks/each-task-once,pulp/Task/cancelTask/*,pulp/deleteTask/*-*",
}
DELETES = {"thinkbox"}  # whose resources can be taken away again; elsewhere they are ended
Rows = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Mock:
    """A mock whose clock stands still, and what it says of itself."""

    url: str

    def ask(self, path: str) -> Any:
        """Return what a GET of the admin API gives."""
        answer = urllib3.request("GET", f"{self.url}/__admin{path}", timeout=30)
        assert answer.status == 200, answer.data
        return answer.json()

    def rows(self, api: str) -> Rows:
        """Return everything that an API holds."""
        tables = self.ask("/state")["apis"][api]
        return {(name, str(one["key"])): one for name, each in tables.items() for one in each}

    def last(self) -> int:
        """Return the number of the latest request, 0 if there was none."""
        return max((int(one["id"]) for one in self.ask("/journal?limit=1")["items"]), default=0)

    def heard(self, after: int) -> list[dict[str, Any]]:
        """Return the requests that came after that one."""
        items = self.ask("/journal?limit=1000")["items"]
        assert not items or items[0]["id"] <= after + 1, "too many to have been kept"
        return [one for one in items if one["id"] > after]


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """Serve all five APIs on a clock that stands still."""
    port = tmp_path_factory.mktemp("mock") / "port"
    line = [*COMMAND, "serve", "--port", "0", "--port-file", str(port), "--clock", "frozen"]
    with subprocess.Popen([*line, "--log", "none"], stdout=subprocess.DEVNULL) as server:
        while not port.exists():
            assert server.poll() is None
            time.sleep(0.02)
        yield Mock(f"http://127.0.0.1:{port.read_text()}")
        server.terminate()


def check(mock: Mock, api: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Judge some requirements of an API, and return the report."""
    report = folder / "report.json"
    target = f"{mock.url}/__admin/targets/{api}"
    line = [api, "--seed", "1", "--only", CASES[api], "--json", str(report)]
    line += ["--target-file", target, "--ledger", str(folder / "ledger.jsonl"), *arguments]
    done = CliRunner().invoke(cli.check, line)
    assert done.exit_code in {0, 3}, done.output
    found: dict[str, Any] = json.loads(report.read_text())
    return found


@pytest.mark.parametrize("api", CASES)
def test_read_only_changes_nothing(mock: Mock, api: str, tmp_path: Path) -> None:
    """In mode read-only no unsafe method arrives, and nothing but time moves anything."""
    last = mock.last()
    before = mock.rows(api)
    report = check(mock, api, tmp_path, "--mode", "read-only")
    heard = mock.heard(last)

    assert len(heard) == report["requests"] > 0
    assert {one["method"] for one in heard} <= SAFE_METHODS
    assert [one for each in heard for one in each["transitions"] if one["cause"] != "time"] == []
    assert before.keys() - mock.rows(api).keys() <= _passing(before)
    assert report["created"] == []


@pytest.mark.parametrize("api", CASES)
def test_safe_stays_within_the_ledger(mock: Mock, api: str, tmp_path: Path) -> None:
    """In mode safe only what the run made, or was lent, is commanded, and what it made is ended."""
    last = mock.last()
    lent = {str(key) for keys in _lent(mock, api).values() for key in keys}
    before = mock.rows(api)
    report = check(mock, api, tmp_path, "--mode", "safe")
    heard, after = mock.heard(last), mock.rows(api)
    moved = {
        str(one["key"])
        for each in heard
        for one in each["transitions"]
        if one["cause"] != "time" and each["method"] not in SAFE_METHODS
    }
    old = {key for _, key in before}

    assert len(heard) == report["requests"]
    assert set(report["safety"]["methods"]) - SAFE_METHODS, "it commanded something"
    assert {one for one in moved & old if not _belongs(one, before, lent)} == set()
    assert report["left"] == []
    if api in DELETES:
        assert after.keys() - before.keys() == set()


def _lent(mock: Mock, api: str) -> dict[str, list[Any]]:
    """Return the ids that a run may change, by their kind."""
    target = mock.ask(f"/targets/{api}")
    touch = target.get("touch", {})
    return touch if isinstance(touch, dict) else {"*": touch}


def _belongs(key: str, rows: Rows, lent: set[str]) -> bool:
    """Whether what has that key was lent, or is a part of what was."""
    each = [row for (_, own), row in rows.items() if own == key]
    return key in lent or any(
        str(value) in lent for row in each for value in row.get("columns", {}).values()
    )


def _passing(rows: Rows) -> set[tuple[str, str]]:
    """Return what may leave by time alone: Pulp forgets what has ended."""
    return {one for one in rows if one[0].startswith("pulp_")}
