"""Tests of HPC Pack's parametric sweeps: what becomes of a master task and its subtasks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.tests.apis.cluster_stage import ClusterStage, properties
from mockserver.tests.apis.test_hpcpack_lives import ECHO, LONG, LONG_SWEEP, SWEEP, running


@pytest.fixture
def stage() -> Iterator[ClusterStage]:
    """Give a cluster without jobs."""
    with ClusterStage(scenario="empty") as one:
        yield one


def test_a_sweep_becomes_a_subtask_for_each_step(stage: ClusterStage) -> None:
    """Subtasks appear when the job is queued, each with its number for every asterisk."""
    job = stage.new_job(SWEEP, ECHO)
    early = stage.call("GET", f"/jobs/{job}/tasks/1/subtasks/2")
    assert early.status_code == 404
    assert "the specified subtask has not been expanded yet" in early.json()["Message"]
    assert len(stage.every(f"/jobs/{job}/tasks")) == 2
    stage.command(f"/jobs/{job}/submit")
    stage.advance(30)

    expanded = stage.every(f"/jobs/{job}/tasks", properties="TaskId,CommandLine,Output,State")
    assert [one["TaskId"] for one in expanded] == [
        f"{job}.1.2", f"{job}.1.4", f"{job}.1.6", f"{job}.2",
    ]  # fmt: skip
    assert expanded[1]["CommandLine"] == "echo 4.4"
    assert expanded[1]["Output"] == "4.4"
    masters = stage.every(f"/jobs/{job}/tasks", expandParametric="false")
    assert [one["TaskId"] for one in masters] == [f"{job}.1", f"{job}.2"]
    assert {one["State"] for one in [*expanded, *masters]} == {"Finished"}
    assert stage.call("GET", f"/jobs/{job}/tasks/1/subtasks/3").status_code == 404
    assert stage.call("GET", f"/jobs/{job}/tasks/2/subtasks/0").status_code == 404


def test_a_sweep_has_bounds(stage: ClusterStage) -> None:
    """A sweep that goes nowhere, or has too many steps, is refused."""
    job = stage.new_job()
    for bounds in (
        {"StartValue": "5", "EndValue": "4"},
        {"EndValue": "4", "IncrementValue": "0"},
        {"EndValue": "100000"},
        {"EndValue": "-1"},
        {"EndValue": "many"},
    ):
        body = properties(Type="ParametricSweep", CommandLine="echo *", **bounds)
        assert stage.command(f"/jobs/{job}/tasks", body) == 400

    assert stage.every(f"/jobs/{job}/tasks") == []


@pytest.mark.parametrize(
    ("command", "first", "last"),
    [("cancel", "Canceling", "Canceled"), ("finish", "Finishing", "Finished")],
)
def test_a_sweep_ends_with_its_subtasks(
    stage: ClusterStage, command: str, first: str, last: str
) -> None:
    """A running sweep that is canceled or finished takes its subtasks along."""
    job = running(stage, LONG_SWEEP, LONG)

    assert stage.command(f"/jobs/{job}/tasks/1/{command}") == 204
    assert stage.state(f"/jobs/{job}/tasks/1") == first
    stage.advance(3)
    assert stage.state(f"/jobs/{job}/tasks/1") == last
    states = {stage.state(f"/jobs/{job}/tasks/1/subtasks/{step}") for step in (1, 2, 3)}
    assert states == {last}
    assert stage.state(f"/jobs/{job}/tasks/2") == "Running"


def test_subtasks_have_commands_of_their_own(stage: ClusterStage) -> None:
    """Each subtask is canceled, finished and requeued alone, and the sweep waits for the last."""
    job = running(stage, LONG_SWEEP)
    path = f"/jobs/{job}/tasks/1/subtasks"

    assert stage.command(f"{path}/1/cancel", forced="true") == 204
    assert stage.command(f"{path}/2/finish", "well done") == 204
    assert [stage.state(f"{path}/{step}") for step in (1, 2, 3)] == [
        "Canceled", "Finished", "Running",
    ]  # fmt: skip
    assert stage.command(f"{path}/1/requeue") == 204
    assert stage.state(f"{path}/1") == "Configuring"
    rename = properties(Name="again", CommandLine="echo again")
    assert stage.call("PUT", f"{path}/1", json=rename).status_code == 204
    assert stage.command(f"{path}/3/finish") == 204
    stage.advance(9)
    assert stage.state(f"/jobs/{job}/tasks/1") == "Running"
    stage.command(f"/jobs/{job}/requeue")
    stage.advance(20)
    assert stage.show(f"{path}/1")["Output"] == "again"
    assert stage.state(f"/jobs/{job}") == "Finished"


def test_a_requeued_sweep_takes_its_subtasks_back(stage: ClusterStage) -> None:
    """A canceled sweep is requeued with those of its subtasks that did not finish."""
    job = running(stage, LONG_SWEEP)
    stage.command(f"/jobs/{job}/tasks/1/subtasks/2/finish")
    stage.command(f"/jobs/{job}/tasks/1/cancel", forced="true")

    assert stage.command(f"/jobs/{job}/tasks/1/requeue") == 204
    states = [stage.state(f"/jobs/{job}/tasks/1/subtasks/{step}") for step in (1, 2, 3)]
    assert states == ["Configuring", "Finished", "Configuring"]


def test_what_ends_a_sweep_is_its_last_subtask(stage: ClusterStage) -> None:
    """A sweep whose subtasks have all been canceled before they ran has ended when it runs."""
    job = stage.new_job(LONG_SWEEP, submit=True)
    stage.until(f"/jobs/{job}", "Queued")
    for step in (1, 2, 3):
        assert stage.command(f"/jobs/{job}/tasks/1/subtasks/{step}/cancel") == 204
    stage.advance(10)

    assert stage.state(f"/jobs/{job}/tasks/1") == "Finished"
    assert stage.state(f"/jobs/{job}") == "Finished"
