"""The rounds: every server anew, in random order, warmed up and loaded from another core."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from comparison.loads import LOADS, Load, answer
from comparison.processes import memory, spent
from comparison.servers import PEERS, Server, servers


@dataclass(frozen=True)
class Figure:
    """What one load on one server came to: requests/s, CPU microseconds for one, wrong answers."""

    rate: float
    cpu: float
    wrong: int


@contextmanager
def running(
    server: Server, port: int, folder: Path, cores: list[str]
) -> Iterator[tuple[int, float]]:
    """Start *server*; yield its process id and the seconds to its first answer."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [*cores, *server.command(port, folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd=PEERS,
    )  # fmt: skip
    try:
        while True:
            status = answer(port, LOADS[2])
            if status:
                break
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError(f"{server.name} does not answer")
            time.sleep(0.01)
        yield process.pid, time.perf_counter() - began
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def measure(
    pid: int, port: int, load: Load, seconds: int, folder: Path, cores: list[str]
) -> Figure:
    """Load a server and return what came of it."""
    script = folder / "load.lua"
    script.write_text(load.script())
    before = spent(pid)
    command = [*cores, "wrk", "-t1", "-c32", f"-d{seconds}s", "-s", str(script)]
    text = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{load.path}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    cpu = spent(pid) - before
    requests = int(re.search(r"(\d+) requests in", text)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    wrong = int(bad[1]) if bad and load.right[0] < 300 else 0
    return Figure(rate, cpu / max(requests, 1) * 1e6, wrong)


def samples(folder: Path, port: int) -> None:
    """Write the bodies that the bare application answers: those of the mock."""
    names = {"list1": LOADS[0], "list20": LOADS[1], "detail": LOADS[2]}
    callsheet = next(one for one in servers() if one.name == "Callsheet")
    with running(callsheet, port, folder, []):
        for name, load in names.items():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{load.path}") as found:
                (folder / f"{name}.json").write_bytes(found.read())


Results = dict[str, dict[str, list[Figure]]]
"""For each server and load: a figure of each round."""


Starts = dict[str, list[tuple[float, float]]]
"""For each server and round: the seconds to its first answer, and its memory in MB."""


@dataclass(frozen=True)
class Course:
    """How much is measured: rounds, seconds of each load and of the warm-up, and on which port."""

    rounds: int
    seconds: int
    warmup: int
    port: int


def run(chosen: Sequence[Server], course: Course) -> tuple[Results, Starts]:
    """Return all figures of these servers, and what their starts took."""
    pinned = (os.cpu_count() or 1) > 1 and shutil.which("taskset")
    server_core = ["taskset", "-c", "0"] if pinned else []
    load_core = ["taskset", "-c", "1"] if pinned else []
    figures: Results = {one.name: {load.name: [] for load in LOADS} for one in chosen}
    starts: Starts = {one.name: [] for one in chosen}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples(folder, course.port)
        for number in range(1, course.rounds + 1):
            for server in random.sample(chosen, len(chosen)):
                print(f"round {number} of {course.rounds}: {server.name}", file=sys.stderr)
                with running(server, course.port, folder, server_core) as (pid, start):
                    loads = server.loads(course.port, folder)
                    for load in loads:
                        status = answer(course.port, load)
                        if status not in load.right:
                            raise RuntimeError(f"{server.name} answers {load.name} with {status}")
                    measure(pid, course.port, loads[2], course.warmup, folder, load_core)
                    for load in loads:
                        found = measure(pid, course.port, load, course.seconds, folder, load_core)
                        if found.wrong:
                            raise RuntimeError(f"{server.name}: {found.wrong} wrong answers")
                        figures[server.name][load.name].append(found)
                    starts[server.name].append((start, memory(pid)))
    return figures, starts
