"""Tasks as all answers show them: their times, their values, their runs."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from conformance.checks.deadline_cloud.moments import is_before
from conformance.checks.deadline_cloud.sight import (
    CREATED_FIRST,
    CREATED_STAYS,
    RUNNING_STARTED,
    STARTED_FIRST,
    Sight,
)
from conformance.drivers.deadline_cloud_farm import (
    Path,
    Record,
    key_of,
    known_ids,
    listed,
    within,
)
from conformance.probe import Probe
from conformance.registry import check

MOST = 40  # tasks and steps that one check looks at


def survey(probe: Probe, *states: str) -> Sight:
    """Look at known tasks alone, in the lists of their steps and in a batch."""
    tasks = known_ids(probe, "tasks", states)[:MOST]
    probe.assume(tasks, "no task is known")
    sight = Sight(probe)
    for task in tasks:
        sight.get(task)
    steps = {key_of(within(one, "stepId")): within(one, "stepId") for one in tasks}
    alone = {one["taskId"] for one in tasks}
    for step in list(steps.values())[:8]:
        retried = [one for one in sight.of_step(step) if one.get("failureRetryCount")]
        for one in retried[:2]:
            if one["taskId"] not in alone:
                sight.get({**step, "taskId": one["taskId"]})
    sight.batch(tasks)
    return sight


def _held(probe: Probe, requirement: str, *states: str) -> None:
    sight = survey(probe, *states)
    probe.assume(requirement in sight.told, "no known task says anything about it")


@check(CREATED_FIRST)
def a_task_is_created_before_anything_else(probe: Probe, _: object) -> None:
    """None of startedAt, endedAt and updatedAt is before createdAt."""
    _held(probe, CREATED_FIRST)


@check(CREATED_STAYS)
def a_task_is_created_once(probe: Probe, _: object) -> None:
    """Every answer about one task shows the same createdAt."""
    _held(probe, CREATED_STAYS)


@check(STARTED_FIRST)
def a_task_starts_before_it_ends(probe: Probe, _: object) -> None:
    """A task that has succeeded or failed did not end before it started."""
    _held(probe, STARTED_FIRST, "SUCCEEDED", "FAILED")


@check(RUNNING_STARTED)
def a_running_task_has_started(probe: Probe, _: object) -> None:
    """A RUNNING task shows startedAt."""
    _held(probe, RUNNING_STARTED, "RUNNING")


@check("deadline-cloud/Task/retries-stay-within-the-limit")
def retries_stay_within_the_limit_of_the_job(probe: Probe, _: object) -> None:
    """The failureRetryCount is not above the maxRetriesPerTask of the job."""
    judged = 0
    for task in known_ids(probe, "tasks")[::-1][:15]:
        before = probe.ok("getJob", path=within(task, "jobId")).json.get("maxRetriesPerTask")
        number = probe.ok("getTask", path=task).json.get("failureRetryCount")
        after = probe.ok("getJob", path=within(task, "jobId")).json.get("maxRetriesPerTask")
        if number is None or before is None or before != after:
            continue
        judged += 1
        words = f"{task['taskId']} was retried {number} times, and {before} is the limit"
        probe.require(number <= before, words)
    probe.assume(judged, "no known task shows how often it was retried")


def latest_action_is_its_own(probe: Probe, task: Path) -> Record | None:
    """Require that the latest action of a task runs it; return the action, if there is one."""
    shown = probe.ok("getTask", path=within(task, "taskId")).json
    probe.assume(shown["taskId"] == task["taskId"], "another task is answered than was asked for")
    action_id = shown.get("latestSessionActionId")
    if action_id is None:
        return None
    path = {**within(task, "jobId"), "sessionActionId": action_id}
    answer = probe.call("getSessionAction", path=path)
    probe.require(answer.status != 404, f"{task['taskId']} names {action_id}, which is not found")
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    action: Record = answer.json
    run = action["definition"].get("taskRun")
    probe.require(run is not None, f"{task['taskId']} names {action_id}, which runs no task")
    assert run is not None
    fits = run["stepId"] == task["stepId"] and run.get("taskId", task["taskId"]) == task["taskId"]
    probe.require(fits, f"{task['taskId']} names {action_id}, which runs {run.get('taskId')}")
    probe.require(action["sessionActionId"] == action_id, f"{action_id} is answered with another")
    return action


@check("deadline-cloud/Task/latest-action-ran-this-task")
def the_latest_action_runs_the_task_itself(probe: Probe, _: object) -> None:
    """The latestSessionActionId names a session action that runs this very task."""
    tasks = known_ids(probe, "tasks")[:MOST]
    found = [one for one in tasks if latest_action_is_its_own(probe, one) is not None]
    probe.assume(found, "no known task names a session action")


def nothing_ran_later(probe: Probe, task: Path) -> bool:
    """Require that no action of a task started after its latest; return whether it has any."""
    actions = listed(probe, "listSessionActions", within(task, "jobId"))
    runs = [
        one
        for one in actions
        if one["definition"].get("taskRun", {}).get("taskId") == task["taskId"]
    ]
    shown = probe.ok("getTask", path=within(task, "taskId")).json.get("latestSessionActionId")
    latest = next((one for one in actions if one["sessionActionId"] == shown), None)
    if latest is None:
        return False
    for one in runs:
        later = is_before(latest.get("startedAt"), one.get("startedAt"))
        words = f"{task['taskId']} names {shown}, but {one['sessionActionId']} started later"
        probe.require(not later, words)
    return True


@check("deadline-cloud/SessionAction/id-carries-the-session")
def the_id_of_an_action_has_the_digits_of_its_session(probe: Probe, _: object) -> None:
    """The hexadecimal digits of a sessionActionId are those of its sessionId."""
    actions = known_ids(probe, "sessionActions")[:MOST]
    probe.assume(actions, "no session action is known")
    for path in actions:
        shown = probe.ok("getSessionAction", path=path).json
        digits = [shown[name].split("-")[1] for name in ("sessionActionId", "sessionId")]
        probe.require(
            digits[0] == digits[1], f"{shown['sessionActionId']} is of {shown['sessionId']}"
        )


def _filtered(probe: Probe, turn: int, name: str, of: Callable[[Record], object]) -> None:
    """Hold the list of actions, filtered by *name*, against the list of all."""
    jobs = {key_of(within(one, "jobId")): one for one in known_ids(probe, "sessionActions")}
    probe.assume(jobs, "no session action is known")
    job = within(list(jobs.values())[turn % len(jobs)], "jobId")
    values = list(dict.fromkeys(filter(None, map(of, _whole(probe, job)))))
    probe.assume(values, f"no action of {job['jobId']} has a {name}")
    for value in (values[0], values[turn % len(values)], values[-1]):
        found = listed(probe, "listSessionActions", job, **{name: value})
        for one in found:
            full = probe.ok(
                "getSessionAction", path={**job, "sessionActionId": one["sessionActionId"]}
            ).json
            words = f"{one['sessionActionId']} is listed for the {name} {value}"
            probe.require(of(full) in {None, value}, words)


def _whole(probe: Probe, job: Path) -> list[Record]:
    actions = listed(probe, "listSessionActions", job)[:12]
    ids = [{**job, "sessionActionId": one["sessionActionId"]} for one in actions]
    return [probe.ok("getSessionAction", path=one).json for one in ids]


@check("deadline-cloud/listSessionActions/session-filter", plan=st.integers(0, 15), examples=2)
def actions_of_one_session_are_of_that_session(probe: Probe, turn: int) -> None:
    """With sessionId, the list holds only actions of that session."""
    _filtered(probe, turn, "sessionId", lambda one: one["sessionId"])


@check("deadline-cloud/listSessionActions/task-filter", plan=st.integers(0, 15), examples=2)
def actions_of_one_task_are_runs_of_that_task(probe: Probe, turn: int) -> None:
    """With taskId, the list holds only runs of that task."""
    _filtered(probe, turn, "taskId", _task_run)


def _task_run(action: Record) -> object:
    """Return the task that an action runs: nothing if it runs none, None if it does not say."""
    run = action["definition"].get("taskRun")
    return "" if run is None else run.get("taskId")
