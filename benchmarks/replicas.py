"""Measure reads from one server and from several that share one PostgreSQL database.

Each arrangement is started anew, warmed up, and loaded with one wrk for each server at the same
time; figures are requests per second of all servers together, medians over the rounds. Beside
them stands the CPU time that a server and the database spend on a request: what a machine with a
core for each process would come to does not depend on how many cores this one has.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from mockserver.tests.postgresql import Cluster, programs, running

LOADS = {"one job": "/v6/jobs/3/", "page of 20": "/v6/jobs/?page_size=20"}
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def server(folder: Path, number: int, state: str) -> Iterator[tuple[int, str]]:
    """Serve Scale; yield the process id and the address."""
    port_file = folder / f"port{number}"
    command = [
        str(Path(sys.executable).with_name("callsheet")),
        "serve",
        "scale",
        "--clock",
        "frozen",
    ]
    command += ["--port", "0", "--port-file", str(port_file), "--state", state]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {' '.join(command)}")
            time.sleep(0.02)
        yield process.pid, f"http://127.0.0.1:{port_file.read_text()}"
    finally:
        process.terminate()
        process.wait(20)
        port_file.unlink(missing_ok=True)


def spent(pids: list[int]) -> float:
    """Return the CPU seconds of processes, and of those that they have waited for."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(one) for one in fields[11:15])
    return total / TICK


def backends() -> list[int]:
    """Return the processes of PostgreSQL that serve a connection to a world."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            line = (one / "cmdline").read_bytes()
        except OSError:
            continue
        if line.startswith(b"postgres: callsheet world"):
            found.append(int(one.name))
    return found


def load(addresses: list[str], path: str, seconds: float, connections: int) -> tuple[float, int]:
    """Return requests per second of all servers, and how many there were; raise on wrong answers."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s"]
    clients = [
        subprocess.Popen([*command, one + path], stdout=subprocess.PIPE, text=True)
        for one in addresses
    ]
    rate, count = 0.0, 0
    for one in clients:
        text = one.communicate()[0]
        if "Non-2xx" in text:
            raise RuntimeError(f"wrong answers to {path}:\n{text}")
        rate += float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
        count += int(re.search(r"(\d+) requests in", text)[1])  # type: ignore[index]
    return rate, count


def measure(cluster: Cluster, replicas: int, options: argparse.Namespace) -> dict[str, list[float]]:
    """Return for each load: requests per second, and microseconds of servers and of the database.

    No replica means one server with SQLite.
    """
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        state = cluster.database() if replicas else str(folder / "world.db")
        with server(folder, 1, state) as (pid, address):
            more = server(folder, 2, state) if replicas == 2 else nullcontext()
            with more as second:
                pids, addresses = [pid], [address]
                if second is not None:
                    pids.append(second[0])
                    addresses.append(second[1])
                bodies = {
                    urllib.request.urlopen(one + LOADS["page of 20"]).status for one in addresses
                }
                assert bodies == {200}
                for label, path in LOADS.items():
                    load(addresses, path, options.warmup, options.connections)
                    workers = backends()
                    before = spent(pids), spent(workers)
                    rate, count = load(addresses, path, options.seconds, options.connections)
                    cost = [
                        (now - then) / count * 1e6
                        for now, then in zip((spent(pids), spent(workers)), before, strict=True)
                    ]
                    found[label] = [rate, *cost]
    return found


def main() -> None:
    """Measure all arrangements in turn, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of each load (default 4)")
    parser.add_argument("--warmup", type=float, default=2, help="seconds of warm-up (default 2)")
    parser.add_argument("--connections", type=int, default=8, help="per server (default 8)")
    options = parser.parse_args()
    binaries = programs()
    if shutil.which("wrk") is None or binaries is None:
        parser.error("wrk or PostgreSQL is missing: apt-get install wrk postgresql")
    names = {0: "1, SQLite", 1: "1, PostgreSQL", 2: "2, PostgreSQL"}
    figures: dict[int, list[dict[str, list[float]]]] = {one: [] for one in names}
    with running(binaries) as cluster:
        for number in range(options.rounds):
            for replicas, name in names.items():
                print(f"round {number + 1} of {options.rounds}: {name}", file=sys.stderr)
                figures[replicas].append(measure(cluster, replicas, options))
    print(
        "| servers | "
        + " | ".join(f"{one}: requests/s (µs server + µs database)" for one in LOADS)
        + " |"
    )
    print("|---|" + "---:|" * len(LOADS))
    for replicas, rounds in figures.items():
        cells = []
        for label in LOADS:
            rate, own, database = (
                statistics.median(one[label][place] for one in rounds) for place in range(3)
            )
            cells.append(f"{rate:,.0f} ({own:.0f} + {database:.0f})")
        print(f"| {names[replicas]} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
