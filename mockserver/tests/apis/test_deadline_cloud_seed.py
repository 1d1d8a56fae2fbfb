"""Tests of Deadline Cloud's worlds at their beginning."""

from __future__ import annotations

import pytest

from mockserver.tests.apis.deadline_farm import VERSION, Farm
from specs.contract import load


def test_the_seed_alone_decides_what_happens() -> None:
    """Two worlds of one seed say the same, before and after time has passed; another seed not."""

    def story(seed: int) -> list[str]:
        with Farm(seed=seed) as farm:
            job = farm.submit("dependent")
            said = [farm.get(job).text, farm.get(f"{farm.queue}/jobs").text]
            farm.advance(7)
            path = f"{VERSION}/batch-get-task"
            ids = {"identifiers": [places[0] for places in farm.facts["tasks"].values()]}
            return [*said, farm.get(f"{farm.queue}/jobs").text, farm.post(path, ids).text]

    first = story(1)
    assert first == story(1)
    assert first != story(2)


def test_the_examples_of_the_contract_exist() -> None:
    """Every GET whose path is made of the contract's examples finds something, with any seed."""
    contract = load("deadline-cloud")
    with Farm(seed=7) as farm:
        for operation in contract.operations.values():
            if operation.method == "get":
                ids = {one["name"]: one["example"] for one in operation.parameters
                       if one["in"] == "path"}  # fmt: skip
                farm.json(VERSION + operation.path.format(**ids))


def test_new_jobs_fail_where_everything_does() -> None:
    """In the scenario `failing` a job of many ordinary tasks does not succeed."""
    with Farm(scenario="failing") as farm:
        job = farm.submit("parameters", maxRetriesPerTask=0)
        farm.advance(60)
        counts = farm.json(job)["taskRunStatusCounts"]
        assert counts["FAILED"] > counts["SUCCEEDED"]


@pytest.mark.parametrize("scenario", ["calm", "busy", "failing", "empty"])
def test_every_scenario_tells_a_consistent_past(scenario: str) -> None:
    """In each world counts and times agree; all but the empty one have jobs."""
    with Farm(scenario=scenario) as farm:
        jobs = farm.json(f"{farm.queue}/jobs")["jobs"]
        assert bool(jobs) is (scenario != "empty")
        for job in jobs:
            total = sum(job["taskRunStatusCounts"].values())
            path = f"{farm.queue}/jobs/{job['jobId']}"
            steps = farm.json(f"{path}/steps")["steps"]
            assert sum(sum(one["taskRunStatusCounts"].values()) for one in steps) == total
            assert job["createdAt"] <= job.get("startedAt", job["createdAt"])
            assert job.get("startedAt", "") <= job.get("endedAt", "9")
            for step in steps:
                root = f"{path}/steps/{step['stepId']}/tasks"
                for task in farm.json(root)["tasks"]:
                    started, ended = (
                        task.get("startedAt", task["createdAt"]),
                        task.get("endedAt", "9"),
                    )
                    assert task["createdAt"] <= started <= ended
                    if "latestSessionActionId" in task:
                        action = farm.json(
                            f"{path}/session-actions/{task['latestSessionActionId']}"
                        )
                        assert action["definition"]["taskRun"]["taskId"] == task["taskId"]
