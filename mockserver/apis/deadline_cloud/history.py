"""What has happened to a seeded job: its tasks as they are now, and the sessions that ran them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud import building
from mockserver.apis.deadline_cloud.layouts import FINISHED, GIVEN_OUT
from mockserver.clock import SECOND
from mockserver.store import Resource

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

ATTEMPTS = {
    "SUCCEEDED": "SUCCEEDED",
    "FAILED": "FAILED",
    "CANCELED": "CANCELED",
    "RUNNING": "RUNNING",
    "INTERRUPTING": "CANCELING",
    "STARTING": "ASSIGNED",
    "ASSIGNED": "ASSIGNED",
    "SCHEDULED": "SCHEDULED",
}
"""The state of a task that a worker has or had -> the state of its latest attempt."""

STARTED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "RUNNING", "INTERRUPTING"})


class Past:
    """The past of one job, told from its creation on."""

    def __init__(self, api: DeadlineState, job: Resource, moment: int) -> None:
        self._api = api
        self._job = job
        self._moment = moment
        self._sessions: dict[int, Resource] = {}
        self._turn = 0
        self._last = moment

    def live(
        self, step: Resource, states: list[str], values: list[dict[str, Any]], *, still: bool
    ) -> None:
        """Write the tasks of *step*, each with its state and its parameter values."""
        tasks, actions = [], []
        for number, (state, parameters) in enumerate(zip(states, values, strict=True)):
            task = building.new_task(self._job, step, parameters, number, state)
            if state in ATTEMPTS:
                actions.append(self._run(task, number))
                columns = task.columns
                if columns["started"] is not None:
                    step.facts["started"] = step.facts["started"] or columns["started"]
                    self._job.columns["started"] = (
                        self._job.columns["started"] or columns["started"]
                    )
            elif state not in {"PENDING", "READY"}:
                task.columns["updated"] = self._moment + 30 * SECOND
                task.facts["updated_by"] = self._job.columns["created_by"]
            if state == "INTERRUPTING":
                task.facts["target"] = "CANCELED"
            if not still:
                self._api.schedule(self._api.tasks, task)
                self._spread(task)
            tasks.append(task)
        if all(state in FINISHED for state in states):
            step.facts["ended"] = self._last
        self._api.tasks.insert_many(tasks)
        self._api.actions.insert_many(actions)

    def _spread(self, task: Resource) -> None:
        """Let what is under way at the beginning go on over the next half a minute."""
        if task.due is not None:
            share = self._api.world.chance("spread", task.key).number()
            task.since = self._api.world.born
            task.due = self._api.world.born + int((1 + 20 * share) * SECOND)
            self._api.world.expect(task.due)

    def _run(self, task: Resource, number: int) -> Resource:
        """Give *task* its latest attempt, in the session of one of the job's workers."""
        slots = self._job.facts["slots"]
        busy = task.state in GIVEN_OUT
        place = self._turn % len(slots)
        if busy:
            place = next(index for index, slot in enumerate(slots) if slot["task"] is None)
        self._turn += 1
        started = self._moment + 60 * SECOND + number // len(slots) * 45 * SECOND
        if busy:
            started = self._api.world.born - 2 * SECOND
        ended = started + 20 * SECOND + int(10 * SECOND * self._chance(task))
        session = self._session(place, started - SECOND)
        facts: dict[str, Any] = {
            "step": task.columns["step_id"],
            "parameters": task.facts["parameters"],
        }
        state = task.state
        if state in STARTED:
            task.columns["started"] = facts["started"] = facts["updated"] = started
        if state in FINISHED:
            task.columns["ended"] = facts["ended"] = facts["updated"] = ended
            self._last = max(self._last, ended)
        task.columns["updated"] = ended if state in FINISHED else started
        task.facts["updated_by"] = slots[place]["worker"]
        self._job.facts["actions"] += 1
        session.facts["actions"] += 1
        digits = session.key.removeprefix("session-")
        key = f"sessionaction-{digits}-{session.facts['actions'] - 1}"
        task.facts["action"] = key
        if busy:
            slots[place]["task"], slots[place]["session"] = task.key, session.key
            task.facts["worker"] = slots[place]["worker"]
        columns = {
            "job_id": self._job.key,
            "session_id": session.key,
            "task_id": task.key,
            "ordinal": self._job.facts["actions"],
        }
        return Resource(key, ATTEMPTS[state], started, columns=columns, facts=facts)

    def _chance(self, task: Resource) -> float:
        return self._api.world.chance("took", task.key).number()

    def _session(self, place: int, moment: int) -> Resource:
        found = self._sessions.get(place)
        if found is None:
            job = self._job
            job.facts["sessions"] += 1
            number = job.facts["sessions"]
            facts = {
                "worker": job.facts["slots"][place]["worker"],
                "fleet": f"fleet-{self._api.digits('fleet', job.columns['farm_id'])}",
                "started": moment,
                "actions": 0,
            }
            columns = {"job_id": job.key, "ordinal": number}
            key = f"session-{self._api.digits('session', job.key, number)}"
            found = self._sessions[place] = Resource(
                key, "STARTED", moment, columns=columns, facts=facts
            )
        return found

    def end(self) -> None:
        """Write the sessions, ended where nothing goes on in them, and say when the job ended."""
        slots = self._job.facts["slots"]
        for place, session in self._sessions.items():
            if slots[place]["task"] is None:
                session.state = "ENDED"
                session.facts["ended"] = self._last + SECOND
        self._api.sessions.insert_many(self._sessions.values())
        counts = self._job.facts["counts"]
        if all(state in FINISHED for state, count in counts.items() if count):
            self._job.columns["ended"] = self._last
