"""Where things are in Deadline Cloud, what jobs are made of, and how they are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.probe import Probe

Record = dict[str, Any]
Path = dict[str, str]

IDS = ("farmId", "queueId", "jobId", "stepId", "taskId")
NAMES = {
    "farm": "farmId",
    "queue": "queueId",
    "job": "jobId",
    "step": "stepId",
    "task": "taskId",
    "session": "sessionId",
    "sessionaction": "sessionActionId",
}
KINDS = {name: kind for kind, name in NAMES.items()} | {"sessionActionId": "sessionAction"}
DIGITS = "9e" * 16
UNKNOWN = {
    name: f"{kind}-{DIGITS}" + ("-0" if kind in {"task", "sessionaction"} else "")
    for kind, name in NAMES.items()
}
"""Ids that are well-formed and belong to nothing."""

COMING = frozenset({"CREATE_IN_PROGRESS", "UPLOAD_IN_PROGRESS"})
STILLBORN = frozenset({"CREATE_FAILED", "UPLOAD_FAILED"})
FINISHED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "NOT_COMPATIBLE"})
UNBOUNDED = 2_147_483_647
COMMANDS = {"short": "true", "long": "sleep infinity", "failing": "false"}
MOST_PAGES = 50

LISTS = {
    "listFarms": "farms",
    "listQueues": "queues",
    "listQueueEnvironments": "environments",
    "listJobs": "jobs",
    "listSteps": "steps",
    "listTasks": "tasks",
    "listSessions": "sessions",
    "listSessionActions": "sessionActions",
}
"""The operations that page by token, and the member that holds their entries."""


def path_of(key: str) -> Path:
    """Return the path parameters in a key such as "farm-…/queue-…/job-…"."""
    return {NAMES[one.partition("-")[0]]: one for one in key.split("/")}


def key_of(ids: Mapping[str, Any]) -> str:
    """Return the key of what the ids name, from the outside in."""
    return "/".join(str(ids[name]) for name in NAMES.values() if name in ids)


def within(ids: Mapping[str, str], innermost: str) -> Path:
    """Return the ids as far as *innermost*."""
    return {name: ids[name] for name in IDS[: IDS.index(innermost) + 1]}


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step as a template spells it; *space* holds parameter definitions as they stand there."""

    name: str = "Render"
    tasks: int = 1
    command: str = "long"
    after: tuple[str, ...] = ()
    space: tuple[Mapping[str, Any], ...] = ()
    combination: str = ""
    needs: Mapping[str, Any] | None = None

    def spelled(self, probe: Probe) -> Record:
        """Return the step as it stands in a template."""
        words = {**COMMANDS, **probe.known.get("commands", {})}[self.command].split()
        run: Record = {"command": words[0]} | ({"args": words[1:]} if words[1:] else {})
        step: Record = {"name": self.name, "script": {"actions": {"onRun": run}}}
        space: Record = {"taskParameterDefinitions": list(self.space)}
        if not self.space and self.tasks > 1:
            frames = {"name": "Frame", "type": "INT", "range": f"1-{self.tasks}"}
            space = {"taskParameterDefinitions": [frames]}
        if space["taskParameterDefinitions"]:
            step["parameterSpace"] = space | (
                {"combination": self.combination} if self.combination else {}
            )
        if self.after:
            step["dependencies"] = [{"dependsOn": one} for one in self.after]
        if self.needs:
            step["hostRequirements"] = dict(self.needs)
        return step


UNMEETABLE = {"amounts": [{"name": "amount.worker.vcpu", "min": 4096}]}

SUSPENDED, STARTED = "SUSPENDED", "READY"

POOLS: Mapping[str, tuple[tuple[StepPlan, ...], str]] = {
    "suspended": ((StepPlan("Many", tasks=12),), SUSPENDED),
    "running": ((StepPlan("Many", tasks=8),), STARTED),
    "waiting": ((StepPlan("First"), StepPlan("Many", tasks=8, after=("First",))), STARTED),
    "short": ((StepPlan("Many", tasks=4, command="short"),), STARTED),
    "blocked": ((StepPlan("Many", tasks=8),), STARTED),
    "incompatible": ((StepPlan("Many", tasks=8, needs=UNMEETABLE),), STARTED),
}
"""Jobs whose tasks are alike, and whether their tasks may start: one job serves several walks."""


