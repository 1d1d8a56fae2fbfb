"""Jobs of our own, made to measure; and those of others that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from conformance.drivers.hpcpack_cluster import (
    AT_REST,
    Properties,
    User,
    add_task,
    create_job,
    make,
    number_in,
    order,
    read,
    user,
)
from conformance.mode import Needs
from conformance.probe import Probe

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def word(number: int) -> str:
    """Return a word of three letters, the same for the same number and in no obvious order."""
    mixed = (number * 7919 + 4241) % 26**3
    return LETTERS[mixed // 676] + LETTERS[mixed // 26 % 26] + LETTERS[mixed % 26]


def xml_of(job: Mapping[str, str], tasks: Sequence[Mapping[str, str]]) -> str:
    """Return the XML that describes a job with its tasks."""

    def written(values: Mapping[str, str]) -> str:
        return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())

    inner = "".join(f"<Task{written(one)} />" for one in tasks)
    return f"<Job{written(job)}><Tasks>{inner}</Tasks></Job>"


def job_with_tasks(probe: Probe, number: int, **values: str) -> str:
    """Return a new job with so many tasks, whose names are in another order than their ids.

    Made in one request, if the target makes jobs from XML; a known one if none can be made.
    """
    if not probe.mode.allows(Needs.CREATE):
        return known_job(probe)
    tasks = [order(probe, "task", Name=word(one)) for one in range(number)]
    answer = probe.call("createJobFromXml", body=xml_of(order(probe, "job", **values), tasks))
    if answer.is_success:
        job = number_in(answer)
        if _size(probe, job) == number:
            return job
    job = create_job(probe, order(probe, "job", **values))
    for one in tasks:
        add_task(probe, job, one)
    return job


def _size(probe: Probe, job: str) -> int:
    query = {"properties": "JobTaskId", "rowsPerRead": 100}
    answer = probe.call("listTasks", path={"jobId": job}, query=query)
    return len(answer.json) if answer.is_success else 0


def known_jobs(probe: Probe, *states: str) -> list[str]:
    """Return the ids of known jobs in those states, or that are at rest."""
    found: Mapping[str, list[Any]] = probe.known.get("jobs", {})
    return [str(one) for state in states or sorted(AT_REST) for one in found.get(state, ())]


def known_job(probe: Probe, pick: int = 0) -> str:
    """Return a job at rest, the pick-th of those known; a new one if none is."""
    jobs = known_jobs(probe)
    return jobs[pick % len(jobs)] if jobs else make(probe, "job", "task")


def known_task(probe: Probe, pick: int = 0) -> str:
    """Return a task at rest, the pick-th of those known; a new one if none is."""
    states: Mapping[str, list[list[Any]]] = probe.known.get("tasks", {})
    found = [one for state in sorted(AT_REST) for one in states.get(state, ())]
    if found:
        return ".".join(map(str, found[pick % len(found)]))
    return f"{known_job(probe, pick)}.1"


def known_subtask(probe: Probe, pick: int = 0) -> str:
    """Return a subtask at rest, the pick-th of those known; one of a new sweep if none is."""
    states: Mapping[str, list[list[Any]]] = probe.known.get("subtasks", {})
    found = [one for state in sorted(AT_REST) for one in states.get(state, ())]
    if found:
        return ".".join(map(str, found[pick % len(found)]))
    for job, task in probe.known.get("sweeps", ()):
        query = {"properties": "TaskId,JobTaskId,State", "rowsPerRead": 100}
        answer = probe.ok("listTasks", path={"jobId": job}, query=query)
        rows = [Properties(one["Properties"]) for one in answer.json]
        keys = [one["TaskId"] for one in rows if one["JobTaskId"] == str(task)]
        if keys and keys[0].count(".") == 2:
            return keys[pick % len(keys)]
    return str(probe.subject("Subtask").create(probe))


def plain_user(probe: Probe) -> User:
    """Return a user who is no administrator; unsupported if the target file gives none."""
    found = user(probe, "user")
    if found is None:
        probe.unsupported("the target file gives no plain user")
    return found


def administrator(probe: Probe) -> User:
    """Return an administrator; unsupported if the target file gives none."""
    found = user(probe, "administrator")
    if found is None:
        probe.unsupported("the target file gives no administrator")
    return found


def owner_of(probe: Probe, job: str) -> str:
    """Return the owner of a job."""
    return read(probe, job, "Owner")["Owner"]
