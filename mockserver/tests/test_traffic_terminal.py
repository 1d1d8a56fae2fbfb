"""What the terminal is told while the mock runs, and at its end."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
import urllib3

from mockserver.tests.conftest import COMMAND
from mockserver.traffic.terminal import MOST, Told
from mockserver.world import Fired


def _run(tmp_path: Path, *options: str, end: signal.Signals = signal.SIGTERM) -> list[str]:
    """Serve Scale, cancel a job, look at it, end; return what was written on stderr."""
    path, port_file = tmp_path / "log", tmp_path / "port"
    line = [*COMMAND, "scale", "--port", "0", "--port-file", str(port_file), *options]
    with path.open("w") as log:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
    with process:
        assert process.stdout is not None
        try:
            said = next(one for one in process.stdout if one.startswith("listening on"))
            base = said.split()[-1]
            made = urllib3.request(
                "POST",
                f"{base}/v6/jobs/",
                json={"job_type_id": 6, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}},
            )
            key = made.json()["id"]
            urllib3.request("POST", f"{base}/v6/jobs/cancel/", json={"job_ids": [key]})
            while urllib3.request("GET", f"{base}/v6/jobs/{key}/").json()["status"] != "CANCELED":
                pass
            urllib3.request("GET", f"{base}/v6/jobs/999999/")
        finally:
            process.send_signal(end)
    assert not port_file.exists()
    return path.read_text().splitlines()


def test_each_request_is_a_line_and_the_end_a_summary(tmp_path: Path) -> None:
    """The cancellation stands at the request that came first after it; the summary counts all."""
    lines = _run(tmp_path, "--log", "text")

    assert lines[0].startswith("POST /v6/jobs/ 201")
    assert any("Job 201 QUEUED -> CANCELED" in one for one in lines)
    [summary] = [one for one in lines if " requests: " in one]
    assert "201 x1, 202 x1, 404 x1" in summary
    after = lines[lines.index(summary) + 1 :]
    assert after[0].endswith(" transitions")
    assert "  scale Job QUEUED -> CANCELED x1" in after


def test_json_ends_with_an_object(tmp_path: Path) -> None:
    """Each line is JSON, the last one the summary; an interrupt ends it as well."""
    lines = _run(tmp_path, "--log", "json", end=signal.SIGINT)
    records = [json.loads(one) for one in lines if one.startswith("{")]

    summary = records[-1]["summary"]
    assert summary["requests"] == len(records) - 1
    assert summary["statuses"]["404"] == 1
    assert summary["transitions"]["scale Job QUEUED -> CANCELED"] == 1


def test_none_is_silent(tmp_path: Path) -> None:
    """Without a log there is no summary either."""
    assert _run(tmp_path, "--log", "none") == []


def test_a_summary_names_the_most_frequent(capsys: pytest.CaptureFixture[str]) -> None:
    """Of many kinds of transitions the rest is a number; a lost answer has no status."""
    told = Told(lambda *_: None)
    for number in range(MOST + 3):
        told("GET", "/", None, [Fired("a", "Job", 1, "A", f"B{number}", 0, "time")])
    told.end_as_text()
    lines = capsys.readouterr().err.splitlines()

    assert lines[0] == f"{MOST + 3} requests: none x{MOST + 3}"
    assert lines[-1] == "  and 3 other kinds"
    assert len(lines) == MOST + 3


def test_a_summary_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a request there is nothing to tell but that."""
    Told(lambda *_: None).end_as_text()

    assert capsys.readouterr().err == "0 requests\n0 transitions\n"
