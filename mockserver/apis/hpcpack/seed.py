"""The jobs of an HPC Pack world at its beginning, each with its past behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.apis.hpcpack import plots, sweep
from mockserver.apis.hpcpack.course import STUCK
from mockserver.apis.hpcpack.directory import PASSWORDS
from mockserver.apis.hpcpack.jobs import new_job
from mockserver.apis.hpcpack.layouts import JOBS, TASKS
from mockserver.apis.hpcpack.plots import WORDS, JobPlot, TaskPlot
from mockserver.clock import SECOND
from mockserver.store import Resource

if TYPE_CHECKING:
    from mockserver.apis.hpcpack.scheduler import Scheduler

HOUR = 3600 * SECOND

ENTRANCE = ("Submitted", "Validating", "Queued")

ENDS = {
    "Finishing": ("Finishing",),
    "Finished": ("Finishing", "Finished"),
    "Failed": ("Finishing", "Failed"),
    "Canceling": ("Canceling",),
    "Canceled": ("Canceled",),
    "Stopped": ("Failed",),
}
"""The states after Running; `Stopped` is a task that ran when its job was canceled."""

PRIORITIES = ("Normal", "Normal", "BelowNormal", "AboveNormal", "Highest", "Lowest")
GROUPS = ("ComputeNodes", "LargeMemory", "ComputeNodes,LargeMemory", "", "")


def path(state: str, *between: str) -> tuple[str, ...]:
    """Return the states up to *state*, of a task *between* Queued and Running."""
    if state in ENDS:
        return (*ENTRANCE, *between, "Running", *ENDS[state])
    ways = ("Submitted", "Validating", "ExternalValidation") if state == "ExternalValidation" else (
        *ENTRANCE, *between, "Running"
    )  # fmt: skip
    return ways[: ways.index(state) + 1] if state in ways else ()


def fill(scheduler: Scheduler, scenario: str) -> None:
    """Put the jobs of *scenario* into an empty world."""
    chance = scheduler.world.chance("hpcpack", scenario)
    every = list(plots.of_scenario(scenario, chance, scheduler.cluster.cores))
    jobs = [_job(scheduler, key, plot, len(every)) for key, plot in enumerate(every, 1)]
    scheduler.jobs.insert_many(jobs)
    for grouping in sorted({job.columns["grouping"] for job in jobs} - {""}):
        scheduler.groupings.insert(Resource(grouping, "", scheduler.world.born))
    tasks = [
        task
        for job, plot in zip(jobs, every, strict=True)
        for number, one in enumerate(plot.tasks, 1)
        for task in _tasks(scheduler, job, number, one)
    ]
    scheduler.tasks.insert_many(tasks)
    for resource in (*jobs, *tasks):
        scheduler.world.expect(resource.due)


def _turn(scheduler: Scheduler, name: str, resource: Resource, state: str, moment: int) -> None:
    """Take what is not written yet to its next state."""
    source, resource.state, resource.since = resource.state, state, moment
    scheduler.arrive(name, resource, source, moment)


def _job(scheduler: Scheduler, key: int, plot: JobPlot, count: int) -> Resource:
    """Return the job *key* of *count*, made hours ago, which its tasks will suit."""
    chance = scheduler.world.chance("hpcpack job", key)
    born = scheduler.world.born
    began = born - 72 * HOUR + key * (71 * HOUR // count)
    given = {
        "Name": f"{chance.pick(WORDS, 0)} {key}",
        "Priority": chance.pick(PRIORITIES, 1),
        "NodeGroups": chance.pick(GROUPS, 2),
        "MaxCores": chance.whole(1, 8, 3),
        "Project": chance.pick(("harbour", "regatta"), 4),
    }
    job = new_job(key, list(PASSWORDS)[key % len(PASSWORDS)], given | plot.values, began)
    job.facts |= {
        "custom": {"Season": chance.pick(("spring", "autumn"), 5)},
        "variables": {"BOAT": chance.pick(WORDS, 6)},
        "tasks": len(plot.tasks),
    }
    started = began + chance.whole(5, 90, 7) * SECOND
    ended = started + chance.whole(60, 900, 6) * SECOND
    early = [began + second * SECOND for second in (1, 2, 3)]
    for place, state in enumerate(path(plot.state)):
        if state in {"Running", *ENDS}:
            moment = started if state == "Running" else ended + (place - 4) * SECOND
        else:
            moment = early[place]
        _turn(scheduler, JOBS.name, job, state, moment)
    if plot.state in {"Canceling", "Canceled"}:
        job.columns["ErrorMessage"] = "The job was canceled."
    if plot.state == "Finishing":
        job.facts["outcome"] = "Finished"
    if plot.soon:
        job.upcoming, job.due = "Running", born + int((1 + 20 * chance.number(0)) * SECOND)
    return job


def _tasks(scheduler: Scheduler, job: Resource, number: int, plot: TaskPlot) -> list[Resource]:
    """Return a task of *job*, and its subtasks if it is a sweep that has been queued."""
    created = job.columns["CreateTime"]
    task = sweep.new_task(job, number, plot.values, created)
    task.facts["custom"] = {"Watch": "first" if number % 2 else "second"}
    task.facts["variables"] = {"MAST": WORDS[number % len(WORDS)]}
    steps: list[Resource] = []
    for place, state in enumerate(path(plot.state, "Dispatching")):
        _turn(scheduler, TASKS.name, task, state, _moment(job, place))
        if state == "Queued" and plot.steps:
            steps = sweep.steps(task, task.since)
            task.columns["shown_expanded"] = 0
    if steps and task.state == "Finished":
        task.columns["ExitCode"] = 0
    if task.state == "Canceling":
        task.facts["outcome"] = "Canceled"
    if plot.state in {"Stopped", "Canceled", "Canceling"}:
        task.columns["ErrorMessage"] = "The task was canceled."
    if plot.soon:
        chance = scheduler.world.chance("hpcpack task", task.key)
        later = int((2 + 20 * chance.number(0)) * SECOND)
        task.upcoming, task.due = "Finishing", scheduler.world.born + later
    for step, state in zip(steps, plot.steps, strict=True):
        _step(scheduler, job, step, state)
        if plot.state == "Running":
            step.columns["Name"] = STUCK.format(state)
    return [task, *steps]


def _step(scheduler: Scheduler, job: Resource, step: Resource, state: str) -> None:
    """Take a subtask, which is queued, to *state*."""
    if state in {"Configuring", "Submitted", "Validating"}:
        _turn(scheduler, TASKS.name, step, state, _moment(job, 2))
        return
    for place, one in enumerate(path(state, "Dispatching")):
        if place > 2:
            _turn(scheduler, TASKS.name, step, one, _moment(job, place))
    if state == "Canceling":
        step.facts["outcome"] = "Canceled"


def _moment(job: Resource, place: int) -> int:
    """Return when a task of *job* entered its first, second, ... state."""
    columns = job.columns
    submitted = columns["SubmitTime"] or columns["CreateTime"]
    started = columns["StartTime"] or submitted + 3 * SECOND
    if place < 3:
        return int(submitted + place * SECOND)
    if place < 5:
        return int(started + (place - 3) * SECOND)
    ended = columns["EndTime"] or started + 60 * SECOND
    return int(ended - (8 - place) * SECOND)
