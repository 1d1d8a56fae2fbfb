"""What the suite must be told about Scale: what calls touch, how jobs are made and commanded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance import drivers
from conformance.answer import Answer, Call
from conformance.drivers import Recipe, generic, scale_answers
from conformance.drivers.scale_subjects import ExecutionSubject, JobSubject
from conformance.failures import NotReached
from conformance.mode import Resource, Touch
from conformance.probe import Probe
from specs.contract import Contract

COMMANDS = frozenset({"cancelJobs", "requeueJobs"})
PURPOSES = {"slow": "slow_job_type_id", "failing": "failing_job_type_id"}


class Driver(generic.Driver):
    """Scale v6 Jobs.

    `known` may hold: `jobs` (ids by state), `executions` ("job/number" by state), `job_type_id`,
    `slow_job_type_id` (its jobs run for minutes), `failing_job_type_id` (its jobs always fail)
    and `create` (what else the body of createJob needs).
    """

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self.given_up: set[str] = set()  # what took too long here once, so as not to wait again
        self.pending: set[int] = set()  # jobs with a command of which nobody saw what it did
        self.found_before = 0  # contradictions, when the first look at everything began
        self._jobs = JobSubject(self, contract.lifecycles["Job"])
        self._executions = ExecutionSubject(self, contract.lifecycles["JobExecution"])

    def touches(self, call: Call) -> Touch:
        """A command touches the jobs it names; one that names none may mean all there are."""
        if call.operation_id not in COMMANDS:
            return super().touches(call)
        if call.query or not isinstance(call.body, Mapping):
            return Touch.everything()  # a server may read the filter from the query as well
        ids = call.body.get("job_ids")
        if not isinstance(ids, list) or not ids or not all(type(one) is int for one in ids):
            return Touch.everything()
        return Touch.these("Job", ids)

    def made(self, call: Call, answer: Answer) -> Iterable[Resource]:
        """Only createJob makes something."""
        return super().made(call, answer) if call.operation_id == "createJob" else ()

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Look at each state for jobs, and at some of these for executions.

        Where the target file knows jobs, it is believed.
        """
        if "jobs" in probe.known:
            return {}
        jobs: dict[str, list[int]] = {}
        for state in self._jobs.cycle.states:
            answer = probe.call("listJobs", query={"status": state, "page_size": 10})
            if answer.is_success:
                found = [one["id"] for one in answer.json["results"] if one["status"] == state]
                jobs |= {state: found} if found else {}
        executions: dict[str, list[str]] = {}
        for state in ("RUNNING", "FAILED", "COMPLETED"):
            for job_id in jobs.get(state, [])[:2]:
                answer = probe.call("listExecutions", path={"id": job_id})
                for one in answer.json["results"][:5] if answer.is_success else []:
                    executions.setdefault(one["status"], []).append(f"{job_id}/{one['exe_num']}")
        return {"jobs": jobs, "executions": executions}

    def parameter(self, probe: Probe, operation_id: str, name: str) -> Sequence[object]:  # noqa: ARG002
        """Ids of known jobs, and numbers and names that are likely below them."""
        match name:
            case "id":
                return [one for each in probe.known.get("jobs", {}).values() for one in each[:5]]
            case "exe_num":
                return [1]
            case "job_exe_id":
                return list(range(1, 6))
            case "log_id":
                return ["stdout", "stderr", "combined"]
        return ()

    def subjects(self) -> Mapping[str, drivers.Subject]:
        return {"Job": self._jobs, "JobExecution": self._executions}

    def provoke(self, probe: Probe) -> Iterable[Recipe]:  # noqa: ARG002 - the recipes look themselves
        return scale_answers.recipes()

    def order(self, probe: Probe, purpose: str = "") -> dict[str, Any]:
        """Return the body that makes a job: a "slow" one, a "failing" one, or just any.

        What the target file does not say is taken over from a job that has completed.
        """
        known = probe.known
        job_type = known.get(PURPOSES.get(purpose, ""), known.get("job_type_id"))
        if job_type is None or "create" not in known:
            return self._copied(probe, job_type)
        return {**known["create"], "job_type_id": job_type}

    def _copied(self, probe: Probe, job_type: object) -> dict[str, Any]:
        for job_id in probe.known.get("jobs", {}).get("COMPLETED", ())[:5]:
            job = probe.ok("getJob", path={"id": job_id}).json
            own = job["job_type"]["id"]
            if job["job_type"]["is_system"] or not job["job_type"]["is_active"]:
                continue
            if job_type is None or own == job_type:
                given = {"files": job["input"]["files"], "json": job["input"].get("json", {})}
                return {"job_type_id": own, "input": given}
        raise NotReached("known.create is not given, and no job has completed that may be repeated")
