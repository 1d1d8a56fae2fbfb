"""The words of HPC Pack: properties as they are shown and set, users, jobs to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.failures import Violation
from conformance.probe import Probe
from conformance.target import basic

NOBODY = 2147483600  # no job, task or subtask has that number
NOWHERE = "callsheet-no-such-node"
NO_PROPERTY = "CallsheetNoSuchProperty"
ENDED = frozenset({"Finished", "Failed", "Canceled"})
AT_REST = ENDED | {"Configuring"}
OVER = ENDED | {"Finishing", "Canceling"}  # nothing but time changes it any more

COMMAND_LINES = {
    "task": "echo callsheet",
    "long_task": "sleep 3600 || ping -n 3600 127.0.0.1",
    "failing_task": "exit 3",
    "sweep": "echo *",
    "long_sweep": "sleep 3600 || ping -n 3600 127.0.0.1",
}
"""What tasks run where the target file does not say it."""


class Properties(Mapping[str, str]):
    """Properties as an answer shows them; they are found by their names in any case."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.names = tuple(str(one["Name"]) for one in entries)
        self._values = {str(one["Name"]).casefold(): one["Value"] for one in entries}

    def __getitem__(self, name: str) -> str:
        value: str = self._values[name.casefold()]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr({name: self[name] for name in self.names})


@dataclass(frozen=True, slots=True)
class User:
    """Somebody whom the target file names, with the password."""

    name: str
    password: str

    @property
    def signs(self) -> dict[str, str | None]:
        """The header with which a request comes from this user."""
        return {"Authorization": basic(self.name, self.password)}


def shown(answer: Answer) -> Properties:
    """Return the properties that an answer shows of one resource."""
    return Properties(answer.json)


def rows(answer: Answer) -> list[Properties]:
    """Return the rows of a list."""
    return [Properties(one["Properties"]) for one in answer.json]


def settings(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return properties as a body sets them."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def path_of(key: str) -> dict[str, object]:
    """Return the path parameters of a job, a task or a subtask: `208`, `208.1`, `208.1.3`."""
    return dict(zip(("jobId", "taskId", "subtaskId"), key.split("."), strict=False))


def reader_of(key: str) -> str:
    """Return the operation that reads what has that key."""
    return ("getJob", "getTask", "getSubtask")[key.count(".")]


def read(probe: Probe, key: str, *names: str) -> Properties:
    """Return properties of a job, a task or a subtask: those named, else all."""
    query = {"properties": ",".join(names)} if names else None
    return shown(probe.ok(reader_of(key), path=path_of(key), query=query))


def state_of(probe: Probe, key: str) -> str:
    """Return the state of a job, a task or a subtask."""
    return read(probe, key, "State")["State"]


def user(probe: Probe, role: str) -> User | None:
    """Return the user whom the target file gives under that role."""
    given = probe.known.get("users", {}).get(role)
    return User(str(given["name"]), str(given["password"])) if isinstance(given, Mapping) else None


def same_user(first: str, second: str) -> bool:
    """Whether two texts name the same user; the domain may be left out of one of them."""
    one, two = first.casefold().strip(), second.casefold().strip()
    if ("\\" in one) is ("\\" in two):
        return one == two
    return one.rpartition("\\")[2] == two.rpartition("\\")[2]


def order(probe: Probe, kind: str, **values: str) -> dict[str, str]:
    """Return the properties of a job or task of that kind, as the target file has them.

    Kinds: `job`, `waiting_job`, `lasting_job`, `screened_job`; `task`, `long_task`,
    `failing_task`, `sweep`, `long_sweep`.
    """
    given = probe.known.get("create", {}).get(kind)
    if isinstance(given, list):
        found = {str(one["Name"]): str(one["Value"]) for one in given}
    else:
        found = _usual(kind)
    return found | values


def offers(probe: Probe, kind: str) -> bool:
    """Whether the target file says how to make something of that kind."""
    return kind in probe.known.get("create", {})


def _usual(kind: str) -> dict[str, str]:
    found = {"Name": f"callsheet {kind.replace('_', ' ')}"}
    if kind in COMMAND_LINES:
        found["CommandLine"] = COMMAND_LINES[kind]
    if kind.endswith("sweep"):
        bounds = {"StartValue": "1", "EndValue": "4", "IncrementValue": "1"}
        found |= {"Type": "ParametricSweep", **bounds}
    if kind == "waiting_job":
        found |= {"MinCores": "1000000", "MaxCores": "1000000"}
    if kind == "lasting_job":
        found |= {"RunUntilCanceled": "True"}
    return found


def stuck(probe: Probe, state: str) -> dict[str, str]:
    """Return the name of what stays in that state, if the target file tells such names."""
    name = probe.known.get("create", {}).get("stuck_name")
    return {"Name": str(name).replace("{state}", state)} if name else {}


def create_job(probe: Probe, values: Mapping[str, str], who: User | None = None) -> str:
    """Make a job and return its id."""
    headers = who.signs if who is not None else {}
    answer = probe.ok("createJob", body=settings(values), headers=headers)
    return number_in(answer)


def add_task(probe: Probe, job: str, values: Mapping[str, str]) -> str:
    """Add a task and return its key."""
    answer = probe.ok("addTask", path={"jobId": job}, body=settings(values))
    return f"{job}.{number_in(answer)}"


def make(probe: Probe, job: str, *tasks: str) -> str:
    """Make a job of a kind with tasks of some kinds, and return its id."""
    made = create_job(probe, order(probe, job))
    for one in tasks:
        add_task(probe, made, order(probe, one))
    return made


def submit(probe: Probe, job: str) -> str:
    """Submit a job, and return its id."""
    probe.ok("submitJob", path={"jobId": job})
    return job


def number_in(answer: Answer) -> str:
    """Return the number that a creating operation answers, in JSON or in XML."""
    found = digits_in(answer)
    if not found:
        raise Violation(f"{answer.exchange} does not answer a number", answer.requirement)
    return found


def digits_in(answer: Answer) -> str:
    """Return the same, even if it stands in quotes; an empty text if there is none."""
    found = re.search(rb">\s*([0-9]+)\s*<", answer.body)
    found = found or re.fullmatch(rb"[\s\"]*([0-9]+)[\s\"]*", answer.body)
    return found[1].decode() if found is not None else ""


def comes(probe: Probe, condition: Any, within: float | None = None) -> bool:
    """Whether the condition becomes true in time."""
    try:
        probe.eventually(condition, within=within)
    except Violation as late:
        if late.requirement is not None:
            raise
        return False
    return True


def brought(probe: Probe, key: str, *states: str) -> str:
    """Wait until a job, task or subtask shows one of the states; not reached if it does not."""
    seen = ""

    def is_there() -> bool:
        nonlocal seen
        seen = state_of(probe, key)
        return seen in states or seen in ENDED

    comes(probe, is_there, probe.target.budget.reach)
    probe.assume(seen in states, f"{key} came to {seen}, not to {' or '.join(states)}")
    return key
