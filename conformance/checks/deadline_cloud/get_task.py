"""GetTask: the task that was asked for, and only where it is."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from conformance.checks.deadline_cloud.sight import number_of
from conformance.drivers.deadline_cloud_farm import (
    IDS,
    Path,
    StepPlan,
    is_created,
    key_of,
    known_ids,
    listed,
    order,
    steps_of,
    submit,
    tasks_of,
    within,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

TWO_DIGITS = 12  # tasks of a step, so that some numbers have two digits
NOT_FOUND = "deadline-cloud/getTask/404"
ELSEWHERE = {
    "farmId": ("otherFarmId",),
    "queueId": ("otherQueueId", "blockedQueueId", "idleQueueId", "otherFarmQueueId"),
}


def _own_steps(probe: Probe) -> list[Path]:
    """Make a job with two steps, and return their ids."""
    plans = (StepPlan("First", tasks=TWO_DIGITS), StepPlan("Second", tasks=2))
    job = submit(probe, order(probe, *plans))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    return list(steps_of(probe, job).values())


def _steps(probe: Probe) -> list[Path]:
    """Return the ids of steps that have tasks: known ones, and own ones where we may."""
    ranked = sorted(_tasks(probe), key=lambda one: -number_of(one["taskId"]))  # long ones first
    known = {key_of(within(one, "stepId")): within(one, "stepId") for one in ranked}
    return list(known.values())


def _tasks(probe: Probe) -> list[Path]:
    return known_ids(probe, "tasks")


@check("deadline-cloud/getTask/answers-the-asked-task", plan=st.integers(0, 63), examples=6)
def the_answer_is_about_the_task_that_was_asked_for(probe: Probe, turn: int) -> None:
    """Each task of a step is answered with its own id and its own parameters."""
    steps = _steps(probe)
    probe.assume(steps, "no task is known")
    step = steps[turn % len(steps)]
    tasks = tasks_of(probe, step)
    if turn % len(steps) == 0 and probe.mode.allows(Needs.CREATE) and not _is_long(probe):
        step = _own_steps(probe)[0]
        tasks = tasks_of(probe, step)
    chosen = {one["taskId"]: one for one in (*tasks[:2], *tasks[-3:])}
    for key, listing in chosen.items():
        shown = probe.ok("getTask", path={**step, "taskId": key}).json
        probe.require(shown["taskId"] == key, f"{key} was asked for, {shown['taskId']} answered")
        same = shown.get("parameters") == listing.get("parameters")
        probe.require(same, f"getTask shows other parameters of {key} than its list")


def _is_long(probe: Probe) -> bool:
    return any(number_of(one["taskId"]) >= TWO_DIGITS - 2 for one in _tasks(probe))


def _others(probe: Probe, task: Mapping[str, str], name: str) -> list[str]:
    """Return ids of that name that exist, and that are not the task's own."""
    places = [*_tasks(probe), *known_ids(probe, "jobs"), *known_ids(probe, "queues")]
    found = [one[name] for one in places if name in one]
    near = [one[name] for one in places if name in one and _is_beside(one, task, name)]
    given = [str(probe.known[one]) for one in ELSEWHERE.get(name, ()) if one in probe.known]
    if name == "farmId":
        given += [str(one) for one in probe.known.get("farms", ())]
    if name == "stepId":
        near += [one["stepId"] for one in listed(probe, "listSteps", within(dict(task), "jobId"))]
    return [one for one in dict.fromkeys([*near, *given, *found]) if one != task[name]]


def _is_beside(one: Mapping[str, str], task: Mapping[str, str], name: str) -> bool:
    """Whether something has the same ids as the task up to that one."""
    return all(one[outer] == task[outer] for outer in IDS[: IDS.index(name)])


def _not_elsewhere(probe: Probe, name: str, turn: int) -> None:
    tasks = _tasks(probe)
    probe.assume(tasks, "no task is known")
    turned = [*tasks[turn % len(tasks) :], *tasks[: turn % len(tasks)]]
    for task in turned[:8]:
        others = _others(probe, task, name)
        if others and (name != "stepId" or _has_siblings(probe, task)):
            break
    else:
        if name in {"jobId", "stepId"} and probe.mode.allows(Needs.CREATE):
            first, second = _own_steps(probe), _own_steps(probe)
            task = {**first[0], "taskId": tasks_of(probe, first[0])[0]["taskId"]}
            others = [first[1]["stepId"]] if name == "stepId" else [second[0]["jobId"]]
        else:
            others = others or []
    probe.assume(others, f"no other {name} is known")
    probe.ok("getTask", path=within(task, "taskId"))
    probe.awaited = "getTask", "404"  # what is not declared counts against that answer
    for other in (others[0], others[turn % len(others)], others[-1]):
        answer = probe.call("getTask", path={**task, name: other})
        words = f"{task['taskId']} is found with the {name} {other} as well"
        probe.require(answer.status != 200, words)
        if answer.status not in {403, 404}:  # others may be none of the caller's business
            probe.violated(NOT_FOUND, f"{answer.exchange}, and 404 is what it should answer")


def _has_siblings(probe: Probe, task: Path) -> bool:
    return len(listed(probe, "listSteps", within(task, "jobId"))) > 1


@check("deadline-cloud/getTask/only-in-its-farm", plan=st.integers(0, 63), examples=3)
def a_task_is_in_no_other_farm(probe: Probe, turn: int) -> None:
    """With the id of another farm a task is not found."""
    _not_elsewhere(probe, "farmId", turn)


@check("deadline-cloud/getTask/only-in-its-queue", plan=st.integers(0, 63), examples=3)
def a_task_is_in_no_other_queue(probe: Probe, turn: int) -> None:
    """With the id of another queue a task is not found."""
    _not_elsewhere(probe, "queueId", turn)


@check("deadline-cloud/getTask/only-in-its-job", plan=st.integers(0, 63), examples=3)
def a_task_is_in_no_other_job(probe: Probe, turn: int) -> None:
    """With the id of another job a task is not found."""
    _not_elsewhere(probe, "jobId", turn)


@check("deadline-cloud/getTask/only-in-its-step", plan=st.integers(0, 63), examples=3)
def a_task_is_in_no_other_step(probe: Probe, turn: int) -> None:
    """With the id of another step a task is not found."""
    _not_elsewhere(probe, "stepId", turn)


@check("deadline-cloud/getTask/answer-is-an-object", plan=st.integers(0, 63), examples=4)
def a_task_is_one_json_object(probe: Probe, turn: int) -> None:
    """The answer to a task that exists is one JSON object."""
    tasks = _tasks(probe)
    probe.assume(tasks, "no task is known")
    answer = probe.ok("getTask", path=tasks[turn % len(tasks)])
    probe.require(
        isinstance(answer.json, dict), f"{answer.exchange} is answered with {answer.text[:40]!r}"
    )
