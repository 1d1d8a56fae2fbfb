"""The commands `callsheet serve` and `callsheet mutants`."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.cli import bind, log_json, log_text
from mockserver.tests.conftest import Serve
from mockserver.world import Fired

COMMAND = [sys.executable, "-W", "ignore", "-m", "specs.cli"]

FIRED = [Fired("scale", "Job", key, "QUEUED", "RUNNING", 0, "time") for key in range(7)]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], check=False, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["serve", "nobody"], "nobody"),
        (["serve", "scale", "--mutant", "scale/nothing", "--port", "0"], "scale/nothing"),
        (["serve", "scale", "--clock", "fast"], "fast"),
        (["serve", "scale", "--scenario", "wild"], "wild"),
        (["serve", "scale", "--port", "many"], "many"),
        (["serve", "--nothing"], "--nothing"),
        (["mutants", "nobody"], "nobody"),
    ],
)
def test_bad_input_is_told_in_words(arguments: list[str], named: str) -> None:
    """What cannot be done is said, with what was wrong, exit code 2 and no traceback."""
    done = _run(*arguments)

    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_an_occupied_port_is_told_in_one_line() -> None:
    """Who wants a port that somebody has is told so."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("serve", "scale", "--port", str(port))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(port) in done.stderr


def test_a_port_that_cannot_be_had_is_told_in_one_line() -> None:
    """A number that is no port, or an address that is not here, is refused as well."""
    for arguments in (["--port", "99999"], ["--host", "203.0.113.1", "--port", "0"]):
        done = _run("serve", "scale", *arguments)

        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_the_port_file_is_there_as_long_as_the_server(tmp_path: Path) -> None:
    """The file holds the port of a server that listens, and is gone when it ends."""
    port_file = tmp_path / "port"
    line = [*COMMAND, "serve", "scale", "--port", "0", "--port-file", str(port_file)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert any(said.startswith("listening on") for said in process.stdout)
            while not port_file.exists():
                assert process.poll() is None
            _ask(int(port_file.read_text()))
        finally:
            process.send_signal(signal.SIGINT)

    assert not port_file.exists()


def _ask(port: int) -> None:
    """Wait for an answer, so that the server is known to have begun its work."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /v6/jobs/1/ HTTP/1.0\r\n\r\n")
        while connection.recv(65536):
            pass


def test_the_clock_is_the_one_that_was_asked_for(serve: Serve) -> None:
    """A running server tells the clock it was started with."""
    server = serve("scale", "--clock", "50x", "--seed", "7")

    assert server.request("GET", "/__admin/clock").json()["factor"] == 50


def test_a_mutant_is_served(serve: Serve) -> None:
    """A server with a mutant has its fault."""
    server = serve("scale", "--mutant", "scale/list-holds-50")

    assert len(server.request("GET", "/v6/jobs/").json()["results"]) == 50


def test_mutants_are_listed_as_json() -> None:
    """Each mutant has an id, the requirement that it breaks, a class and a sentence."""
    done = _run("mutants", "scale", "--json")

    rows = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(rows) >= 30
    for row in rows:
        assert row.keys() == {"id", "requirement", "also", "class", "statement"}
        assert row["id"].startswith("scale/")
        assert row["statement"].endswith(".")


def test_mutants_are_listed_as_text() -> None:
    """The list ends with how many there are."""
    lines = _run("mutants", "scale").stdout.splitlines()

    assert lines[-1] == f"{(len(lines) - 1) // 3} mutants"


def test_bind_takes_a_free_port() -> None:
    """Port 0 is any free port, also in IPv6 where there is one."""
    listener = bind("127.0.0.1", 0)

    assert listener.getsockname()[1] > 0
    listener.close()


def test_the_text_log_has_a_line_per_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """A line tells of the answer and of the first transitions that came with it."""
    log_text("GET", "/v6/jobs/?page=2", 200, FIRED)

    line = capsys.readouterr().err
    assert line.startswith("GET /v6/jobs/?page=2 200  Job 0 QUEUED -> RUNNING")
    assert line.endswith("and 2 more\n")


def test_the_json_log_has_an_object_per_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """An object tells of the answer and of all transitions."""
    log_json("GET", "/v6/jobs/", 200, FIRED)

    record = json.loads(capsys.readouterr().err)
    assert (record["method"], record["path"], record["status"]) == ("GET", "/v6/jobs/", 200)
    assert len(record["transitions"]) == len(FIRED)


def test_a_server_writes_its_log(tmp_path: Path) -> None:
    """With --log json, by its longer name, each request is a line on stderr."""
    path = tmp_path / "log"
    line = [*COMMAND, "serve", "scale", "--port", "0", "--log-format", "json"]
    with path.open("w") as log:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
    with process:
        assert process.stdout is not None
        try:
            said = next(one for one in process.stdout if "listening on" in one)
            _ask(int(said.strip().rpartition(":")[2]))
        finally:
            process.send_signal(signal.SIGTERM)

    *records, last = [json.loads(one) for one in path.read_text().splitlines()]
    assert [(one["path"], one["status"]) for one in records] == [("/v6/jobs/1/", 200)]
    assert last["summary"]["statuses"] == {"200": 1}
