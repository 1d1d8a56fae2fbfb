"""Canceling and requeueing: which of the jobs that this run made are taken, and which are not.

Each command names jobs of ours in job_ids, so that whatever other filter is tried, nobody else's
jobs are touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import Record
from conformance.checks.scale.listing import JOBS, executions, ids
from conformance.probe import Probe

CANCEL, REQUEUE = "cancelJobs", "requeueJobs"


@dataclass(frozen=True, slots=True)
class Order:
    """One of the two commands."""

    operation_id: str
    verb: str
    spares: frozenset[str]  # states that the command leaves alone
    usual: str  # a state of jobs that it takes and that is quickly had

    def took(self, before: Record, now: Record) -> bool:
        """Whether the command has been carried out on a job that looked like *before*."""
        if self.operation_id == CANCEL:
            return bool(now["status"] == "CANCELED" and before["status"] != "CANCELED")
        return bool(now["num_exes"] > before["num_exes"])

    def missed(self, before: Record, now: Record) -> bool:
        """Whether a job has gone where the command could not follow, before it came."""
        on_its_way = before["status"] not in {"FAILED", "CANCELED", "COMPLETED"}
        return on_its_way and now["status"] in {"FAILED", "COMPLETED"}


ORDERS = (
    Order(CANCEL, "canceled", frozenset({"COMPLETED", "CANCELED"}), "QUEUED"),
    Order(REQUEUE, "requeued", frozenset({"QUEUED", "RUNNING", "COMPLETED"}), "CANCELED"),
)


class Drill:
    """One trial of a command: who is to be taken, who is to be left, and what became of them."""

    def __init__(self, probe: Probe, order: Order) -> None:
        self.probe = probe
        self.order = order
        self.cast = Cast(probe)
        self._before: dict[int, Record] = {}

    def jobs(self, number: int, state: str = "") -> list[Record]:
        """Return jobs that the command could take, in that state or the one that is usual."""
        wanted = state or self.order.usual
        found = self.cast.made(number) if wanted == "QUEUED" else self.cast.in_state(wanted, number)
        for one in found:
            self.knows(one)
        return found

    def jobs_of(self, job_type: Record) -> list[Record]:
        """Return a job of a job type that the command could take."""
        body = {**self.cast.body(), "job_type_id": job_type["id"]}
        answer = self.probe.ok("createJob", body=body)
        job: Record = answer.json
        if self.order.operation_id == REQUEUE:
            self.cast.send(CANCEL, [job])
            job = self.cast.wait([job], {"CANCELED"}, "canceling")[job["id"]]
        self.knows(job)
        return [job]

    def knows(self, job: Record) -> None:
        """Remember what a job looks like before the command is sent."""
        self._before[job["id"]] = job

    def give(self, jobs: Iterable[Record], **given: Any) -> Answer:
        """Send the command to these jobs, narrowed down by more filters."""
        job_ids = ids(list(jobs))
        self.probe.api.pending.update(job_ids)
        return self.probe.call(self.order.operation_id, body={**given, "job_ids": job_ids})

    def accepted(self, jobs: Iterable[Record], **given: Any) -> None:
        """Send the command, which must be accepted."""
        answer = self.give(jobs, **given)
        self.probe.require(answer.is_success, f"{answer.exchange} for {_names(given)}")

    def taken(self, jobs: Sequence[Record], why: str) -> None:
        """Require that the command is carried out on each of the jobs, in time."""
        late: list[Record] = []

        def is_done() -> bool:
            now = self.cast.diary.look(ids(jobs))
            for job in jobs:
                escaped = self.order.missed(self._before[job["id"]], now[job["id"]])
                self.probe.assume(
                    not escaped, f"a job had ended before it could be {self.order.verb}"
                )
                astray = self._went_astray(self._before[job["id"]], now[job["id"]])
                self.probe.require(
                    not astray, f"job {job['id']} went {astray} when it was to be {self.order.verb}"
                )
            late[:] = [
                one for one in jobs if not self.order.took(self._before[one["id"]], now[one["id"]])
            ]
            return not late

        def message() -> str:
            job = late[0]
            return f"job {job['id']} ({job['status']}) was not {self.order.verb}: {why}"

        self.probe.eventually(is_done, message=message)
        self.probe.api.pending.difference_update(ids(jobs))

    def _went_astray(self, before: Record, now: Record) -> str:
        """Return from where to where a job at rest was taken that only a command can take."""
        if before["status"] not in {"FAILED", "CANCELED"} or now["status"] == before["status"]:
            return ""
        if self.order.took(before, now) or now["num_exes"] > before["num_exes"]:
            return ""
        return f"from {before['status']} to {now['status']}"

    def lent(self, fits: Callable[[Record], bool]) -> list[Record]:
        """Return jobs that the target file lets us touch, and that the command could take."""
        keys = [key for kind in ("Job", "*") for key in self.probe.target.touch.get(kind, ())]
        if not keys:
            return []
        found = JOBS.page(self.probe, job_id=keys[:100], page_size=100).results
        taken = [
            one for one in found if one["status"] in {"FAILED", self.order.usual} and fits(one)
        ]
        for one in taken:
            self.knows(one)
        return taken[:2]

    def left(self, jobs: Sequence[Record], why: str) -> None:
        """Require that the command was not carried out on any of the jobs."""
        now = self.cast.diary.look(ids(jobs))
        self.probe.api.pending.difference_update(ids(jobs))
        for job in jobs:
            before, later = self._before[job["id"]], now[job["id"]]
            if self.order.took(before, later) and not self._went_by_itself(before, later):
                self.probe.require(
                    False,  # noqa: FBT003 - the condition
                    f"job {job['id']} ({before['status']}) was {self.order.verb}: {why}",
                )

    def _went_by_itself(self, before: Record, later: Record) -> bool:
        """Whether the scheduler itself has tried a job again after an error."""
        if self.order.operation_id == CANCEL or before["status"] not in {"QUEUED", "RUNNING"}:
            return False
        runs = executions(later["id"]).whole(self.probe).results
        return any(
            one["exe_num"] == before["num_exes"] and one["status"] == "FAILED" for one in runs
        )


def _names(given: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in given.items()) or "jobs of ours"
