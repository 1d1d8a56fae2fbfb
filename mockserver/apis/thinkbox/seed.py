"""The jobs of a Deadline repository at its beginning, and new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.apis.thinkbox import farm, orders, views
from mockserver.clock import SECOND
from mockserver.store import Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.thinkbox import Thinkbox

HOUR = 3600 * SECOND

COUNTS = {"calm": 24, "busy": 80, "failing": 40, "empty": 0}

MIX = {
    "calm": (("5", 0.5), ("2", 0.15), ("6", 0.15), ("3", 0.1), ("8", 0.1)),
    "busy": (("5", 0.2), ("2", 0.7), ("6", 0.04), ("3", 0.03), ("8", 0.03)),
    "failing": (("5", 0.2), ("2", 0.2), ("6", 0.5), ("3", 0.05), ("8", 0.05)),
}
"""In which state the last tasks of a job are -> the share of such jobs."""

PLUGINS = ("CommandLine", "Nuke", "MayaBatch", "Houdini", "Blender")
SCENES = ("castle", "harbour", "forest", "tunnel", "market", "bridge")

GALLERY = (
    views.COMPLETED,
    views.RENDERING,
    views.QUEUED,
    views.SUSPENDED,
    views.FAILED,
    views.PENDING,
    views.UNKNOWN,
)
"""The state of each task of the first job: one in every state, and they stay there."""


def new_job(
    api: Thinkbox,
    number: int,
    settings: tuple[Mapping[str, Any], Mapping[str, Any]],
    tasks: int,
    moment: int,
) -> Resource:
    """Return a job without its tasks; *settings* are those of the job and those of its plug-in."""
    info, plugin = settings
    chance = api.world.chance("job", number, api.submissions, moment)
    key = f"{moment // SECOND & 0xFFFFFFFF:08x}" + "".join(
        f"{chance.whole(0, 0xFFFFFFFF, index):08x}" for index in range(2)
    )
    name = info.get("Plugin")
    facts = {
        "props": orders.properties(info, plugin, tasks),
        "plugin": name if isinstance(name, str) else "CommandLine",
        "machine": chance.pick(farm.WORKERS, 2),
        "files": [],
        "submitted": moment,
        "started": None,
        "completed": None,
        "errors": 0,
        "tally": {},
    }
    return Resource(key, "1", moment, columns={"number": number}, facts=facts)


def fill(api: Thinkbox, scenario: str) -> None:
    """Put the jobs of *scenario* into an empty repository, as they are after days of work."""
    count = COUNTS[scenario]
    jobs: list[Resource] = []
    tasks: list[Resource] = []
    for number in range(1, count + 1):
        job, its_tasks = _gallery(api) if number == 1 else _seeded(api, number, count, scenario)
        for task in its_tasks:
            tally = job.facts["tally"]
            tally[task.state] = tally.get(task.state, 0) + 1
            job.facts["errors"] += task.facts["errors"]
        _finish(job, its_tasks)
        jobs.append(job)
        tasks += its_tasks
    api.jobs.insert_many(jobs)
    api.tasks.insert_many(tasks)
    for task in tasks:
        api.world.expect(task.due)


def _gallery(api: Thinkbox) -> tuple[Resource, list[Resource]]:
    """Return a job that has a task in every state."""
    frames = f"1-{len(GALLERY) * 10}"
    info = {"Name": "one of each", "Frames": frames, "ChunkSize": 10}
    submitted = api.world.born - 80 * HOUR
    job = new_job(api, 1, (info, {}), len(GALLERY), submitted)
    spans = orders.chunks(frames, 10)
    return job, [
        _lived(api, job, (index, span), state, "waits")
        for index, (span, state) in enumerate(zip(spans, GALLERY, strict=True))
    ]


def _seeded(
    api: Thinkbox, number: int, count: int, scenario: str
) -> tuple[Resource, list[Resource]]:
    """Return the job *number* of *count* and its tasks: the first are done, the others are not."""
    chance = api.world.chance("seeded job", number)
    total, size = chance.whole(2, 10, 0), chance.pick((1, 5, 10, 20), 1)
    scene = chance.pick(SCENES, 2)
    frames = f"1-{total * size}" if total * size > 1 else "1"
    info = {
        "Plugin": chance.pick(PLUGINS, 3),
        "Name": f"{scene} shot {number:02}",
        "BatchName": scene,
        "Frames": frames,
        "ChunkSize": size,
        "Priority": chance.whole(10, 90, 4),
    }
    submitted = api.world.born - 72 * HOUR + number * (70 * HOUR // count)
    job = new_job(api, number, (info, {"Version": "4.2"}), total, submitted)
    state = _drawn(scenario, chance.number(5))
    done = total if state == views.COMPLETED else chance.whole(0, total - 1, 6)
    return job, [
        _lived(api, job, (index, span), views.COMPLETED if index < done else state, "")
        for index, span in enumerate(orders.chunks(frames, size))
    ]


def _drawn(scenario: str, mark: float) -> str:
    for state, share in MIX[scenario]:
        mark -= share
        if mark < 0:
            return state
    return views.COMPLETED


def _lived(
    api: Thinkbox, job: Resource, place: tuple[int, tuple[int, int]], state: str, course: str
) -> Resource:
    """Return a task that has come to *state* in the past."""
    number, span = place
    submitted, born = job.facts["submitted"], api.world.born
    task = farm.new_task(job.key, number, span, views.QUEUED, submitted)
    task.facts["course"] = course
    chance = api.world.chance("seeded task", task.key)
    begin = submitted + int((60 + 240 * number + 60 * chance.number(0)) * SECOND)
    end = begin + int((60 + 120 * chance.number(1)) * SECOND)
    if state in {views.COMPLETED, views.FAILED}:
        _turn(api, task, views.RENDERING, begin)
        task.facts["errors"] = farm.TRIES if state == views.FAILED else 0
        _turn(api, task, state, end)
    elif state in {views.RENDERING, views.UNKNOWN}:
        _turn(api, task, views.RENDERING, born - 2 * SECOND)
        if state == views.UNKNOWN:
            _turn(api, task, state, born - SECOND)
    elif state != views.QUEUED:
        _turn(api, task, state, end)
    else:
        task.since = born
    api.schedule(api.tasks, task)
    if state == views.QUEUED and task.due is not None:
        task.due += int(20 * SECOND * chance.number(2))
    return task


def _turn(api: Thinkbox, task: Resource, state: str, moment: int) -> None:
    """Take a task that is not written yet to its next state."""
    source, task.state, task.since = task.state, state, moment
    api.arrive(farm.TASKS.name, task, source, moment)


def _finish(job: Resource, tasks: list[Resource]) -> None:
    """Give a job what follows from its tasks."""
    job.state = views.job_state(job.facts["tally"])
    started = [one.facts["started"] for one in tasks if one.facts["started"] is not None]
    ended = [one.facts["completed"] for one in tasks if one.facts["completed"] is not None]
    job.facts["started"] = min(started, default=None)
    if job.state == views.JOB_STATES["Completed"]:
        job.facts["completed"] = max(ended)
    job.since = max((one.since for one in tasks), default=job.since)


def known(api: Thinkbox) -> dict[str, Any]:
    """Return what a suite may know of a repository.

    `job_id`: a job with a task in every state, and they stay there. `jobs`: IDs of jobs by the
    word for their state. `tasks`: by number of state, some tasks as {JobID, TaskID}. `create`: a
    body for createJob; `create_failing`, `create_slow`, `create_waiting`, `create_flaky` and
    `create_vanishing`: bodies of jobs whose tasks fail, render for minutes, never start, meet one
    error, and get lost.
    """
    jobs = {
        word: api.jobs.keys(Query((within("state", [state]),), ("number",)))[:20]
        for word, state in views.JOB_STATES.items()
    }
    tasks = {}
    for state in api.service.machines["Task"].lifecycle.states:
        found = api.tasks.find(Query((within("state", [state]),)), 20)
        tasks[state] = [
            {"JobID": one.columns["job"], "TaskID": one.columns["number"]} for one in found
        ]
    first = api.jobs.find(Query(order=("number",)), 1)
    bodies = {"create": "castle shot 12"} | {
        f"create_{word}": f"castle [{course}]"
        for word, course in (
            ("failing", "fails"),
            ("slow", "slow"),
            ("waiting", "waits"),
            ("flaky", "flaky"),
            ("vanishing", "vanishes"),
        )
    }
    return {
        "known": {
            **({"job_id": first[0].key} if first else {}),
            "jobs": {word: keys for word, keys in jobs.items() if keys},
            "tasks": {state: found for state, found in tasks.items() if found},
            **{
                key: {
                    "JobInfo": {
                        "Plugin": "CommandLine",
                        "Name": name,
                        "Frames": "1-40",
                        "ChunkSize": 10,
                    },
                    "PluginInfo": {"Executable": "/usr/bin/render"},
                    "AuxFiles": [],
                }
                for key, name in bodies.items()
            },
        },
    }
