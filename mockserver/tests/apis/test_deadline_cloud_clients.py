"""Tests with the clients that people use: boto3, and the `deadline` command line.

Both are as their makers ship them; environment variables alone lead them to a mock that runs as
a process of its own and demands signatures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mockserver.tests.conftest import Serve, Server

boto3: Any = import_module("boto3")  # which has no types

SECONDS = {"Delay": 1, "MaxAttempts": 60}

TEMPLATE = """
specificationVersion: jobtemplate-2023-09
name: From the command line
parameterDefinitions:
  - {name: Frames, type: STRING, default: "1-2"}
  - {name: Command, type: STRING, default: render}
steps:
  - name: Render
    parameterSpace:
      taskParameterDefinitions:
        - {name: Frame, type: INT, range: "{{Param.Frames}}"}
    script:
      actions:
        onRun: {command: COMMAND, args: ["1"]}
"""


@pytest.fixture(scope="module")
def server(serve: Serve) -> Server:
    """Serve Deadline Cloud at six times the pace of the wall clock, with signatures demanded."""
    return serve("deadline-cloud", "--auth", "--clock", "6x")


@pytest.fixture(scope="module")
def known(server: Server) -> dict[str, Any]:
    """Ask the mock for the ids of its world."""
    found: dict[str, Any] = server.request("GET", "/__admin/targets/deadline-cloud").json()["known"]
    return found


@pytest.fixture(scope="module")
def environment(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Lead every AWS client to the mock, and away from the settings of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "AWS_CONFIG_FILE": str(home / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "aws-credentials"),
        "AWS_ENDPOINT_URL_DEADLINE": server.base_url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "never looked at",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DEADLINE_CLOUD_TELEMETRY_OPT_OUT": "true",
        "DEADLINE_CONFIG_FILE_PATH": str(home / "deadline-config"),
    }


# -- boto3 ---------------------------------------------------------------------------------------


@pytest.fixture
def client(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make a boto3 client that is told of the mock by its environment alone."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    found = boto3.session.Session().client("deadline")
    yield found
    found.close()


def test_boto3_makes_a_farm_a_queue_and_a_job(client: Any, known: dict[str, Any]) -> None:
    """Creation, waiters, paginators and getTask work from an empty farm to a job that is done."""
    farm = client.create_farm(displayName="North", tags={"team": "lighting"})["farmId"]
    queue = client.create_queue(farmId=farm, displayName="Lighting")["queueId"]
    assert client.get_farm(farmId=farm)["displayName"] == "North"
    assert client.get_queue(farmId=farm, queueId=queue)["schedulingConfiguration"] == {
        "priorityFifo": {}
    }
    where = {"farmId": farm, "queueId": queue}
    job = client.create_job(**where, **known["createJob"]["parameters"])["jobId"]
    where["jobId"] = job
    client.get_waiter("job_create_complete").wait(**where, WaiterConfig=SECONDS)
    client.get_waiter("job_succeeded").wait(**where, WaiterConfig=SECONDS)
    client.get_waiter("job_complete").wait(**where, WaiterConfig=SECONDS)

    steps = client.list_steps(**where)["steps"]
    where["stepId"] = steps[0]["stepId"]
    pages = list(
        client.get_paginator("list_tasks").paginate(**where, PaginationConfig={"PageSize": 5})
    )
    assert [len(one["tasks"]) for one in pages] == [5, 5, 2]
    listed = [one for page in pages for one in page["tasks"]]
    looks = {one["parameters"]["Camera"]["string"] for one in listed}
    assert looks == {"Küstenblick", "望遠"}
    for one in listed[:3]:
        shown = client.get_task(**where, taskId=one["taskId"])
        shown.pop("ResponseMetadata")
        assert shown == one
        assert shown["createdAt"] <= shown["startedAt"] <= shown["endedAt"]
        action = client.get_session_action(
            farmId=farm, queueId=queue, jobId=job, sessionActionId=one["latestSessionActionId"]
        )
        assert action["definition"]["taskRun"]["taskId"] == one["taskId"]
    assert client.get_step(**where)["taskRunStatusCounts"]["SUCCEEDED"] == 12


def test_boto3_reads_and_commands_tasks(client: Any, known: dict[str, Any]) -> None:
    """Tasks in every state are understood; updates answer with nothing, batches with errors."""
    for state, places in known["tasks"].items():
        assert client.get_task(**places[0])["runStatus"] == state
    task = known["tasks"]["SUSPENDED"][-1]
    answer = client.update_task(**task, targetRunStatus="CANCELED")
    assert answer.keys() == {"ResponseMetadata"}
    unknown = {**task, "taskId": f"task-{'0' * 32}-1"}
    found = client.batch_get_task(identifiers=[task, unknown])
    assert [one["runStatus"] for one in found["tasks"]] == ["CANCELED"]
    assert [one["code"] for one in found["errors"]] == ["ResourceNotFoundException"]
    items = [{**one, "targetRunStatus": "SUSPENDED"} for one in (task, unknown)]
    assert len(client.batch_update_task(tasks=items)["errors"]) == 1
    assert client.get_task(**task)["runStatus"] == "SUSPENDED"
    queues = [one["queueId"] for one in client.list_queues(farmId=known["farmId"])["queues"]]
    page = client.search_tasks(
        farmId=known["farmId"],
        queueIds=queues,
        itemOffset=0,
        filterExpressions={
            "operator": "AND",
            "filters": [
                {"stringFilter": {"name": "RUN_STATUS", "operator": "EQUAL", "value": "FAILED"}}
            ],
        },
    )
    assert {one["runStatus"] for one in page["tasks"]} == {"FAILED"}


def test_boto3_raises_the_documented_exceptions(client: Any, known: dict[str, Any]) -> None:
    """Each exception of getTask is the class that the document names, with its members."""
    task = known["tasks"]["SUCCEEDED"][0]
    exceptions = client.exceptions
    with pytest.raises(exceptions.ResourceNotFoundException) as missing:
        client.get_task(**{**task, "taskId": f"task-{'0' * 32}-1"})
    assert missing.value.response["resourceType"] == "task"
    with pytest.raises(exceptions.ValidationException) as invalid:
        client.get_task(**{**task, "taskId": "not an id"})
    assert invalid.value.response["reason"] == "FIELD_VALIDATION_FAILED"
    assert [one["name"] for one in invalid.value.response["fieldList"]] == ["taskId"]
    farms = known["farmsThatAnswer"]
    for status, kind in (
        ("403", exceptions.AccessDeniedException),
        ("429", exceptions.ThrottlingException),
        ("500", exceptions.InternalServerErrorException),
    ):
        with pytest.raises(kind) as refused:
            client.get_task(**{**task, "farmId": farms[status]})
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == int(status)
        assert refused.value.response["message"]
        assert (refused.value.response.get("retryAfterSeconds") == 2) is (status != "403")
    with pytest.raises(exceptions.ServiceQuotaExceededException):
        client.create_queue(farmId=farms["402"], displayName="One more")
    archived = known["jobs"]["ARCHIVED"][0]
    with pytest.raises(exceptions.ConflictException) as conflict:
        client.update_job(**archived, priority=1)
    assert conflict.value.response["context"] == {"status": "ARCHIVED"}


# -- the command line ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two job bundles: one that succeeds, one that never ends."""
    root = tmp_path_factory.mktemp("bundles")
    for name, command in (("short", "render"), ("endless", "sleep")):
        folder = root / name
        folder.mkdir()
        text = TEMPLATE.replace("COMMAND", command)
        text = text.replace('["1"]', '["infinity"]') if command == "sleep" else text
        (folder / "template.yaml").write_text(text)
    return root


