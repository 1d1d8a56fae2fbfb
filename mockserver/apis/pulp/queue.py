"""How Pulp keeps its tasks, and what becomes of them: the queue, the history, the snapshots."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mockserver.clock import SECOND
from mockserver.machine import Chance, Hop
from mockserver.service import Pace
from mockserver.store import Layout, Resource

TASKS = Layout(
    name="pulp_tasks",
    key=str,
    lifecycle="Task",
    views={"queue": "Task"},
    indexes=(("state",),),
)

HISTORY = Layout(
    name="pulp_history",
    key=str,
    lifecycle=None,
    columns={"task": str, "finished": int},
    views={"entry": "Task"},
    indexes=(("finished",), ("task", "finished")),
)

SNAPSHOTS = Layout(
    name="pulp_snapshots",
    key=str,
    lifecycle=None,
    views={"snapshot": "TaskSnapshot"},
)

PACE: Pace = {
    "Task": {
        "waiting": (Hop("running", 1.0),),
        "running": (Hop("finished", 2.5),),
        **{one: (Hop("waiting", 1.0),) for one in ("finished", "error", "timed_out", "canceled")},
    }
}
"""How long states last; `plan` says which tasks keep to it."""

ENDED = ("finished", "error", "timed_out", "canceled")
UNENDED = ("waiting", "running", "suspended", "reset")

SHOWN = 1 * SECOND
"""How long an interval task shows how it has ended before it waits again."""

STOPPING = SECOND // 4
"""How long a task runs that was canceled while it waited."""

HOUR = 3600 * SECOND

HORIZON = 120 * SECOND
"""How far back an interval task catches up with turns at which nobody was looking."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a task calls, and how that ends.

    `end` is the state that it comes to after `seconds` of running; `interval` is how many seconds
    lie between the turns of a task that is repeated; `items` how many it tells its progress of.
    """

    module: str
    method: str
    class_name: str | None = None
    end: str = "finished"
    seconds: float = 2.5
    interval: float | None = None
    items: int = 0
    limit: int | None = None
    failure_threshold: int = 1
    result: dict[str, Any] | None = None


PROBLEM = "the feed does not answer"


def traceback(method: str) -> str:
    """Return what Python prints of an error in *method*."""
    return (
        "Traceback (most recent call last):\n"
        f'  File "repo.py", line 88, in {method}\n'
        f"IOError: {PROBLEM}\n"
    )


def new_task(key: str, work: Work, scheduled: int, **more: Any) -> Resource:
    """Return a task that waits for its time; *more* are facts that it does not take from *work*."""
    described = asdict(work)
    facts = {
        "class": described.pop("class_name"),
        "promise": described.pop("result"),
        **described,
        "job": None,
        "args": [],
        "scheduler": "immediate" if work.interval is None else "interval",
        "scheduled": scheduled,
        "started": None,
        "finished": None,
        "result": None,
        "exception": None,
        "traceback": None,
        "snapshot": None,
        "failures": 0,
        "runs": 0,
        "cancel_attempts": 0,
        "canceled": False,
        **more,
    }
    return Resource(key, "waiting", scheduled, facts=facts)


def plan(task: Resource, chance: Chance, now: int) -> tuple[str, int] | None:
    """Return the next state of a task and how many microseconds its present one lasts."""
    facts = task.facts
    match task.state:
        case "waiting":
            lag = int(SECOND * (0.4 + chance.number(0)))
            return "running", max(facts["scheduled"] + lag - task.since, 1)
        case "running":
            if facts["canceled"]:
                return "canceled", STOPPING
            wait = facts["seconds"] * (0.8 + 0.4 * chance.number(1))
            return ending(facts), int(wait * SECOND)
        case "finished" | "error" | "timed_out" | "canceled" if repeats(facts):
            late = now - HORIZON - task.since
            return "waiting", max(SHOWN, late)
    return None


def ending(facts: dict[str, Any]) -> str:
    """Return how a call ends; one that is repeated goes well every other time."""
    if facts["interval"] is not None and facts["runs"] % 2 == 0:
        return "finished"
    end: str = facts["end"]
    return end


def repeats(facts: dict[str, Any]) -> bool:
    """Return whether a task that has ended has another turn."""
    if facts["scheduler"] != "interval":
        return False
    return bool(facts["failures"] < facts["failure_threshold"])


def arrive(task: Resource, source: str, moment: int) -> None:
    """Set what a task shows in its new state."""
    facts = task.facts
    match task.state:
        case "running":
            facts["started"] = moment
            facts["runs"] += 1
        case "finished" | "error" | "timed_out" | "canceled":
            _end(task, moment)
        case "waiting" if source in ENDED:
            facts["scheduled"] = _next_turn(facts, moment)
            for name in ("started", "finished", "result", "exception", "traceback"):
                facts[name] = None
            facts["canceled"], facts["cancel_attempts"] = False, 0


def _end(task: Resource, moment: int) -> None:
    facts = task.facts
    facts["finished"], facts["ran_at"] = moment, facts["scheduled"]
    if task.state == "finished":
        facts["result"] = facts["promise"]
        facts["failures"] = 0
    if task.state == "error":
        facts["exception"], facts["traceback"] = PROBLEM, traceback(facts["method"])
        facts["failures"] += 1
    if facts["scheduler"] != "interval":
        facts["scheduled"] = None


def _next_turn(facts: dict[str, Any], moment: int) -> int:
    """Return the first turn of an interval task that has not passed by *moment*."""
    if facts["interval"] is None or facts["scheduled"] is None:  # only by force is it here again
        return moment
    interval, latest = int(facts["interval"] * SECOND), facts["scheduled"]
    passed = max((moment - latest) // interval, 0)
    turn: int = latest + (passed + 1) * interval
    return turn


def history_of(task: Resource, key: str) -> Resource:
    """Return what the history keeps of a task that has just ended."""
    names = ("job", "class", "method", "args", "started", "finished", "result")
    facts = {name: task.facts[name] for name in (*names, "exception", "traceback", "failures")}
    facts["scheduled"] = task.facts["ran_at"]
    columns = {"task": task.key, "finished": task.facts["finished"]}
    return Resource(key, task.state, task.since, columns=columns, facts=facts)
