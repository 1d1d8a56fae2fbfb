"""Tests of the mutants of Deadline Cloud: each can be told from the sound mock by its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from mockserver.mutants import FaultClass, Mutant, of
from mockserver.tests.apis.deadline_farm import VERSION, Farm, task_path
from specs.contract import Status, load

Said = tuple[Any, ...]

NAMES = ("farmId", "queueId", "jobId", "stepId", "taskId")


class DifferentError(Exception):
    """An answer is not the one of the sound mock."""


class Story:
    """What an account says to a story that touches every statement."""

    def __init__(self, farm: Farm, expected: Sequence[Said] = ()) -> None:
        self._farm = farm
        self._expected = expected
        self.said: list[Said] = []

    def say(self, method: str, path: str, **more: Any) -> Any:
        """Send one request, note the answer, and return its JSON body."""
        answer = self._farm.request(method, path, **more)
        kind = answer.headers.get("x-amzn-errortype")
        self.said.append((method, path, answer.status_code, kind, answer.text))
        if self._expected and self._expected[len(self.said) - 1] != self.said[-1]:
            raise DifferentError
        return answer.json() if answer.content else None

    def look(self, job: str) -> None:
        """Read everything that there is about a job."""
        self.say("GET", job)
        for step in self.say("GET", f"{job}/steps")["steps"]:
            root = f"{job}/steps/{step['stepId']}"
            self.say("GET", root)
            for task in self.say("GET", f"{root}/tasks")["tasks"][:4]:
                self.say("GET", f"{root}/tasks/{task['taskId']}")
        for action in self.say("GET", f"{job}/session-actions")["sessionActions"]:
            self.say("GET", f"{job}/session-actions/{action['sessionActionId']}")

    def pages(self, path: str) -> None:
        """Read the pages of a list, two entries at a time."""
        page = self.say("GET", path, params={"maxResults": 2})
        if "nextToken" in page:
            self.say("GET", path, params={"maxResults": 2, "nextToken": page["nextToken"]})
        self.say("GET", path, params={"maxResults": 3})
        self.say("GET", path, params={"nextToken": "invented"})

    def seeded(self) -> None:
        """Look at what is there from the beginning."""
        farm = self._farm
        for places in farm.facts["tasks"].values():
            self.say("GET", task_path(places[0]))
        self.say("GET", f"{farm.farm}/queues", params={"status": "SCHEDULING"})
        ids = [{name: one[0][name] for name in NAMES} for one in farm.facts["tasks"].values()]
        unknown = [{**ids[0], "taskId": f"task-{'0' * 32}-{number}"} for number in range(2)]
        self.say("POST", f"{VERSION}/batch-get-task", json={"identifiers": [*ids, *unknown]})
        crowd = farm.facts["tasks"]["SUCCEEDED"]
        for one in crowd:
            self.say("GET", task_path(one))

    def refusals(self) -> None:
        """Ask for what is not there, in the wrong place, and without permission."""
        farm = self._farm
        ids = farm.facts["tasks"]["PENDING"][0]
        other = farm.facts["tasks"]["READY"][0]
        self.say("GET", task_path({**ids, "stepId": other["stepId"]}))
        self.say("GET", task_path({**ids, "queueId": farm.facts["queueId"]}))
        self.say("GET", task_path({**ids, "farmId": farm.facts["otherFarmId"]}))
        jobs = [one[0]["jobId"] for one in farm.facts["jobsByRunStatus"].values()]
        for job in jobs:
            self.say("GET", task_path({**ids, "jobId": job}))
        for name in NAMES:
            number = "-0" if name == "taskId" else ""
            kind = name.removesuffix("Id")
            self.say("GET", task_path({**ids, name: f"{kind}-{'0' * 32}{number}"}))
            self.say("GET", task_path({**ids, name: "x"}))
        for key in farm.facts["farmsThatAnswer"].values():
            self.say("GET", task_path({**ids, "farmId": key}))
        denied = {"Authorization": farm.facts["deniedAuthorization"]}
        self.say("GET", task_path(ids), headers=denied)

    def searches(self) -> None:
        """Search for jobs and tasks, and list what pages are made of."""
        farm = self._farm
        root: dict[str, Any] = {"queueIds": [farm.facts["queueId"]], "itemOffset": 0}
        listed = {
            "name": "TASK_RUN_STATUS",
            "operator": "ANY_EQUALS",
            "values": ["FAILED", "SUCCEEDED"],
        }
        group = {"operator": "AND", "filters": [{"stringListFilter": listed}]}
        self.say("POST", f"{farm.farm}/search/jobs", json={**root, "filterExpressions": group})
        self.say("POST", f"{farm.farm}/search/tasks", json={**root, "pageSize": 3})
        job = farm.facts["jobsByRunStatus"]["SUCCEEDED"][0]["jobId"]
        self.say("POST", f"{farm.farm}/search/tasks", json={**root, "pageSize": 3, "jobId": job})

    def lives(self) -> None:
        """Follow jobs from their creation to their end."""
        farm = self._farm
        jobs = [farm.submit(one) for one in ("parameters", "retried", "dependent", "suspended")]
        jobs.append(farm.submit("fails"))
        for _ in range(8):
            farm.advance(1.2)
            for job in jobs:
                self.look(job)
        self.waits()
        self.say("PATCH", jobs[2], json={"targetTaskRunStatus": "PENDING"})
        for _ in range(5):
            self.look(jobs[2])
            farm.advance(1)

    def waits(self) -> None:
        """Have one task of a step succeed for which another step waits, and then the rest."""
        job = self._farm.submit("dependent")
        for path in self._farm.task_paths(job):
            self.say("PATCH", path, json={"targetRunStatus": "SUCCEEDED"})
            self.look(job)

    def commands(self) -> None:
        """Command tasks one by one, in every state that a command leads to."""
        farm = self._farm
        for target in ("SUCCEEDED", "SUSPENDED", "PENDING", "CANCELED"):
            job = farm.submit("endless")
            farm.running(job)
            paths = farm.task_paths(job)
            for path, state in zip(paths, ("SUCCEEDED", "CANCELED", "FAILED"), strict=True):
                self.say("PATCH", path, json={"targetRunStatus": state})
                self.look(job)
            farm.advance(2)
            for path in paths:
                self.say("PATCH", path, json={"targetRunStatus": target})
                self.look(job)

    def many(self) -> None:
        """Command several tasks at once, and all of a job."""
        farm = self._farm
        job = farm.submit("endless")
        farm.running(job)
        self.say("PATCH", job, json={"lifecycleStatus": "ARCHIVED"})
        job = farm.submit("endless")
        farm.running(job)
        good = dict(zip(NAMES, farm.task_paths(job)[0].split("/")[3::2], strict=True))
        tasks = [
            {**good, "taskId": f"task-{'0' * 32}-1", "targetRunStatus": "FAILED"},
            {**good, "targetRunStatus": "FAILED"},
        ]
        self.say("PATCH", f"{VERSION}/batch-update-task", json={"tasks": tasks})
        self.look(job)
        for state in ("SUCCEEDED", "CANCELED", "SUSPENDED"):
            job = farm.submit("endless")
            farm.running(job)
            self.say("PATCH", farm.task_paths(job)[0], json={"targetRunStatus": "SUCCEEDED"})
            farm.advance(2)
            self.say("PATCH", job, json={"targetTaskRunStatus": state})
            farm.advance(2)
            self.look(job)
            self.say("PATCH", job, json={"targetTaskRunStatus": "PENDING"})
            self.look(job)

    def creations(self) -> None:
        """Create and change jobs."""
        farm = self._farm
        body = {
            **farm.facts["createJob"]["succeeds"],
            "nameOverride": "Mine",
            "maxFailedTasksCount": 7,
        }
        token = {"X-Amz-Client-Token": "again"}
        made = self.say("POST", f"{farm.queue}/jobs", json=body, headers=token)
        self.say("POST", f"{farm.queue}/jobs", json=body, headers=token)
        farm.advance(1)
        job = f"{farm.queue}/jobs/{made['jobId']}"
        self.look(job)
        self.say("PATCH", job, json={"priority": 3, "name": "Other"})
        self.look(job)
        step = farm.json(f"{job}/steps")["steps"][0]["stepId"]
        self.pages(f"{job}/steps")
        self.pages(f"{job}/steps/{step}/tasks")


def tell(mutant: str | None = None, expected: Sequence[Said] = ()) -> list[Said]:
    """Return what an account says to the story, as far as it is the *expected*."""
    with Farm(mutant=mutant) as farm:
        return tell_in(farm, expected)


def tell_in(farm: Farm, expected: Sequence[Said] = ()) -> list[Said]:
    """Tell the whole story in one world."""
    story = Story(farm, expected)
    story.seeded()
    story.refusals()
    story.searches()
    story.creations()
    story.many()
    story.commands()
    story.lives()
    return story.said


@dataclass(frozen=True)
class Sound:
    """What the sound mock says to the story, and how its resources move in it."""

    said: list[Said]
    moves: frozenset[tuple[str, str | None, str]]


@pytest.fixture(scope="module")
def sound() -> Sound:
    """Tell the story to the sound mock."""
    with Farm() as farm:
        said = tell_in(farm)
        history = farm.hub.default.history
        return Sound(said, frozenset((one.schema, one.source, one.target) for one in history))


def test_all_that_happens_is_declared(sound: Sound) -> None:
    """Whatever moves in the story moves along the life cycles of the contract."""
    lifecycles = load("deadline-cloud").lifecycles.values()
    legal = {
        (cycle.schema, one.source, one.target) for cycle in lifecycles for one in cycle.transitions
    }

    assert sound.moves <= legal
    assert len(sound.moves) > 30


def test_the_story_is_the_same_each_time(sound: Sound) -> None:
    """Without a mutant two worlds of one seed say the very same."""
    assert tell(None, sound.said) == sound.said


@pytest.mark.parametrize("mutant", of("deadline-cloud"), ids=lambda one: one.id.partition("/")[2])
def test_a_mutant_says_something_else(mutant: Mutant, sound: Sound) -> None:
    """A client can see the fault: there is an answer that differs, or the story cannot go on."""
    with pytest.raises((DifferentError, AssertionError, LookupError)):
        tell(mutant.id, sound.said)


def test_the_list_covers_all_kinds_of_faults() -> None:
    """There are enough mutants of each class, most of what is documented, each under its own id."""
    contract = load("deadline-cloud")
    mutants = of("deadline-cloud")
    assert len({one.id for one in mutants}) == len(mutants) >= 20
    assert Counter(one.fault_class for one in mutants).keys() == set(FaultClass)
    documented = 0
    for one in mutants:
        requirement = contract.requirements[one.requirement]
        assert requirement.uncheckable is None
        assert one.statement.endswith(".")
        documented += requirement.provenance.status is Status.DOCUMENTED
    assert documented >= 12
