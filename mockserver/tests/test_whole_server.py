"""All five APIs on one server: stories from beginning to end, and who wins a race."""

from __future__ import annotations

import runpy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from mockserver.tests.admin_client import Admin
from mockserver.tests.conftest import Serve, Server

STORIES = Path(__file__).parents[2] / "examples" / "stories"

AT_ONCE = 6
"""How many clients want the same at the same time."""


@pytest.fixture(scope="module")
def server(serve: Serve) -> Server:
    """Serve everything on a frozen clock."""
    return serve("--clock", "frozen", "--log", "none")


@pytest.fixture(scope="module")
def original(server: Server) -> Admin:
    """Make a session that nobody changes."""
    return Admin(server).new(name="original")


@pytest.fixture
def admin(original: Admin) -> Iterator[Admin]:
    """Copy that session, which costs less than to make another."""
    copy = original.new(from_session=original.session)
    yield copy
    copy.ask("DELETE", f"/sessions/{copy.session}", status=204)


@pytest.mark.parametrize("story", ["scale", "hpcpack", "thinkbox", "pulp", "deadline_cloud"])
def test_a_story_comes_to_its_end(
    server: Server,
    story: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Submitted, run, failed, retried, throttled, restored, and forked into worlds that differ."""
    monkeypatch.syspath_prepend(STORIES)
    monkeypatch.setattr(sys, "argv", [story, server.base_url])

    runpy.run_path(str(STORIES / f"{story}.py"), run_name="__main__")

    told = capsys.readouterr().out
    assert told.count("* ") == 7
    assert " in one world and " in told.splitlines()[-1]
    sessions = {one["name"] for one in Admin(server).get("/sessions")}
    assert sessions <= {"default", "original"}


def at_once(admin: Admin, method: str, path: str, **more: Any) -> Counter[int]:
    """Send one request from all sides at once; return how often each status came."""
    start = Barrier(AT_ONCE)

    def send(_: int) -> int:
        start.wait(20)
        return admin.server.request(method, path, headers=admin.headers, **more).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(send, range(AT_ONCE)))


def moves(admin: Admin, api: str, schema: str, key: Any) -> list[str]:
    """Return the states that a resource has come to since it was made."""
    history = admin.get(f"/resources/{api}/{schema}/{key}")["history"]
    return [one["target"] for one in history]


def first(admin: Admin, api: str, schema: str, state: str) -> Any:
    """Return the key of a resource in a state."""
    path = f"/resources?api={api}&schema={schema}&state={state}&limit=1"
    return admin.get(path)["items"][0]["key"]


def _hpcpack(admin: Admin) -> tuple[Counter[int], list[str]]:
    key = first(admin, "hpcpack", "Job", "Queued")
    found = at_once(admin, "POST", f"/hpc/jobs/{key}/cancel", json="stop")
    return found, moves(admin, "hpcpack", "Job", key)


def _deadline_cloud(admin: Admin) -> tuple[Counter[int], list[str]]:
    job = admin.get("/targets/deadline-cloud")["known"]["jobsByRunStatus"]["SUCCEEDED"][0]
    key = job["jobId"]
    path = f"/2023-10-12/farms/{job['farmId']}/queues/{job['queueId']}/jobs/{key}"
    found = at_once(admin, "PATCH", path, json={"lifecycleStatus": "ARCHIVED"})
    return found, moves(admin, "deadline-cloud", "Job", key)


def _scale(admin: Admin) -> tuple[Counter[int], list[str]]:
    key = admin.submit()
    found = at_once(admin, "POST", "/v6/jobs/cancel/", json={"job_ids": [key]})
    admin.advance(0.3)
    return found, moves(admin, "scale", "Job", key)


def _pulp(admin: Admin) -> tuple[Counter[int], list[str]]:
    key = first(admin, "pulp", "Task", "running")
    found = at_once(admin, "POST", f"/tasks/{key}/cancel/")
    admin.advance(1)
    return found, moves(admin, "pulp", "Task", key)


def _thinkbox(admin: Admin) -> tuple[Counter[int], list[str]]:
    key = first(admin, "thinkbox", "Task", "2")
    job, _, number = key.partition("_")
    body = {"Command": "suspend", "JobID": job, "TaskList": [int(number)]}
    found = at_once(admin, "PUT", "/api/tasks", json=body)
    return found, moves(admin, "thinkbox", "Task", key)


LOSERS = AT_ONCE - 1

RACES: dict[str, tuple[Callable[[Admin], tuple[Counter[int], list[str]]], Counter[int], str]] = {
    "hpcpack": (_hpcpack, Counter({204: 1, 400: LOSERS}), "Canceled"),
    "deadline-cloud": (_deadline_cloud, Counter({200: 1, 409: LOSERS}), "ARCHIVED"),
    "scale": (_scale, Counter({202: AT_ONCE}), "CANCELED"),
    "pulp": (_pulp, Counter({202: AT_ONCE}), "canceled"),
    "thinkbox": (_thinkbox, Counter({200: AT_ONCE}), "3"),
}
"""API -> a command from all sides, how it is answered, and where the resource is after it.

A contract that declares no refusal has such commands answered as usual: they change nothing.
"""


@pytest.mark.parametrize("api", RACES)
def test_of_concurrent_transitions_one_wins(admin: Admin, api: str) -> None:
    """A resource goes along a transition once; the others get the documented refusal, if any."""
    race, answered, target = RACES[api]

    statuses, states = race(admin)

    assert statuses == answered
    assert states[-1] == target
    assert states.count(target) == 1
