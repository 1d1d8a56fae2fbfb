"""Runs of pytest with the plugin, each in a process of its own, and the examples as they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mockserver.tests.own_contracts import SHELF

EXAMPLES = Path(__file__).parents[2] / "examples"

INI = """\
[pytest]
callsheet_apis = scale
filterwarnings = error
"""


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        line, cwd=folder, env=kept, check=False, capture_output=True, text=True, timeout=300
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder for tests, with an ini file."""
    (tmp_path / "pytest.ini").write_text(INI)
    return tmp_path


def test_the_examples_pass_as_they_are() -> None:
    """With warnings as errors: nobody is to get any from us."""
    done = _pytest(EXAMPLES, "-W", "error")

    assert done.returncode == 0, done.stdout
    assert "11 passed" in done.stdout


def test_each_worker_of_xdist_has_a_server(folder: Path) -> None:
    """Tests of two workers run side by side, each in a session that nobody else touches."""
    (folder / "test_many.py").write_text(
        """
import os
import urllib.request

import pytest

@pytest.mark.parametrize("turn", range(8))
def test_a_new_job_is_the_first(callsheet, callsheet_server, turn):
    (folder / os.environ["PYTEST_XDIST_WORKER"]).write_text(str(callsheet_server.pid))
    callsheet.state.move("scale", "Job", 1, "QUEUED", force=True)
    assert callsheet.requests.count() == 0
    assert len(callsheet.state.resources("scale", "Job")) == 200
""".replace("(folder /", f"(__import__('pathlib').Path({str(folder)!r}) /")
    )
    done = _pytest(folder, "--numprocesses", "2", "--dist", "each")

    assert done.returncode == 0, done.stdout
    assert "16 passed" in done.stdout
    pids = {int((folder / f"gw{number}").read_text()) for number in range(2)}
    assert len(pids) == 2
    assert not any(_is_running(one) for one in pids)


def test_a_failed_test_shows_its_requests(folder: Path) -> None:
    """What the session was asked is part of the report; what waits is told in one line of its."""
    (folder / "test_fails.py").write_text(
        """
import urllib.request

def test_fails(callsheet):
    urllib.request.urlopen(callsheet.url("scale", "/v6/jobs/1/"))
    callsheet.clock.advance(until={"api": "scale", "key": 1, "state": "PENDING"}, limit=5)

def test_passes(callsheet):
    callsheet.clock.advance(5)
""".replace("urllib.request.urlopen(", "urllib.request.urlopen(").replace(
            '"/v6/jobs/1/"))', '"/v6/jobs/1/")).close()'
        )
    )
    done = _pytest(folder)

    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "callsheet requests -" in done.stdout
    assert "\n  GET /v6/jobs/1/ 200\n" in done.stdout
    assert "NotReachedError: at 2026-01-01T00:00:05" in done.stdout
    assert "body = " not in done.stdout  # the lines that are shown are the test's own


def test_options_say_how_sessions_begin(folder: Path) -> None:
    """The command line wins over the ini file; a contract of one's own is served beside ours."""
    placed = SHELF.replace("paths:", "servers: [{url: https://shelf.example/v1}]\npaths:")
    (folder / "shelf.yaml").write_text(placed)
    (folder / "pytest.ini").write_text(
        f"{INI.replace('scale', 'scale shelf.yaml')}callsheet_clock = 60x\ncallsheet_seed = 5\n"
    )
    inner = folder / "inner"
    inner.mkdir()
    (inner / "test_options.py").write_text(
        """
import pytest

def test_options(callsheet, callsheet_app):
    for session in (callsheet, callsheet_app):
        described = session.admin("GET", f"/sessions/{session.name}")
        assert (described["seed"], described["scenario"]) == (9, "empty")
        assert session.clock.factor == 60
        assert session.url("shelf", "/books").endswith(f"/s/{session.name}/v1/books")
        assert sorted(session.admin("GET", "/health")["apis"]) == ["scale", "shelf"]
    with callsheet_app.client() as client:
        assert client.get("/v1/books").status_code == 200
"""
    )
    done = _pytest(inner, "--callsheet-seed", "9", "--callsheet-scenario", "empty")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--callsheet-clock", "fast"], "--callsheet-clock: 'fast' is no clock; say real, frozen"),
        (["--callsheet-scenario", "wild"], "--callsheet-scenario: there is no 'wild'; known are"),
        (["--callsheet-seed", "many"], "--callsheet-seed: 'many' is no whole number"),
    ],
)
def test_bad_options_are_told_in_a_line(folder: Path, arguments: list[str], said: str) -> None:
    """Before any test runs, and without a traceback."""
    done = _pytest(folder, *arguments)

    assert done.returncode == 4
    assert f"ERROR: {said}" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_cannot_be_served_is_told(folder: Path) -> None:
    """A mark that nobody understands, or an API that nobody knows, fails the test in a line."""
    (folder / "test_marked.py").write_text(
        """
import pytest

@pytest.mark.callsheet(speed=3)
def test_marked(callsheet_app):
    pass

def test_served(callsheet):
    pass
"""
    )
    served = _pytest(folder)
    assert "@pytest.mark.callsheet: speed: known are seed, scenario, clock" in served.stdout
    assert "1 passed, 1 error" in served.stdout
    (folder / "pytest.ini").write_text(INI.replace("scale", "nobody"))

    done = _pytest(folder, "-k", "test_served")

    assert "the mock server did not start: callsheet: there is no API named 'nobody'" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_server_does_not_outlive_a_run_that_is_killed(folder: Path) -> None:
    """Also if pytest has no chance to end it."""
    place = folder / "pid"
    (folder / "test_hangs.py").write_text(
        f"""
import time
from pathlib import Path

def test_hangs(callsheet_server):
    Path({str(place)!r}).write_text(str(callsheet_server.pid))
    time.sleep(600)
"""
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while not (place.exists() and place.read_text()) and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.05)
    server = int(place.read_text())
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    while _is_running(server) and time.monotonic() < until:
        time.sleep(0.05)

    assert not _is_running(server)


def _is_running(pid: int) -> bool:
    """Return whether a process is there that has not ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_loading_the_plugin_costs_next_to_nothing() -> None:
    """Every run of pytest loads it, also those that never ask for a mock."""
    code = """
import sys, pytest
before = set(sys.modules)
import mockserver.pytest_plugin
import mockserver.pytest_plugin.manner
new = {one for one in sys.modules if one not in before}
print(*sorted(one for one in new if not one.startswith("mockserver")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.split() == []
