"""What a conformance suite may know of a Deadline Cloud world, at `/__admin/targets`.

`farmId`, `queueId`
    Where to create; `otherFarmId` and `otherQueueId` exist as well, `blockedQueueId` is a queue
    that never gives out work, so its jobs wait for ever.
`tasks`
    Run status -> tasks in it, each with its five ids. Those of the job `still`, which come first,
    stay in their state until they are commanded.
`steps`, `jobs`, `jobsByRunStatus`, `queues`
    The same for steps and jobs by lifecycleStatus, jobs by taskRunStatus, queues by status.
`sessionActions`
    Status -> session actions, each with the ids of its path.
`createJob`
    Bodies for createJob: `succeeds`, `fails` (a task fails at once and for good), `retried`
    (fails once, is retried and succeeds), `endless` (a task runs until it is commanded), `slow`
    (20 seconds), `waits` (a second step depends on an endless first), `dependent` (a second step
    depends on one that succeeds), `incompatible` (asks for more than any worker has), `suspended`,
    `parameters` (all kinds of values), `invalid` (a template that is none).
`farmsThatAnswer`
    HTTP status -> id of a farm that answers everything with that exception.
`deniedAuthorization`
    A well-formed signature of a user who may do nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud.caller import DENIED_KEY, SCHEME
from mockserver.apis.deadline_cloud.places import COLUMNS, reserved_farm
from mockserver.apis.deadline_cloud.seed import ONE_OF_EACH
from mockserver.store import Collection, Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

JsonObject = dict[str, Any]

SHOWN = 10
"""How many resources in each state are named."""

HEAD = "specificationVersion: jobtemplate-2023-09\n"


def _step(name: str, command: str, *more: str, indent: str = "  ") -> str:
    word, *args = command.split()
    run = f"{{command: {word!r}, args: {args}}}" if args else f"{{command: {word!r}}}"
    lines = (f"- name: {name}", *(f"  {one}" for one in more), "  script:", "    actions:")
    text = "\n".join(f"{indent}{one}" for one in lines)
    return f"{text}\n{indent}      onRun: {run}\n"


def _space(frames: int) -> tuple[str, ...]:
    return (
        "parameterSpace:",
        "  taskParameterDefinitions:",
        f'    - {{name: Frame, type: INT, range: "1-{frames}"}}',
    )


def _body(name: str, *steps: str, **more: Any) -> JsonObject:
    template = f"{HEAD}name: {name}\nsteps:\n{''.join(steps)}"
    return {"template": template, "templateType": "YAML", "priority": 50, **more}


def bodies() -> JsonObject:
    """Return bodies for createJob that do as their names say."""
    kinds = (
        "parameterSpace:",
        "  taskParameterDefinitions:",
        '    - {name: Frame, type: INT, range: "-1-1"}',
        "    - {name: Camera, type: STRING, range: [Küstenblick, 望遠]}",
        "    - {name: Scene, type: PATH, range: [/mnt/scene.ma]}",
        '    - {name: Exposure, type: FLOAT, range: [0.5, "1.25e-1"]}',
    )
    large = ("hostRequirements:", "  amounts:", "    - {name: amount.worker.vcpu, min: 4096}")
    after = ("dependencies:", "  - dependsOn: Render")
    return {
        "succeeds": _body("Succeeds", _step("Render", "render", *_space(3))),
        "fails": _body("Fails", _step("Render", "false", *_space(2)), maxRetriesPerTask=0),
        "retried": _body("Retried", _step("Render", "fail-once", *_space(1)), maxRetriesPerTask=2),
        "endless": _body("Endless", _step("Render", "sleep infinity", *_space(3))),
        "slow": _body("Slow", _step("Render", "sleep 20", *_space(2))),
        "waits": _body(
            "Waits",
            _step("Render", "sleep infinity", *_space(2)),
            _step("Compose", "compose", *after),
        ),
        "dependent": _body(
            "Dependent", _step("Render", "render", *_space(2)), _step("Compose", "compose", *after)
        ),
        "incompatible": _body("Incompatible", _step("Render", "render", *large)),
        "suspended": _body(
            "Suspended", _step("Render", "render", *_space(2)), targetTaskRunStatus="SUSPENDED"
        ),
        "parameters": _body("Parameters", _step("Render", "render", *kinds)),
        "invalid": {"template": "name: no steps", "templateType": "YAML", "priority": 50},
    }


def known(api: DeadlineState) -> JsonObject:
    """Return what there is to know of this world."""
    queues = api.queues.find(Query((), ("ordinal",)), 5)
    first = queues[0]
    return {
        "farmId": first.columns["farm_id"],
        "queueId": first.key,
        "otherQueueId": queues[1].key,
        "otherFarmId": queues[4].columns["farm_id"],
        "otherFarmQueueId": queues[4].key,
        "blockedQueueId": queues[2].key,
        "idleQueueId": queues[3].key,
        "tasks": _by_state(api, api.tasks, "task"),
        "steps": _by_state(api, api.steps, "step"),
        "jobs": _by_state(api, api.jobs, "job"),
        "jobsByRunStatus": _by_state(api, api.jobs, "job", "run_status"),
        "queues": _by_state(api, api.queues, "queue"),
        "sessionActions": _by_state(api, api.actions, "sessionAction"),
        "createJob": bodies(),
        "farmsThatAnswer": {str(one): reserved_farm(one) for one in (402, 403, 429, 500)},
        "deniedAuthorization": f"{SCHEME} Credential={DENIED_KEY}/20260101/us-west-2/deadline/"
        f"aws4_request, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
    }


def _by_state(
    api: DeadlineState, collection: Collection, kind: str, column: str = "state"
) -> dict[str, list[JsonObject]]:
    """Return state -> some resources in it; those of the job that stands still come first."""
    schema = "Task" if column == "run_status" else collection.lifecycle or ""
    still: list[Resource] = []
    if "job_id" in COLUMNS[kind]:
        jobs = api.jobs.keys(Query((within("name", [ONE_OF_EACH.name]),), ("ordinal",)))
        still = collection.find(Query((within("job_id", jobs[:1]),)))
    found: dict[str, list[JsonObject]] = {}
    for state in api.service.machines[schema].lifecycle.states:
        first = [one for one in still if one.state == state]
        rows = [*first, *collection.find(Query((within(column, [state]),)), SHOWN)]
        unique = {one.key: one for one in rows}
        if unique:
            found[state] = [_ids(api, kind, one) for one in list(unique.values())[:SHOWN]]
    return found


def _ids(api: DeadlineState, kind: str, resource: Resource) -> JsonObject:
    """Return the ids of the path to *resource*."""
    ids = {}
    if kind == "sessionAction":
        job = api.jobs.get(resource.columns["job_id"])
        assert job is not None
        ids = _ids(api, "job", job)
    else:
        for column in COLUMNS[kind]:
            ids[f"{column.removesuffix('_id')}Id"] = resource.columns[column]
    ids[f"{kind}Id"] = resource.key
    return ids
