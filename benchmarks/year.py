"""Measure what it costs to move the clock by a year: in a world as seeded, and if every job has its life to come.

The clock is moved through the admin API, as clients do it, without a network between.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time

import httpx

from mockserver.apis.scale import Scale, seed
from mockserver.app import Setting, create_app
from mockserver.clock import FROZEN_START, Clock
from mockserver.pipeline.asgi import App
from mockserver.world import World

YEAR = 365 * 86_400
INPUT = {"files": {"INPUT_FILE": [1]}, "json": {}}


def seeded(number: int) -> tuple[App, World]:
    """Return a world of *number* jobs, most of which have ended."""
    seed.COUNTS["calm"] = number
    app, hub = create_app(Setting(names=("scale",), clock=Clock(0.0, FROZEN_START)))
    return app, hub.default


def fresh(number: int) -> tuple[App, World]:
    """Return a world of *number* jobs that have just been queued."""
    app, world = seeded(0)
    scale = world.apis["scale"]
    assert isinstance(scale, Scale)
    job_type = scale.catalogue.job_types[1]
    with world.database.transaction():
        for _ in range(number):
            scale.add(scale.jobs, seed.new_job(scale, job_type, json.loads(json.dumps(INPUT)), {}))
    return app, world


async def advance(app: App) -> tuple[float, float, int]:
    """Move the clock by a year; return the seconds on the wall, of CPU time, and the transitions."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
        wall, spent = time.perf_counter(), time.process_time()
        answer = await client.post("/__admin/clock/advance", json={"seconds": YEAR}, timeout=None)
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
    answer.raise_for_status()
    return wall, spent, answer.json()["count"]


def main() -> None:
    """Measure both worlds, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=10_000, help="jobs (default 10000)")
    options = parser.parse_args()
    print("| a year for | transitions | seconds | of CPU time | µs for each |")
    print("|---|---:|---:|---:|---:|")
    for name, make in (("a world as seeded", seeded), ("jobs just queued", fresh)):
        app, _ = make(options.jobs)
        wall, spent, count = asyncio.run(advance(app))
        each = spent / max(count, 1) * 1e6
        title = f"{options.jobs:,} jobs: {name}"
        print(f"| {title} | {count:,} | {wall:.2f} | {spent:.2f} | {each:.0f} |", flush=True)


if __name__ == "__main__":
    main()
