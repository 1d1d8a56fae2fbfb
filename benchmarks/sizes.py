"""Measure what the number of jobs costs: pages, counts, changes, memory; write SIZES.md.

Each size runs in a process of its own, without a network: requests go to the application as a server
would hand them over. A figure is the median of single requests, in microseconds of this process's CPU
time, which does not move with what else the machine does; a ratio is that of the largest size to the
smallest. The first request of its kind, which may make an index, is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mockserver.apis.scale import seed
from mockserver.app import Setting, create_app
from mockserver.clock import FROZEN_START, SECOND, Clock
from mockserver.moment import iso
from mockserver.world import World

HERE = Path(__file__).resolve().parent

LISTS = (
    "", "page=2", "page=last", "page={middle}", "status=FAILED", "status=COMPLETED",
    "status=FAILED&status=RUNNING", "job_id=77", "job_type_id=2", "job_type_name=ship-finder",
    "batch_id=3", "recipe_id=7", "error_category=DATA", "error_id=3", "is_superseded=true",
    "is_superseded=false", "started={recent}", "ended={recent}", "started=PT10H&ended=PT5H",
    "source_started={recent}", "source_ended={recent}", "source_sensor_class=classA", "source_sensor=7",
    "source_collection=20001", "source_tasks=survey", "status=FAILED&page={some}",
    "order=id", "order=-id", "order=status", "order=-status", "order=created", "order=-created",
    "order=queued", "order=-started", "order=-ended", "order=last_status_change",
    "order=-last_modified", "order=duration", "order=-num_exes", "order=job_type", "order=-node",
    "order=error", "order=batch", "order=recipe", "order=-source_started", "order=source_ended",
    "order=source_sensor", "order=job_type&order=-created",
    "status=FAILED&order=-created", "status=COMPLETED&order=created", "batch_id=3&status=COMPLETED",
)  # fmt: skip
"""Queries of the list: every documented filter, every order with an index of its own, deep pages."""

SIZE = 20
NEW = b'{"job_type_id": 2, "input": {"files": {"INPUT_FILE": [3]}, "json": {}}}'


class Client:
    """Hands requests to the application in this process, which works out every answer anew."""

    def __init__(self, app: Callable[..., Any], world: World) -> None:
        self._app = app
        self._world = world

    async def ask(self, path: str, query: str = "", body: bytes | None = None) -> tuple[int, bytes]:
        """Send one request; return status and body."""
        self._world.answers.forget()
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body or b""}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "GET" if body is None else "POST", "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "scheme": "http",
            "headers": [(b"host", b"127.0.0.1:4020"), (b"content-type", b"application/json")],
            "root_path": "", "server": ("127.0.0.1", 4020), "client": ("127.0.0.1", 50000),
        }  # fmt: skip
        await self._app(scope, receive, send)
        return sent[0]["status"], sent[1]["body"]

    async def cost(self, path: str, query: str = "", body: bytes | None = None) -> float:
        """Return the microseconds of a request: the median of many, after a first one."""
        status, text = await self.ask(path, query, body)
        if status >= 300:
            raise RuntimeError(f"{path}?{query}: {status} {text[:200]!r}")
        times: list[float] = []
        until = time.process_time() + 0.5
        while len(times) < 60 and (len(times) < 5 or time.process_time() < until):
            began = time.process_time()
            await self.ask(path, query, body)
            times.append(time.process_time() - began)
        return statistics.median(times) * 1e6


def used() -> int:
    """Return the bytes of memory that this process holds."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize()


async def measure(number: int) -> dict[str, float]:
    """Return the cost of everything in a world of *number* jobs."""
    seed.COUNTS["calm"] = 0
    create_app(Setting(names=("scale",), clock=Clock(0.0, FROZEN_START)))
    gc.collect()
    before = used()
    seed.COUNTS["calm"] = number
    began = time.process_time()
    app, hub = create_app(Setting(names=("scale",), clock=Clock(0.0, FROZEN_START)))
    found = {"load, for a job": (time.process_time() - began) / number * 1e6}
    gc.collect()
    found["memory of a job, bytes"] = max(used() - before, 0) / number
    world = hub.default
    client = Client(app, world)
    world.fired.clear()
    began = time.process_time()
    world.clock.move_to(world.clock.now() + 3600 * SECOND)
    world.settle()
    spent = time.process_time() - began
    found["transition by time"] = spent / max(len(world.fired), 1) * 1e6
    world.fired.clear()
    words = {
        "middle": max(1, number // SIZE // 2),
        "some": max(1, number // SIZE // 20),
        "recent": iso(FROZEN_START + 3000 * SECOND),
    }
    found["one job"] = await client.cost(f"/v6/jobs/{number // 2}/")
    for query in LISTS:
        asked = query.format(**words)
        full = "&".join(part for part in (asked, f"page_size={SIZE}") if part)
        found[f"list {query}".strip()] = await client.cost("/v6/jobs/", full)
    found["create"] = await client.cost("/v6/jobs/", body=NEW)
    times = []
    for key in range(number // 3, number // 3 + 40):
        world.fired.clear()
        began = time.process_time()
        await client.ask("/v6/jobs/requeue/", body=b'{"job_ids": [%d]}' % key)
        world.clock.move_to(world.clock.now() + SECOND)
        world.settle()  # carries out what else is due in that second, too
        times.append((time.process_time() - began) / (1 + len(world.fired)))
    found["requeue, and transitions, for each"] = statistics.median(times) * 1e6
    return found


def table(sizes: list[int], found: list[dict[str, float]]) -> str:
    """Return the figures as Markdown."""
    heads = " | ".join(f"{one:,}" for one in sizes)
    lines = [f"| cost in µs | {heads} | ratio |", "|---|" + "---:|" * (len(sizes) + 1)]
    for name in found[0]:
        cells = [one[name] for one in found]
        share = f"{cells[-1] / cells[0]:.2f}" if cells[0] else ""
        shown = " | ".join(f"{one:,.0f}" for one in cells)
        lines.append(f"| {name} | {shown} | {share} |")
    return "\n".join(lines)


def main() -> None:
    """Measure each size in a process of its own, and print or write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--write", action="store_true", help="write SIZES.md")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(asyncio.run(measure(options.sizes[0]))))
        return
    found = []
    for size in options.sizes:
        print(f"{size:,} jobs", file=sys.stderr)
        command = [sys.executable, __file__, str(size), "--child"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found.append(json.loads(done.stdout))
    text = table(options.sizes, found)
    print(text)
    if options.write:
        head = (
            "# What the number of jobs costs\n\nA world of Scale jobs, each request in this process: medians. `python "
            "benchmarks/sizes.py --write` makes this page.\n\n"
        )
        (HERE / "SIZES.md").write_text(head + text + "\n")


if __name__ == "__main__":
    main()
