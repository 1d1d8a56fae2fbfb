"""The tasks of a Pulp server at its beginning, and those that keep coming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.apis.pulp import queue, users
from mockserver.apis.pulp.queue import HOUR, Work
from mockserver.clock import SECOND
from mockserver.machine import Chance
from mockserver.store import Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.pulp import Pulp

EVERY = 4.0
"""Seconds between two tasks that come."""

GREGORIAN = 0x01B21DD213814000
"""The hundreds of nanoseconds from the beginning of the Gregorian calendar to 1970."""

REPOSITORIES = ("fedora-16-x86_64", "rhel-6-server", "epel-6", "centos-6-updates", "pulp-v1")

SYNC = {"module": "repo", "method": "sync", "class_name": "RepoSync", "items": 240}
QUICK = Work("repo", "update_metadata", result={"packages": 240})
FAILING = Work(**SYNC, end="error")  # type: ignore[arg-type]
SLOW = Work(**SYNC, seconds=3600.0)  # type: ignore[arg-type]
LIMITED = Work(**SYNC, end="timed_out", limit=2)  # type: ignore[arg-type]
LATER = Work("cds", "unassociate")

COMING = (QUICK, FAILING, SLOW, LIMITED, LATER)
"""What comes, in turn."""

MOST = {SLOW: 12, LATER: 20}
"""Work that lasts or waits -> how many tasks may do so; beyond that something quick comes."""

INTERVALS = (
    Work("event", "cull_audited_events", interval=3600.0, seconds=5.0),
    Work("history", "cull_history", interval=86_400.0, seconds=5.0),
    Work("repo", "check_feeds", end="error", interval=9.0, failure_threshold=3),
    Work("consumer", "cull_bindings", interval=7.0, seconds=2.0),
    Work("repo", "publish", end="timed_out", interval=11.0, limit=3, seconds=3.0),
)

PASTS = {
    "calm": (("finished", 40), ("error", 8), ("timed_out", 4), ("canceled", 4)),
    "busy": (("finished", 160), ("error", 20), ("timed_out", 10), ("canceled", 10)),
    "failing": (("finished", 10), ("error", 60), ("timed_out", 20), ("canceled", 5)),
    "empty": (),
}
"""What has ended before the beginning: how, and how often."""

RECENT = 4
"""How many of each kind ended so recently that they still are in the queue."""

PRESENT = {"calm": (10, 10), "busy": (12, 60), "failing": (6, 10), "empty": (0, 0)}
"""How many tasks run for long, and how many wait for a time that is hours away."""


def random_uuid(chance: Chance) -> str:
    """Return a random UUID."""
    words = [chance.whole(0, 0xFFFFFFFF, index) for index in range(4)]
    text = "".join(f"{one:08x}" for one in words)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{8 + words[2] % 4:x}{text[17:20]}-{text[20:]}"


def task_id(api: Pulp, moment: int, number: int) -> str:
    """Return a UUID that is made of a time and a place, as those of Pulp's tasks are."""
    ticks = moment * 10 + GREGORIAN + number % 10
    node = api.world.chance("node").whole(0, 0xFFFFFF)
    low, middle, high = ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0xFFF
    return f"{low:08x}-{middle:04x}-1{high:03x}-{0x8000 | number & 0x3FFF:04x}-f0def1{node:06x}"


def fill(api: Pulp, scenario: str) -> None:
    """Put the tasks of *scenario* into an empty server."""
    if scenario == "empty":
        return
    numbers = iter(range(1, 10_000))
    born = api.world.born
    for state, count in PASTS[scenario]:
        for index in range(count):
            _past(api, next(numbers), state, index, count)
    running, waiting = PRESENT[scenario]
    for index in range(running):
        began = born - (60 + 7 * index) * SECOND
        task = _made(api, next(numbers), SLOW, began)
        task.facts["seconds"] += 60.0 * index
        api.add(api.tasks, task)
        api.move(api.tasks, task, "running", began + SECOND, "seed")
    for index in range(waiting):
        turn = born + (1 + index) * HOUR
        api.add(api.tasks, _made(api, next(numbers), LATER, turn, scheduler="at"))
    for work in INTERVALS:
        _repeated(api, next(numbers), work)
    for state in ("suspended", "reset"):
        task = _made(api, next(numbers), LATER, born + HOUR, stays=True)
        task.state, task.since = state, born - SECOND
        api.add(api.tasks, task)
    api.world.later(api.NAME, "come", {"number": next(numbers)}, 1.0)


