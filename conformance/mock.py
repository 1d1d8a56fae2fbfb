"""Our own mock server as a subprocess: the suite knows it only by its command and its port."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.failures import UsageError

COMMAND = (sys.executable, "-m", "specs.cli")
CLOCK = "frozen"  # the suite moves it, so that nobody waits and nothing is left to chance
START_SECONDS = 180.0
STOP_SECONDS = 5.0
PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Mutant:
    """A defect that the mock can be started with, and the requirement that it breaks.

    `also` holds the requirements that it contradicts just as plainly.
    """

    id: str
    requirement: str
    kind: str
    statement: str
    also: tuple[str, ...] = ()


def mutants(api: str, *, automatic: bool = False) -> list[Mutant]:
    """Return the mutants that `callsheet mutants` lists for an API."""
    command = [*COMMAND, "mutants", api, "--json", *(["--automatic"] if automatic else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise UsageError(f"callsheet mutants {api}: {_last_line(done.stderr)}")
    return [
        Mutant(row["id"], row["requirement"], row["class"], row["statement"], tuple(row["also"]))
        for row in json.loads(done.stdout)
    ]


@contextmanager
def serving(api: str, seed: int, mutant: str | None = None, clock: str = CLOCK) -> Iterator[str]:
    """Serve an API on a free port while the context lasts; gives the base URL."""
    with tempfile.TemporaryDirectory(prefix="callsheet-") as folder:
        port_file, log = Path(folder, "port"), Path(folder, "log")
        command = [*COMMAND, "serve", api, "--port", "0", "--port-file", str(port_file),
                   "--seed", str(seed), "--clock", clock, "--log", "none"]  # fmt: skip
        if mutant is not None:
            command += ["--mutant", mutant]
        with log.open("wb") as output:
            server = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603
        try:
            yield f"http://127.0.0.1:{_port(server, port_file, log)}"
        finally:
            _stop(server)


def _port(server: subprocess.Popen[bytes], port_file: Path, log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if port_file.exists() and (text := port_file.read_text().strip()):
            return int(text)
        if server.poll() is not None:
            raise UsageError(f"callsheet serve: {_last_line(log.read_text())}")
        time.sleep(PAUSE)
    raise UsageError(f"callsheet serve: not ready after {START_SECONDS:g} s")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a word"
