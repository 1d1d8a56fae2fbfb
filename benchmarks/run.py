"""Measure the mock beside its peers, in one run, and write RESULTS.md and RESULTS.svg.

Each round starts every server anew, in random order, warms it up, and loads it with wrk on
another core; figures are medians over the rounds, ratios are medians of the ratios of a round.
Beside requests per second stands the CPU time of the server's processes per request, which
does not move with what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent / "specs" / "scale.yaml"
PEERS = HERE / "peers"
TICK = os.sysconf("SC_CLK_TCK")

CANCEL = (
    '{"started":"2016-01-01T00:00:00Z","ended":"2016-01-02T00:00:00Z","status":"FAILED",'
    '"job_ids":[101,102,103],"job_type_ids":[1,2,3],"error_categories":["SYSTEM"]}'
)


@dataclass(frozen=True)
class Load:
    """One request that is sent again and again, and the statuses that are right answers."""

    name: str
    path: str
    body: str = ""
    right: tuple[int, ...] = (200,)
    headers: tuple[tuple[str, str], ...] = ()


LOADS = (
    Load("page of one", "/v6/jobs/?status=COMPLETED&order=-created&page=1&page_size=1"),
    Load("page of 20", "/v6/jobs/?page_size=20"),
    Load("one job", "/v6/jobs/3/"),
    Load("bulk cancel", "/v6/jobs/cancel/", CANCEL, (202,)),
    Load("refused", "/v6/jobs/999999/", right=(404, 200)),
)


def usual(_port: int, _folder: Path) -> Sequence[Load]:
    """Return what is asked of everybody."""
    return LOADS


def in_a_session(port: int, _folder: Path) -> Sequence[Load]:
    """Make a session and return the usual loads, sent to it."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/__admin/sessions", b'{"name": "mine"}'
    )
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10):
        pass
    return [replace(one, headers=(("X-Callsheet-Session", "mine"),)) for one in LOADS]


def of_batch(_port: int, folder: Path) -> Sequence[Load]:
    """Return what comes nearest to the usual loads in AWS Batch."""
    job = folder / "moto-job"
    while not job.exists() or not job.read_text():
        time.sleep(0.05)
    scope = "Credential=x/20260101/us-east-1/batch/aws4_request, SignedHeaders=host, Signature=0"
    headers = (("Authorization", f"AWS4-HMAC-SHA256 {scope}"),)
    one = json.dumps({"jobs": [job.read_text()]})
    page = {"jobQueue": "queue", "jobStatus": "FAILED"}
    job.unlink()
    return [
        Load("page of one", "/v1/listjobs", json.dumps({**page, "maxResults": 1}), headers=headers),
        Load("page of 20", "/v1/listjobs", json.dumps({**page, "maxResults": 20}), headers=headers),
        Load("one job", "/v1/describejobs", one, headers=headers),
    ]


@dataclass(frozen=True)
class Server:
    """One peer: how it is started, what it does with a request, and what it is asked."""

    name: str
    checks: str
    state: str
    command: Callable[[int, Path], list[str]]
    loads: Callable[[int, Path], Sequence[Load]] = usual


def python(*arguments: str) -> list[str]:
    """Return a command that runs this interpreter."""
    return [sys.executable, *arguments]


def node(*arguments: str) -> list[str]:
    """Return a command that runs Node in the peers' folder."""
    return ["node", *arguments]