class CommandLine:
    """The `deadline` command on one queue of the mock."""

    def __init__(self, environment: dict[str, str], known: dict[str, Any]) -> None:
        self._environment = environment
        self._queue = ("--farm-id", known["farmId"], "--queue-id", known["queueId"])

    def run(self, *words: str, status: int = 0) -> str:
        """Run the command and return what it prints; it has to end with *status*."""
        program = "import sys; from deadline.client.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def on_queue(self, *words: str, status: int = 0) -> str:
        """Run a command that needs to know its farm and queue."""
        return self.run(*words[:2], *self._queue, *words[2:], status=status)

    def submit(self, folder: Path, *words: str) -> str:
        """Submit a bundle and return the id of the job."""
        said = self.on_queue("bundle", "submit", str(folder), "--yes", *words)
        assert "Job creation completed successfully" in said
        return next(one for one in said.split() if one.startswith("job-"))


@pytest.fixture(scope="module")
def deadline(environment: dict[str, str], known: dict[str, Any]) -> CommandLine:
    """Return the command line of Deadline Cloud."""
    return CommandLine(environment, known)


def test_the_command_line_lists_farms_and_jobs(
    deadline: CommandLine, known: dict[str, Any]
) -> None:
    """`farm list`, `queue list` and `job list` show what the mock has."""
    assert known["farmId"] in deadline.run("farm", "list")
    queues = deadline.run("queue", "list", "--farm-id", known["farmId"])
    assert known["queueId"] in queues
    assert "Displaying 5 of" in deadline.on_queue("job", "list")


def test_a_bundle_is_submitted_waited_for_and_requeued(deadline: CommandLine, bundle: Path) -> None:
    """`bundle submit`, `job get`, `job wait` and `job requeue-tasks` see a job through, twice."""
    job = deadline.submit(bundle / "short", "-p", "Frames=1-3")
    assert "name: From the command line" in deadline.on_queue("job", "get", "--job-id", job)
    waited = json.loads(deadline.on_queue("job", "wait", "--job-id", job, "--output", "json"))
    assert (waited["status"], waited["failedTasks"]) == ("SUCCEEDED", [])
    requeue = ("job", "requeue-tasks", "--job-id", job, "--run-status", "SUCCEEDED", "--yes")
    assert "Requeued a total of 3 tasks." in deadline.on_queue(*requeue)
    deadline.on_queue("job", "wait", "--job-id", job)


def test_a_job_is_canceled_and_its_tasks_requeued(
    deadline: CommandLine, bundle: Path, client: Any, known: dict[str, Any]
) -> None:
    """`job cancel` marks all tasks as it is told; `job wait` ends with a status that says so."""
    job = deadline.submit(bundle / "endless")
    where = {"farmId": known["farmId"], "queueId": known["queueId"], "jobId": job}
    deadline.on_queue("job", "cancel", "--job-id", job, "--mark-as", "failed", "--yes")
    failed = deadline.on_queue("job", "wait", "--job-id", job, "--output", "json", status=2)
    assert len(json.loads(failed)["failedTasks"]) == 2
    assert client.get_job(**where)["taskRunStatusCounts"]["FAILED"] == 2
    said = deadline.on_queue("job", "requeue-tasks", "--job-id", job, "--yes")
    assert "Requeued a total of 2 tasks." in said
    deadline.on_queue("job", "cancel", "--job-id", job, "--yes")
    deadline.on_queue("job", "wait", "--job-id", job, status=3)
    assert client.get_job(**where)["taskRunStatus"] == "CANCELED"