def _made(api: Pulp, number: int, work: Work, scheduled: int, **more: Any) -> Resource:
    """Return a new task with that work."""
    chance = api.world.chance("task", number)
    born = min(scheduled, api.world.clock.now())
    facts: dict[str, Any] = {"args": [chance.pick(REPOSITORIES)] if work.items else []}
    if number % 3 == 0:
        facts["job"] = task_id(api, born - SECOND, number)
    key = task_id(api, born, number)
    task = queue.new_task(key, work, scheduled, **(facts | more))
    task.since = born
    return task


def _past(api: Pulp, number: int, state: str, index: int, count: int) -> None:
    """Put a task that has ended into the history and, if that is recent, into the queue."""
    work = {"error": FAILING, "timed_out": LIMITED, "canceled": SLOW}.get(state, QUICK)
    recent = index < RECENT
    back = (10 + 20 * index) * SECOND if recent else (1 + 60 * (index + 1) // count) * HOUR
    ended = api.world.born - back - number * SECOND // 10
    task = _made(api, number, work, ended - 4 * SECOND)
    for target, moment in (("running", ended - 3 * SECOND), (state, ended)):
        source, task.state, task.since = task.state, target, moment
        api.arrive(queue.TASKS.name, task, source, moment)
    api.record(task)
    if recent:
        api.tasks.insert(task)
        api.forget_later(task, ended)


def _repeated(api: Pulp, number: int, work: Work) -> None:
    """Put a task that is repeated into the queue: it has had one turn and waits for the next."""
    assert work.interval is not None
    interval = int(work.interval * SECOND)
    turn = api.world.born - int(0.6 * min(work.interval, 600.0) * SECOND)
    task = _made(api, number, work, turn)
    task.key = task_id(api, turn - interval, number)
    ends = turn + int(work.seconds * SECOND)
    for state, moment in (
        ("running", turn),
        (queue.ending(task.facts | {"runs": 1}), ends),
        ("waiting", ends + queue.SHOWN),
    ):
        source, task.state, task.since = task.state, state, moment
        api.arrive(queue.TASKS.name, task, source, moment)
        if state in queue.ENDED:
            api.record(task)
    api.add(api.tasks, task)


def come(api: Pulp, number: int, moment: int) -> None:
    """Make the task *number*, and see to it that there is a next one."""
    work = COMING[number % len(COMING)]
    if work in (SLOW, LATER):
        state = "running" if work is SLOW else "waiting"
        if api.tasks.count(Query((within("state", [state]),))) >= MOST[work]:
            work = QUICK
    if work is LATER:
        task = _made(api, number, work, moment + HOUR, scheduler="at")
    else:
        task = _made(api, number, work, moment)
    api.add(api.tasks, task)
    now = api.world.clock.now()
    following = max(moment + int(EVERY * SECOND), now - queue.HORIZON)
    api.world.later(api.NAME, "come", {"number": number + 1}, (following - now) / SECOND)


def known(api: Pulp) -> dict[str, Any]:
    """Return what a suite may know of a server.

    `tasks`: by state, IDs of tasks of the queue that are not repeated; `interval`: IDs of those
    that are; `archived`: IDs that only the history has; `credentials`: values of the header
    Authorization by what they allow. `touch` lends the tasks that run for long or wait for long,
    to be canceled and deleted. Tasks keep coming every few seconds, of every kind.
    """
    tasks: dict[str, list[str]] = {}
    intervals: list[str] = []
    for task in api.tasks.find(Query()):
        if task.facts["scheduler"] == "interval":
            intervals.append(task.key)
        else:
            tasks.setdefault(task.state, []).append(task.key)
    current = set(intervals).union(*tasks.values())
    entries = [one.columns["task"] for one in api.history.find(Query(order=("-finished",)), 100)]
    only = [one for one in dict.fromkeys(entries) if one not in current]
    lent = [*tasks.get("running", ()), *tasks.get("waiting", ())]
    return {
        "known": {
            "tasks": tasks,
            "interval": intervals,
            "archived": only[:20],
            "credentials": {
                "super_user": users.authorization("admin"),
                "read_only": users.authorization("reader"),
                "no_permission": users.authorization("nobody"),
            },
        },
        "touch": {"Task": lent},
    }
