"""What jobs a scenario of HPC Pack begins with: plain data, before any of it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mockserver.apis.hpcpack.course import STUCK
from mockserver.machine import Chance

Values = dict[str, Any]

PAST = {
    "calm": (36, (("Finished", 0.65), ("Failed", 0.2), ("Canceled", 0.15))),
    "busy": (60, (("Finished", 0.9), ("Failed", 0.05), ("Canceled", 0.05))),
    "failing": (60, (("Finished", 0.1), ("Failed", 0.7), ("Canceled", 0.2))),
}
"""How many jobs have ended, and the share of each state among them."""

GOING = {"calm": (1, 2), "busy": (30, 12), "failing": (2, 4)}
"""How many jobs wait in the queue and how many run, all of which will go on."""

TRANSIENT = ("Submitted", "Validating", "ExternalValidation", "Finishing", "Canceling")
COPIES = 2
"""How many jobs, and tasks, stay in each state that they would otherwise soon leave."""

WORDS = ("mesh", "hull", "keel", "rudder", "sail", "tide", "drift", "wake")

FOR_EVER = "sleep 8640000"

TASK_STATES = ("Configuring", "Submitted", "Validating", "Queued", "Dispatching", "Running",
               "Finishing", "Finished", "Failed", "Canceling", "Canceled")  # fmt: skip

TASKS_OF = {"ExternalValidation": "Validating", "Finishing": "Finished", "Canceled": "Stopped"}
"""What has become of the tasks of a job, where it is not what has become of the job."""

SWEEP = {"Type": "ParametricSweep", "CommandLine": "echo *", "StartValue": 1, "IncrementValue": 1}


@dataclass(slots=True)
class TaskPlot:
    """A task to make: its state, its properties, and the states of its subtasks, if any."""

    state: str
    values: Values
    steps: list[str] = field(default_factory=list)
    soon: bool = False


@dataclass(slots=True)
class JobPlot:
    """A job to make: its state, its properties, its tasks, and whether it will go on soon."""

    state: str
    values: Values = field(default_factory=dict)
    tasks: list[TaskPlot] = field(default_factory=list)
    soon: bool = False


def of_scenario(scenario: str, chance: Chance, cores: int) -> Iterator[JobPlot]:
    """Yield the jobs of *scenario*, the oldest first; *cores* are all that the cluster has."""
    if scenario not in PAST:
        return
    count, shares = PAST[scenario]
    order = _shares(count, shares)
    turn = chance.whole(0, count - 1)
    for number, state in enumerate(order[turn:] + order[:turn]):
        yield JobPlot(state, {}, list(_past_tasks(state, number)))
    yield from _gallery()
    yield from _lasting(cores)
    queued, running = GOING[scenario]
    for number in range(running):
        task = TaskPlot("Running", {"CommandLine": f"echo {WORDS[number % 8]}"}, soon=True)
        yield JobPlot("Running", {}, [TaskPlot("Finished", {"CommandLine": "echo ready"}), task])
    for _ in range(queued):
        yield JobPlot("Queued", {}, [TaskPlot("Queued", {"CommandLine": "echo later"})], soon=True)


def _shares(count: int, shares: tuple[tuple[str, float], ...]) -> list[str]:
    """Return *count* states, mixed evenly by their shares."""
    credit = dict.fromkeys((name for name, _ in shares), 0.0)
    found = []
    for _ in range(count):
        for name, share in shares:
            credit[name] += share
        richest = max(credit, key=lambda name: credit[name])
        credit[richest] -= 1
        found.append(richest)
    return found


def _past_tasks(state: str, number: int) -> Iterator[TaskPlot]:
    task = TASKS_OF.get(state, state)
    command = {"Failed": "exit 2", "Stopped": "sleep 600"}.get(task, f"echo {WORDS[number % 8]}")
    yield TaskPlot(task, {"Name": f"task of {WORDS[number % 8]}", "CommandLine": command})
    if state == "Finished" and number % 3 == 0:
        last = 3 + number % 4
        values = {"Name": f"{WORDS[number % 7]} sweep", "EndValue": last, **SWEEP}
        yield TaskPlot("Finished", values, ["Finished"] * last)
    if number % 4 == 1:
        yield TaskPlot("Finished", {"Name": "clean up", "CommandLine": "set"})


def _lasting(cores: int) -> Iterator[JobPlot]:
    """Yield jobs that stay where they are."""
    for state in TRANSIENT * COPIES:
        task = TaskPlot(TASKS_OF.get(state, state), {"CommandLine": "echo stuck"})
        yield JobPlot(state, {"Name": STUCK.format(state)}, [task])
    for number in range(2 * COPIES):
        name = f"draft {number + 1}"
        sweep = TaskPlot("Configuring", {"Name": "sweep to come", "EndValue": 4, **SWEEP})
        task = TaskPlot("Configuring", {"Name": "first", "CommandLine": "echo draft"})
        yield JobPlot("Configuring", {"Name": name}, [task, sweep])
    more = cores + 1
    for number in range(2 * COPIES):
        values = {"Name": f"too large {number + 1}", "MinCores": more, "MaxCores": more}
        sweep = TaskPlot("Queued", {"Name": "waits", "EndValue": 3, **SWEEP}, ["Queued"] * 3)
        task = TaskPlot("Queued", {"Name": "waits", "CommandLine": "echo never"})
        yield JobPlot("Queued", values, [task, sweep])
    for number in range(2 * COPIES):
        values = {"Name": f"service {number + 1}", "RunUntilCanceled": "True"}
        yield JobPlot("Running", values, [TaskPlot("Running", {"CommandLine": FOR_EVER})])


def _gallery() -> Iterator[JobPlot]:
    """Yield running jobs with a task, and a subtask, in every state."""
    for number in range(COPIES):
        tasks = [TaskPlot(state, _standing(state)) for state in TASK_STATES]
        values = {"Name": "gallery sweep", **SWEEP, "CommandLine": FOR_EVER}
        states = [one for one in TASK_STATES for _ in range(2)]
        tasks.append(TaskPlot("Running", {**values, "EndValue": len(states)}, states))
        name = f"gallery {number + 1}"
        yield JobPlot("Running", {"Name": name, "RunUntilCanceled": "True"}, tasks)


def _standing(state: str) -> Values:
    """Return the properties of a task that stays in *state*."""
    command = {"Running": FOR_EVER, "Failed": "exit 1"}.get(state, "echo still")
    return {"Name": STUCK.format(state), "CommandLine": command}
