"""How long the states of jobs and tasks last, where they lead, and what shows in them."""

from __future__ import annotations

from typing import Any

from mockserver.apis.hpcpack import cluster, shell, sweep
from mockserver.apis.hpcpack.inventory import ENDED, UNENDED, Inventory
from mockserver.apis.hpcpack.layouts import JOBS, TASKS
from mockserver.clock import SECOND
from mockserver.store import Resource

BEGUN = ENDED | {"Dispatching", "Running", "Finishing", "Canceling"}
"""The states from which a job or a task starts anew when it is requeued."""

STUCK = "stuck in {}"
"""Whatever has this name never leaves that state on its own."""

FAILING = 0.5
"""The share of tasks that fail in the scenario of that name, whatever their command."""

WHY_JOBS_FAIL = {
    "Validating": "The job names no node group of this cluster.",
    "ExternalValidation": "The submission filter has rejected the job.",
    "Finishing": "One or more tasks of the job have failed.",
}
"""What a failed job says, by the state in which it was."""

UNKNOWN_REASON = "The job was failed by an operator."


class Course(Inventory):
    """The jobs and tasks of one cluster, each on its own way through its states."""

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw which state follows on its own, and when; None if it takes more than time."""
        if resource.columns["Name"] == STUCK.format(resource.state):
            return None
        usual = super().plan(schema, resource, chance)
        if usual is None:
            return None
        decide = self._job_follows if schema == "Job" else self._task_follows
        target = decide(resource, usual[0])
        if target is None:
            return None
        wait = usual[1]
        seconds = resource.facts.get("seconds") if resource.state == "Running" else None
        return target, wait if seconds is None else max(int(seconds * SECOND), 1)

    def _job_follows(self, job: Resource, usual: str) -> str | None:
        columns = job.columns
        match job.state:
            case "Validating":
                if self._misplaced(job):
                    return "Failed"
                screened = columns["JobTemplate"].lower() == cluster.SCREENED.lower()
                return "ExternalValidation" if screened else usual
            case "ExternalValidation":
                return "Failed" if "reject" in columns["Name"].lower() else usual
            case "Queued" | "Running":
                return None if self._waits(job) else usual
            case "Finishing":
                return str(job.facts.get("outcome", usual))
        return usual

    def _task_follows(self, task: Resource, usual: str) -> str | None:
        match task.state:
            case "Queued":
                job = self.jobs.get(task.columns["ParentJobId"])
                return usual if job is not None and job.state == "Running" else None
            case "Dispatching":
                named = task.columns["RequiredNodes"].lower().split(",")
                unknown = any(one.strip() not in {"", *self.cluster.nodes} for one in named)
                return "Failed" if unknown and not task.columns["is_step"] else usual
            case "Running":
                return None if self.is_expanded(task) else usual
            case "Finishing" | "Canceling":
                return str(task.facts.get("outcome", usual))
        return usual

    def _waits(self, job: Resource) -> bool:
        """Return whether a queued or running job will not go on by itself."""
        columns = job.columns
        if job.state == "Running":
            lasts = columns["RunUntilCanceled"] == "True"
            return lasts or self.has_children(job.key, *UNENDED)
        return bool(
            columns["MinCores"] > self.cluster.cores
            or columns["MinNodes"] > len(self.cluster.nodes)
            or columns["MinSockets"] > 2 * len(self.cluster.nodes)
        )

    def _misplaced(self, job: Resource) -> bool:
        """Return whether *job* names node groups, and the cluster has none of them."""
        named = [one for one in job.columns["grouping"].split(",") if one]
        return bool(named) and all(self.cluster.members(one) is None for one in named)

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a job or a task shows in its new state."""
        columns, facts = resource.columns, resource.facts
        columns["PreviousState"], columns["ChangeTime"] = source, moment
        match resource.state:
            case "Submitted":
                columns["SubmitTime"] = moment
            case "Queued" | "Configuring" if source in BEGUN:
                self._begin_anew(name, resource, moment)
            case "Running":
                columns["StartTime"], columns["EndTime"] = moment, None
                nodes = self.cluster.members("ComputeNodes") or []
                chance = self.world.chance("hpcpack nodes", resource.key, moment)
                columns["AllocatedNodes"] = chance.pick(nodes)
                if name == TASKS.name:
                    self._start(resource)
            case "Finished" | "Failed" | "Canceled":
                columns["EndTime"] = moment
                self._end(name, resource, source)
        if resource.state in ENDED:
            facts.pop("outcome", None)
            facts.pop("seconds", None)

    def _begin_anew(self, name: str, resource: Resource, moment: int) -> None:
        columns = resource.columns
        columns["RequeueCount"] += 1
        columns["StartTime"] = columns["EndTime"] = None
        columns["ErrorMessage"] = columns["AllocatedNodes"] = ""
        if name == TASKS.name:
            columns["ExitCode"], columns["Output"] = None, ""
        elif columns["SubmitTime"] is None:
            columns["SubmitTime"] = moment
        for fact in ("outcome", "seconds", "result", "stopped"):
            resource.facts.pop(fact, None)

    def _start(self, task: Resource) -> None:
        """Decide what a task that begins to run will write and return, and how long it takes."""
        if self.is_expanded(task):
            return
        job = self.jobs.get(task.columns["ParentJobId"])
        assert job is not None
        outcome = shell.run(task.columns["CommandLine"], sweep.variables(job, task))
        task.facts["result"] = [outcome.output, outcome.exit_code]
        limit = task.columns["RuntimeSeconds"]
        if outcome.slept:
            task.facts["seconds"] = outcome.slept
        if limit is not None and outcome.slept > limit:
            task.facts["seconds"] = limit
            task.facts["result"] = [outcome.output, -1]
        if self.world.scenario == "failing" and not outcome.exit_code:
            chance = self.world.chance("hpcpack failure", task.key, task.version)
            if chance.number() < FAILING:
                task.facts["result"] = ["the node went away", 1]
        task.facts["outcome"] = "Failed" if task.facts["result"][1] else "Finished"

    def _end(self, name: str, resource: Resource, source: str) -> None:
        """Set what a job or task shows when it has ended."""
        columns, facts = resource.columns, resource.facts
        if name == JOBS.name:
            if resource.state == "Failed" and not columns["ErrorMessage"]:
                columns["ErrorMessage"] = WHY_JOBS_FAIL.get(source, UNKNOWN_REASON)
            return
        if source == "Dispatching" and resource.state == "Failed":
            columns["ErrorMessage"] = "The task requires a node that the cluster does not have."
        result = facts.get("result")
        if source != "Finishing" or result is None:
            return
        columns["Output"], columns["ExitCode"] = result
        if resource.state == "Failed" and not columns["ErrorMessage"]:
            columns["ErrorMessage"] = f"The task failed with exit code {result[1]}."
