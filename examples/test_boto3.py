"""How code that uses boto3 is tested: the client is the real one, and so are its requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from mockserver.pytest_plugin import Callsheet

API = "deadline-cloud"


def failed_tasks(client: Any, farm: str, queue: str, job: str) -> list[str]:
    """Return the ids of the tasks of a job that failed: the code that is tested here."""
    where = {"farmId": farm, "queueId": queue, "jobId": job}
    steps = client.get_paginator("list_steps").paginate(**where).search("steps[].stepId")
    return [
        task["taskId"]
        for step in steps
        for page in client.get_paginator("list_tasks").paginate(**where, stepId=step)
        for task in page["tasks"]
        if task["runStatus"] == "FAILED"
    ]


@pytest.fixture
def client(callsheet: Callsheet) -> Iterator[Any]:
    """Lead boto3 to the session of this test."""
    found = boto3.client(
        "deadline",
        endpoint_url=callsheet.base_url,
        region_name="us-west-2",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(inject_host_prefix=False, retries={"mode": "standard", "max_attempts": 3}),
    )
    yield found
    found.close()


@pytest.fixture
def job(callsheet: Callsheet, client: Any) -> dict[str, str]:
    """Submit a job, and return the ids that lead to it."""
    known = callsheet.known(API)
    where = {"farmId": known["farmId"], "queueId": known["queueId"]}
    made = client.create_job(**where, **known["createJob"]["parameters"])["jobId"]
    created = {"api": API, "schema": "Job", "key": made, "state": "CREATE_COMPLETE"}
    callsheet.clock.advance(until=created)
    return {**where, "jobId": made}


def test_no_task_of_a_new_job_has_failed(client: Any, job: dict[str, str]) -> None:
    """What has not run cannot have failed: since it was created, the clock stands still."""
    assert failed_tasks(client, *job.values()) == []


def test_a_task_that_failed_is_found(
    callsheet: Callsheet, client: Any, job: dict[str, str]
) -> None:
    """A failure does not have to be waited for: the test makes one."""
    step = client.list_steps(**job)["steps"][0]["stepId"]
    task = client.list_tasks(**job, stepId=step)["tasks"][0]["taskId"]
    callsheet.state.move(API, "Task", task, "FAILED", force=True)

    assert failed_tasks(client, *job.values()) == [task]


def test_a_job_runs_to_its_end(callsheet: Callsheet, client: Any, job: dict[str, str]) -> None:
    """An hour is over in a moment."""
    callsheet.clock.advance(3600)

    assert client.get_job(**job)["taskRunStatus"] in {"SUCCEEDED", "FAILED"}


def test_the_client_tries_again_when_it_is_throttled(
    callsheet: Callsheet, client: Any, job: dict[str, str]
) -> None:
    """The first request is refused, and boto3 sends it a second time."""
    callsheet.fault("throttle", api=API, operation="getJob", times=1)

    assert client.get_job(**job)["jobId"] == job["jobId"]
    statuses = [one.status for one in callsheet.requests.list(operation="getJob")]
    assert statuses == [429, 200]
