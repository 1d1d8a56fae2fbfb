"""Queues, jobs, steps, tasks and sessions of Deadline Cloud, as the walks drive them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from conformance.answer import Answer
from conformance.drivers.deadline_cloud_farm import (
    POOLS,
    STARTED,
    Path,
    Record,
    StepPlan,
    farm_of,
    is_created,
    key_of,
    known_ids,
    listed,
    order,
    path_of,
    place,
    read_task,
    steps_of,
    submit,
    tasks_of,
    within,
)
from conformance.drivers.subject import Subject
from conformance.mode import Resource
from conformance.probe import Probe
from specs.contract import Lifecycle

if TYPE_CHECKING:
    from conformance.drivers.generic import Driver

TARGETS = {
    "requeue": "PENDING",
    "ready": "READY",
    "suspend": "SUSPENDED",
    "cancel": "CANCELED",
    "fail": "FAILED",
    "succeed": "SUCCEEDED",
}
BRIEF = ("SCHEDULED", "ASSIGNED", "STARTING")  # states on the way to RUNNING
COURSES = {
    **dict.fromkeys((*BRIEF, "RUNNING", "INTERRUPTING"), "running"),
    "PENDING": "waiting",
    "NOT_COMPATIBLE": "incompatible",
    "SUCCEEDED": "short",
}


class _Placed(Subject):
    """What is read by the ids of its path, and known by these."""

    kinds = ""  # where the target file has them
    reads = ""

    def __init__(self, driver: Driver, cycle: Lifecycle) -> None:
        super().__init__(driver, cycle)
        if self.reads:
            self.reader = driver.contract.operations[self.reads]

    def state(self, probe: Probe, key: str) -> str:
        return self.shown(probe.ok(self.reads, path=path_of(key)).json)

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        return [key_of(one) for one in known_ids(probe, self.kinds, [state])]

    def dispose(self, probe: Probe, key: str) -> None:
        """There is no operation that removes it."""


class QueueSubject(_Placed):
    """A queue: nothing commands it, it follows its jobs."""

    kinds, reads = "queues", "getQueue"

    def create(self, probe: Probe, creator: str = "") -> str:
        """Make a queue, which nothing can remove, only if that is the question."""
        if not creator:
            probe.unsupported("queues cannot be removed, so none is made for this")
        farm = farm_of(probe)
        answer = probe.ok("createQueue", path=farm, body={"displayName": "Callsheet"})
        return key_of({**farm, "queueId": answer.json["queueId"]})

    def reach(self, probe: Probe, state: str) -> str | None:
        """Give an idle queue something to do."""
        if state != "SCHEDULING":
            return None
        idle = self.known(probe, "IDLE")
        probe.assume(idle, "no queue is known to be idle")
        steps = (StepPlan(command="short"),)
        submit(probe, order(probe, *steps, targetTaskRunStatus=STARTED), path_of(idle[0]))
        return idle[0]


class JobSubject(_Placed):
    """A job, which is suspended so that nothing but commands move it."""

    kinds, reads = "jobs", "getJob"

    def __init__(self, driver: Driver, cycle: Lifecycle) -> None:
        super().__init__(driver, cycle)
        self._priorities = count(1)

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - there is one creator
        return key_of(submit(probe, order(probe)))

    def reach(self, probe: Probe, state: str) -> str | None:
        """Make a job of something that is no template, where its creation is to fail."""
        if state == "CREATE_FAILED":
            body = order(probe, template="name: no steps", templateType="YAML")
            answer = probe.call("createJob", path=(where := place(probe)), body=body)
            if not answer.is_success:
                probe.unsupported("a bad template is refused at once")
            return key_of({**where, "jobId": answer.json["jobId"]})
        if state.startswith("UPLOAD") or state == "UPDATE_FAILED":
            probe.unsupported(f"nobody outside can bring a job to {state}")
        return None

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Archive the job, or give it a priority that it did not have."""
        body: Record = {"lifecycleStatus": "ARCHIVED"}
        if command == "update":
            body = {"priority": next(self._priorities) % 100}
        return probe.call("updateJob", path=path_of(key), body=body)

    def fingerprint(self, probe: Probe, key: str) -> object:
        """What an update changes."""
        job = probe.ok("getJob", path=path_of(key)).json
        return job["priority"], job.get("updatedAt")

    def dispose(self, probe: Probe, key: str) -> None:
        """Cancel its tasks and, if it lets us, put it away: there is no way to delete it."""
        path = path_of(key)
        canceled = probe.call("updateJob", path=path, body={"targetTaskRunStatus": "CANCELED"})
        put_away = probe.call("updateJob", path=path, body={"lifecycleStatus": "ARCHIVED"})
        gone = (404, 409)
        if canceled.is_success or put_away.is_success or canceled.status in gone:
            probe.visit.gate.ledger.remove(Resource(self.kind, key))


