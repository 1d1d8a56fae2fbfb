"""Time that passes by being moved: nothing is left to chance then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.failures import UsageError
from conformance.pastime import Steered
from conformance.target_file import load_target

COMMAND = (sys.executable, "-m", "specs.cli")
ONLY = "pulp/Task/cancelTask/*,pulp/listTasks/each-task-once,pulp/deleteTask/waiting-task-is-gone"


def judged(folder: Path, hash_seed: str) -> dict[str, Any]:
    """Return the report on a fresh mock whose clock stands still, by a process of its own."""
    folder.mkdir()
    port, report = folder / "port", folder / "report.json"
    line = [*COMMAND, "serve", "pulp", "--port", "0", "--port-file", str(port)]
    line += ["--clock", "frozen", "--log", "none"]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL) as server:
        while not port.exists():
            assert server.poll() is None
            time.sleep(0.02)
        target = f"http://127.0.0.1:{port.read_text()}/__admin/targets/pulp"
        line = [*COMMAND, "check", "pulp", "--seed", "1", "--only", ONLY, "--json", str(report)]
        done = subprocess.run(
            [*line, "--target-file", target, "--ledger", str(folder / "ledger")],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        server.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def test_the_same_seed_gives_the_same_requests(tmp_path: Path) -> None:
    """Two processes send a fresh target the same requests in the same order, polls included."""
    first, second = judged(tmp_path / "a", "1"), judged(tmp_path / "b", "2")

    assert first["requests"] == second["requests"] > 10
    assert first["requests_sha256"] == second["requests_sha256"]
    assert {one["verdict"] for one in first["requirements"]} <= {"pass", "unsupported"}


def test_a_clock_that_nobody_moves_is_told_in_one_line() -> None:
    """Where the clock cannot be moved, the run ends with the place that was given for it."""
    clock = Steered("http://127.0.0.1:1/advance", 60)

    with pytest.raises(UsageError, match="does not move it"):
        clock.wait(1)


def test_a_clock_belongs_to_the_host_of_its_target(tmp_path: Path) -> None:
    """A target file that would have another host posted to is refused."""
    place = tmp_path / "target.yaml"
    place.write_text("base_url: http://127.0.0.1:1\nclock: {advance: 'http://elsewhere/x'}\n")

    with pytest.raises(UsageError, match="not on the host of base_url"):
        load_target(str(place), None)
