"""Jobs, tasks and subtasks of HPC Pack: how they are made, led to each state, and commanded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.drivers.hpcpack_cluster import (
    OVER,
    add_task,
    comes,
    create_job,
    number_in,
    offers,
    order,
    path_of,
    read,
    state_of,
    stuck,
    submit,
)
from conformance.failures import Outcome
from conformance.mode import Resource
from conformance.probe import Probe

MESSAGES = frozenset({"cancelJob", "finishJob", "cancelTask", "finishTask", "requeueTask",
                      "cancelSubtask", "finishSubtask"})  # fmt: skip
MESSAGE = "Sent by a conformance suite."
PASSING = frozenset({"Submitted", "Validating", "Dispatching", "Finishing", "Canceling"})
"""States that last only for a moment, unless the target can be told otherwise."""

JOB_XML = '<Job Name="callsheet xml"><Tasks><Task Name="short" CommandLine="{}" /></Tasks></Job>'


def send(probe: Probe, word: str, key: str, **more: Any) -> Answer:
    """Send a command to a job, a task or a subtask."""
    body = MESSAGE if word in MESSAGES else None
    return probe.call(word, path=path_of(key), body=more.pop("body", body), **more)


class _Watched:
    """What the three kinds have in common."""

    kind = ""
    keys = ""  # where the target file has them

    def state(self, probe: Probe, key: str) -> str:
        """Read the state alone: this is asked very often."""
        return state_of(probe, key)

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        """Keys from the target file: a number, or the numbers in the path."""
        given = probe.known.get(self.keys, {}).get(state, ())
        return [
            ".".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in given
        ]

    def fingerprint(self, probe: Probe, key: str) -> object:
        """How often it was requeued, where the target shows that."""
        return read(probe, key).get("RequeueCount")


class Jobs(_Watched):
    """The jobs: made of properties or of XML, each with one task."""

    kind = "Job"
    keys = "jobs"

    def create(self, probe: Probe, creator: str = "") -> str:
        if creator == "createJobFromXml":
            line = order(probe, "task")["CommandLine"]
            return number_in(probe.ok(creator, body=JOB_XML.format(line)))
        return self._made(probe, "job", "task")

    def reach(self, probe: Probe, state: str) -> str | None:
        """Make a job whose task takes it to the state, or that is kept in it by its name."""
        name = stuck(probe, state) if state in PASSING else {}
        match state:
            case "Queued":
                return self._made(probe, "waiting_job", "task")
            case "Running" | "Canceling":
                return self._made(probe, "job", "long_task", **name)
            case "Failed":
                return self._made(probe, "job", "failing_task")
            case "ExternalValidation":
                probe.assume(offers(probe, "screened_job"), "no job is known to be screened")
                return self._made(probe, "screened_job", "task")
        return self._made(probe, "job", "task", **name)

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command."""
        return send(probe, command, key)

    def dispose(self, probe: Probe, key: str) -> None:
        """Cancel the job at once; there is no way to delete it."""
        answer = send(probe, "cancelJob", key, query={"forced": True})
        if answer.is_success or state_of(probe, key) in OVER:
            probe.visit.gate.ledger.remove(Resource(self.kind, key))

    def _made(self, probe: Probe, job: str, task: str, **values: str) -> str:
        made = create_job(probe, order(probe, job, **values))
        add_task(probe, made, order(probe, task))
        return made


