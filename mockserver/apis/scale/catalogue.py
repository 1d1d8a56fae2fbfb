"""What does not change in a Scale world: job types, errors, nodes, batches, recipes, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mockserver.clock import SECOND
from mockserver.machine import Chance
from mockserver.moment import iso

DAY = 86_400 * SECOND

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class JobType:
    """A kind of job. `errors` are the ids that its jobs can fail with; `failure` how often they do.

    `duration` is how many seconds a job of it runs, about.
    """

    id: int
    revision: int
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    created: int
    errors: tuple[int, ...] = ()
    failure: float = 0.1
    duration: float = 3.0
    max_tries: int = 3
    docker_image: str = "fake"
    workspace: str = "products"

    @property
    def name(self) -> str:
        """The name of the job type."""
        return str(self.summary["name"])

    @property
    def version(self) -> str:
        """The version of the job type."""
        return str(self.summary["version"])

    @cached_property
    def interface(self) -> Mapping[str, Any]:
        """The declared inputs and outputs of its jobs."""
        found: Mapping[str, Any] = self.manifest["job"]["interface"]
        return found

    @property
    def timeout(self) -> int:
        """How many seconds a job may run."""
        return int(self.manifest["job"]["timeout"])

    def revision_brief(self) -> JsonObject:
        """Return the revision as lists show it."""
        return {"id": self.revision, "job_type": {"id": self.id}, "revision_num": 1}

    def revision_full(self) -> JsonObject:
        """Return the revision as details show it."""
        return {
            "id": self.revision,
            "job_type": self.summary,
            "revision_num": 1,
            "docker_image": self.docker_image,
            "created": iso(self.created),
            "manifest": self.manifest,
        }


@dataclass(frozen=True)
class Catalogue:
    """All of it, by id."""

    job_types: Mapping[int, JobType]
    errors: Mapping[int, Mapping[str, Any]]
    nodes: Mapping[int, Mapping[str, Any]]
    batches: Mapping[int, Mapping[str, Any]]
    recipes: Mapping[int, Mapping[str, Any]]
    files: Mapping[int, Mapping[str, Any]]

    def job_type_ids(self, name: str, version: str) -> list[int]:
        """Return the ids of the job types of that name and version."""
        types = self.job_types.values()
        return [one.id for one in types if (one.name, one.version) == (name, version)]


def manifest(name: str, version: str, title: str, timeout: int, inputs: JsonObject) -> JsonObject:
    """Return a Seed manifest with one optional output."""
    return {
        "seedVersion": "1.0.0",
        "job": {
            "name": name,
            "jobVersion": version,
            "packageVersion": "1.0.0",
            "title": title,
            "description": f"{title}, made up by the mock",
            "maintainer": {"name": "Farm Operations", "email": "farm@example.com"},
            "timeout": timeout,
            "interface": {
                "command": "${INPUT_FILE} ${JOB_OUTPUT_DIR}",
                "inputs": inputs,
                "outputs": {
                    "files": [
                        {
                            "name": "OUTPUT_FILE",
                            "pattern": "*.png",
                            "multiple": True,
                            "required": False,
                            "mediaType": "image/png",
                        }
                    ]
                },
            },
        },
    }


def file_input(name: str, *, multiple: bool = False, required: bool = True) -> JsonObject:
    """Return the declaration of an input that takes files."""
    return {
        "name": name,
        "required": required,
        "multiple": multiple,
        "partial": False,
        "mediaTypes": [],
    }


KINDS: tuple[tuple[str, str, str, float, float, tuple[int, ...]], ...] = (
    # name, version, title, share that fails, seconds, errors
    ("scale-ingest", "1.0.0", "Scale Ingest", 0.08, 2.0, (1, 3)),
    ("tile-cutter", "1.0.0", "Tile Cutter", 0.1, 3.0, (3, 4)),
    ("tile-cutter", "2.1.0", "Tile Cutter", 0.1, 2.5, (3, 4)),
    ("ship-finder", "0.9.2", "Ship Finder", 0.2, 4.0, (2, 5)),
    ("always-fails", "1.0.0", "Fails on every try", 1.0, 1.0, (4,)),
    ("slow-mover", "1.0.0", "Runs for ten minutes", 0.0, 600.0, ()),
)

ERRORS: tuple[tuple[str, str, str, bool], ...] = (
    ("node-lost", "Node lost", "SYSTEM", True),
    ("bad-input", "Input data is damaged", "DATA", False),
    ("missing-metadata", "Metadata is missing", "DATA", False),
    ("algorithm-exit", "The algorithm ended with an error", "ALGORITHM", False),
    ("out-of-memory", "The algorithm ran out of memory", "ALGORITHM", False),
)

SENSORS = (("classA", "1"), ("classA", "2"), ("classB", "7"))
COLLECTIONS = ("12345", "12346", "20001")
TASKS = ("my-task", "survey", "calibration")


def build(seed: int, moment: int) -> Catalogue:
    """Return the catalogue of *seed*, as it had come to be by *moment*."""
    began = moment - 30 * DAY
    return Catalogue(
        job_types=_job_types(began),
        errors={
            number: {
                "id": number,
                "name": name,
                "title": title,
                "description": f"{title}.",
                "job_type_name": None,
                "category": category,
                "is_builtin": category == "SYSTEM",
                "should_be_retried": retried,
            }
            for number, (name, title, category, retried) in enumerate(ERRORS, 1)
        },
        nodes={
            number: {"id": number, "hostname": f"node-{number:02}.farm.example.com"}
            for number in range(1, 7)
        },
        batches={
            number: {
                "id": number,
                "title": f"Batch {number}",
                "description": f"Reprocessing of week {number}",
                "created": iso(began + number * DAY),
            }
            for number in range(1, 6)
        },
        recipes={number: _recipe(number) for number in range(1, 21)},
        files={
            number: _file(Chance(seed, "file", number), number, began) for number in range(1, 41)
        },
    )


def _job_types(began: int) -> dict[int, JobType]:
    found = {}
    for number, (name, version, title, failure, duration, errors) in enumerate(KINDS, 1):
        inputs = {
            "files": [
                file_input("INPUT_FILE"),
                file_input("EXTRAS", multiple=True, required=False),
            ],
            "json": [{"name": "THRESHOLD", "type": "number", "required": False}],
        }
        found[number] = JobType(
            id=number,
            revision=number + 4,
            summary={
                "id": number,
                "name": name,
                "version": version,
                "title": title,
                "description": f"{title}, made up by the mock",
                "is_active": True,
                "is_system": number == 1,
                "is_paused": False,
                "is_published": False,
                "icon_code": "f013",
                "unmet_resources": None,
            },
            manifest=manifest(name, version, title, 1800, inputs),
            created=began,
            errors=errors,
            failure=failure,
            duration=duration,
            docker_image=f"{name}-{version}-seed:1.0.0",
        )
    return found


def _recipe(number: int) -> JsonObject:
    return {
        "id": number,
        "recipe_type": {
            "id": number % 3 + 1,
            "name": f"recipe-{number % 3 + 1}",
            "title": f"Recipe {number % 3 + 1}",
            "description": "Cuts tiles, then looks for ships",
            "revision_num": 1,
        },
        "recipe_type_rev": {"id": number % 3 + 1},
        "event": {"id": number},
    }


def _file(chance: Chance, number: int, began: int) -> JsonObject:
    sensor_class, sensor = chance.pick(SENSORS, 0)
    started = began + chance.whole(0, 20, 1) * DAY + chance.whole(0, 86_399, 2) * SECOND
    ended = started + chance.whole(60, 3600, 3) * SECOND
    received = ended + 600 * SECOND + chance.whole(0, SECOND - 1, 7)
    return {
        "id": number,
        "file_name": f"scene-{number:04}.tif",
        "workspace": {"id": 1, "name": "raw"},
        "data_type_tags": [],
        "media_type": "image/tiff",
        "file_type": "SOURCE",
        "file_size": chance.whole(1, 512, 4) * 1_048_576,
        "file_path": f"raw/2026/scene-{number:04}.tif",
        "is_deleted": False,
        "url": f"http://files.example.com/raw/2026/scene-{number:04}.tif",
        "created": iso(received),
        "deleted": None,
        "data_started": iso(started),
        "data_ended": iso(ended),
        "source_started": iso(started),
        "source_ended": iso(ended),
        "source_sensor_class": sensor_class,
        "source_sensor": sensor,
        "source_collection": chance.pick(COLLECTIONS, 5),
        "source_task": chance.pick(TASKS, 6),
        "last_modified": iso(received),
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
