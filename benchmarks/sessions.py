"""Load many sessions of one server at once: see whether they leak, fail, or let memory grow.

Each client is a thread with a session of its own, on a clock that runs fast. Again and again it
submits a job, looks at it, lists its jobs, cancels one and reads the journal; now and then it
drops its session and makes another, so that dropping is measured as well. Every answer is checked:
a session must hold the jobs that its own client has made, and those that it began with.

Prints requests per second, the CPU time of the server, errors, and the resident memory of the server at the beginning, which
is once all clients have had their first session, in the middle, and at the end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import urllib3

JOB = {"job_type_id": 1, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}, "configuration": {}}

TURNS = 8
"""How many jobs a client submits before it takes a new session."""

KIB = 1024

JOURNAL = 256 * KIB
"""How many bytes a session remembers of its requests: few, so that they soon are all it may."""

TICK = os.sysconf("SC_CLK_TCK")


class Client(threading.Thread):
    """One client: `requests` counts what it sent, `errors` says what was not as it should be."""

    def __init__(self, url: str, number: int, until: float) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.requests, self.errors, self.sessions = 0, Counter(), 0
        self._until = until
        self._pool = urllib3.connection_from_url(url, maxsize=1, timeout=300, retries=False)

    def run(self) -> None:
        while time.monotonic() < self._until:
            try:
                self._live()
            except Exception as error:  # noqa: BLE001 - it is counted, whatever it is
                self.errors[f"{type(error).__name__}: {str(error)[:120]}"] += 1

    def _ask(self, method: str, path: str, status: int, body: Any = None) -> Any:
        more = {} if body is None else {"json": body}
        answer = self._pool.request(method, path, **more)
        self.requests += 1
        if answer.status != status:
            raise RuntimeError(f"{method} {path.partition('?')[0]} -> {answer.status}")
        return answer.json() if answer.data else None

    def _live(self) -> None:
        """Live through one session."""
        how = {"clock": {"factor": 20}}
        name = self._ask("POST", "/__admin/sessions", 201, how)["name"]
        own, made = f"/s/{name}/v6/jobs/", set()
        try:
            self.sessions += 1
            before = self._ask("GET", f"{own}?page_size=1", 200)["count"]
            for _ in range(TURNS):
                if time.monotonic() > self._until:
                    break
                job = self._ask("POST", own, 201, JOB)["id"]
                made.add(job)
                self._ask("GET", f"{own}{job}/", 200)
                if len(made) % 5 == 0:
                    self._ask("POST", f"{own}cancel/", 202, {"job_ids": [job]})
                newest = self._ask("GET", f"{own}?order=-id&page_size={len(made)}", 200)
                if newest["count"] != before + len(made):
                    raise RuntimeError("a session holds jobs that are not its own")
                if {one["id"] for one in newest["results"]} != made:
                    raise RuntimeError("a session has lost jobs")
            count = self._ask("GET", f"/s/{name}/__admin/journal/count?operation=createJob", 200)
            if count["count"] != len(made):
                raise RuntimeError("a journal holds requests of other sessions")
        finally:
            self._ask("DELETE", f"/__admin/sessions/{name}", 204)


def resident(pid: int) -> float:
    """Return how many MiB of memory a process has."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIB
    raise RuntimeError(f"the server {pid} has gone")


def spent(pid: int) -> float:
    """Return how many CPU seconds a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=50, help="how many at once; 50")
    parser.add_argument("--seconds", type=float, default=60, help="for how long; 60")
    parser.add_argument(
        "--growth",
        type=float,
        default=10,
        help="percent of memory that it may grow from the middle to the end; 10",
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        command = [
            str(Path(sys.executable).with_name("callsheet")),
            "serve",
            "scale",
            "--journal-bytes",
            str(JOURNAL),
        ]
        command += ["--port", "0", "--port-file", str(port_file)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not port_file.exists():
                if process.poll() is not None:
                    raise SystemExit("the server did not start")
                time.sleep(0.05)
            code = measure(process.pid, f"http://127.0.0.1:{port_file.read_text()}", given)
        finally:
            process.terminate()
            process.wait(20)
    raise SystemExit(code)


def measure(pid: int, url: str, given: argparse.Namespace) -> int:
    """Load a server, print what came of it, and return the exit code."""
    began, cpu = time.monotonic(), spent(pid)
    clients = [Client(url, number, began + given.seconds) for number in range(given.sessions)]
    for one in clients:
        one.start()
    while not all(one.sessions for one in clients) and time.monotonic() < began + given.seconds / 2:
        time.sleep(0.1)
    memory = {"start": resident(pid)}
    time.sleep(max(began + given.seconds / 2 - time.monotonic(), 0))
    memory["middle"] = resident(pid)
    for one in clients:
        one.join(given.seconds + 120)
    seconds = time.monotonic() - began
    memory["end"], cpu = resident(pid), spent(pid) - cpu
    errors = sum((one.errors for one in clients), Counter())
    requests, sessions = sum(one.requests for one in clients), sum(one.sessions for one in clients)
    growth = 100 * (memory["end"] / memory["middle"] - 1)
    print(f"{given.sessions} clients, {sessions} sessions, {seconds:.0f} s")
    print(f"{requests} requests, {requests / seconds:.0f} requests/s, {errors.total()} errors")
    print(f"CPU of the server {cpu:.1f} s, {1000 * cpu / max(requests, 1):.2f} ms a request")
    print(
        "memory "
        + ", ".join(f"{name} {size:.0f} MiB" for name, size in memory.items())
        + f", {growth:+.1f} % since the middle"
    )
    for what, count in errors.most_common(10):
        print(f"  {count} x {what}")
    return int(bool(errors) or growth > given.growth)


if __name__ == "__main__":
    main()
