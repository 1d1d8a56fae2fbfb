"""The workers of the mock's only fleet: they take tasks on, run them, and leave a trace of it.

Each job has up to eight workers of its own, fewer with maxWorkerCount. A worker's time with a job
is a session; each attempt at a task is a session action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud.layouts import GIVEN_OUT
from mockserver.store import Condition, Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

WORKERS = 8
"""How many workers a job has at most."""

REST = ("PENDING", "READY", "SCHEDULED", "ASSIGNED", "STARTING", "RUNNING")
"""What is stopped when a job stops."""


def make_slots(api: DeadlineState, farm_id: str, limit: int | None) -> list[dict[str, Any]]:
    """Return the places for the workers of a new job."""
    count = WORKERS if limit is None or limit < 0 else min(WORKERS, limit)
    return [
        {"worker": f"worker-{api.digits('worker', farm_id, number)}", "session": None, "task": None}
        for number in range(count)
    ]


class Workers:
    """Gives out tasks and follows what becomes of them."""

    def __init__(self, api: DeadlineState) -> None:
        self._api = api

    def take_on(self, task: Resource, moment: int) -> None:
        """Carry out what is due for *task*."""
        api, target = self._api, task.upcoming or ""
        if target == "SCHEDULED":
            self._give_out(task, moment)
            return
        if task.state == "RUNNING" and target == "FAILED":
            self._fail(task, moment)
            return
        api.move(api.tasks, task, target, moment, "time")
        if target == "NOT_COMPATIBLE":
            self._stop(api.parents.job(task.columns["job_id"]), moment)

    def _fail(self, task: Resource, moment: int) -> None:
        """Try a failed task again while its job allows; stop a job with too many failures."""
        api = self._api
        job = api.parents.job(task.columns["job_id"])
        tried = task.facts.get("retries", 0)
        if tried < job.facts["max_retries"]:
            task.facts["retries"] = tried + 1
            api.parents.retried(task)
            api.move(api.tasks, task, "READY", moment, "retry")
            return
        task.facts["exhausted"] = True
        api.move(api.tasks, task, "FAILED", moment, "time")
        if job.facts["counts"]["FAILED"] >= max(1, job.facts["max_failed"]):
            self._stop(job, moment)

    def _stop(self, job: Resource, moment: int) -> None:
        """Cancel whatever of *job* has not ended; what runs is interrupted first."""
        api = self._api
        for task in self._tasks(job, REST):
            if task.state in {"STARTING", "RUNNING"}:
                task.facts["target"] = "CANCELED"
                api.move(api.tasks, task, "INTERRUPTING", moment, "stop")
            else:
                api.move(api.tasks, task, "CANCELED", moment, "stop")

    def _tasks(self, job: Resource, states: tuple[str, ...]) -> list[Resource]:
        where = (within("job_id", [job.key]), within("state", states))
        return self._api.tasks.find(Query(where, ("ordinal",)))

    # -- places --------------------------------------------------------------------------------

    def _give_out(self, task: Resource, moment: int) -> None:
        """Give *task* to a worker that is free; without one it stays ready."""
        api = self._api
        job = api.parents.job(task.columns["job_id"])
        slots = job.facts["slots"]
        free = [number for number, slot in enumerate(slots) if slot["task"] is None]
        if not free:
            task.due = task.upcoming = None
            api.tasks.update(task)
            return
        number = next((one for one in free if slots[one]["session"]), free[0])
        slot = slots[number]
        slot["task"] = task.key
        if slot["session"] is None:
            slot["session"] = self._open_session(job, slot["worker"], moment)
        task.facts["worker"] = slot["worker"]
        task.facts["action"] = self._begin(job, slot["session"], task, moment)
        api.move(api.tasks, task, "SCHEDULED", moment, "time")

    def _open_session(self, job: Resource, worker: str, moment: int) -> str:
        job.facts["sessions"] += 1
        number = job.facts["sessions"]
        key = f"session-{self._api.digits('session', job.key, number)}"
        fleet = f"fleet-{self._api.digits('fleet', job.columns['farm_id'])}"
        facts = {"worker": worker, "fleet": fleet, "started": moment, "actions": 0}
        columns = {"job_id": job.key, "ordinal": number}
        self._api.add(
            self._api.sessions, Resource(key, "STARTED", moment, columns=columns, facts=facts)
        )
        return key

    def _begin(self, job: Resource, session: str, task: Resource, moment: int) -> str:
        """Note a new attempt at *task* and return its id."""
        api = self._api
        opened = api.sessions.get(session)
        assert opened is not None
        opened.facts["actions"] += 1
        api.sessions.update(opened)
        job.facts["actions"] += 1
        key = f"sessionaction-{session.removeprefix('session-')}-{opened.facts['actions'] - 1}"
        columns = {
            "job_id": job.key,
            "session_id": session,
            "task_id": task.key,
            "ordinal": job.facts["actions"],
        }
        facts = {"step": task.columns["step_id"], "parameters": task.facts["parameters"]}
        api.add(api.actions, Resource(key, "SCHEDULED", moment, columns=columns, facts=facts))
        return key

    def follow(self, task: Resource, source: str, moment: int) -> None:
        """Have the attempt at *task*, which has come from *source*, follow it."""
        if source not in GIVEN_OUT:
            return
        api = self._api
        action = api.actions.get(task.facts.get("action"))
        target = _attempt(task, source, action.state) if action is not None else None
        if action is not None and target is not None:
            api.move(api.actions, action, target, moment, "task")
        if task.state not in GIVEN_OUT:
            for slot in api.parents.job(task.columns["job_id"]).facts["slots"]:
                if slot["task"] == task.key:
                    slot["task"] = None

    def hand_out(self, job: Resource, moment: int) -> None:
        """Give free workers what waits for them, and send them away if there is nothing left."""
        slots, counts = job.facts["slots"], job.facts["counts"]
        free = sum(slot["task"] is None for slot in slots)
        if free and counts["READY"] and not job.facts.get("blocked"):
            where = (
                within("job_id", [job.key]),
                within("state", ["READY"]),
                Condition("due", "null"),
            )
            for task in self._api.tasks.find(Query(where, ("ordinal",)), free):
                self._give_out(task, moment)
        if counts["READY"]:
            return
        for slot in slots:
            if slot["task"] is None and slot["session"] is not None:
                session = self._api.sessions.get(slot["session"])
                assert session is not None
                slot["session"] = None
                self._api.move(self._api.sessions, session, "ENDED", moment, "job")


def _attempt(task: Resource, source: str, state: str) -> str | None:
    """Return the state of an attempt in *state* at *task*, which has just come from *source*."""
    match task.state:
        case "ASSIGNED" | "RUNNING":
            return task.state
        case "INTERRUPTING":
            return "CANCELING"
        case "STARTING":
            return None
    if source in {"SCHEDULED", "ASSIGNED", "STARTING"}:
        return "NEVER_ATTEMPTED" if state in {"SCHEDULED", "ASSIGNED"} else None
    if source == "INTERRUPTING":
        return "CANCELED" if task.state == "CANCELED" else "INTERRUPTED"
    return "SUCCEEDED" if task.state == "SUCCEEDED" else "FAILED"
