"""What the task handlers of a real Pulp answered, asked again of the mock."""

from __future__ import annotations

import base64
import json
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import httpx
import pytest

from mockserver.apis.pulp import Pulp, queue
from mockserver.apis.pulp.queue import Work
from mockserver.clock import SECOND
from mockserver.dialect import Dialect
from mockserver.moment import parse_iso
from mockserver.tests.apis.stage import Stage

HOUR = 3600 * SECOND

ABOUT, *EXCHANGES = map(
    json.loads,
    files("mockserver.tests").joinpath("data/pulp.jsonl").read_text("utf-8").splitlines(),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which the mock is not like Pulp, why, and how to make Pulp's answer like ours.

    `apply` returns None if the difference has nothing to do with an answer.
    """

    reason: str
    apply: Callable[[dict[str, Any]], dict[str, Any] | None]


def _timed_out(task: dict[str, Any]) -> dict[str, Any] | None:
    return task | {"state": "timed_out"} if task["state"] == "timed out" else None


def _traceback(task: dict[str, Any]) -> dict[str, Any] | None:
    lines = task["traceback"]
    return task | {"traceback": "".join(lines)} if isinstance(lines, list) else None


def _snapshot_id(task: dict[str, Any]) -> dict[str, Any] | None:
    ended = task["state"] in {"finished", "error", "timed_out", "canceled"}
    return task | {"snapshot_id": None} if ended and task.get("snapshot_id") else None


def _snapshot_timeout(task: dict[str, Any]) -> dict[str, Any] | None:
    return task | {"timeout": "pickle"} if task.get("_ns") == "task_snapshots" else None


def _failure_threshold(task: dict[str, Any]) -> dict[str, Any] | None:
    unlimited = "failure_threshold" in task and task["failure_threshold"] is None
    return task | {"failure_threshold": 1} if unlimited else None


DIFFERENCES = {
    "timed out": Difference("The document writes the state timed_out.", _timed_out),
    "traceback": Difference("The document says that a traceback is a string.", _traceback),
    "snapshot_id": Difference(
        "The document gives a task the ID of its snapshot if it has one.", _snapshot_id
    ),
    "timeout": Difference("The document calls a snapshot's time limit timeout.", _snapshot_timeout),
    "failure_threshold": Difference(
        "The document says that the threshold of a snapshot is an integer.", _failure_threshold
    ),
}

MALFORMED = "malformed Basic"
"""A header that is no Base64 makes Pulp fail with 500; that is a defect, and the mock says 401."""

PICKLES = (
    "args", "callable", "exception", "finish_time", "hooks", "kwargs", "result",
    "schedule_threshold", "start_time", "task_class", "timeout", "timeout_delta", "traceback",
    "_progress_callback",
)  # fmt: skip


def like_ours(recorded: Any, accepted: Mapping[str, Difference], used: set[str]) -> Any:
    """Return a recorded answer without the *accepted* differences; note in *used* which it had."""
    if isinstance(recorded, list):
        return [like_ours(one, accepted, used) for one in recorded]
    if not isinstance(recorded, dict):
        return recorded
    for name, difference in accepted.items():
        changed = difference.apply(recorded)
        if changed is not None:
            recorded = changed
            used.add(name)
    return recorded


def comparable(answer: Any) -> Any:
    """Return an answer without what is random, and lists in an order of their own.

    Pickles are read and replaced by their name; identifiers of snapshots and of entries of the
    history are replaced by whether they are there.
    """
    if isinstance(answer, list):
        entries = [comparable(one) for one in answer]
        return sorted(entries, key=lambda one: (one["id"], "_ns" in one))
    if not isinstance(answer, dict):
        return answer
    found = dict(answer)
    for name in ("_id", "snapshot_id"):
        if name in found:
            found[name] = found[name] is not None
    if found.get("_ns") == "task_snapshots":
        for name in PICKLES:
            if found.get(name, "pickle") != "pickle":
                *_, last = pickletools.genops(found[name].encode("latin-1"))
                assert last[0].name == "STOP"
                found[name] = "pickle"
    return found


def moment(text: str) -> int:
    """Return a recorded time."""
    found = parse_iso(text)
    assert found is not None
    return found


class Stand:
    """A mock in the situation of the recorded server, with time at the recorded times."""

    def __init__(self, stage: Stage) -> None:
        world = stage.hub.default
        api = world.apis["pulp"]
        assert isinstance(api, Pulp)
        self._world, self._pulp = world, api
        self.go_to("2026-11-22T00:07:26Z")
        tasks = ABOUT["tasks"]
        hour = world.clock.now() + HOUR
        self.put(tasks["waiting_interval"], Work("", "cull_history", interval=3600.0), hour)
        self.put(tasks["waiting_at"], Work("", "quick"), hour, scheduler="at")
        self.put(tasks["running"], Work("", "slow", seconds=600.0), args=[60.0])
        self.put(tasks["finished"], Work("", "quick"), ends="finished")
        self.put(tasks["error"], Work("", "boom", end="error"), ends="error")
        self.put(tasks["timed_out"], Work("", "slow", limit=1), args=[30.0])
        self.go_to("2026-11-22T00:07:27Z")
        self.turn(tasks["timed_out"], "timed_out")
        self._world.clock.move_to(world.clock.now() + 600_000)

    def go_to(self, text: str) -> None:
        """Let time pass until a recorded time."""
        self._world.clock.move_to(moment(text))

    def put(
        self, key: str, work: Work, scheduled: int | None = None, ends: str = "", **more: Any
    ) -> None:
        """Put a task into the queue; one that is not scheduled runs, and may end at once."""
        now = self._world.clock.now()
        task = queue.new_task(key, work, scheduled or now, **more)
        task.since = now
        self._pulp.add(self._pulp.tasks, task)
        if scheduled is None:
            self.turn(key, "running")
        if ends:
            self.turn(key, ends)

    def turn(self, key: str, state: str) -> None:
        """Take a task to a state."""
        task = self._pulp.tasks.get(key)
        assert task is not None
        self._pulp.move(self._pulp.tasks, task, state, self._world.clock.now(), "recording")


def headers(exchange: dict[str, Any]) -> dict[str, str]:
    """Return the credentials that went with a recorded request."""
    if exchange.get("note") == MALFORMED:
        return {"authorization": "Basic !!!"}
    who = exchange["as"]
    if who is None:
        return {}
    pair = "admin:wrong" if who == "wrong" else f"{who}:{who}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@cache
def replayed(dialect: Dialect) -> list[tuple[dict[str, Any], httpx.Response]]:
    """Return the recorded exchanges, each with what the mock answers when they are sent again."""
    with Stage("pulp", dialect=dialect, scenario="empty", demand_credentials=True) as stage:
        stand = Stand(stage)
        answers = []
        for exchange in EXCHANGES:
            if exchange.get("note") == "after":
                stage.advance(1)
            if exchange.get("note") == "snapshot of running":
                stand.go_to("2026-11-22T00:07:39Z")
                stand.put(
                    exchange["path"].split("/")[2], Work("", "slow", seconds=62.0), args=[62.0]
                )
            sent = stage.request(exchange["method"], exchange["path"], headers=headers(exchange))
            answers.append((exchange, sent))
        return answers


@pytest.mark.parametrize("dialect", Dialect)
def test_every_recorded_answer_is_the_mocks(dialect: Dialect) -> None:
    """Status, content type, Allow and body are Pulp's: but for the accepted, or all of them."""
    accepted = DIFFERENCES if dialect is Dialect.DOCUMENTED else {}
    used: set[str] = set()
    for number, (exchange, answer) in enumerate(replayed(dialect), 1):
        where = f"{number}: {exchange['method']} {exchange['path']}"
        assert answer.headers["content-type"] == exchange["type"], where
        assert answer.headers.get("allow") == exchange.get("allow"), where
        if exchange.get("note") == MALFORMED:
            assert (exchange["status"], answer.status_code) == (500, 401)
            continue
        assert answer.status_code == exchange["status"], where
        said = answer.json() if "json" in exchange["type"] else answer.text
        expected = comparable(like_ours(exchange["response"], accepted, used))
        assert erased(comparable(said)) == erased(expected), where

    assert used == set(accepted), "an accepted difference that nothing shows"


def erased(answer: Any) -> Any:
    """Return an answer without the words of an error that a method met: those are the method's."""
    if isinstance(answer, list):
        return [erased(one) for one in answer]
    if not isinstance(answer, dict) or answer.get("state") != "error":
        return answer
    words = {"exception", "traceback"}
    return {name: type(value) if name in words else value for name, value in answer.items()}


def test_archived_tasks_come_latest_first() -> None:
    """The history stands in the recorded order, as far as the times tell it."""
    answers = replayed(Dialect.DOCUMENTED)
    exchange, answer = next(one for one in answers if one[0]["path"] == "/tasks/?state=archived")
    recorded = [one["finish_time"] for one in exchange["response"]]

    assert [one["finish_time"] for one in answer.json()] == recorded
    assert answer.json()[0]["id"] == exchange["response"][0]["id"]
