"""The jobs of a Scale world at its beginning, and new ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.clock import SECOND
from mockserver.moment import iso, parse_iso
from mockserver.store import Resource

if TYPE_CHECKING:
    from mockserver.apis.scale import Scale
    from mockserver.apis.scale.catalogue import JobType

HOUR = 3600 * SECOND

COUNTS = {"calm": 200, "busy": 1000, "failing": 200, "empty": 0}

FAILURES = {"calm": 0.0, "busy": 0.0, "failing": 0.7, "empty": 0.0}
"""The least share of jobs that fail, whatever their job type says."""

MIX = {
    "calm": (("QUEUED", 0.06), ("RUNNING", 0.06), ("FAILED", 0.16), ("CANCELED", 0.1)),
    "busy": (("QUEUED", 0.5), ("RUNNING", 0.1), ("FAILED", 0.05), ("CANCELED", 0.05)),
    "failing": (("QUEUED", 0.1), ("RUNNING", 0.05), ("FAILED", 0.6), ("CANCELED", 0.05)),
    "empty": (),
}
"""The share of each state; the rest is COMPLETED."""

APART = 5
"""How many jobs lie between one that is superseded and the one that takes its place."""

NO_COLUMNS: dict[str, Any] = dict.fromkeys(
    (
        "batch_id", "recipe_id", "node_id", "error_id", "error_category", "queued", "started",
        "ended", "duration", "source_started", "source_ended", "source_sensor_class",
        "source_sensor", "source_collection", "source_task",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Making:
    """What a job is made of: its input, its configuration, when and by which event."""

    data: dict[str, Any]
    configuration: dict[str, Any]
    moment: int
    event: str


def new_job(
    scale: Scale, job_type: JobType, data: dict[str, Any], configuration: dict[str, Any]
) -> Resource:
    """Return a job that a user has just queued."""
    making = Making(data, configuration, scale.world.clock.now(), "USER")
    return _job(scale, (scale.jobs.top_key() or 0) + 1, job_type, making)


def _job(scale: Scale, key: int, job_type: JobType, making: Making) -> Resource:
    data, moment = making.data, making.moment
    files = scale.catalogue.files
    names = {name: [files[one]["file_name"] for one in ids] for name, ids in data["files"].items()}
    columns = NO_COLUMNS | {
        "job_type_id": job_type.id,
        "job_type_name": job_type.name,
        "is_superseded": 0,
        "num_exes": 1,
        "created": moment,
        "queued": moment,
        "last_status_change": moment,
        "last_modified": moment,
    }
    facts = {
        "event": {"id": key, "type": making.event, "occurred": iso(moment)},
        "max_tries": job_type.max_tries,
        "input": data,
        "input_files": names,
        "output": {"files": {}, "json": {}},
        "configuration": making.configuration,
    }
    return Resource(key, "QUEUED", moment, columns=columns, facts=facts)


def fill(scale: Scale, scenario: str) -> None:
    """Put the jobs of *scenario* into an empty world, as they are after days of work."""
    count = COUNTS[scenario]
    born = scale.world.born
    jobs = (_seeded(scale, number, count, scenario, born) for number in range(1, count + 1))
    scale.jobs.insert_many(_chained(scale, jobs))


def _chained(scale: Scale, jobs: Iterator[Resource]) -> Iterator[Resource]:
    """Have some jobs be superseded by a later one; no more are held than lie between the two."""
    waiting: deque[Resource] = deque()
    failed = 0
    for job in jobs:
        waiting.append(job)
        if len(waiting) <= APART:
            continue
        older = waiting.popleft()
        failed += older.state == "FAILED"
        is_early_failure = older.state == "FAILED" and failed <= 3
        if is_early_failure or (older.state == "COMPLETED" and older.key % 25 == 1):
            _supersede(scale, older, job)
        yield older
    yield from waiting


def _seeded(scale: Scale, key: int, count: int, scenario: str, born: int) -> Resource:
    """Return the job *key* of *count*: created in order, each with its past behind it."""
    catalogue = scale.catalogue
    chance = scale.world.chance("job", key)
    kinds = [one for one in catalogue.job_types.values() if one.errors and one.failure < 1]
    job_type = chance.pick(kinds, 0)
    file = catalogue.files[chance.whole(1, len(catalogue.files), 1)]
    data = {"files": {"INPUT_FILE": [file["id"]]}, "json": {"THRESHOLD": chance.whole(1, 9, 2)}}
    configuration = {
        "mounts": {},
        "priority": chance.pick((50, 50, 100), 3),
        "output_workspaces": {"default": job_type.workspace, "outputs": {}},
        "settings": {},
    }
    created = born - 72 * HOUR + key * (70 * HOUR // max(count, 1))
    job = _job(scale, key, job_type, Making(data, configuration, created, "INGEST"))
    mark = chance.number(4)
    state = "COMPLETED"
    for name, share in MIX[scenario]:
        mark -= share
        if mark < 0:
            state = name
            break
    job.columns["recipe_id"] = key % 20 + 1 if key % 2 else None
    job.columns["batch_id"] = key % 5 + 1 if key % 3 == 0 else None
    job.facts["input_file_size"] = round(file["file_size"] / 1_048_576, 1)
    for name in ("source_started", "source_ended"):
        job.columns[name] = parse_iso(file[name])
    for name in ("source_sensor_class", "source_sensor", "source_collection", "source_task"):
        job.columns[name] = file[name]
    _live(scale, job, state, chance.number(5))
    return job


def _live(scale: Scale, job: Resource, state: str, share: float) -> None:
    """Take a seeded job through its past to *state*."""
    columns, born = job.columns, scale.world.born
    moment = columns["created"] + int(2 * SECOND + share * 60 * SECOND)
    if state == "QUEUED":
        job.since = columns["queued"] = born - SECOND
        columns["last_status_change"] = columns["last_modified"] = columns["queued"]
        job.upcoming, job.due = "RUNNING", born + int((1 + 20 * share) * SECOND)
    elif state == "RUNNING":
        _turn(scale, job, "RUNNING", born - SECOND)
        job.upcoming, job.due = "COMPLETED", born + int((2 + 20 * share) * SECOND)
    elif state == "CANCELED" and share < 0.5:
        _turn(scale, job, "CANCELED", moment)
    else:
        _turn(scale, job, "RUNNING", moment)
        if state == "FAILED":
            job_type = scale.catalogue.job_types[columns["job_type_id"]]
            job.facts["ends_with"] = scale.world.chance("end", job.key).pick(job_type.errors)
        _turn(scale, job, state, moment + int((1 + share * 300) * SECOND))


def _turn(scale: Scale, job: Resource, state: str, moment: int) -> None:
    """Take a job that is not written yet to its next state."""
    source, job.state, job.since = job.state, state, moment
    scale.arrive("scale_jobs", job, source, moment)


def _supersede(scale: Scale, older: Resource, newer: Resource) -> None:
    """Have *newer* replace *older*."""
    moment = newer.columns["created"]
    older.columns["is_superseded"] = 1
    older.facts["superseded"] = moment
    for one, other, name in ((older, newer, "superseded_by_job"), (newer, older, "superseded_job")):
        job_type = scale.catalogue.job_types[other.columns["job_type_id"]]
        one.facts[name] = {"id": other.key, "job_type": job_type.summary, "status": other.state}
