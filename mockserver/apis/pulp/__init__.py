"""Pulp v1, Tasks: handlers for `specs/pulp.yaml`, one method per operationId."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import orjson

from mockserver.api import Api
from mockserver.apis.pulp import queue, seed, users, views
from mockserver.errors import ApiError, MethodError, NoRouteError, Violation
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Pace
from mockserver.store import Collection, Query, Resource
from mockserver.store.collection import ALL
from mockserver.store.query import within

FILTERS: Mapping[str, tuple[str, ...]] = {
    "waiting": ("waiting",),
    "running": ("running",),
    "complete": queue.ENDED,
    "incomplete": queue.UNENDED,
    "current": (*queue.UNENDED, *queue.ENDED),
    "archived": (),
}
"""State filter -> the states of the tasks of the queue that it lets through."""

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

METHODS = ("GET", "POST", "PUT", "DELETE")

CANCELED_AFTER = 0.5
"""Seconds from the 202 to the end of a running task that is canceled."""

KEPT = 240
"""Seconds for which a task that has ended stays in the queue."""

REMEMBERED = 300
"""How many entries the history has before the oldest are culled."""


class Pulp(Api):
    """One Pulp server: its queue of tasks, their history and their snapshots."""

    NAME = "pulp"
    LAYOUTS = (queue.TASKS, queue.HISTORY, queue.SNAPSHOTS)
    PACE: ClassVar[Pace] = queue.PACE
    MERGES_SLASHES = True

    def __init__(self, service: Any, world: Any) -> None:
        super().__init__(service, world)
        self.tasks = self.collections[queue.TASKS.name]
        self.history = self.collections[queue.HISTORY.name]
        self.snapshots = self.collections[queue.SNAPSHOTS.name]

    # -- operations ----------------------------------------------------------------------------

    def list_tasks(self, call: Call) -> Reply:
        """Return the tasks that the filters let through."""
        wanted = [one.lower() for one in call.values("state")] or ["current"]
        for one in wanted:
            if one not in FILTERS:
                raise ApiError(f"Unknown state: {one}")
        ids = call.values("id") or None
        states = tuple(dict.fromkeys(state for one in wanted for state in FILTERS[one]))
        rows = self.queued(states, ids)
        if "archived" in wanted:
            rows += self.archived(ids)
        return self.listed(rows)

    def listed(self, rows: Sequence[bytes]) -> Reply:
        """Return tasks as a list."""
        return Reply.ready(b"[%s]" % b",".join(rows))

    def queued(self, states: Sequence[str], ids: Sequence[str] | None) -> list[bytes]:
        """Return the tasks of the queue in those states: as written, but those that run as now."""
        where = () if ids is None else (within("key", list(dict.fromkeys(ids))),)
        still = [one for one in states if one != "running"]
        rows = self.tasks.page(Query((*where, within("state", still))), "queue", ALL)
        if "running" in states:
            now = self.world.clock.now()
            for task in self.tasks.find(Query((*where, within("state", ["running"])))):
                rows.append(orjson.dumps(self.shown(task, now)))
        return rows

    def archived(self, ids: Sequence[str] | None) -> list[bytes]:
        """Return the history, or what it has of certain tasks, the latest first."""
        where = () if ids is None else (within("task", list(dict.fromkeys(ids))),)
        return self.history.page(Query(where, ("-finished",)), "entry", ALL)

    def get_task(self, call: Call) -> Reply:
        """Return a task of the queue, or else the latest of the history."""
        task = self.tasks.get(call.path["id"])
        if task is not None:
            return Reply.json(self.shown(task, self.world.clock.now()))
        found = self.archived([call.path["id"]])
        if not found:
            raise self.no_task(call.path["id"])
        return Reply.json(orjson.loads(found[0]) | {"scheduler": None, "snapshot_id": None})

    def delete_task(self, call: Call) -> Reply:
        """Remove a waiting task; have any other not repeated."""
        task = self.find_task(call)
        task.facts["scheduler"] = "immediate"
        shown = views.brief(task, self.world.clock.now())
        if task.state == "waiting":
            self.tasks.delete(task)
        else:
            if task.state in queue.ENDED:
                task.due = task.upcoming = None
                self.forget_later(task, self.world.clock.now())
            self.tasks.update(task)
        return Reply.json(shown, 202)

    def cancel_task(self, call: Call) -> Reply:
        """Accept to stop a task; one that waits is stopped as soon as it runs."""
        task = self.find_task(call)
        shown = views.brief(task, self.world.clock.now())
        if task.state in {"waiting", "running"}:
            task.facts["canceled"] = True
            task.facts["cancel_attempts"] += 1
            self.tasks.update(task)
        if task.state == "running":
            self.count_attempt(task)
            payload = {"task": task.key, "runs": task.facts["runs"]}
            self.world.later(self.NAME, "cancel", payload, CANCELED_AFTER)
        return Reply.json(shown, 202)

    def count_attempt(self, task: Resource) -> None:
        """Have the snapshot of a task tell how often somebody tried to cancel it."""
        snapshot = self.snapshots.get(task.key)
        if snapshot is not None:
            snapshot.facts["cancel_attempts"] = task.facts["cancel_attempts"]
            self.snapshots.update(snapshot)

    def list_task_snapshots(self, _call: Call) -> Reply:
        """Return all snapshots."""
        return self.listed(self.snapshots.page(Query(), "snapshot", ALL))

    def get_task_snapshot(self, call: Call) -> Reply:
        """Return the snapshot of a task."""
        found = self.snapshots.view(call.path["id"], "snapshot")
        if found is None:
            raise self.no_snapshot(call.path["id"])
        return Reply.ready(found)

    def delete_task_snapshot(self, call: Call) -> Reply:
        """Delete the snapshot of a task and return it."""
        snapshot = self.snapshots.get(call.path["id"])
        if snapshot is None:
            raise self.no_snapshot(call.path["id"])
        self.snapshots.delete(snapshot)
        task = self.tasks.get(snapshot.key)
        if task is not None:
            task.facts["snapshot"] = None
            self.tasks.update(task)
        return Reply.json(self.shown_snapshot(snapshot))

    def find_task(self, call: Call) -> Resource:
        """Return a task of the queue; refuse if there is none, whatever the history knows."""
        task = self.tasks.get(call.path["id"])
        if task is None:
            raise self.no_task(call.path["id"])
        return task

    def no_task(self, key: str) -> ApiError:
        """Return the refusal of a task that is not there."""
        return ApiError(f"Task not found: {key}", 404)

    def no_snapshot(self, key: str) -> ApiError:
        """Return the refusal of a snapshot that is not there."""
        return ApiError(f"Snapshot for task not found: {key}", 404)

    # -- what happens --------------------------------------------------------------------------

    def plan(self, _schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw what becomes of a task: its work decides."""
        if resource.facts.get("stays"):
            return None
        return queue.plan(resource, chance, self.world.clock.now())

    def force(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        """Take a task anywhere: one that ends without having run counts as a run of its own."""
        if resource.state != "running" and target in queue.ENDED:
            resource.facts["runs"] += 1
        super().force(collection, resource, target, moment, cause)

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a task shows in its new state."""
        if name != queue.TASKS.name:
            return
        queue.arrive(resource, source, moment)
        runs = resource.state == "running"
        chance = self.world.chance("snapshot", resource.key, resource.facts["runs"])
        resource.facts["snapshot"] = seed.random_uuid(chance) if runs else None

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Keep a snapshot of what runs, and a record of what has ended."""
        if name != queue.TASKS.name:
            return
        if resource.state == "running":
            facts = resource.facts
            self.snapshots.insert(Resource(resource.key, "waiting", moment, facts=dict(facts)))
            return
        snapshot = self.snapshots.get(resource.key) if source == "running" else None
        if snapshot is not None:
            self.snapshots.delete(snapshot)
        if resource.state in queue.ENDED:
            self.record(resource)
            if resource.upcoming is None:
                self.forget_later(resource, moment)

    def record(self, task: Resource) -> None:
        """Put a task that has ended into the history, which never grows beyond a limit."""
        chance = self.world.chance("history", task.key, task.facts["runs"])
        self.history.insert(queue.history_of(task, seed.random_uuid(chance)))
        surplus = self.history.count(Query()) - REMEMBERED
        if surplus > 0:
            for oldest in self.history.find(Query(order=("finished",)), surplus):
                self.history.delete(oldest)

    def forget_later(self, task: Resource, moment: int) -> None:
        """Have a task that has ended leave the queue when its time is over."""
        wait = KEPT + (moment - self.world.clock.now()) / 1_000_000
        payload = {"task": task.key, "since": task.since}
        self.world.later(self.NAME, "forget", payload, wait)

    def perform(self, kind: str, payload: Any, moment: int) -> None:
        """Carry out what was put off: the end of a task, its going, the coming of the next."""
        if kind == "come":
            seed.come(self, payload["number"], moment)
            return
        task = self.tasks.get(payload["task"])
        if task is None:
            return
        if kind == "cancel":
            if task.state == "running" and task.facts["runs"] == payload["runs"]:
                self.move(self.tasks, task, "canceled", moment, "cancelTask")
        elif task.state in queue.ENDED and task.since == payload["since"]:
            self.tasks.delete(task)

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a task, what the history keeps of one, or a snapshot."""
        if name == queue.TASKS.name:
            return {"queue": self.shown(resource, resource.since)}
        if name == queue.HISTORY.name:
            return {"entry": views.entry(resource)}
        return {"snapshot": self.shown_snapshot(resource)}

    def shown(self, task: Resource, now: int) -> dict[str, Any]:
        """Return a task of the queue as it is at *now*."""
        return views.task(task, now)

    def shown_snapshot(self, snapshot: Resource) -> dict[str, Any]:
        """Return a snapshot."""
        return views.snapshot(snapshot)

    def seed(self, scenario: str) -> None:
        """Fill the queue and the history, and have tasks keep coming."""
        seed.fill(self, scenario)

    def target(self) -> dict[str, Any]:
        """Return what a suite may use: tasks by state, and users."""
        return seed.known(self)

    # -- how it says no ------------------------------------------------------------------------

    def authenticate(self, call: Call) -> None:
        """Refuse paths that no task can have, then callers without the permission."""
        if "id" in call.path and UUID.fullmatch(call.path["id"]) is None:
            raise NoRouteError(call.scope["path"])
        users.authenticate(call, demand=self.service.options.demand_credentials)

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        """Let every request through: Pulp judges the state filter itself, and nothing else."""

    def render_error(self, error: ApiError, _call: Call) -> Reply:
        """Return a JSON text from a handler, HTML from the router."""
        if isinstance(error, NoRouteError):
            return Reply(404, b"not found", b"text/html")
        if isinstance(error, MethodError):
            allow = ", ".join(one for one in METHODS if one in error.allow)
            return Reply(405, b"None", b"text/html").with_header("allow", allow)
        return Reply.json(error.message, error.status)
