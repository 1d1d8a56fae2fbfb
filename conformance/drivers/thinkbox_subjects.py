"""What lives in a Deadline repository, and what is brought to rest in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from conformance.answer import Answer
from conformance.drivers.thinkbox_repository import (
    UNSET,
    Stat,
    create_job,
    order,
    read_job,
    read_jobs,
    read_stats,
    read_task,
    submission,
)
from conformance.failures import Outcome
from conformance.mode import Resource
from conformance.probe import Probe

if TYPE_CHECKING:
    from conformance.drivers.thinkbox import Driver

COURSES = {
    Stat.RENDERING: "create_slow",
    Stat.QUEUED: "create_waiting",
    Stat.UNKNOWN: "create_vanishing",
}
REFUSED_TO_SUSPENDED = frozenset({"pend", "releasepending"})


def named(key: str) -> tuple[str, int]:
    """Return the job and the task that an _id names."""
    job, _, task = key.rpartition("_")
    return job, int(task)


class Tasks:
    """The tasks: made with their job, one of a pair, so that the job has another beside them."""

    kind = "Task"

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - there is one creator
        job, task = self._driver.task_to_change(probe)
        return f"{job}_{task}"

    def state(self, probe: Probe, key: str) -> str:
        return str(read_task(probe, *named(key))["Stat"])

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command to this task; where its job is suspended, the 500 is right."""
        job, task = named(key)
        careful = command in REFUSED_TO_SUSPENDED
        if careful:
            self._keep_active(probe, job, task)
        answer = order(probe, command, job, [task])
        if careful and answer.status == 500:
            probe.assume(
                self._is_active(probe, job, task), f"the job {job} may be suspended itself"
            )
        return answer

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        """Return known tasks, but for those of jobs that other walks are working on."""
        given = probe.known.get("tasks", {}).get(state, ())
        return [
            f"{one['JobID']}_{one['TaskID']}"
            for one in given
            if str(one["JobID"]) not in self._driver.borrowed
        ]

    def reach(self, probe: Probe, state: str) -> str | None:
        """Return a task of a job that takes its course to there, if the target file names one."""
        course = COURSES.get(Stat(int(state)))
        if course is not None and course in probe.known:
            return f"{create_job(probe, submission(probe, '1-2', way=course))}_0"
        if state == str(Stat.UNKNOWN):
            probe.unsupported("nobody can bring a task into Unknown")
        return None

    def fingerprint(self, probe: Probe, key: str) -> object:
        """When the task began to render; for a task that renders and does not say so, anything."""
        task = read_task(probe, *named(key))
        start = task.get("Start")
        if task["Stat"] == Stat.RENDERING and (not start or start.startswith(UNSET)):
            return object()
        return start

    def dispose(self, probe: Probe, key: str) -> None:
        """Nothing: a task goes with its job."""

    def _keep_active(self, probe: Probe, job: str, task: int) -> None:
        """Requeue another task of the job, if this one is suspended and no other is queued."""
        stats = read_stats(probe, job)
        others = {one: stat for one, stat in stats.items() if one != task}
        idle = bool(others) and Stat.QUEUED not in others.values()
        if stats.get(task) == Stat.SUSPENDED and idle:
            free = (one for one in sorted(others) if self._driver.claim(job, one))
            order(probe, "requeue", job, [next(free, max(others))])

    def _is_active(self, probe: Probe, job: str, task: int) -> bool:
        """Whether the job is certainly not suspended: it says so, or another task is queued."""
        try:
            return bool(read_job(probe, job)["Stat"] != 2)
        except Outcome:
            stats = read_stats(probe, job)
            return any(stat == Stat.QUEUED for one, stat in stats.items() if one != task)


class _Resting:
    """What has no lifecycle of its own and only has to be brought to rest."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002
        probe.unsupported(f"a {self.kind} has no lifecycle")

    def state(self, probe: Probe, key: str) -> str:  # noqa: ARG002
        probe.unsupported(f"a {self.kind} has no lifecycle")

    def fire(self, probe: Probe, command: str, key: str) -> Answer:  # noqa: ARG002
        probe.unsupported(f"a {self.kind} has no lifecycle")

    def known(self, probe: Probe, state: str) -> Sequence[str]:  # noqa: ARG002
        return ()

    def reach(self, probe: Probe, state: str) -> str | None:  # noqa: ARG002
        return None

    def fingerprint(self, probe: Probe, key: str) -> object:  # noqa: ARG002
        return None


class Jobs(_Resting):
    """The jobs that were made: in the end they are deleted, with their tasks."""

    def __init__(self) -> None:
        super().__init__("Job")

    def dispose(self, probe: Probe, key: str) -> None:
        answer = probe.call("deleteJobs", query={"JobID": [key]})
        if answer.is_success or not read_jobs(probe, [key]):
            probe.visit.gate.ledger.remove(Resource(self.kind, key))


class Loans(_Resting):
    """The jobs that were lent to us: in the end their tasks are as they were."""

    def __init__(self, driver: Driver) -> None:
        super().__init__("Loan")
        self._driver = driver

    def dispose(self, probe: Probe, key: str) -> None:
        if key in self._driver.borrowed and self._driver.give_back(probe, key):
            probe.visit.gate.ledger.remove(Resource(self.kind, key))
