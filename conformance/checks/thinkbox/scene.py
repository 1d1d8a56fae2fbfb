"""A job of ours whose tasks have been brought into certain states, to see what a command does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.drivers.thinkbox_repository import (
    LED_TO,
    QUIET,
    Stat,
    Task,
    TaskList,
    order,
    read_tasks,
)
from conformance.failures import Violation
from conformance.probe import Probe

GOALS = {"complete": Stat.COMPLETED, "suspend": Stat.SUSPENDED, "fail": Stat.FAILED}
"""Where a command takes a task, if nothing takes it further by itself."""

ON_ITS_WAY = frozenset({Stat.QUEUED, Stat.RENDERING, Stat.COMPLETED, Stat.FAILED, Stat.UNKNOWN})
"""Where a task may be a moment after it was queued."""

PATIENCE = 2.0  # seconds until tasks that an array did not bring along are told one by one

BASES = {
    "requeue": (Stat.SUSPENDED, Stat.FAILED, Stat.COMPLETED),
    "complete": (Stat.SUSPENDED, Stat.FAILED),
    "suspend": (Stat.FAILED, Stat.COMPLETED),
    "fail": (Stat.SUSPENDED, Stat.COMPLETED),
    "resumefailed": (Stat.FAILED,),
    "pend": (Stat.FAILED, Stat.COMPLETED),
    "releasepending": (Stat.PENDING,),
}
"""States from which each documented command takes a task, and which last until it does."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A job, and how its tasks stood when the scene was set."""

    probe: Probe
    job: str
    base: Mapping[int, Task]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(self.base)

    def those(self, *stats: int) -> tuple[int, ...]:
        """Return the tasks that stood in one of those states."""
        return tuple(task for task, was in self.base.items() if was["Stat"] in stats)

    def look(self) -> dict[int, Task]:
        """Return the tasks as they are now."""
        return {task["TaskID"]: task for task in read_tasks(self.probe, self.job)}

    def order(self, word: str, tasks: TaskList = None, **more: object) -> Answer:
        """Send a command that must succeed."""
        answer = order(self.probe, word, self.job, tasks, **more)
        self.probe.require(answer.is_success, f"{word} is not carried out: {answer.exchange}")
        return answer

    def unmoved(self, tasks: Iterable[int], word: str) -> tuple[int, ...]:
        """Return the tasks that *word* does not take from where they stood, in time."""
        waiting = list(tasks)

        def all_moved() -> bool:
            now = self.look()
            waiting[:] = [one for one in waiting if not self._has_arrived(now.get(one), one, word)]
            return not waiting

        comes_about(self.probe, all_moved)
        return tuple(waiting)

    def disturbed(self, tasks: Iterable[int], now: Mapping[int, Task]) -> tuple[int, ...]:
        """Return those of the tasks that are no longer as they stood."""
        return tuple(one for one in tasks if has_moved(self.base[one], now.get(one)))

    def require_undisturbed(self, tasks: Collection[int], word: str) -> None:
        """Violate the requirement if one of the tasks, which nothing should move, has moved.

        A task that was pending may have been released by the scheduler: then it is put back and
        watched for a while, and nothing is said if it leaves again.
        """
        for _ in range(2):  # the second look is for what comes a moment late
            moved = self.disturbed(tasks, self.look())
            pending = [one for one in moved if self.base[one]["Stat"] == Stat.PENDING]
            if pending and len(pending) == len(moved):
                self.probe.assume(
                    self._stay_pending(pending), "pending tasks are released by themselves here"
                )
            states = ", ".join(f"{one} ({self.base[one]['Stat']})" for one in moved)
            self.probe.require(not moved, f"{word} also moved the tasks {states}")

    def _stay_pending(self, tasks: list[int]) -> bool:
        order(self.probe, "pend", self.job, tasks)
        if not comes_about(self.probe, lambda: self._are_pending(tasks)):
            return False
        until = self.probe.target.time.now() + self.probe.target.budget.watch
        return comes_about(
            self.probe,
            lambda: not self._are_pending(tasks) or self.probe.target.time.now() > until,
            within=2 * self.probe.target.budget.watch + 1,
        ) and self._are_pending(tasks)

    def _are_pending(self, tasks: Iterable[int]) -> bool:
        now = self.look()
        return all(now[one]["Stat"] == Stat.PENDING for one in tasks)

    def _has_arrived(self, task: Task | None, number: int, word: str) -> bool:
        if task is None:
            return False
        goal = GOALS.get(word)
        if goal is not None:
            return bool(task["Stat"] == goal)
        reached = {*ON_ITS_WAY, Stat.PENDING} if word == "pend" else ON_ITS_WAY
        return task["Stat"] in reached and has_moved(self.base[number], task)


def has_moved(before: Task, after: Task | None) -> bool:
    """Whether a task has changed its state, or has been rendered once more in the meantime."""
    if after is None:
        return True
    begins = [(one.get("Start"), one.get("StartRen")) for one in (before, after)]
    has_ended = before["Stat"] in {Stat.COMPLETED, Stat.FAILED}
    return bool(before["Stat"] != after["Stat"] or (has_ended and begins[0] != begins[1]))


def comes_about(probe: Probe, condition: Callable[[], object], within: float | None = None) -> bool:
    """Whether the condition becomes true in time."""
    try:
        probe.eventually(condition, within=within)
    except Violation as late:
        if late.requirement is not None:
            raise
        return False
    return True


def staged(probe: Probe, *stats: int) -> Scene:
    """Return a job whose first tasks stand in those states, and its others in the last of them.

    Not reached if a task does not get there: that is for other checks to judge.
    """
    suspended = set(stats) <= QUIET
    job: str = probe.api.job_to_change(
        probe,
        len(stats),
        way="create_waiting",
        InitialStatus="Suspended" if suspended else "Active",
    )
    now = {task["TaskID"]: task for task in read_tasks(probe, job)}
    probe.assume(len(now) >= len(stats), f"{job} has {len(now)} tasks, not {len(stats)}")
    wanted = {task: stats[min(index, len(stats) - 1)] for index, task in enumerate(sorted(now))}
    if job in probe.api.borrowed and not suspended:
        order(probe, "requeue", job, list(wanted))  # a suspended job would refuse to pend
    found: dict[int, Task] = dict(now)

    def away(stat: int) -> list[int]:
        near = ON_ITS_WAY if stat == Stat.QUEUED else {stat}
        return [one for one in wanted if wanted[one] == stat and found[one]["Stat"] not in near]

    def is_set() -> bool:
        found.update({task["TaskID"]: task for task in read_tasks(probe, job)})
        return not any(away(stat) for stat in LED_TO)

    for stat, word in LED_TO.items():
        if tasks := away(stat):
            answer = order(probe, word, job, tasks)
            probe.assume(answer.is_success, f"{answer.exchange}, so the scene cannot be set")
    if not comes_about(probe, is_set, min(PATIENCE, probe.target.budget.settle)):
        for stat, word in LED_TO.items():  # an array may not have been understood
            for task in away(stat):
                order(probe, word, job, task)
        probe.assume(comes_about(probe, is_set), "the tasks do not come into the states wanted")
    return Scene(probe, job, dict(sorted(found.items())))
