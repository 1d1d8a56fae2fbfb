"""Surprises in what becomes of jobs and what there is, and how they are asked for."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys

import pytest

from mockserver.service import Options
from mockserver.surprise import catalogue
from mockserver.surprise.catalogue import EXCLUSIVE, chosen
from mockserver.surprise.company import arranged
from mockserver.tests.client import Client
from mockserver.tests.conftest import Serve

JOB = {"job_type_id": 1, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}, "configuration": {}}
COMMAND = [sys.executable, "-W", "ignore", "-m", "specs.cli"]


def surprised(*names: str, api: str = "scale") -> Client:
    """Return a client of a mock with surprises."""
    return Client(api, options=Options(surprises=names))


def new_job(client: Client) -> int:
    """Queue a job of Scale and return its id."""
    answer = client.post("/v6/jobs/", JOB)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def status(client: Client, job: int) -> str:
    """Return the status of a job of Scale."""
    return str(client.get(f"/v6/jobs/{job}/")["status"])


def test_an_instant_job_is_over_at_once() -> None:
    """A second after it was queued, an instant job has come to its end."""
    client = surprised("instant-jobs")
    job = new_job(client)
    client.advance(1)

    assert status(client, job) == "COMPLETED"


def test_an_endless_job_runs_until_it_is_canceled() -> None:
    """An endless job still runs after a day, and then obeys."""
    client = surprised("endless-jobs")
    job = new_job(client)
    client.advance(86_400)
    assert status(client, job) == "RUNNING"

    client.post("/v6/jobs/cancel/", {"job_ids": [job]})
    client.advance(60)
    assert status(client, job) == "CANCELED"


@pytest.mark.parametrize(
    ("api", "schema", "running"),
    [
        ("hpcpack", "Job", {"Running"}),
        ("hpcpack", "Task", {"Running"}),
        ("thinkbox", "Task", {"4"}),
        ("deadline-cloud", "Task", {"RUNNING"}),
        ("pulp", "Task", {"running"}),
    ],
)
def test_endless_work_ends_nowhere(api: str, schema: str, running: set[str]) -> None:
    """After a week, nothing of what ran was taken out of running by time alone."""
    client = surprised("endless-jobs", api=api)
    world = client.hub.default
    world.settle()
    world.history.clear()
    client.advance(7 * 86_400)
    moved = [one for one in world.history if one.schema == schema and one.cause == "time"]

    assert [one for one in moved if str(one.source) in running] == []


def test_ids_have_gaps() -> None:
    """New jobs are numbered far beyond the old ones, and not one after the other."""
    client = surprised("sparse-ids")
    first, second = new_job(client), new_job(client)

    assert first > 90_000_000
    assert second > first + 1


def test_a_collection_may_be_empty() -> None:
    """The surprise of empty collections makes the scenario empty, and changes nothing else."""
    options = Options(surprises=("empty-collections",))

    assert arranged(options) == Options(scenario="empty", surprises=options.surprises)


def test_all_is_everything_that_hides_nothing() -> None:
    """`all` stands for every surprise but those that keep others from being seen."""
    names = {one.name for one in chosen(["all"])}

    assert names == set(catalogue()) - set(EXCLUSIVE)


def test_the_command_lists_them() -> None:
    """`callsheet surprises` gives each name with the freedom that it uses."""
    done = subprocess.run(
        [*COMMAND, "surprises", "--json"], check=True, capture_output=True, text=True
    )
    rows = {one["name"]: one["freedom"] for one in json.loads(done.stdout)}

    assert set(rows) == set(catalogue())
    assert all(len(freedom) > 20 for freedom in rows.values())


def test_an_unknown_surprise_is_told_in_one_line() -> None:
    """Who asks for a surprise that there is not hears which there are, with exit code 2."""
    done = subprocess.run(
        [*COMMAND, "serve", "scale", "--port", "0", "--surprise", "chunked,jokes"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "'jokes'" in done.stderr
    assert "header-case" in done.stderr


def test_on_the_wire(serve: Serve) -> None:
    """Over a real connection: names in other letters, chunks without a length, and a goodbye."""
    server = serve("pulp", "--surprise", "header-case,chunked", "--surprise", "closing")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/tasks/")
    answer = connection.getresponse()
    names = [name for name, _ in answer.getheaders()]
    body = answer.read()
    connection.close()

    assert "Content-Type" in names
    assert answer.getheader("transfer-encoding") == "chunked"
    assert answer.getheader("content-length") is None
    assert answer.will_close
    assert json.loads(body)
