"""The farms, queues and jobs of a Deadline Cloud world at its beginning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud import building, history
from mockserver.apis.deadline_cloud.fates import SUCCEEDS
from mockserver.apis.deadline_cloud.parents import status_of
from mockserver.apis.deadline_cloud.views import no_counts
from mockserver.clock import SECOND
from mockserver.store import Resource

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

HOUR = 3600 * SECOND

OWNER = f"arn:aws:iam::{building.ACCOUNT}:user/mira"

FUNDED = {"defaultBudgetAction": "NONE"}
UNFUNDED = {"defaultBudgetAction": "STOP_SCHEDULING_AND_COMPLETE_TASKS"}

LIGHTING, EFFECTS, UNBUDGETED, IDLE, TRAILERS = range(5)

QUEUES = (
    (0, "Lighting", {**FUNDED, "description": "Feature work"}),
    (0, "Effects", FUNDED),
    (0, "No budget", UNFUNDED),
    (0, "Idle", FUNDED),
    (1, "Trailers", FUNDED),
)
"""The queues: the number of their farm, name, settings."""


@dataclass(frozen=True, slots=True)
class SeededStep:
    """One step of a seeded job: how many tasks in which state, and the steps it waits for."""

    name: str
    tasks: dict[str, int]
    depends_on: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("Frame",)


@dataclass(frozen=True, slots=True)
class SeededJob:
    """One seeded job; nothing in a *still* job moves on its own."""

    name: str
    queue: int
    steps: tuple[SeededStep, ...] = ()
    state: str = "CREATE_COMPLETE"
    still: bool = False


def _one_step(name: str, queue: int, state: str = "CREATE_COMPLETE", **tasks: int) -> SeededJob:
    return SeededJob(name, queue, (SeededStep("Render", tasks),), state)


EVERY_KIND = ("Frame", "Camera", "Scene", "Exposure")

ONE_OF_EACH = SeededJob(
    "One of each",
    UNBUDGETED,
    (
        SeededStep(
            "Render",
            {
                "SUCCEEDED": 1, "FAILED": 1, "CANCELED": 1, "RUNNING": 1, "STARTING": 1,
                "INTERRUPTING": 1, "ASSIGNED": 1, "SCHEDULED": 1, "READY": 1, "SUSPENDED": 1,
                "NOT_COMPATIBLE": 1,
            },
        ),
        SeededStep("Compose", {"PENDING": 1}, ("Render",)),
    ),
    still=True,
)  # fmt: skip
"""A job whose tasks are in every state there is, and stay there until somebody commands them."""

CALM = (
    SeededJob(
        "Shot 010",
        LIGHTING,
        (
            SeededStep("Render", {"SUCCEEDED": 10}, (), EVERY_KIND),
            SeededStep("Compose", {"SUCCEEDED": 1}, ("Render",), ()),
        ),
    ),
    _one_step("Crowd", LIGHTING, SUCCEEDED=130),
    _one_step("Shot 030", LIGHTING, SUCCEEDED=3, FAILED=2, CANCELED=1),
    _one_step("Shot 040", LIGHTING, SUSPENDED=6),
    _one_step("Shot 050", EFFECTS, SUCCEEDED=2, CANCELED=4),
    SeededJob(
        "Too large",
        EFFECTS,
        (SeededStep("Simulate", {"NOT_COMPATIBLE": 2}), SeededStep("Render", {"CANCELED": 2})),
    ),
    ONE_OF_EACH,
    _one_step("Waits for a budget", UNBUDGETED, READY=3),
    _one_step("Old shot", LIGHTING, "ARCHIVED", SUCCEEDED=4),
    SeededJob("No template", LIGHTING, state="CREATE_FAILED"),
    SeededJob("Large files", LIGHTING, state="UPLOAD_IN_PROGRESS"),
    SeededJob("Lost files", LIGHTING, state="UPLOAD_FAILED"),
    _one_step("Shot 060", EFFECTS, "UPDATE_SUCCEEDED", SUCCEEDED=3),
    _one_step("Shot 070", EFFECTS, "UPDATE_FAILED", SUCCEEDED=2),
    _one_step("Teaser", TRAILERS, SUCCEEDED=3),
    SeededJob(
        "Shot 020",
        LIGHTING,
        (
            SeededStep("Render", {"SUCCEEDED": 4, "RUNNING": 3, "READY": 5}),
            SeededStep("Compose", {"PENDING": 1}, ("Render",), ()),
        ),
    ),
    _one_step("Shot 080", EFFECTS, "UPDATE_IN_PROGRESS", SUCCEEDED=2),
    SeededJob("Shot 090", EFFECTS, (SeededStep("Render", {"READY": 2}),), "CREATE_IN_PROGRESS"),
)
"""The jobs of a quiet day: one of every kind, from the oldest to the newest."""

BUSY = tuple(
    _one_step(f"Sequence {number:03}", (LIGHTING, EFFECTS)[number % 2], RUNNING=4, READY=16)
    for number in range(20)
)

FAILING = tuple(
    _one_step(f"Broken {number:03}", (LIGHTING, EFFECTS)[number % 2], FAILED=7, SUCCEEDED=3)
    for number in range(10)
)

SCENARIOS = {"calm": CALM, "busy": CALM + BUSY, "failing": CALM + FAILING, "empty": ()}


def fill(api: DeadlineState, scenario: str) -> None:
    """Put the resources of *scenario* into an empty world, as they are after days of work."""
    born = api.world.born
    farms = []
    for number, name in enumerate(("North farm", "South farm")):
        body = {"displayName": name, "costScaleFactor": 1}
        farm = building.new_farm(api, body, OWNER, born - (80 - number) * HOUR)
        api.farms.insert(farm)
        farms.append(farm)
    jobs = SCENARIOS[scenario]
    queues = []
    for number, (place, name, settings) in enumerate(QUEUES):
        body = {"displayName": name, **settings}
        queue = building.new_queue(api, farms[place].key, body, OWNER, born - 78 * HOUR)
        if number == UNBUDGETED:
            queue.facts["environments"] = [
                {
                    "queueEnvironmentId": f"queueenv-{api.digits('environment', name)}",
                    "name": name,
                    "priority": priority,
                }
                for name, priority in (("Conda", 10), ("Licenses", 20))
            ]
        active = [one for one in jobs if one.queue == number and _is_active(one)]
        if active:
            queue.state = "SCHEDULING_BLOCKED" if settings is UNFUNDED else "SCHEDULING"
        api.queues.insert(queue)
        queues.append(queue)
    for number, planned in enumerate(jobs):
        created = born - 72 * HOUR + number * (70 * HOUR // len(jobs))
        _add_job(api, queues[planned.queue], planned, created)


def _is_active(job: SeededJob) -> bool:
    return job.state != "CREATE_IN_PROGRESS" and any(
        step.tasks.keys() & {"READY", "RUNNING"} for step in job.steps
    )


def _add_job(api: DeadlineState, queue: Resource, seeded: SeededJob, created: int) -> None:
    plans = [_plan(one) for one in seeded.steps]
    body = {"name": seeded.name, "priority": 50, "maxFailedTasksCount": 20}
    job = building.planned_job(api, queue, body, {"description": "", "steps": plans}, created)
    job.state, job.since = seeded.state, created
    if seeded.still:
        job.facts["blocked"] = True
    if seeded.state == "CREATE_IN_PROGRESS":
        job.due, job.upcoming = api.world.born + 20 * SECOND, "CREATE_COMPLETE"
        api.add(api.jobs, job)
        return
    if seeded.state.startswith("UPDATE") or seeded.state == "ARCHIVED":
        job.since = job.columns["updated"] = created + HOUR
        job.facts["updated_by"] = OWNER
    job.facts.pop("plan")
    if not seeded.steps:
        job.columns["run_status"] = None
        api.add(api.jobs, job)
        return
    past = history.Past(api, job, created + 2 * SECOND)
    ids = {
        one["name"]: f"step-{api.digits('step', job.key, number)}"
        for number, one in enumerate(plans)
    }
    counts = no_counts()
    for number, one in enumerate(seeded.steps):
        step = building.new_step(job, plans[number], ids, number, created + 2 * SECOND)
        step.facts["consumers"] = [
            ids[other.name] for other in seeded.steps if one.name in other.depends_on
        ]
        states = [state for state, count in one.tasks.items() for _ in range(count)]
        for state in states:
            counts[state] += 1
            step.facts["counts"][state] += 1
        step.facts["run_status"] = status_of(step.facts["counts"])
        if all(one.tasks.keys() <= {"SUCCEEDED"} for one in seeded.steps[:number]):
            step.facts["unresolved"] = 0
        past.live(step, states, plans[number]["tasks"], still=seeded.still)
        api.add(api.steps, step)
    job.facts["counts"] = counts
    job.columns["run_status"] = status_of(counts)
    past.end()
    api.add(api.jobs, job)


def _plan(step: SeededStep) -> dict[str, Any]:
    """Return a step as a template would have it."""
    tasks = []
    for number in range(1, sum(step.tasks.values()) + 1):
        values = {
            "Frame": {"int": str(number)},
            "Camera": {"string": "Küstenblick"},
            "Scene": {"path": "/mnt/shots/010/scene.ma"},
            "Exposure": {"float": f"{number / 8}"},
        }
        tasks.append({name: values[name] for name in step.kinds})
    types = {"Frame": "INT", "Camera": "STRING", "Scene": "PATH", "Exposure": "FLOAT"}
    space = {"parameters": [{"name": name, "type": types[name]} for name in step.kinds]}
    return {
        "name": step.name,
        "description": "",
        "depends_on": list(step.depends_on),
        "tasks": tasks,
        "space": space if step.kinds else None,
        "capabilities": None,
        "fate": SUCCEEDS,
    }