def template(probe: Probe, steps: Iterable[StepPlan], name: str = "Callsheet") -> str:
    """Return a job template with these steps, as JSON."""
    spelled = [one.spelled(probe) for one in steps]
    document = {"specificationVersion": "jobtemplate-2023-09", "name": name, "steps": spelled}
    return json.dumps(document, ensure_ascii=False)


def order(probe: Probe, *steps: StepPlan, name: str = "Callsheet", **settings: Any) -> Record:
    """Return a body for createJob; a setting that is None is left out."""
    body: Record = {
        "template": template(probe, steps or (StepPlan(),), name),
        "templateType": "JSON",
        "priority": 50,
        "maxFailedTasksCount": UNBOUNDED,
        "targetTaskRunStatus": "SUSPENDED",
        **settings,
    }
    return {name: value for name, value in body.items() if value is not None}


def place(probe: Probe) -> Path:
    """Return the farm and the queue in which jobs are made."""
    known = probe.known
    farm, queue = known.get("farmId"), known.get("queueId")
    if farm is None or queue is None:
        queues = [one for each in known.get("queues", {}).values() for one in each]
        fitting = [one for one in queues if farm in {None, one["farmId"]}]
        probe.assume(fitting, "no queue is known in which a job could be made")
        farm, queue = fitting[0]["farmId"], fitting[0]["queueId"]
    return {"farmId": str(farm), "queueId": str(queue)}


def farm_of(probe: Probe) -> Path:
    """Return the farm in which things are looked for."""
    farm = probe.known.get("farmId") or next(iter(probe.known.get("farms", ())), None)
    return {"farmId": str(farm)} if farm else within(place(probe), "farmId")


def submit(probe: Probe, body: Mapping[str, Any], where: Path | None = None) -> Path:
    """Make a job and return its ids; it may not be complete yet."""
    where = where or place(probe)
    answer = probe.ok("createJob", path=where, body=body)
    return {**where, "jobId": answer.json["jobId"]}


def is_created(probe: Probe, job: Path) -> bool:
    """Whether the creation of a job is complete; a failed one ends the example."""
    status = probe.ok("getJob", path=job).json["lifecycleStatus"]
    probe.assume(status not in STILLBORN, f"the job {job['jobId']} is {status}")
    return status not in COMING


def listed(probe: Probe, operation_id: str, path: Mapping[str, str], **query: Any) -> list[Record]:
    """Return the entries of a list, all pages of it."""
    found: list[Record] = []
    token: str | None = None
    for _ in range(MOST_PAGES):
        asked = {"maxResults": 100, **query, "nextToken": token}
        page = probe.ok(operation_id, path=path, query=asked).json
        found += page[LISTS[operation_id]]
        token = page.get("nextToken")
        if not token:
            break
    return found


def steps_of(probe: Probe, job: Mapping[str, str]) -> dict[str, Path]:
    """Return the ids of the steps of a job by their names."""
    return {
        one["name"]: {**job, "stepId": one["stepId"]} for one in listed(probe, "listSteps", job)
    }


def tasks_of(probe: Probe, step: Mapping[str, str]) -> list[Record]:
    """Return the tasks of a step, in the order of their numbers."""
    found = listed(probe, "listTasks", step)
    return sorted(found, key=lambda one: int(one["taskId"].rpartition("-")[2]))


def read_task(probe: Probe, task: Mapping[str, str]) -> Record:
    """Return a task as getTask shows it."""
    shown: Record = probe.ok("getTask", path=within(dict(task), "taskId")).json
    return shown


def ask(probe: Probe, task: Mapping[str, str], target: str) -> Answer:
    """Command a task."""
    path = within(dict(task), "taskId")
    return probe.call("updateTask", path=path, body={"targetRunStatus": target})


def known_ids(probe: Probe, kind: str, states: Sequence[str] = ()) -> list[Path]:
    """Return what is known of a kind (tasks, jobs, …), of some states or of all."""
    by_state = probe.known.get(kind, {})
    if not isinstance(by_state, Mapping):
        return []
    return [dict(one) for state in (states or by_state) for one in by_state.get(state, ())]
