"""Scale's jobs, and the executions that follow them, as the lifecycle movement drives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from conformance.answer import Answer
from conformance.drivers.subject import Subject
from conformance.failures import Outcome
from conformance.mode import Resource
from conformance.probe import Probe

if TYPE_CHECKING:
    from conformance.drivers.scale import Driver

BATCH = 200  # jobs that one command brings to rest
PURPOSE = {"QUEUED": "slow", "RUNNING": "slow", "CANCELED": "slow", "FAILED": "failing"}


class JobSubject(Subject):
    """A job: made by createJob, commanded by filters that name it alone."""

    def create(self, probe: Probe, creator: str = "") -> str:
        """Make a job that runs for a while, if the target file names a job type for that."""
        return self._made(probe, creator or "createJob", "slow")

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        return probe.call(command, body={"job_ids": [int(key)]})

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        return [str(one) for one in probe.known.get("jobs", {}).get(state, ())]

    def reach(self, probe: Probe, state: str) -> str | None:
        """Make a job of the type whose jobs come to that state by themselves."""
        if state == "FAILED" and probe.known.get("failing_job_type_id") is None:
            return None
        return self._made(probe, "createJob", PURPOSE.get(state, ""))

    def fingerprint(self, probe: Probe, key: str) -> object:
        """The number of executions, which grows each time the job is queued."""
        return probe.ok("getJob", path={"id": key}).json["num_exes"]

    def dispose(self, probe: Probe, key: str) -> None:
        """Bring this job, and what else the run has left, to rest: Scale deletes no jobs."""
        ledger = probe.visit.gate.ledger
        if not ledger.created.get(Resource(self.kind, key)):
            return
        left = [one for one in ledger.left if one.kind == self.kind][:BATCH]
        own = Resource(self.kind, key)
        jobs = left if own in left else [own, *left]
        try:
            answer = probe.call("cancelJobs", body={"job_ids": [int(one.key) for one in jobs]})
        except Outcome:
            return
        if answer.is_success:
            for one in jobs:
                ledger.remove(one)

    def _made(self, probe: Probe, creator: str, purpose: str) -> str:
        body = cast("Driver", self.driver).order(probe, purpose)
        answer = probe.ok(creator, body=body)
        key = self.driver.made_key(self.cycle, answer)
        probe.assume(key, f"{answer.exchange} does not say what it has made")
        return str(key)


class ExecutionSubject(Subject):
    """An execution of a job, with a key such as "12/1": it does what its job does."""

    def create(self, probe: Probe, creator: str = "") -> str:  # noqa: ARG002 - there is none
        """Nothing makes an execution but a job that starts to run."""
        probe.unsupported("an execution comes into being when its job starts to run")

    def state(self, probe: Probe, key: str) -> str:
        job_id, _, number = key.partition("/")
        answer = probe.ok("getExecution", path={"id": job_id, "exe_num": number})
        return self.shown(answer.json)

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command to the job."""
        return probe.call(command, body={"job_ids": [int(key.partition("/")[0])]})

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        given = [str(one) for one in probe.known.get("executions", {}).get(state, ())]
        jobs = probe.known.get("jobs", {}).get(state, ()) if not given else ()
        for job_id in jobs[:3]:
            answer = probe.call("listExecutions", path={"id": job_id})
            results = answer.json["results"] if answer.is_success else []
            given += [f"{job_id}/{one['exe_num']}" for one in results if one["status"] == state][:1]
        return given

    def dispose(self, probe: Probe, key: str) -> None:
        """It rests when its job does."""