class TaskSubject(_Placed):
    """A task: one of several alike that were made together, since that takes a while."""

    kinds, reads = "tasks", "getTask"

    def __init__(self, driver: Driver, cycle: Lifecycle) -> None:
        super().__init__(driver, cycle)
        self._spare: dict[str, list[Path]] = {}
        self._aims: dict[str, str] = {}  # the brief state that a task is to be seen in

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - nothing makes one alone
        return key_of(self.spare(probe, "suspended"))

    def spare(self, probe: Probe, purpose: str) -> Path:
        """Return the ids of a task that nobody has used, of a new job if there is none left.

        Once something was contradicted each is taken from a job of its own, so that what is
        repeated from scratch holds all that led there.
        """
        shared = not probe.visit.findings.violations
        spare = self._spare.setdefault(purpose, []) if shared else []
        if not spare:
            spare.extend(self._made(probe, purpose))
        return spare.pop(0)

    def state(self, probe: Probe, key: str) -> str:
        """Read the state; a task that was missed in a brief one is sent round once more."""
        shown = self.shown(read_task(probe, path_of(key)))
        aim = self._aims.get(key)
        if shown == aim:
            del self._aims[key]
        elif aim is not None and shown == "RUNNING":
            self._send(probe, "requeue", key)
        return shown

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        self._aims.pop(key, None)
        return self._send(probe, command, key)

    def _send(self, probe: Probe, command: str, key: str) -> Answer:
        body = {"targetRunStatus": TARGETS[command]}
        return probe.call("updateTask", path=path_of(key), body=body)

    def reach(self, probe: Probe, state: str) -> str | None:
        """Take a task whose work, or whose place, leads it there."""
        blocked = state == "READY" and "blockedQueueId" in probe.known
        course = "blocked" if blocked else COURSES.get(state)
        if course is None:
            return None
        key = key_of(self.spare(probe, course))
        if state == "INTERRUPTING":
            self._stopped(probe, key)
        elif state in BRIEF:
            self._aims[key] = state  # it may be past it already
        return key

    def fingerprint(self, probe: Probe, key: str) -> object:
        """When it was last updated; a READY task may be READY again without a trace."""
        task = read_task(probe, path_of(key))
        return object() if task["runStatus"] == "READY" else task.get("updatedAt")

    def _stopped(self, probe: Probe, key: str) -> None:
        """Suspend a task as soon as a worker has begun it."""
        begun = {"STARTING", "RUNNING"}
        probe.eventually(lambda: self.state(probe, key) in begun, within=probe.target.budget.reach)
        self.fire(probe, "suspend", key)

    def _made(self, probe: Probe, purpose: str) -> list[Path]:
        plans, target = POOLS[purpose]
        where = place(probe)
        if purpose == "blocked":
            where["queueId"] = probe.known["blockedQueueId"]
        body = order(probe, *plans, targetTaskRunStatus=target, maxRetriesPerTask=0)
        job = submit(probe, body, where)
        probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
        step = steps_of(probe, job)["Many"]
        return [{**step, "taskId": one["taskId"]} for one in tasks_of(probe, step)]


class StepSubject(_Placed):
    """A step, one of several of a suspended job."""

    kinds, reads = "steps", "getStep"

    def __init__(self, driver: Driver, cycle: Lifecycle) -> None:
        super().__init__(driver, cycle)
        self._spare: list[Path] = []
        self._targets = count()

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - nothing makes one alone
        shared = not probe.visit.findings.violations
        spare = self._spare if shared else []
        if not spare:
            job = submit(probe, order(probe, *(StepPlan(f"Step {one}") for one in range(8))))
            probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
            spare.extend(steps_of(probe, job).values())
        return key_of(spare.pop(0))

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Suspend or cancel its tasks, in turn."""
        target = ("SUSPENDED", "CANCELED")[next(self._targets) % 2]
        return probe.call(command, path=path_of(key), body={"targetTaskRunStatus": target})

    def reach(self, probe: Probe, state: str) -> str | None:
        if state == "UPDATE_FAILED":
            probe.unsupported("nobody outside can make an update fail")
        return None

    def fingerprint(self, probe: Probe, key: str) -> object:
        step = probe.ok("getStep", path=path_of(key)).json
        return step.get("updatedAt"), step.get("targetTaskRunStatus")


class _Worked(_Placed):
    """What only workers make and move."""

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - there is none
        """Nothing outside makes one."""
        probe.unsupported(f"only a worker makes a {self.kind}")

    def fire(self, probe: Probe, command: str, key: str) -> Answer:  # noqa: ARG002 - there is none
        probe.unsupported(f"only a worker moves a {self.kind}")


class SessionActionSubject(_Worked):
    """An attempt at a task."""

    kinds, reads = "sessionActions", "getSessionAction"


class SessionSubject(_Worked):
    """A worker's time with a job, which only the list of the job's sessions shows."""

    def state(self, probe: Probe, key: str) -> str:
        ids = path_of(key)
        for one in listed(probe, "listSessions", within(ids, "jobId")):
            if one["sessionId"] == ids["sessionId"]:
                return self.shown(one)
        probe.assume(False, f"{ids['sessionId']} is not in its list any more")  # noqa: FBT003
        return ""

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        """Look into some jobs that have had workers."""
        places = known_ids(probe, "sessionActions")
        jobs = {key_of(within(one, "jobId")): within(one, "jobId") for one in places}
        found: list[str] = []
        for job in list(jobs.values())[:2]:
            answer = probe.call("listSessions", path=job)
            sessions: list[dict[str, Any]] = answer.json["sessions"] if answer.is_success else []
            found += [
                key_of({**job, "sessionId": one["sessionId"]})
                for one in sessions
                if one["lifecycleStatus"] == state
            ]
        return found
