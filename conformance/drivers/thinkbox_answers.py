"""How to get each answer that the contract of Thinkbox Deadline declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from conformance.answer import Answer
from conformance.drivers import Recipe
from conformance.drivers.thinkbox_repository import (
    ABSENT,
    NOBODY,
    create_job,
    known_jobs,
    order,
    order_job,
    submission,
)
from conformance.mode import Mode, Needs
from conformance.probe import Probe

if TYPE_CHECKING:
    from conformance.drivers.thinkbox import Driver

WRONG = {"Authorization": "Basic bm9ib2R5Om5vYm9keQ=="}
OFFERED_BY_ALL = frozenset({"getTasks", "postTasks", "commandTasks", "deleteTasks"})
FAR = 987654321  # no job has that many tasks


def job_to_read(probe: Probe, pick: int = 0) -> str:
    """Return a job to look at: the pick-th of those known, or a new one if none is known."""
    jobs = known_jobs(probe)
    if jobs:
        return jobs[pick % len(jobs)]
    return create_job(probe, submission(probe, "1-3"))


def _version(probe: Probe) -> Answer:
    return probe.call("getVersion")


def _no_task(probe: Probe) -> Answer:
    answer = probe.call("getTasks", query={"JobID": job_to_read(probe), "TaskID": FAR})
    if answer.status == 500:
        probe.unsupported("a task that the job does not have is answered with 500, which is right")
    return answer


def _trouble(probe: Probe) -> Answer:
    probe.unsupported("no request makes the inside of a healthy Deadline fail over a submission")


def _delete_nothing(probe: Probe) -> Answer:
    if probe.mode is not Mode.FULL:
        probe.unsupported("who asks to delete without saying what is only tried in mode full")
    return probe.call("deleteJobs")


HARMLESS: dict[str, dict[str, Any]] = {
    "getTasks": {"query": {"JobID": NOBODY}},
    "postTasks": {},
    "commandTasks": {"body": {"Command": "suspend", "JobID": NOBODY}},
    "deleteTasks": {},
    "listJobs": {"query": {"JobID": [NOBODY]}},
    "createJob": {"body": {}},
    "commandJobs": {"body": {"Command": "suspend", "JobID": NOBODY}},
    "deleteJobs": {"query": {"JobID": [NOBODY]}},
    "getVersion": {},
}
"""Requests that change nothing, whoever sends them."""


class _Stranger:
    """A recipe: an operation with credentials that nobody has."""

    def __init__(self, operation_id: str) -> None:
        self._operation_id = operation_id

    def __call__(self, probe: Probe) -> Answer:
        first = probe.call("getTasks", query={"JobID": NOBODY}, headers=WRONG)
        if first.status != 401:
            probe.unsupported("the target does not ask who is calling")
        return probe.call(self._operation_id, headers=WRONG, **HARMLESS[self._operation_id])


class _Offered:
    """A recipe for an operation that a server need not have."""

    def __init__(self, play: Callable[[Probe], Answer]) -> None:
        self._play = play

    def __call__(self, probe: Probe) -> Answer:
        answer = self._play(probe)
        if answer.status in ABSENT:
            probe.unsupported(f"the target does not offer it: {answer.exchange}")
        return answer


def recipes(driver: Driver) -> Iterable[Recipe]:
    """Return one recipe for each declared answer of each operation."""

    def own(probe: Probe) -> str:
        return driver.job_to_change(probe, 2)

    plays: dict[tuple[str, str], Callable[[Probe], Answer]] = {
        ("getTasks", "200"): lambda probe: probe.call(
            "getTasks", query={"JobID": job_to_read(probe)}
        ),
        ("getTasks", "400"): lambda probe: probe.call("getTasks"),
        ("getTasks", "404"): _no_task,
        ("getTasks", "500"): lambda probe: probe.call("getTasks", query={"JobID": NOBODY}),
        ("postTasks", "501"): lambda probe: probe.call("postTasks"),
        ("commandTasks", "200"): lambda probe: order(probe, "suspend", own(probe), [0]),
        ("commandTasks", "400"): lambda probe: probe.call("commandTasks"),
        ("commandTasks", "404"): lambda probe: order(probe, "suspend", own(probe), [FAR]),
        ("commandTasks", "500"): lambda probe: order(probe, "suspend", NOBODY),
        ("deleteTasks", "501"): lambda probe: probe.call("deleteTasks"),
        ("listJobs", "200"): lambda probe: probe.call("listJobs"),
        ("createJob", "200"): lambda probe: probe.call(
            "createJob", body=submission(probe, "1-10", 5)
        ),
        ("createJob", "400"): lambda probe: probe.call("createJob"),
        ("createJob", "500"): _trouble,
        ("commandJobs", "200"): lambda probe: order_job(probe, "suspend", own(probe)),
        ("commandJobs", "400"): lambda probe: probe.call("commandJobs"),
        ("commandJobs", "500"): lambda probe: order_job(probe, "suspend", NOBODY),
        ("deleteJobs", "200"): lambda probe: probe.call(
            "deleteJobs", query={"JobID": [create_job(probe, submission(probe, "1"))]}
        ),
        ("deleteJobs", "400"): _delete_nothing,
        ("deleteJobs", "500"): lambda probe: probe.call("deleteJobs", query={"JobID": [NOBODY]}),
        ("getVersion", "200"): _version,
    }
    for (operation_id, status), play in plays.items():
        safe = driver.contract.operations[operation_id].is_safe
        offered = play if operation_id in OFFERED_BY_ALL else _Offered(play)
        yield Recipe(operation_id, status, offered, Needs.READ if safe else Needs.CHANGE)
    for operation_id in HARMLESS:
        safe = driver.contract.operations[operation_id].is_safe
        needs = Needs.READ if safe else Needs.CHANGE
        yield Recipe(operation_id, "401", _Offered(_Stranger(operation_id)), needs)
