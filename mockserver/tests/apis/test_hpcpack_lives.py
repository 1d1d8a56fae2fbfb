"""Tests of HPC Pack's lives: how jobs, tasks and subtasks move, and move each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from mockserver.tests.apis.cluster_stage import ClusterStage, properties

ECHO = properties(Name="says", CommandLine="echo hull %CCP_JOBID%")
LONG = properties(Name="long", CommandLine="sleep 3600")
FAIL = properties(Name="fails", CommandLine="echo no && exit 3")
SWEEP = properties(
    Name="sweep", CommandLine="echo *.*", Type="ParametricSweep", StartValue="2", EndValue="6",
    IncrementValue="2",
)  # fmt: skip
LONG_SWEEP = properties(
    Name="sweep", CommandLine="sleep 900*", Type="ParametricSweep", StartValue="1", EndValue="3"
)

Transition = tuple[str, str, str]


@pytest.fixture
def stage() -> Iterator[ClusterStage]:
    """Give a cluster without jobs."""
    with ClusterStage(scenario="empty") as one:
        yield one


def watch(stage: ClusterStage, seconds: float, schema: str) -> list[Transition]:
    """Let time pass and return how the resources of one schema moved."""
    fired = stage.advance(seconds)
    return [
        (str(one["key"]), one["source"], one["target"]) for one in fired if one["schema"] == schema
    ]


def running(stage: ClusterStage, *tasks: list[dict[str, str]], **values: str) -> int:
    """Return the id of a job that runs, as do its tasks."""
    job = stage.new_job(*tasks, submit=True, **values)
    stage.advance(5)
    assert stage.state(f"/jobs/{job}") == "Running"
    return job


def test_a_job_goes_from_configuring_to_finished(stage: ClusterStage) -> None:
    """A submitted job passes every state on the way to the end of its one task, and shows when."""
    job = stage.new_job(ECHO, submit=True)
    moves = watch(stage, 20, "Job")

    path = ["Submitted", "Validating", "Queued", "Running", "Finishing", "Finished"]
    assert moves == [(str(job), *pair) for pair in pairwise(path)]
    shown = stage.show(f"/jobs/{job}")
    assert shown["StartTime"]
    assert shown["EndTime"]
    assert shown["PreviousState"] == "Finishing"
    assert shown["ErrorMessage"] == ""


def test_a_task_writes_what_its_command_says(stage: ClusterStage) -> None:
    """The output of a task is that of its command, with the variables of its job and its own."""
    job = stage.new_job(properties(CommandLine="echo %BOAT% $MAST %none% & env"))
    stage.command(f"/jobs/{job}/envVariables", properties(BOAT="ketch", MAST="short"))
    stage.command(f"/jobs/{job}/tasks/1/envVariables", properties(MAST="tall"))
    stage.command(f"/jobs/{job}/submit")
    stage.advance(20)

    task = stage.show(f"/jobs/{job}/tasks/1")
    lines = task["Output"].splitlines()
    assert (task["State"], task["ExitCode"]) == ("Finished", "0")
    assert lines[0] == "ketch tall %none%"
    assert f"CCP_JOBID={job}" in lines


def test_a_failed_task_fails_its_job(stage: ClusterStage) -> None:
    """A job one of whose tasks has failed is Failed when all have ended."""
    job = stage.new_job(ECHO, FAIL, submit=True)
    stage.advance(20)

    assert stage.state(f"/jobs/{job}") == "Failed"
    assert stage.state(f"/jobs/{job}/tasks/1") == "Finished"
    task = stage.show(f"/jobs/{job}/tasks/2")
    assert (task["State"], task["ExitCode"], task["Output"]) == ("Failed", "3", "no")
    assert "3" in task["ErrorMessage"]


@pytest.mark.parametrize("where", ["job", "task"])
def test_a_job_can_be_made_to_fail_at_once(stage: ClusterStage, where: str) -> None:
    """With FailOnTaskFailure, or FailJobOnFailure of a task, the first failure ends the job."""
    given = {"FailOnTaskFailure": "true"} if where == "job" else {}
    fails = FAIL if where == "job" else [*FAIL, *properties(FailJobOnFailure="True")]
    job = stage.new_job(LONG, fails, submit=True, **given)
    stage.advance(20)

    assert stage.state(f"/jobs/{job}") == "Failed"
    assert stage.state(f"/jobs/{job}/tasks/1") == "Failed"


def test_a_forced_cancel_ends_a_job_at_once(stage: ClusterStage) -> None:
    """Forced, a running job and its tasks have ended when the answer comes."""
    job = running(stage, LONG, LONG_SWEEP)

    assert stage.command(f"/jobs/{job}/cancel", "enough", forced="true") == 204
    assert stage.state(f"/jobs/{job}") == "Canceled"
    assert "enough" in stage.show(f"/jobs/{job}")["ErrorMessage"]
    assert stage.state(f"/jobs/{job}/tasks/1") == "Failed"
    assert stage.state(f"/jobs/{job}/tasks/2") == "Canceled"
    assert stage.state(f"/jobs/{job}/tasks/2/subtasks/1") == "Failed"


def test_an_unforced_cancel_gives_a_grace_period(stage: ClusterStage) -> None:
    """Unforced, a running job and its tasks are Canceling first."""
    job = running(stage, LONG)

    assert stage.command(f"/jobs/{job}/cancel") == 204
    assert stage.state(f"/jobs/{job}") == "Canceling"
    assert stage.state(f"/jobs/{job}/tasks/1") == "Canceling"
    stage.advance(3)
    assert stage.state(f"/jobs/{job}") == "Canceled"
    assert stage.state(f"/jobs/{job}/tasks/1") == "Failed"


def test_a_draft_is_canceled_without_its_tasks(stage: ClusterStage) -> None:
    """Tasks that never were submitted stay Configuring, and are queued if their job is requeued."""
    job = stage.new_job(ECHO, SWEEP)

    assert stage.command(f"/jobs/{job}/cancel") == 204
    assert stage.state(f"/jobs/{job}/tasks/1") == "Configuring"
    assert stage.command(f"/jobs/{job}/requeue") == 204
    assert stage.state(f"/jobs/{job}/tasks/1") == "Queued"
    assert stage.state(f"/jobs/{job}/tasks/2/subtasks/4") == "Queued"
    stage.advance(20)
    assert stage.state(f"/jobs/{job}") == "Finished"


def test_finishing_a_job_stops_its_tasks(stage: ClusterStage) -> None:
    """A finished job is Finished, and so are the tasks that ran; the message goes nowhere."""
    job = running(stage, LONG, LONG_SWEEP)

    assert stage.command(f"/jobs/{job}/finish", "done") == 204
    assert stage.state(f"/jobs/{job}") == "Finishing"
    stage.advance(2)
    assert stage.state(f"/jobs/{job}") == "Finished"
    assert stage.show(f"/jobs/{job}")["ErrorMessage"] == ""
    states = {one["State"] for one in stage.every(f"/jobs/{job}/tasks")}
    assert states == {"Finished"}


def test_finishing_a_job_without_live_tasks_takes_no_time(stage: ClusterStage) -> None:
    """A job that only lasts is Finished when the answer comes, a queued one as well."""
    lasting = running(stage, RunUntilCanceled="True")
    queued = stage.new_job(ECHO, submit=True, MinCores="100000")
    stage.advance(5)

    for job in (lasting, queued):
        assert stage.command(f"/jobs/{job}/finish") == 204
        assert stage.state(f"/jobs/{job}") == "Finished"
    assert stage.state(f"/jobs/{queued}/tasks/1") == "Canceled"


def test_requeueing_a_job_spares_what_has_finished(stage: ClusterStage) -> None:
    """Finished tasks stay, failed ones run again, those canceled before they ran are given up."""
    job = stage.new_job(ECHO, FAIL, ECHO, LONG_SWEEP, submit=True)
    stage.command(f"/jobs/{job}/tasks/3/cancel")
    stage.command(f"/jobs/{job}/tasks/4/cancel")
    stage.advance(20)
    assert stage.state(f"/jobs/{job}") == "Failed"

    assert stage.command(f"/jobs/{job}/requeue") == 204
    states = [stage.state(f"/jobs/{job}/tasks/{number}") for number in (1, 2, 3, 4)]
    assert states == ["Finished", "Queued", "Canceled", "Canceled"]
    shown = stage.show(f"/jobs/{job}")
    assert (shown["RequeueCount"], shown["EndTime"], shown["ErrorMessage"]) == ("1", "", "")
    stage.advance(20)
    assert stage.state(f"/jobs/{job}") == "Failed"


def test_requeueing_a_running_job_queues_its_tasks(stage: ClusterStage) -> None:
    """A running job that is requeued waits again, and its tasks with it."""
    job = running(stage, LONG, LONG_SWEEP)

    assert stage.command(f"/jobs/{job}/requeue") == 204
    assert {one["State"] for one in stage.every(f"/jobs/{job}/tasks")} == {"Queued"}
    stage.advance(5)
    assert {one["State"] for one in stage.every(f"/jobs/{job}/tasks")} == {"Running"}


def test_a_requeued_task_waits_for_its_job(stage: ClusterStage) -> None:
    """A task that is requeued is Configuring until its job is requeued, which waits for it."""
    job = stage.new_job(FAIL, LONG, submit=True)
    stage.advance(10)

    assert stage.command(f"/jobs/{job}/tasks/1/requeue") == 204
    assert stage.state(f"/jobs/{job}/tasks/1") == "Configuring"
    change = properties(CommandLine="echo better")
    assert stage.call("PUT", f"/jobs/{job}/tasks/1", json=change).status_code == 204
    stage.command(f"/jobs/{job}/tasks/2/finish")
    stage.advance(20)
    assert stage.state(f"/jobs/{job}") == "Running"
    assert stage.command(f"/jobs/{job}/requeue") == 204
    stage.advance(20)
    assert stage.state(f"/jobs/{job}") == "Finished"
    assert stage.show(f"/jobs/{job}/tasks/1")["Output"] == "better"


def test_a_canceled_task_shows_the_message(stage: ClusterStage) -> None:
    """Canceled by force a running task is Canceled at once, else after a while."""
    job = running(stage, LONG, LONG)

    stage.command(f"/jobs/{job}/tasks/1/cancel", "wrong mesh", forced="true")
    stage.command(f"/jobs/{job}/tasks/2/cancel", "wrong hull", forced="false")
    assert stage.state(f"/jobs/{job}/tasks/1") == "Canceled"
    assert stage.state(f"/jobs/{job}/tasks/2") == "Canceling"
    stage.advance(2)
    shown = stage.show(f"/jobs/{job}/tasks/2")
    assert (shown["State"], shown["ErrorMessage"]) == ("Canceled", "wrong hull")


def test_some_jobs_never_run(stage: ClusterStage) -> None:
    """A job larger than the cluster waits; one for unknown node groups fails its validation."""
    large = stage.new_job(ECHO, submit=True, MinCores="100000", MaxCores="100000")
    lost = stage.new_job(ECHO, submit=True, NodeGroups="Nowhere")
    stuck = stage.new_job(ECHO, submit=True, Name="stuck in Validating")
    stage.advance(3600)

    assert stage.state(f"/jobs/{large}") == "Queued"
    assert stage.state(f"/jobs/{lost}") == "Failed"
    assert stage.state(f"/jobs/{lost}/tasks/1") == "Failed"
    assert stage.state(f"/jobs/{stuck}") == "Validating"


def test_some_jobs_outlive_their_tasks(stage: ClusterStage) -> None:
    """RunUntilCanceled keeps a job Running, and takes more tasks."""
    job = running(stage, ECHO, RunUntilCanceled="True")
    stage.advance(600)

    assert stage.state(f"/jobs/{job}") == "Running"
    assert stage.state(f"/jobs/{job}/tasks/1") == "Finished"
    assert stage.command(f"/jobs/{job}/tasks", ECHO) == 200


def test_a_screened_job_is_validated_from_outside(stage: ClusterStage) -> None:
    """The jobs of one template pass a submission filter."""
    job = stage.new_job(ECHO, submit=True, JobTemplate="Screened")
    moves = watch(stage, 20, "Job")

    assert (str(job), "Validating", "ExternalValidation") in moves
    assert stage.state(f"/jobs/{job}") == "Finished"


def test_what_does_not_fit_is_rejected(stage: ClusterStage) -> None:
    """A submission filter rejects jobs that say so, and a task for an unknown node cannot begin."""
    bodies = stage.known["create"]
    rejected = stage.call("POST", "/jobs", json=bodies["rejected_job"]).json()
    job = stage.new_job(ECHO, bodies["misplaced_task"], submit=True)
    stage.command(f"/jobs/{rejected}/submit")
    stage.advance(20)

    assert stage.state(f"/jobs/{rejected}") == "Failed"
    assert stage.show(f"/jobs/{rejected}")["PreviousState"] == "ExternalValidation"
    assert stage.show(f"/jobs/{job}/tasks/2")["PreviousState"] == "Dispatching"
    assert stage.state(f"/jobs/{job}") == "Failed"


def test_a_task_has_a_time_limit(stage: ClusterStage) -> None:
    """A task that sleeps longer than its RuntimeSeconds fails."""
    limited = properties(CommandLine="sleep 3600", RuntimeSeconds="4")
    job = stage.new_job(limited, submit=True)
    stage.advance(20)

    assert stage.state(f"/jobs/{job}/tasks/1") == "Failed"


def test_tasks_fail_more_often_in_bad_times() -> None:
    """In the scenario failing some tasks fail whose command does not."""
    with ClusterStage(scenario="failing") as stage:
        job = stage.new_job(*[ECHO] * 12, submit=True)
        stage.advance(30)

        states = {one["State"] for one in stage.every(f"/jobs/{job}/tasks")}
        assert states == {"Finished", "Failed"}
