"""Tests of the mutants of HPC Pack: each can be told from the sound mock by its answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.mutants import FaultClass, Mutant, of
from mockserver.tests.apis.cluster_stage import ClusterStage, properties, signed
from mockserver.tests.apis.test_hpcpack_lives import ECHO, FAIL, LONG, LONG_SWEEP, SWEEP
from specs.contract import load

XML = (
    '<Job Name="n" MinCores="2"><Tasks><Task Name="a" CommandLine="echo a"/>'
    '<Task Name="b" CommandLine="echo *" Type="ParametricSweep" EndValue="2"/></Tasks></Job>'
)

Said = tuple[Any, ...]


class Story:
    """A story that touches every statement, told answer by answer."""

    def __init__(self, stage: ClusterStage) -> None:
        self._stage = stage
        self._known = stage.known

    def tell(self, *, lives: bool) -> Iterator[Said]:
        """Yield what is said, and what a cluster answers: of how things move, or of all else."""
        told = (self.tasks, self.lives)
        for chapter in told if lives else (self.cluster, self.jobs, self.users, self.making):
            yield from chapter()

    def say(self, method: str, path: str, **more: Any) -> Said:
        """Return what is said, and what is answered."""
        answer = self._stage.call(method, path, **more)
        token = answer.headers.get("x-ms-continuation-queryId")
        return method, path, str(more), answer.status_code, answer.text, token

    def get(self, path: str, **query: Any) -> Said:
        """Ask for something."""
        return self.say("GET", path, params=query or None)

    def post(self, path: str, body: Any = None, **query: Any) -> Said:
        """Command something."""
        more = {} if body is None else {"json": body}
        return self.say("POST", path, params=query or None, **more)

    def cluster(self) -> Iterator[Said]:
        """Look at what never changes."""
        for path in ("/cluster/version", "/cluster/info/dateTimeFormat", "/jobs/templates"):
            yield self.get(path)
        yield self.get("/nodes/groups")
        for group in self._known["node_groups"]:
            yield self.get(f"/nodes/groups/{group}")
        for node in self._known["nodes"]:
            yield self.get(f"/nodes/{node}")
        first = self.get("/nodes")
        yield first
        yield self.get("/nodes", queryId=first[-1])
        yield self.get("/nodes", **{"$filter": "NodeState eq Online"})
        yield self.get("/nodes", sortNodesBy="Name")

    def jobs(self) -> Iterator[Said]:
        """Look at all jobs."""
        for where in (
            "JobState eq Finished",
            "JobState eq Canceled",
            "NodeGroup eq LargeMemory",
            "JobState eq Finished and NodeGroup eq LargeMemory",
            "ChangeTimeFrom eq 12/30/2025 11:00:00 PM",
        ):
            yield self.get("/jobs", **{"$filter": where})
            yield self.get("/jobs", rowsPerRead=200, **{"$filter": where})
        yield self.get("/jobs", rowsPerRead=200)
        yield self.get("/jobs", rowsPerRead=200, owner="NORTH\\ada")
        yield self.get("/jobs", owner="NORTH\\ada", **{"$filter": "JobState eq Finished"})
        yield self.get("/jobs", properties="Id,Name")
        yield self.get("/jobs", sortJobsBy="Name")
        yield self.get("/jobs", sortJobsBy="Nonsense")
        token = None
        for _ in range(7):
            page = self.get("/jobs", rowsPerRead=9, **({"queryId": token} if token else {}))
            yield page
            token = page[-1]
        for key in (1, 2, 3, 4, 5, 6):
            yield self.get(f"/jobs/{key}")
            for query in ({}, {"expandParametric": "false"}, {"rowsPerRead": 7}):
                yield self.get(f"/jobs/{key}/tasks", **query)
            for where in ("TaskState eq Finished and TaskIds eq 1", "TaskIds eq 1"):
                yield self.get(f"/jobs/{key}/tasks", **{"$filter": where})
            yield self.get(f"/jobs/{key}/tasks/1")
            yield self.get(f"/jobs/{key}/tasks/1/subtasks/0")
        for master in self._known["sweeps"][:2]:
            job, task = master
            yield self.get(f"/jobs/{job}/tasks", rowsPerRead=4)
            yield self.get(f"/jobs/{job}/tasks/{task}/subtasks/1")
            yield self.get(f"/jobs/{job}/tasks/{task}/subtasks/1", properties="Name")
        gallery = self._known["tasks"]["Submitted"][0][0]
        yield self.get(f"/jobs/{gallery}/tasks", rowsPerRead=100, sortTasksBy="Name")
        failed = {"$filter": "TaskState eq Failed and TaskIds eq 1"}
        yield self.get(f"/jobs/{gallery}/tasks", **failed)
        changed = self._stage.show(f"/jobs/{gallery}/tasks/8", "ChangeTime")["ChangeTime"]
        late: dict[str, Any] = {"$filter": f"ChangeTimeFrom eq {changed}"}
        yield self.get(f"/jobs/{gallery}/tasks", rowsPerRead=100, **late)
        xml = {"headers": {"Accept": "application/xml"}}
        yield self.say("GET", "/jobs/1/tasks", **xml)

    def users(self) -> Iterator[Said]:
        """Make jobs as everybody, for everybody."""
        for user in self._known["users"].values():
            name = self._known["users"]["other_user"]["name"]
            for headers in (signed(user), signed(user) | {"x-ms-as-user": name}):
                made = self.say("POST", "/jobs", headers=headers, json=properties(Name="mine"))
                yield made
                yield self.get("/jobs", rowsPerRead=200, owner=user["name"])
        yield self.get("/jobs", rowsPerRead=200)

    def making(self) -> Iterator[Said]:
        """Make a job and change it."""
        job = self._stage.new_job(Name="a", MaxCores="7")
        yield self.get(f"/jobs/{job}")
        yield self.say("PUT", f"/jobs/{job}", json=properties(Name="b", Project="c"))
        yield self.get(f"/jobs/{job}")
        for what in ("customProperties", "envVariables"):
            path = f"/jobs/{job}/{what}"
            yield self.post(path, properties(one="1", two="2", three="3"))
            yield self.post(path, properties(one="uno"))
            yield self.get(path)
            yield self.get(path, names="one,four")
        for body in (ECHO, None, [*ECHO, *properties(WorkDirectory="/north")], SWEEP):
            yield self.post(f"/jobs/{job}/tasks", body)
        yield self.get(f"/jobs/{job}/tasks/3")
        yield self.say("PUT", f"/jobs/{job}/tasks/1", json=properties(Name="renamed"))
        yield self.get(f"/jobs/{job}/tasks/1")
        for what in ("customProperties", "envVariables"):
            path = f"/jobs/{job}/tasks/1/{what}"
            yield self.post(path, properties(one="1", two="2"))
            yield self.post(path, properties(three="3"))
            yield self.get(path)
            yield self.get(path, names="one,four")
        user = self._known["users"]["user"]
        given = properties(UserName=user["name"], Password=user["password"], Project="p")
        yield self.post(f"/jobs/{job}/submit", given)
        yield self.get(f"/jobs/{job}")
        self._stage.advance(20)
        yield self.get(f"/jobs/{job}")
        made = self.say("POST", "/jobs/jobFile", json=XML)
        yield made
        yield self.get(f"/jobs/{job + 1}")
        yield self.get(f"/jobs/{job + 1}/tasks")
        large = self._stage.new_job(MinCores="100000")
        yield self.post(f"/jobs/{large}/submit")
        yield self.post(f"/jobs/{large}/cancel")

    def tasks(self) -> Iterator[Said]:
        """Give every command to a task and a subtask in every state."""
        for schema, word in (("subtasks", "/subtasks/{}"), ("tasks", "")):
            for turn, command in enumerate(("requeue", "cancel", "finish")):
                for state in ("Queued", "Running", "Failed", "Canceled"):
                    known = self._known[schema][state]
                    numbers = known[turn % len(known)]
                    path = f"/jobs/{numbers[0]}/tasks/{numbers[1]}" + word.format(*numbers[2:])
                    yield self.post(f"{path}/{command}")
                    yield self.get(path, properties="State")

    def lives(self) -> Iterator[Said]:
        """Lead jobs to every end, and back."""
        for command, query in (
            ("cancel", {"forced": "true"}),
            ("cancel", {}),
            ("finish", {}),
        ):
            job = self._stage.new_job(LONG, LONG_SWEEP, submit=True)
            for _ in range(2):
                self._stage.advance(1)
                yield self.get(f"/jobs/{job}/tasks", properties="TaskId,State")
            self._stage.advance(4)
            yield self.post(f"/jobs/{job}/{command}", **query)
            yield self.get(f"/jobs/{job}", properties="State")
            self._stage.advance(5)
            yield self.get(f"/jobs/{job}", properties="State")
            yield self.post(f"/jobs/{job}/tasks/1/requeue")
            yield self.post(f"/jobs/{job}/tasks/2/subtasks/1/requeue")
            yield self.post(f"/jobs/{job}/requeue")
            yield self.get(f"/jobs/{job}/tasks", properties="TaskId,State")
        queued = self._known["jobs"]["Queued"][0]
        yield self.post(f"/jobs/{queued}/cancel")
        yield self.get(f"/jobs/{queued}", properties="State")
        job = self._stage.new_job(FAIL, submit=True)
        self._stage.advance(12)
        yield self.post(f"/jobs/{job}/requeue")
        yield self.get(f"/jobs/{job}", properties="State")


def story(*, lives: bool) -> list[Said]:
    """Tell the story to a sound cluster."""
    with ClusterStage() as stage:
        return list(Story(stage).tell(lives=lives))


@pytest.fixture(scope="module")
def sound() -> dict[bool, list[Said]]:
    """Tell both parts of the story to a sound cluster."""
    return {lives: story(lives=lives) for lives in (True, False)}


@pytest.mark.parametrize("mutant", of("hpcpack"), ids=lambda one: one.id)
def test_a_mutant_can_be_told_from_the_sound_one(
    mutant: Mutant, sound: dict[bool, list[Said]]
) -> None:
    """Each mutant says something else somewhere in the story, and no mutant breaks down."""
    lives = mutant.fault_class is FaultClass.LIFECYCLE or "requeue" in mutant.requirement
    with ClusterStage(mutant=mutant.id) as stage:
        for expected, said in zip(sound[lives], Story(stage).tell(lives=lives), strict=True):
            assert said[3] < 500, said
            if said != expected:
                return

    pytest.fail("the story was the same")


def test_a_sound_cluster_tells_the_same_story_twice(sound: dict[bool, list[Said]]) -> None:
    """What mutants are told by is no accident."""
    assert {lives: story(lives=lives) for lives in (True, False)} == sound


def test_mutants_break_what_is_documented() -> None:
    """Each names a documented requirement, no two are alike, and every class of faults is there."""
    contract, mutants = load("hpcpack"), of("hpcpack")

    for one in mutants:
        assert contract.requirements[one.requirement].provenance.is_documented, one.id
        assert not contract.requirements[one.requirement].uncheckable, one.id
        assert one.statement.endswith(".")
    assert len({one.id for one in mutants}) == len(mutants) >= 40
    assert {one.fault_class for one in mutants} == set(FaultClass)
