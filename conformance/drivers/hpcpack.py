"""What the suite must be told about HPC Pack: jobs are made, and everything else is within jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance import drivers
from conformance.answer import Answer, Call
from conformance.drivers import Recipe, generic
from conformance.drivers.hpcpack_answers import recipes
from conformance.drivers.hpcpack_cluster import NOBODY, digits_in, rows
from conformance.drivers.hpcpack_subjects import Jobs, Subtasks, Tasks
from conformance.failures import Outcome
from conformance.mode import Resource, Touch
from conformance.probe import Probe
from specs.contract import Contract

CREATORS = frozenset({"createJob", "createJobFromXml"})
MOST_JOBS = 100  # looked at in search of some in each state
MOST_SEARCHED = 6  # of them, in search of sweeps


class Driver(generic.Driver):
    """Knows what calls touch, where ids come from, how jobs are led to each state.

    A target file says under `known`, all of it optional: `users`, role (`administrator`, `user`,
    `other_user`) -> {name, password}; `credentials_demanded`, whether nobody gets in without;
    `jobs`, state -> ids; `tasks` and `subtasks`, state -> lists of the numbers in the path;
    `sweeps`, [job, task] of sweeps that have ended; `nodes` and `node_groups`, names; `create`,
    kind -> body, for jobs (`job`, `waiting_job`, `lasting_job`, `screened_job`), tasks (`task`,
    `long_task`, `failing_task`, `sweep`, `long_sweep`), `job_xml`, a text, and `stuck_name`, the
    name of what never leaves {state} by itself. What is listed under `touch` as a `Job` may be
    changed with its tasks.
    """

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._lifecycles: dict[str, drivers.Subject] = {
            "Job": Jobs(),
            "Task": Tasks(),
            "Subtask": Subtasks(),
        }

    def touches(self, call: Call) -> Touch:
        """Return the job in the path: tasks and subtasks belong to it."""
        if self.contract.operations[call.operation_id].is_safe:
            return Touch.nothing()
        if call.operation_id in CREATORS:
            return Touch.creates()
        job = call.path.get("jobId", "")
        if job == str(NOBODY):
            return Touch.nothing()
        return Touch.these("Job", [job.lstrip("+0") if job.lstrip("+0").isdecimal() else job])

    def made(self, call: Call, answer: Answer) -> Iterable[Resource]:
        """Return the job whose number a creating operation has answered."""
        if call.operation_id in CREATORS and answer.is_success:
            job = digits_in(answer)
            if job:
                yield Resource("Job", job)

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Return some jobs by state, sweeps among them, nodes and node groups."""
        found: dict[str, Any] = {}
        if "nodes" not in probe.known:
            answer = probe.call("listNodes", query={"properties": "Name", "rowsPerRead": 100})
            found["nodes"] = [one["Name"] for one in rows(answer)] if answer.is_success else []
        if "node_groups" not in probe.known:
            answer = probe.call("listNodeGroups")
            groups = rows(answer) if answer.is_success else []
            found["node_groups"] = [one["Name"] for one in groups]
        if "jobs" not in probe.known:
            query = {"properties": "Id,State", "rowsPerRead": MOST_JOBS}
            answer = probe.call("listJobs", query=query)
            jobs: dict[str, list[str]] = {}
            for one in rows(answer) if answer.is_success else []:
                jobs.setdefault(one["State"], []).append(one["Id"])
            found["jobs"] = jobs
            if "sweeps" not in probe.known:
                ended = [*jobs.get("Finished", []), *jobs.get("Failed", [])][:MOST_SEARCHED]
                found["sweeps"] = list(_sweeps(probe, ended))
        return found

    def parameter(self, probe: Probe, operation_id: str, name: str) -> Sequence[object]:
        """Return names of nodes or groups, or numbers of jobs that the run may change."""
        if name == "name":
            kind = "nodes" if operation_id == "getNode" else "node_groups"
            return list(probe.known.get(kind, ()))
        if name == "jobId":
            created = [one.key for one in probe.visit.gate.ledger.created if one.kind == "Job"]
            known = [str(key) for keys in probe.known.get("jobs", {}).values() for key in keys]
            return [int(one) for one in (*created[:8], *known[:8])]
        return [1, 2]

    def subjects(self) -> Mapping[str, drivers.Subject]:
        return self._lifecycles

    def provoke(self, probe: Probe) -> Iterable[Recipe]:  # noqa: ARG002 - they look for themselves
        return recipes(self.contract)


def _sweeps(probe: Probe, jobs: Iterable[str]) -> Iterable[list[int]]:
    """Yield job and task of each sweep among the tasks of some jobs."""
    for job in jobs:
        try:
            answer = probe.ok("listTasks", path={"jobId": job}, query={"rowsPerRead": 100})
        except Outcome:
            continue
        numbers = {one["JobTaskId"] for one in rows(answer) if one["InstanceId"] != "0"}
        yield from ([int(job), int(one)] for one in sorted(numbers))
