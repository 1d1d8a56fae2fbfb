"""What the suite must be told about Deadline Cloud: what calls touch, and what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance import drivers
from conformance.answer import Answer, Call
from conformance.drivers import Recipe, deadline_cloud_answers, generic
from conformance.drivers.deadline_cloud_farm import LISTS, NAMES, Path, Record, key_of
from conformance.drivers.deadline_cloud_subjects import (
    JobSubject,
    QueueSubject,
    SessionActionSubject,
    SessionSubject,
    StepSubject,
    TaskSubject,
)
from conformance.failures import Outcome
from conformance.mode import Resource, Touch
from conformance.probe import Probe
from specs.contract import Contract

SEARCHES = frozenset({"searchJobs", "searchTasks", "batchGetTask"})
CREATORS = {"createFarm": "Farm", "createQueue": "Queue", "createJob": "Job"}
JOBS_LOOKED_INTO = 8  # of a queue, when ids are discovered
JOB = ("farmId", "queueId", "jobId")
FEW = 3  # farms, queues of each, steps of a job, when ids are discovered


class Driver(generic.Driver):
    """AWS Deadline Cloud.

    `known` may hold: `farmId` and `queueId` (where jobs are made), ids by state under `tasks`,
    `steps`, `jobs`, `queues` and `sessionActions` (each with all ids of its path), `farms` (ids),
    `commands` (shell words for `short`, `long` and `failing` work on the target's workers),
    `blockedQueueId` (a queue of that farm whose jobs wait for ever), `deniedAuthorization` (the
    header of somebody without permissions), `farmsThatAnswer` (an error status -> a farm id).
    Under `touch` a job is named by its path: "farm-…/queue-…/job-…".
    """

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        cycles = contract.lifecycles
        self._keys: dict[str, str] = {}  # of the jobs that were made here, by their ids
        self._of_each: dict[str, drivers.Subject] = {
            "Queue": QueueSubject(self, cycles["Queue"]),
            "Job": JobSubject(self, cycles["Job"]),
            "Step": StepSubject(self, cycles["Step"]),
            "Task": TaskSubject(self, cycles["Task"]),
            "Session": SessionSubject(self, cycles["Session"]),
            "SessionAction": SessionActionSubject(self, cycles["SessionAction"]),
        }

    def touches(self, call: Call) -> Touch:
        """A search touches nothing; a command touches the jobs that its tasks belong to."""
        if self.contract.operations[call.operation_id].is_safe or call.operation_id in SEARCHES:
            return Touch.nothing()
        if call.operation_id in CREATORS:
            return Touch.creates()
        if call.operation_id != "batchUpdateTask":
            return Touch.these("Job", [self._job(call.path)])
        items = call.body.get("tasks") if isinstance(call.body, Mapping) else None
        if not isinstance(items, list) or not all(isinstance(one, Mapping) for one in items):
            return Touch.everything()
        if not all(isinstance(one.get(name), str) for one in items for name in JOB):
            return Touch.everything()
        return Touch.these("Job", [self._job(one) for one in items])

    def made(self, call: Call, answer: Answer) -> Iterable[Resource]:
        """The id is in the answer of the creating operation."""
        kind = CREATORS.get(call.operation_id)
        if kind is None or not answer.is_success:
            return
        try:
            body = answer.json
        except Outcome:
            return
        name = NAMES[kind.lower()]
        if isinstance(body, Mapping) and isinstance(body.get(name), str):
            key = key_of({**call.path, name: body[name]})
            if kind == "Job":
                self._keys[body[name]] = key
            yield Resource(kind, key)

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Look into the first queues of the first farms, as far as nothing is given."""
        if "tasks" in probe.known and "jobs" in probe.known:
            return {}
        found: dict[str, dict[str, list[Path]]] = {
            kind: {} for kind in ("queues", "jobs", "steps", "tasks", "sessionActions")
        }
        farms = [probe.known["farmId"]] if "farmId" in probe.known else []
        farms = farms or [one["farmId"] for one in self._page(probe, "listFarms", {})]
        for farm in farms[:FEW]:
            self._look_into(probe, {"farmId": farm}, found)
        return {"farms": farms, **found}

    def _look_into(self, probe: Probe, farm: Path, found: dict[str, dict[str, list[Path]]]) -> None:
        queues = self._page(probe, "listQueues", farm)
        chosen = [one for one in queues if one["queueId"] == probe.known.get("queueId")]
        for queue in (chosen + [one for one in queues if one not in chosen])[:FEW]:
            place = {**farm, "queueId": queue["queueId"]}
            found["queues"].setdefault(queue["status"], []).append(place)
            for job in self._page(probe, "listJobs", place)[:JOBS_LOOKED_INTO]:
                path = {**place, "jobId": job["jobId"]}
                found["jobs"].setdefault(job["lifecycleStatus"], []).append(path)
                for action in self._page(probe, "listSessionActions", path)[:FEW]:
                    ids = {**path, "sessionActionId": action["sessionActionId"]}
                    found["sessionActions"].setdefault(action["status"], []).append(ids)
                for step in self._page(probe, "listSteps", path)[:FEW]:
                    inner = {**path, "stepId": step["stepId"]}
                    found["steps"].setdefault(step["lifecycleStatus"], []).append(inner)
                    for task in self._page(probe, "listTasks", inner):
                        ids = {**inner, "taskId": task["taskId"]}
                        found["tasks"].setdefault(task["runStatus"], []).append(ids)

    def _page(self, probe: Probe, operation_id: str, path: Path) -> list[Record]:
        answer = probe.call(operation_id, path=path, query={"maxResults": 100})
        return list(answer.json[LISTS[operation_id]]) if answer.is_success else []

    def parameter(self, probe: Probe, operation_id: str, name: str) -> Sequence[object]:  # noqa: ARG002
        """Ids of what is known; all of one task, so that they go together."""
        known = probe.known
        if name == "sessionActionId":
            places = [one for each in known.get("sessionActions", {}).values() for one in each]
        else:
            places = [one for each in known.get("tasks", {}).values() for one in each]
        ids = [one[name] for one in places[:3] if name in one]
        given = known.get(name)
        return list(dict.fromkeys([*ids, *([given] if given else [])]))

    def subjects(self) -> Mapping[str, drivers.Subject]:
        return self._of_each

    def provoke(self, probe: Probe) -> Iterable[Recipe]:
        return deadline_cloud_answers.recipes(probe)

    def _job(self, ids: Mapping[str, str]) -> str:
        """Return the key of the job that is meant, also if it is said to be elsewhere."""
        return self._keys.get(ids["jobId"]) or key_of({name: ids[name] for name in JOB})
