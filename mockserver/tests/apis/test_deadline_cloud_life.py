"""Tests of how Deadline Cloud's jobs and tasks live: by themselves, and on command."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from mockserver.tests.apis.deadline_farm import Farm, task_path

COMMANDS = ("PENDING", "READY", "SUSPENDED", "CANCELED", "FAILED", "SUCCEEDED")
BEGUN = ("STARTING", "RUNNING")


@pytest.fixture(scope="module")
def stage() -> Iterator[Farm]:
    """Open a seeded farm."""
    with Farm() as found:
        yield found


@pytest.fixture
def farm(stage: Farm) -> Farm:
    """Make the farm anew for each test."""
    stage.reset()
    return stage


def test_a_job_is_made_and_runs_to_its_end(farm: Farm) -> None:
    """A job begins as CREATE_IN_PROGRESS, and is SUCCEEDED when its tasks have run."""
    body = farm.facts["createJob"]["succeeds"]
    job = f"{farm.queue}/jobs/{farm.post(f'{farm.queue}/jobs', body).json()['jobId']}"
    assert farm.json(job)["lifecycleStatus"] == "CREATE_IN_PROGRESS"
    seen: set[str] = set()

    def done() -> bool:
        seen.add(farm.json(job)["taskRunStatus"])
        return "SUCCEEDED" in seen

    farm.until(done)
    assert seen >= {"PENDING", "READY", "RUNNING", "SUCCEEDED"}
    shown = farm.json(job)
    assert shown["createdAt"] < shown["startedAt"] < shown["endedAt"]
    assert (
        shown["taskRunStatusCounts"]["SUCCEEDED"] == sum(shown["taskRunStatusCounts"].values()) == 3
    )


def test_counts_add_up_at_every_moment(farm: Farm) -> None:
    """The counts of a job are those of its steps, and of its tasks, whatever moves."""
    job = farm.submit("dependent")

    def done() -> bool:
        counts = farm.json(job)["taskRunStatusCounts"]
        assert len(counts) == 12
        states = farm.states(job) + farm.states(job, 1)
        assert {state: count for state, count in counts.items() if count} == {
            state: states.count(state) for state in states
        }
        return bool(counts["SUCCEEDED"] == 3)

    farm.until(done)


def test_a_step_waits_for_the_one_it_depends_on(farm: Farm) -> None:
    """Tasks are PENDING while their step waits, and READY when the other's tasks have succeeded."""
    job = farm.submit("waits")
    farm.running(job)
    farm.advance(100)
    assert farm.states(job, 1) == ["PENDING"]
    steps = farm.json(f"{job}/steps")["steps"]
    assert steps[1]["dependencyCounts"]["dependenciesUnresolved"] == 1
    assert steps[0]["dependencyCounts"]["consumersUnresolved"] == 1

    farm.command_all(f"{job}/steps/{steps[0]['stepId']}", "SUCCEEDED")
    farm.until(lambda: farm.states(job) == ["SUCCEEDED", "SUCCEEDED"])
    assert farm.states(job, 1) == ["READY"]
    farm.until(lambda: farm.json(job)["taskRunStatus"] == "SUCCEEDED")
    steps = farm.json(f"{job}/steps")["steps"]
    assert steps[1]["dependencyCounts"]["dependenciesResolved"] == 1

    farm.command_all(job, "PENDING")
    assert (farm.states(job), farm.states(job, 1)) == (["READY", "READY"], ["PENDING"])