def servers() -> list[Server]:
    """Return everything that is measured."""
    binary = PEERS / "node_modules" / ".bin"
    callsheet = str(Path(sys.executable).with_name("callsheet"))
    return [
        Server("bare ASGI", "no", "no", lambda p, d: python(str(HERE / "bare.py"), str(d), str(p))),
        Server(
            "Callsheet", "request and answer", "yes",
            lambda p, _: [callsheet, "serve", "scale", "--port", str(p)],
        ),
        Server(
            "Callsheet, session", "request and answer", "yes",
            lambda p, _: [callsheet, "serve", "scale", "--port", str(p)], in_a_session,
        ),
        Server(
            "Callsheet, unchecked", "request", "yes",
            lambda p, _: [callsheet, "serve", "scale", "--no-response-validation", "--port", str(p)],
        ),
        Server(
            "plain Connexion", "request", "yes",
            lambda p, _: python(str(HERE / "plain.py"), str(p)),
        ),
        Server(
            "Prism", "request", "no",
            lambda p, _: [str(binary / "prism"), "mock", "-p", str(p), "-h", "127.0.0.1", "-v", "silent", str(CONTRACT)],
        ),
        Server(
            "Scalar", "no", "no",
            lambda p, _: node(str(PEERS / "scalar.mjs"), str(CONTRACT), str(p)),
        ),
        Server(
            "Steady", "request", "no",
            lambda p, _: [str(binary / "steady"), "-q", "--host", "127.0.0.1", "-p", str(p), str(CONTRACT)],
        ),
        Server(
            "openapi-backend", "request", "yes",
            lambda p, _: node(str(PEERS / "backend.mjs"), str(CONTRACT), str(p)),
        ),
        Server(
            "moto", "no", "yes",
            lambda p, d: [str(PEERS / "moto" / "bin" / "python"), str(PEERS / "moto_batch.py"), str(p), str(d / "moto-job")],
            of_batch,
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """What one load on one server came to."""

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


def answer(port: int, load: Load) -> int:
    """Return the status of one request, or 0 if there is no answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{load.path}")
    for name, value in load.headers:
        request.add_header(name, value)
    if load.body:
        request.data = load.body.encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=10) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for one in found:
        children = Path(f"/proc/{one}/task/{one}/children")
        if children.exists():
            found += [int(child) for child in children.read_text().split()]
    return found


def spent(pid: int) -> float:
    """Return the CPU seconds of a process and of all that it started."""
    total = 0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(pid: int) -> float:
    """Return the proportional memory of a process and of all that it started, in MB."""
    total = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(re.search(r"Pss:\s+(\d+)", text)[1])  # type: ignore[index]
    return total / 1024


def measure(
    pid: int, port: int, load: Load, seconds: float, folder: Path, cores: list[str]
) -> Figure:
    """Load a server and return what came of it."""
    script = folder / "load.lua"
    lines = [f"wrk.headers['{name}'] = [[{value}]]" for name, value in load.headers]
    if load.body:
        lines += [
            'wrk.method = "POST"',
            f"wrk.body = [[{load.body}]]",
            'wrk.headers["Content-Type"] = "application/json"',
        ]
    script.write_text("\n".join(lines))
    before = spent(pid)
    command = [*cores, "wrk", "-t1", "-c32", f"-d{seconds:g}s", "-s", str(script)]
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


def run(options: argparse.Namespace) -> tuple[Results, dict[str, list[tuple[float, float]]]]:
    """Return all figures, and for each server the seconds to its first answer and its memory."""
    pinned = (os.cpu_count() or 1) > 1 and shutil.which("taskset")
    server_core = ["taskset", "-c", "0"] if pinned else []
    load_core = ["taskset", "-c", "1"] if pinned else []
    chosen = [one for one in servers() if not options.only or one.name in options.only]
    figures: Results = {one.name: {load.name: [] for load in LOADS} for one in chosen}
    starts: dict[str, list[tuple[float, float]]] = {one.name: [] for one in chosen}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples(folder, options.port)
        for number in range(1, options.rounds + 1):
            for server in random.sample(chosen, len(chosen)):
                print(f"round {number} of {options.rounds}: {server.name}", file=sys.stderr)
                with running(server, options.port, folder, server_core) as (pid, start):
                    loads = server.loads(options.port, folder)
                    for load in loads:
                        status = answer(options.port, load)
                        if status not in load.right:
                            raise RuntimeError(f"{server.name} answers {load.name} with {status}")
                    measure(pid, options.port, loads[2], options.warmup, folder, load_core)
                    for load in loads:
                        found = measure(pid, options.port, load, options.seconds, folder, load_core)
                        if found.wrong:
                            raise RuntimeError(f"{server.name}: {found.wrong} wrong answers")
                        figures[server.name][load.name].append(found)
                    starts[server.name].append((start, memory(pid)))
    return figures, starts


def ratio(figures: Results, one: str, other: str, load: str) -> float:
    """Return how many times as fast *one* is as *other*, by CPU time: the median of the rounds."""
    pairs = zip(figures[one][load], figures[other][load], strict=True)
    return statistics.median(theirs.cpu / ours.cpu for ours, theirs in pairs)


def table(figures: Results, starts: dict[str, list[tuple[float, float]]]) -> str:
    """Return the results as Markdown."""
    middle = statistics.median
    known = {one.name: one for one in servers()}
    lines = [
        "| server | checks | state | "
        + " | ".join(load.name for load in LOADS)
        + " | start s | MB |",
        "|---|---|---|" + "---:|" * (len(LOADS) + 2),
    ]
    for name, loads in figures.items():
        cells = [
            f"{middle(f.rate for f in found):,.0f} ({middle(f.cpu for f in found):.0f})"
            if found
            else "-"
            for found in loads.values()
        ]
        start = middle(one for one, _ in starts[name])
        size = middle(one for _, one in starts[name])
        server = known[name]
        lines.append(
            f"| {name} | {server.checks} | {server.state} | {' | '.join(cells)} | {start:.2f} | {size:.0f} |"
        )
    lines += [
        "",
        "Callsheet against each, by CPU time for a request (median of the rounds' ratios):",
        "",
    ]
    lines += [
        "| against | " + " | ".join(load.name for load in LOADS) + " |",
        "|---|" + "---:|" * len(LOADS),
    ]
    for name in figures:
        if name != "Callsheet":
            cells = [
                f"{ratio(figures, 'Callsheet', name, load.name):.2f} x"
                if figures[name][load.name]
                else "-"
                for load in LOADS
            ]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


NOTHING = [Figure(0, 0, 0)]
COLOURS = ("#8a8a8a", "#0b6e4f", "#c1666b", "#4357ad", "#d4a017", "#7b4b94", "#2f8f9d",
           "#3d9970", "#95a5a6", "#5d4037")  # fmt: skip


def plot(figures: Results) -> str:
    """Return the requests per second as an SVG bar chart, a group for each load."""
    names = list(figures)
    rates = {
        name: [
            statistics.median(f.rate for f in figures[name][load.name] or NOTHING) for load in LOADS
        ]
        for name in names
    }
    most = max(max(found) for found in rates.values())
    bar, gap, height, left = 16, 26, 260, 60
    width = left + len(LOADS) * (len(names) * bar + gap)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 110}">',
        "<style>text { font: 11px sans-serif }</style>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for step in range(5):
        y = 20 + height * (1 - step / 4)
        parts.append(f'<line x1="{left}" x2="{width}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{most * step / 4:,.0f}</text>'
        )
    for group, load in enumerate(LOADS):
        x = left + gap / 2 + group * (len(names) * bar + gap)
        for place, name in enumerate(names):
            tall = height * rates[name][group] / most
            parts.append(
                f'<rect x="{x + place * bar}" y="{20 + height - tall:.1f}" width="{bar - 2}" '
                f'height="{tall:.1f}" fill="{COLOURS[place % len(COLOURS)]}"/>'
            )
        parts.append(f'<text x="{x}" y="{height + 38}">{load.name}</text>')
    for place, name in enumerate(names):
        x, y = left + (place % 4) * 130, height + 62 + (place // 4) * 20
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{COLOURS[place]}"/>')
        parts.append(f'<text x="{x + 15}" y="{y}">{name}</text>')
    parts.append(f'<text x="{left}" y="12">requests per second, one core</text></svg>')
    return "\n".join(parts)


def main() -> None:
    """Install the peers where they are missing, measure, write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of each load (default 4)")
    parser.add_argument("--warmup", type=float, default=6, help="seconds of warm-up (default 6)")
    parser.add_argument("--port", type=int, default=4199, help="port to serve on (default 4199)")
    parser.add_argument("--only", nargs="*", help="names of servers")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md and RESULTS.svg")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    if not (PEERS / "node_modules").exists():
        subprocess.run(["npm", "install", "--silent", "--no-package-lock"], cwd=PEERS, check=True)
    if not (PEERS / "moto").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS / "moto")], check=True)
        pip = [str(PEERS / "moto" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "moto[server]", "boto3"], check=True)
    figures, starts = run(options)
    text = table(figures, starts)
    print(text)
    if options.write:
        head = (
            "# Results\n\nRequests per second on one core, in brackets the CPU time of the server for a request in "
            f"microseconds. Medians of {options.rounds} interleaved rounds of {options.seconds:g} s, wrk with 32 "
            "connections on the other core, every server as it comes. `python benchmarks/run.py --write` makes this page.\n\n"
            "![requests per second](RESULTS.svg)\n\n"
        )
        (HERE / "RESULTS.md").write_text(head + text + "\n")
        (HERE / "RESULTS.svg").write_text(plot(figures))


if __name__ == "__main__":
    main()
