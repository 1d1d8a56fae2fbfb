"""The world in which a real Scale server was recorded, put into the mock."""

from __future__ import annotations

from typing import Any

from mockserver.apis.scale import Scale
from mockserver.apis.scale.catalogue import Catalogue, JobType, file_input, manifest
from mockserver.apis.scale.life import after_failure
from mockserver.apis.scale.seed import new_job
from mockserver.moment import iso
from mockserver.store import Resource

MIN = 1_451_606_400_000_000
"""2016-01-01, when the source of the first file began."""

ERRORS = {28: "SYSTEM", 29: "DATA", 30: "ALGORITHM"}

STATES = {
    1: "PENDING", 2: "BLOCKED", 3: "QUEUED", 4: "RUNNING", 5: "FAILED", 6: "COMPLETED",
    7: "CANCELED",
}  # fmt: skip
"""The jobs that stood at the beginning, one in each state."""

RAN = (4, 5, 6)
"""Those which had an execution."""


class StillScale(Scale):
    """Scale in which nothing happens unless it is asked for."""

    def plan(self, schema: str, resource: Resource, chance: Any) -> None:
        """Have every state last."""


def fill(scale: Scale) -> None:
    """Put the job types, files and jobs of the recording into an empty world."""
    scale.catalogue = _catalogue(scale.world.born)
    data = {"files": {"input_a": [1]}, "json": {}}
    configuration: dict[str, Any] = {
        "mounts": {},
        "priority": 50,
        "output_workspaces": {"default": "products", "outputs": {}},
        "settings": {},
    }
    for key, state in STATES.items():
        job = new_job(scale, scale.catalogue.job_types[13], data, configuration)
        job.state = state
        queued = state not in {"PENDING", "BLOCKED", "CANCELED"}
        job.columns["num_exes"] = int(queued)
        job.columns["queued"] = job.since if state == "QUEUED" else None
        if key in RAN:
            job.columns["node_id"] = 1
            _give_execution(scale, job, RAN.index(key) + 1)
        scale.jobs.insert(job)


def _give_execution(scale: Scale, job: Resource, key: int) -> None:
    """Give *job* the one execution that it had."""
    over = job.state != "RUNNING"
    error = 29 if job.state == "FAILED" else None
    category = "DATA" if error else None
    facts = {
        "id": key,
        "status": job.state,
        "exe_num": 1,
        "created": job.since,
        "queued": job.since,
        "started": job.since,
        "ended": job.since if over else None,
        "node_id": 1,
        "error_id": error,
        "timeout": 10,
        "input_file_size": 10.0,
        "output_data": [],
        "job_type": 13,
    }
    job.facts["execution"] = facts
    job.columns |= {"error_id": error, "error_category": category}
    columns = {
        "job_id": job.key,
        "exe_num": 1,
        "node_id": 1,
        "error_id": error,
        "error_category": category,
    }
    scale.executions.insert(Resource(key, job.state, job.since, columns=columns, facts=facts))


def align(scale: Scale, states: dict[str, list[Any]]) -> None:
    """Put the jobs into the states in which the real server had them."""
    for text, (state, num_exes, max_tries, node, error, started, ended) in states.items():
        job = scale.jobs.get(int(text))
        assert job is not None
        job.state = state
        job.facts["max_tries"] = max_tries
        job.columns["num_exes"] = num_exes
        job.columns["node_id"] = node
        job.columns["error_id"] = error
        job.columns["error_category"] = ERRORS.get(error)
        for name, has in (("started", started), ("ended", ended)):
            job.columns[name] = (job.columns[name] or job.since) if has else None
        scale.jobs.update(job)


def drive(scale: Scale, event: str, key: int, error: int | None) -> None:
    """Have something happen to a job on the cluster: it runs, completes, or fails with *error*."""
    job = scale.jobs.get(key)
    assert job is not None
    match event:
        case "run":
            target = "RUNNING"
        case "complete":
            target = "COMPLETED"
        case _:
            assert error is not None
            target = after_failure(scale, job, error)
    scale.move(scale.jobs, job, target, scale.world.clock.now(), "drive")


def supersede(scale: Scale, key: int) -> None:
    """Have a job be FAILED, and superseded."""
    job = scale.jobs.get(key)
    assert job is not None
    job.state = "FAILED"
    job.columns["is_superseded"] = 1
    job.facts["superseded"] = job.since
    scale.jobs.update(job)


def states(scale: Scale) -> dict[str, list[Any]]:
    """Return what the recording tells of every job."""
    return {
        str(job.key): [
            job.state,
            job.columns["num_exes"],
            job.facts["max_tries"],
            job.columns["node_id"],
            job.columns["error_id"],
            job.columns["started"] is not None,
            job.columns["ended"] is not None,
        ]
        for job in scale.jobs.all()
    }


def _catalogue(moment: int) -> Catalogue:
    return Catalogue(
        job_types={
            number: _job_type(number, version, moment)
            for number, version in ((13, "1.0.0"), (14, "1.0.1"))
        },
        errors={number: _error(number, category) for number, category in ERRORS.items()},
        nodes={1: {"id": 1, "hostname": "node-1b63b356.com"}},
        batches={},
        recipes={},
        files={number: _file(number, moment) for number in (1, 2, 3)},
    )


def _error(number: int, category: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"e-{category.lower()}",
        "title": "t",
        "description": "An error",
        "job_type_name": None,
        "category": category,
        "is_builtin": False,
        "should_be_retried": category == "SYSTEM",
    }


def _job_type(number: int, version: str, moment: int) -> JobType:
    name, title = "test-job-1b63b356", "Test Job"
    inputs = {"files": [file_input("input_a")], "json": []}
    return JobType(
        id=number,
        revision=number + 2,
        summary={
            "id": number,
            "name": name,
            "version": version,
            "title": title,
            "description": "A job for tests",
            "is_active": True,
            "is_system": False,
            "is_paused": False,
            "is_published": False,
            "icon_code": None,
            "unmet_resources": None,
        },
        manifest=manifest(name, version, title, 10, inputs),
        created=moment,
        errors=tuple(ERRORS),
    )


def _file(number: int, moment: int) -> dict[str, Any]:
    began = MIN + (number - 1) * 86_400_000_000
    return {
        "id": number,
        "file_name": f"f{number - 1}-1b63b356.txt",
        "workspace": {"id": 1, "name": "ws-1b63b356"},
        "data_type_tags": [],
        "media_type": "text/plain",
        "file_type": "SOURCE",
        "file_size": 100,
        "file_path": f"file/path/f{number - 1}-1b63b356.txt",
        "is_deleted": False,
        "url": None,
        "created": iso(moment),
        "deleted": None,
        "data_started": None,
        "data_ended": None,
        "source_started": iso(began),
        "source_ended": iso(began + 43_200_000_000),
        "source_sensor_class": "classA",
        "source_sensor": str(number - 1),
        "source_collection": "12345",
        "source_task": "my-task",
        "last_modified": iso(moment),
        "geometry": None,
        "center_point": None,
        "countries": [],
        "job_type": None,
        "job": None,
        "job_exe": None,
        "job_output": None,
        "recipe_type": None,
        "recipe": None,
        "recipe_node": None,
        "batch": None,
        "is_superseded": False,
        "superseded": None,
    }
