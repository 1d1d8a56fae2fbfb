"""How a Deadline repository keeps its jobs and tasks, and how its Workers get on with them."""

from __future__ import annotations

from typing import Any

from mockserver.apis.thinkbox.views import COMPLETED, FAILED, QUEUED, RENDERING, UNKNOWN
from mockserver.clock import SECOND
from mockserver.machine import Chance, Hop
from mockserver.service import Pace
from mockserver.store import Layout, Query, Resource
from mockserver.store.query import within

JOBS = Layout(
    name="thinkbox_jobs",
    key=str,
    lifecycle=None,
    columns={"number": int},
    views={"full": "Job"},
    indexes=(("number",), ("state", "number")),
)

TASKS = Layout(
    name="thinkbox_tasks",
    key=str,
    lifecycle="Task",
    columns={"job": str, "number": int},
    views={"full": "Task"},
    indexes=(("job", "number"), ("job", "state", "number")),
)

PACE: Pace = {
    "Task": {
        QUEUED: (Hop(RENDERING, 1.0),),
        RENDERING: (Hop(COMPLETED, 2.5),),
    }
}
"""How long states last; what becomes of a rendering task is up to its course, see `ending`."""

SLOW = 600 * SECOND
"""How long a task of a slow job renders."""

LOADING = SECOND // 4
"""How long a Worker loads the scene before it renders."""

TRIES = 3
"""How many errors a task may have before it fails."""

ERRORS = {"calm": 0.0, "busy": 0.02, "failing": 0.5, "empty": 0.0}
"""The share of renderings that end in an error, for jobs whose name asks for nothing."""

WORKERS = tuple(f"render-{number:02}" for number in range(1, 13))


def tasks_of(job: str, *states: str) -> Query:
    """Return the tasks of a job, or those of them in certain states, by number."""
    where = (within("job", [job]), within("state", states)) if states else (within("job", [job]),)
    return Query(where, ("number",))


def task_key(job: str, number: int) -> str:
    """Return the identity of a task among all tasks."""
    return f"{job}_{number}"


def new_task(job: str, number: int, span: tuple[int, int], state: str, moment: int) -> Resource:
    """Return a task that nobody has touched."""
    facts = {
        "first": span[0],
        "last": span[1],
        "worker": "",
        "errors": 0,
        "started": None,
        "started_rendering": None,
        "completed": None,
        "course": "",
    }
    columns = {"job": job, "number": number}
    return Resource(task_key(job, number), state, moment, columns=columns, facts=facts)


def ending(task: Resource, chance: Chance, errors: float) -> tuple[str, int]:
    """Return what becomes of a rendering task and after how many microseconds."""
    course, past = task.facts["course"], task.facts["errors"]
    wait = int(2.5 * SECOND * (0.6 + 0.8 * chance.number(1)))
    match course:
        case "slow":
            return COMPLETED, SLOW
        case "vanishes":
            return UNKNOWN, wait
        case "fails":
            return FAILED, wait
        case "flaky" if not past:
            return QUEUED, wait
        case "" if chance.number(0) < errors:
            return (QUEUED if past + 1 < TRIES else FAILED), wait
    return COMPLETED, wait


def arrive(task: Resource, source: str, moment: int, worker: str) -> None:
    """Set what a task shows in its new state; *worker* is who would render it."""
    facts = task.facts
    if source == RENDERING and facts.pop("error_at", None) == moment:
        facts["errors"] += 1
    match task.state:
        case "4":
            if source != UNKNOWN:
                facts["worker"], facts["started"] = worker, moment
                facts["started_rendering"] = moment + LOADING
            facts["completed"] = None
        case "5":
            _stop(facts, moment)
            facts["completed"] = moment
        case "6":
            _stop(facts, moment)
            facts["completed"] = None
        case "2" | "3" | "8":
            facts["worker"] = ""
            facts["started"] = facts["started_rendering"] = facts["completed"] = None


def _stop(facts: dict[str, Any], moment: int) -> None:
    """Forget a rendering that never began."""
    if facts["started_rendering"] is not None and facts["started_rendering"] > moment:
        facts["started_rendering"] = None
