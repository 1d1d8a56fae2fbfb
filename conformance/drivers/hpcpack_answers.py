"""How to get each answer that the contract of HPC Pack declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.answer import Answer
from conformance.drivers import Recipe
from conformance.drivers.hpcpack_cluster import (
    AT_REST,
    ENDED,
    NO_PROPERTY,
    NOBODY,
    NOWHERE,
    User,
    add_task,
    brought,
    create_job,
    make,
    order,
    path_of,
    settings,
    state_of,
    submit,
    user,
)
from conformance.drivers.hpcpack_subjects import JOB_XML, MESSAGES, send
from conformance.drivers.subject import example_body
from conformance.failures import Outcome
from conformance.mode import Needs
from conformance.probe import Probe
from specs.contract import Contract, Operation

STRANGER = User("callsheet-nobody", "callsheet-nothing")
WRONG_KIND = {"Content-Type": "text/plain"}
WRONG_SHAPE = {"Name": 1}  # where a list of properties, or a text, should be

BODIES: Mapping[str, Any] = {
    "createJob": settings({"Name": "callsheet"}),
    "createJobFromXml": JOB_XML.format("echo callsheet"),
    "setJobProperties": settings({"Name": "callsheet renamed"}),
    "setJobCustomProperties": settings({"Hull": "trimaran"}),
    "setJobEnvironmentVariables": settings({"SOLVER": "implicit"}),
    "addTask": settings({"Name": "callsheet", "CommandLine": "echo callsheet"}),
    "setTaskProperties": settings({"Name": "callsheet renamed"}),
    "setTaskCustomProperties": settings({"Hull": "trimaran"}),
    "setTaskEnvironmentVariables": settings({"SOLVER": "implicit"}),
    "setSubtaskProperties": settings({"Name": "callsheet renamed"}),
    **dict.fromkeys(MESSAGES, "Sent by a conformance suite."),
}

PROPERTY_READERS = {"listNodes", "listJobs", "getJob", "listTasks", "getTask", "getSubtask"}


class Bench:
    """A job with a task, and a subtask, to which refused requests are addressed."""

    def __init__(self) -> None:
        self._job = ""

    def job(self, probe: Probe) -> str:
        """Return a job that is being configured, with one task; a known one if none can be made."""
        if not probe.mode.allows(Needs.CREATE):
            return str(_known(probe, "jobs"))
        if not self._job or state_of(probe, self._job) != "Configuring":
            self._job = make(probe, "job", "task")
        return self._job

    def task(self, probe: Probe) -> str:
        """Return a task of such a job."""
        if not probe.mode.allows(Needs.CREATE):
            return ".".join(map(str, _known(probe, "tasks")))
        return f"{self.job(probe)}.1"

    def step(self, probe: Probe) -> str:
        """Return a subtask."""
        if not probe.mode.allows(Needs.CREATE):
            return ".".join(map(str, _known(probe, "subtasks")))
        return str(probe.subject("Subtask").create(probe))


def _known(probe: Probe, kind: str) -> Any:
    """Return something at rest of that kind, from the target file or as it was discovered."""
    states: Mapping[str, list[Any]] = probe.known.get(kind, {})
    found = [one for state in sorted(AT_REST) for one in states.get(state, ())]
    probe.assume(found, f"none of the {kind} is known")
    return found[0]


def recipes(contract: Contract) -> Iterable[Recipe]:
    """Return a recipe for each declared answer of each operation."""
    bench = Bench()
    for operation in contract.operations.values():
        needs = Needs.READ if operation.is_safe else Needs.CHANGE
        for status in operation.responses:
            play = _Play(bench, operation, status)
            yield Recipe(operation.id, status, play, needs)


class _Play:
    """One recipe: the operation, sent so that it is answered with the status."""

    def __init__(self, bench: Bench, operation: Operation, status: str) -> None:
        self._bench = bench
        self._operation = operation
        self._status = status

    def __call__(self, probe: Probe) -> Answer:
        match self._status:
            case "400":
                return self._bad(probe)
            case "401":
                return self._stranger(probe)
            case "403":
                return self._impostor(probe)
            case "404":
                return self._unknown(probe)
            case "415":
                return self._sent(probe, headers=WRONG_KIND, body=b"callsheet")
        return self._well(probe)

    def _sent(self, probe: Probe, **more: Any) -> Answer:
        """Send the operation to what is on the bench."""
        body = more.pop("body", self._body(probe))
        path = more.pop("path", None) or self._path(probe)
        return probe.call(self._operation.id, path=path, body=body, **more)

    def _body(self, probe: Probe) -> Any:
        """Return a body; a job in XML is that of the target file, else of the contract."""
        name = self._operation.id
        if name == "createJobFromXml":
            return probe.known.get("create", {}).get("job_xml") or example_body(
                probe.contract, self._operation
            )
        return BODIES.get(name)

    def _path(self, probe: Probe) -> Mapping[str, object]:
        template = self._operation.path
        if "{subtaskId}" in template:
            return path_of(self._bench.step(probe))
        if "{taskId}" in template:
            return path_of(self._bench.task(probe))
        if "{jobId}" in template:
            return path_of(self._bench.job(probe))
        if "{name}" in template:
            names = probe.known.get("node_groups" if "groups" in template else "nodes", ())
            probe.assume(names, "no node or node group is known")
            return {"name": names[0]}
        return {}

    def _stranger(self, probe: Probe) -> Answer:
        """Send it with wrong credentials, if the target minds them at all."""
        known = user(probe, "user")
        wrong = User(known.name, f"not {known.password}") if known is not None else STRANGER
        if probe.call("getVersion", headers=wrong.signs).status != 401:
            probe.unsupported("the target does not mind who is calling")
        return self._sent(probe, headers=wrong.signs)

    def _impostor(self, probe: Probe) -> Answer:
        """Send it as a plain user who wants to act for another."""
        known = user(probe, "user")
        if known is None:
            probe.unsupported("the target file gives no plain user")
        other = user(probe, "other_user") or user(probe, "administrator")
        name = known.name if other is None else other.name
        return self._sent(probe, headers={**known.signs, "x-ms-as-user": name})

    def _unknown(self, probe: Probe) -> Answer:
        """Send it to what does not exist: the last thing that the path names."""
        template = self._operation.path
        if "{name}" in template:
            return self._sent(probe, path={"name": NOWHERE})
        if "{subtaskId}" in template:
            path = {**self._path(probe), "subtaskId": NOBODY}
        elif "{taskId}" in template:
            path = {**self._path(probe), "taskId": NOBODY}
        else:
            path = {"jobId": NOBODY}
        return self._sent(probe, path=path)

    def _bad(self, probe: Probe) -> Answer:
        """Send what does not fit, or what the state of the resource forbids."""
        name = self._operation.id
        if name in PROPERTY_READERS:
            return self._sent(probe, query={"properties": NO_PROPERTY})
        if self._operation.is_safe:
            probe.unsupported("no request to read this is known to be bad")
        if name in BODIES and name not in MESSAGES:
            return self._sent(probe, body=WRONG_SHAPE)
        return send(probe, name, FORBIDDING[name](probe))

    def _well(self, probe: Probe) -> Answer:
        """Send it so that it does what it is for."""
        prepare = FITTING.get(self._operation.id)
        if prepare is None:
            return self._sent(probe)
        return self._sent(probe, path=path_of(prepare(probe)))


def _fresh(probe: Probe) -> str:
    return make(probe, "job", "task")


def _submitted(probe: Probe) -> str:
    return submit(probe, make(probe, "waiting_job", "task"))


def _queued(probe: Probe) -> str:
    return brought(probe, _submitted(probe), "Queued")


def _canceled(probe: Probe) -> str:
    job = _fresh(probe)
    send(probe, "cancelJob", job, query={"forced": True})
    return brought(probe, job, "Canceled")


def _fresh_task(probe: Probe) -> str:
    return f"{_fresh(probe)}.1"


def _canceled_task(probe: Probe) -> str:
    task = _fresh_task(probe)
    send(probe, "cancelTask", task, query={"forced": True})
    return brought(probe, task, "Canceled")


def _running_task(probe: Probe) -> str:
    job = create_job(probe, order(probe, "job"))
    task = add_task(probe, job, order(probe, "long_task"))
    submit(probe, job)
    return brought(probe, task, "Running")


def _running_step(probe: Probe) -> str:
    return brought(probe, str(probe.subject("Subtask").create(probe)), "Running")


def _canceled_step(probe: Probe) -> str:
    step = _running_step(probe)
    send(probe, "cancelSubtask", step, query={"forced": True})
    return brought(probe, step, *ENDED)


def _finished_step(probe: Probe) -> str:
    step = _running_step(probe)
    send(probe, "finishSubtask", step)
    return brought(probe, step, "Finished")


def _waiting_step(probe: Probe) -> str:
    """Return a subtask that can still be changed."""
    subject = probe.subject("Subtask")
    try:
        key = subject.reach(probe, "Queued")
    except Outcome:
        key = None
    probe.assume(key, "no subtask waits here")
    return brought(probe, str(key), "Queued", "Configuring")


FITTING: Mapping[str, Callable[[Probe], str]] = {
    "setJobProperties": _fresh,
    "setJobCustomProperties": _fresh,
    "setJobEnvironmentVariables": _fresh,
    "submitJob": _fresh,
    "cancelJob": _fresh,
    "finishJob": _queued,
    "requeueJob": _canceled,
    "addTask": _fresh,
    "setTaskProperties": _fresh_task,
    "setTaskCustomProperties": _fresh_task,
    "setTaskEnvironmentVariables": _fresh_task,
    "cancelTask": _fresh_task,
    "finishTask": _running_task,
    "requeueTask": _canceled_task,
    "setSubtaskProperties": _waiting_step,
    "cancelSubtask": _running_step,
    "finishSubtask": _running_step,
    "requeueSubtask": _canceled_step,
}
"""What each operation can be done to."""

FORBIDDING: Mapping[str, Callable[[Probe], str]] = {
    "submitJob": _submitted,
    "cancelJob": _canceled,
    "finishJob": _fresh,
    "requeueJob": _fresh,
    "cancelTask": _canceled_task,
    "finishTask": _fresh_task,
    "requeueTask": _fresh_task,
    "cancelSubtask": _finished_step,
    "finishSubtask": _finished_step,
    "requeueSubtask": _running_step,
}
"""What each command can not be given to."""