def test_a_failed_task_is_tried_again_and_then_stays_failed(farm: Farm) -> None:
    """A task is retried as often as its job allows; each try is a session action of its own."""
    job = farm.submit("retried")
    farm.until(lambda: farm.json(job)["taskRunStatus"] == "SUCCEEDED")
    task = farm.tasks(job)[0]
    assert task["failureRetryCount"] == 1
    assert farm.json(job)["taskFailureRetryCount"] == 1
    actions = farm.json(f"{job}/session-actions", taskId=task["taskId"])["sessionActions"]
    assert [one["status"] for one in actions] == ["FAILED", "SUCCEEDED"]
    assert task["latestSessionActionId"] == actions[1]["sessionActionId"]

    broken = farm.submit("fails", maxRetriesPerTask=1)
    farm.until(lambda: farm.json(broken)["taskRunStatus"] == "FAILED")
    path = farm.task_paths(broken)[0]
    refused = farm.patch(path, {"targetRunStatus": "PENDING"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "STATUS_CONFLICT")
    assert farm.patch(broken, {"maxRetriesPerTask": 3}).status_code == 200
    farm.command(path, "PENDING")
    assert farm.json(path)["runStatus"] == "READY"


def test_too_many_failures_stop_a_job(farm: Farm) -> None:
    """With maxFailedTasksCount failures a job is FAILED and what is left of it is CANCELED."""
    template = farm.facts["createJob"]["fails"]["template"].replace("1-2", "1-20")
    job = farm.submit("fails", template=template, maxFailedTasksCount=1)
    farm.until(lambda: farm.json(job).get("endedAt"))
    counts = farm.json(job)["taskRunStatusCounts"]
    assert farm.json(job)["taskRunStatus"] == "FAILED"
    assert counts["FAILED"] >= 1
    assert counts["CANCELED"] >= 12
    assert counts["CANCELED"] + counts["FAILED"] == 20


def test_what_no_worker_can_run_is_not_compatible(farm: Farm) -> None:
    """A step that asks for too much becomes NOT_COMPATIBLE; endless and blocked jobs just wait."""
    job = farm.submit("incompatible")
    farm.until(lambda: farm.json(job)["taskRunStatus"] == "NOT_COMPATIBLE")
    blocked = farm.submit("succeeds", f"{farm.farm}/queues/{farm.facts['blockedQueueId']}")
    endless, suspended = farm.submit("endless"), farm.submit("suspended")
    farm.advance(3600)
    assert farm.states(blocked) == ["READY"] * 3
    assert farm.states(endless) == ["RUNNING"] * 3
    assert farm.states(suspended) == ["SUSPENDED"] * 2
    farm.command_all(suspended, "PENDING")
    farm.until(lambda: farm.json(suspended)["taskRunStatus"] == "SUCCEEDED")


def test_a_queue_shows_what_it_does(farm: Farm) -> None:
    """A queue is IDLE, SCHEDULING while a job of it is active, and IDLE again."""
    queue = f"{farm.farm}/queues/{farm.facts['idleQueueId']}"
    assert farm.json(queue)["status"] == "IDLE"
    job = farm.submit("succeeds", queue)
    assert farm.json(queue)["status"] == "SCHEDULING"
    farm.until(lambda: farm.json(job)["taskRunStatus"] == "SUCCEEDED")
    assert farm.json(queue)["status"] == "IDLE"
    blocked = farm.json(f"{farm.farm}/queues/{farm.facts['blockedQueueId']}")
    assert (blocked["status"], blocked["blockedReason"]) == (
        "SCHEDULING_BLOCKED",
        "NO_BUDGET_CONFIGURED",
    )


def _is_not_interrupting(farm: Farm, path: str) -> bool:
    return bool(farm.json(path)["runStatus"] != "INTERRUPTING")


@pytest.mark.parametrize("target", COMMANDS)
def test_a_command_takes_a_task_from_any_state_to_its_target(farm: Farm, target: str) -> None:
    """A task becomes what it is asked for, by way of INTERRUPTING if a worker has begun it."""
    wanted = "READY" if target == "PENDING" else target
    for state, places in farm.facts["tasks"].items():
        path = task_path(places[0])
        before = farm.json(path)
        farm.command(path, target)
        after = farm.json(path)
        if state in BEGUN:
            assert (after["runStatus"], after["targetRunStatus"]) == ("INTERRUPTING", target)
            farm.until(partial(_is_not_interrupting, farm, path))
        elif state == "INTERRUPTING":
            assert (after["runStatus"], after["targetRunStatus"]) == ("INTERRUPTING", target)
            continue
        elif state == "PENDING" and target in {"PENDING", "READY"}:
            assert after == before
            continue
        shown = farm.json(path)
        assert shown["runStatus"] == wanted, state
        assert "targetRunStatus" not in shown
        if before["runStatus"] != wanted:
            assert shown["updatedAt"] > before.get("updatedAt", "")


def test_the_last_command_wins(farm: Farm) -> None:
    """A task that is being interrupted goes where it was asked to go last."""
    job = farm.submit("endless")
    farm.running(job)
    path = farm.task_paths(job)[0]
    farm.command(path, "CANCELED")
    farm.command(path, "SUSPENDED")
    assert farm.json(path)["targetRunStatus"] == "SUSPENDED"
    farm.until(lambda: farm.json(path)["runStatus"] == "SUSPENDED")
    actions = farm.json(f"{job}/session-actions", taskId=path.rpartition("/")[2])["sessionActions"]
    assert [one["status"] for one in actions] == ["INTERRUPTED"]


SPARED = {
    "CANCELED": {"SUCCEEDED", "FAILED"},
    "FAILED": {"SUCCEEDED"},
    "SUCCEEDED": set(),
    "SUSPENDED": {"SUCCEEDED", "CANCELED", "FAILED"},
    "PENDING": set(),
}


@pytest.mark.parametrize("target", SPARED)
@pytest.mark.parametrize("of_step", [False, True])
def test_a_command_to_many_spares_those_it_should(
    farm: Farm, target: str, *, of_step: bool
) -> None:
    """Each command to a job or a step moves all tasks save those that the guide spares."""
    job = farm.submit(
        "endless", template=farm.facts["createJob"]["endless"]["template"].replace("1-3", "1-5")
    )
    farm.running(job)
    prepared = ("SUCCEEDED", "FAILED", "CANCELED", "SUSPENDED")
    paths = farm.task_paths(job)
    for path, state in zip(paths, prepared, strict=False):
        farm.command(path, state)
    farm.until(lambda: "INTERRUPTING" not in farm.states(job))
    whole = paths[0].rpartition("/tasks")[0] if of_step else job

    farm.command_all(whole, target)
    farm.until(lambda: "INTERRUPTING" not in farm.states(job))
    wanted = "READY" if target == "PENDING" else target
    stay = SPARED[target]
    expected = [state if state in stay else wanted for state in (*prepared, "RUNNING")]
    assert farm.states(job)[:4] == expected[:4]
    assert farm.states(job)[4] in {wanted, "READY", "SCHEDULED"}
    kind = "lifecycleStatus"
    farm.until(lambda: farm.json(whole)[kind] == "UPDATE_SUCCEEDED")


def test_only_an_ended_job_is_archived_and_then_left_alone(farm: Farm) -> None:
    """A running job is not archived; an archived one takes no command, and no change."""
    job = farm.submit("endless")
    farm.running(job)
    refused = farm.patch(job, {"lifecycleStatus": "ARCHIVED"})
    assert (refused.status_code, refused.json()["context"]) == (409, {"status": "RUNNING"})
    farm.command_all(job, "SUCCEEDED")
    farm.until(lambda: farm.json(job).get("endedAt"))
    farm.until(lambda: farm.json(job)["lifecycleStatus"] == "UPDATE_SUCCEEDED")
    assert farm.patch(job, {"lifecycleStatus": "ARCHIVED"}).status_code == 200
    assert farm.json(job)["lifecycleStatus"] == "ARCHIVED"

    task = farm.task_paths(job)[0]
    for path, body in (
        (job, {"name": "Other"}),
        (task, {"targetRunStatus": "PENDING"}),
        (task.rpartition("/tasks")[0], {"targetTaskRunStatus": "PENDING"}),
    ):
        refused = farm.patch(path, body)
        assert (refused.status_code, refused.json()["reason"]) == (409, "STATUS_CONFLICT")
    assert farm.states(job) == ["SUCCEEDED"] * 3


def test_an_update_changes_what_it_names(farm: Farm) -> None:
    """Settings are changed at once, others stay, and the job keeps updatedAt while tasks move."""
    job = farm.submit("succeeds", maxWorkerCount=2, descriptionOverride="Once")
    before = farm.json(job)
    assert farm.patch(job, {"name": "Other", "priority": 7}).status_code == 200
    after = farm.json(job)
    assert (after["name"], after["priority"], after["description"]) == ("Other", 7, "Once")
    assert after["maxWorkerCount"] == before["maxWorkerCount"] == 2
    farm.until(lambda: farm.json(job)["taskRunStatus"] == "SUCCEEDED")
    assert farm.json(job)["updatedAt"] == after["updatedAt"]
    assert len(farm.json(f"{job}/sessions")["sessions"]) <= 2
    started = farm.json(job)["startedAt"]
    farm.command_all(job, "PENDING")
    assert (farm.json(job)["startedAt"], "endedAt" in farm.json(job)) == (started, False)


def test_sessions_and_actions_follow_their_tasks(farm: Farm) -> None:
    """Every run of a task is an action of a session, which ends with the last of them."""
    job = farm.submit("succeeds")
    farm.running(job)
    actions = farm.json(f"{job}/session-actions")["sessionActions"]
    assert [one["status"] for one in actions] == ["RUNNING"] * 3
    farm.until(lambda: farm.json(job)["taskRunStatus"] == "SUCCEEDED")
    for task in farm.tasks(job):
        action = farm.json(f"{job}/session-actions/{task['latestSessionActionId']}")
        assert action["definition"]["taskRun"]["taskId"] == task["taskId"]
        assert (action["startedAt"], action["endedAt"]) == (task["startedAt"], task["endedAt"])
        assert action["sessionId"].split("-")[1] == action["sessionActionId"].split("-")[1]
        only = farm.json(f"{job}/session-actions", sessionId=action["sessionId"])["sessionActions"]
        assert [one["sessionActionId"] for one in only] == [action["sessionActionId"]]
    sessions = farm.json(f"{job}/sessions")["sessions"]
    assert {one["lifecycleStatus"] for one in sessions} == {"ENDED"}