class Tasks(_Watched):
    """The tasks: each is the only one of a job of its own."""

    kind = "Task"
    keys = "tasks"

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - there is one creator
        return self._made(probe, "job", "task")

    def reach(self, probe: Probe, state: str) -> str | None:
        """Make a task whose command, job or name takes it to the state."""
        name = stuck(probe, state) if state in PASSING else {}
        match state:
            case "Queued":
                return self._made(probe, "waiting_job", "task")
            case "Running" | "Canceling":
                return self._made(probe, "job", "long_task", **name)
            case "Failed":
                return self._made(probe, "job", "failing_task")
        return self._made(probe, "job", "task", **name)

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command; a submission goes to the job, if both are set up for it."""
        if command != "submitJob":
            return send(probe, command, key)
        job = key.partition(".")[0]
        task_waits = state_of(probe, key) == "Configuring"
        job_waits = state_of(probe, job) == "Configuring"
        probe.assume(task_waits is job_waits, f"only one of {key} and its job is being configured")
        return send(probe, command, job)

    def dispose(self, probe: Probe, key: str) -> None:
        """Nothing: a task goes with its job."""

    def _made(self, probe: Probe, job: str, task: str, **values: str) -> str:
        made = create_job(probe, order(probe, job))
        return add_task(probe, made, order(probe, task, **values))


@dataclass(slots=True)
class Sweep:
    """A sweep whose steps are handed out one by one; the last one keeps it going."""

    master: str
    steps: int
    given: int = 0
    is_expanded: bool | None = None  # not known yet

    def has_more(self) -> bool:
        """Whether there are steps to hand out."""
        return self.given < self.steps - 1


COURSES = {
    "long": ("job", "long_sweep", ""),
    "waiting": ("waiting_job", "sweep", ""),
    "Failed": ("job", "sweep", ""),
    "Finished": ("job", "sweep", ""),
    "Dispatching": ("job", "sweep", "Dispatching"),
    "Finishing": ("job", "sweep", "Finishing"),
    "Canceling": ("job", "long_sweep", "Canceling"),
}
"""Sweeps by what becomes of their steps: the kinds of job and task, the state it is kept in."""

STEPS = 16


class Subtasks(_Watched):
    """The subtasks: steps of some sweeps, which are all submitted together to share the waiting."""

    kind = "Subtask"
    keys = "subtasks"

    def __init__(self) -> None:
        self._sweeps: dict[str, Sweep] = {}

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - no operation does it
        return self._step(probe, "long")

    def reach(self, probe: Probe, state: str) -> str | None:
        """Hand out a step of the sweep whose steps come to the state."""
        match state:
            case "Submitted" | "Validating":
                probe.assume(expected := False, f"a subtask is not seen to be {state}")
                assert expected
            case "Running":
                return self._step(probe, "long")
            case "Dispatching" | "Finishing" | "Canceling" | "Finished" | "Failed":
                return self._step(probe, state)
        try:
            return self._step(probe, "waiting")
        except Outcome:
            return self._step(probe, "long")

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command."""
        return send(probe, command, key)

    def dispose(self, probe: Probe, key: str) -> None:
        """Nothing: a subtask goes with its job."""

    def _step(self, probe: Probe, course: str) -> str:
        """Return a step that was not given away yet."""
        if not self._sweeps:
            for one in COURSES:
                self._sweeps[one] = self._submitted(probe, one)
        if not self._sweeps[course].has_more():
            self._sweeps[course] = self._submitted(probe, course)
        sweep = self._sweeps[course]
        if sweep.is_expanded is None:
            last = f"{sweep.master}.{sweep.steps}"

            def is_there() -> bool:
                return probe.call("getSubtask", path=path_of(last)).is_success

            sweep.is_expanded = comes(probe, is_there, probe.target.budget.reach)
        probe.assume(sweep.is_expanded, f"the sweep {sweep.master} is not expanded")
        sweep.given += 1
        return f"{sweep.master}.{sweep.given}"

    def _submitted(self, probe: Probe, course: str) -> Sweep:
        job, task, state = COURSES[course]
        made = create_job(probe, order(probe, job))
        values = {"StartValue": "1", "EndValue": str(STEPS), "IncrementValue": "1"}
        if course == "Failed":
            values["CommandLine"] = order(probe, "failing_task")["CommandLine"]
        if state:
            values |= stuck(probe, state)
        master = add_task(probe, made, order(probe, task, **values))
        submit(probe, made)
        return Sweep(master, STEPS)
