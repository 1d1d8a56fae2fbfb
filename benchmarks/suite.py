"""Measure the conformance suite beside bare Schemathesis on the same mock; write SUITE.md.

Each API is served alone, on a clock that runs fast, and judged by both, one after the other. Requests
are those that the server's own journal counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specs.contract import load

HERE = Path(__file__).resolve().parent
SPECS = HERE.parent / "specs"
BIN = Path(sys.executable).parent
APIS = ("scale", "hpcpack", "thinkbox", "deadline-cloud", "pulp")


@contextmanager
def serving(api: str, clock: str) -> Iterator[str]:
    """Serve an API; gives the address of the server."""
    with tempfile.TemporaryDirectory() as folder:
        port = Path(folder, "port")
        command = [str(BIN / "callsheet"), "serve", api, "--port", "0", "--port-file", str(port)]
        server = subprocess.Popen(
            [*command, "--clock", clock, "--log", "none"], stdout=subprocess.DEVNULL
        )
        try:
            while not port.exists():
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port.read_text()}"
        finally:
            server.terminate()
            server.wait()


def asked(url: str) -> int:
    """Return how many requests the mock has had."""
    with urllib.request.urlopen(f"{url}/__admin/journal?limit=1", timeout=10) as answer:
        found = json.load(answer)
    return int(found["items"][-1]["id"]) if found["items"] else 0


def timed(url: str, command: list[str]) -> tuple[float, int]:
    """Return the seconds that a command takes and the requests that the mock sees meanwhile."""
    before, began = asked(url), time.monotonic()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began, asked(url) - before


def row(api: str, clock: str) -> str:
    """Judge one API in all ways; return its line of the table."""
    cells = [api]
    check = [str(BIN / "callsheet"), "check", api, "--seed", "1"]
    bare = [
        str(BIN / "schemathesis"),
        "run",
        str(SPECS / f"{api}.yaml"),
        "--checks",
        "all",
        "--seed",
        "1",
    ]
    for more in ([], ["--mode", "smoke"], None):
        with serving(api, clock) as url:
            if more is None:
                command = [*bare, "--url", url + load(api).base_paths[0]]
            else:
                command = [*check, "--target-file", f"{url}/__admin/targets/{api}", *more]
            seconds, requests = timed(url, command)
        cells.append(f"{seconds:.1f} s, {requests:,} ({requests / seconds:,.0f}/s)")
        print(cells[0], cells[-1], file=sys.stderr)
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("apis", nargs="*", default=APIS)
    parser.add_argument("--clock", default="60x", help="the mock's clock (default 60x)")
    parser.add_argument("--write", action="store_true", help="write SUITE.md")
    options = parser.parse_args()
    lines = [
        "| API | `callsheet check` | `--mode smoke` | `schemathesis run --checks all` |",
        "|---|---:|---:|---:|",
        *(row(api, options.clock) for api in options.apis),
    ]
    text = "\n".join(lines)
    print(text)
    if options.write:
        head = (
            "# What judging costs\n\nSeconds, requests, and requests per second, start-up of the command included, against the mock "
            f"with `--clock {options.clock}`. `python benchmarks/suite.py --write` makes this page.\n\n"
        )
        (HERE / "SUITE.md").write_text(head + text + "\n")


if __name__ == "__main__":
    main()
