"""The dialect observed: what the contracts record of real servers, played."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver import dialect
from mockserver.apis import APIS
from mockserver.apis.thinkbox import Thinkbox
from mockserver.dialect import Dialect
from mockserver.tests.apis.cluster_stage import ClusterStage, as_dict, properties
from mockserver.tests.apis.stage import Stage
from mockserver.tests.scale_client import ScaleClient
from specs.contract import load

PROPERTIES = (
    '<ArrayOfProperty xmlns="http://schemas.microsoft.com/HPCS2008R2/common">'
    "<Property><Name>Name</Name><Value>{name}</Value></Property></ArrayOfProperty>"
)
TEXT = '<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">{text}</string>'
XML = {"Content-Type": "application/xml; charset=utf-8"}


def recorded(node: Any) -> Iterator[str]:
    """Yield what a document says, in any place, that an implementation does otherwise."""
    if isinstance(node, dict):
        said = node.get("deviation", [])
        for one in said if isinstance(said, list) else [said]:
            yield " ".join(one["does"].split())
        for value in node.values():
            yield from recorded(value)
    elif isinstance(node, list):
        for one in node:
            yield from recorded(one)


@pytest.mark.parametrize("api", APIS)
def test_every_recorded_deviation_is_accounted_for(api: str) -> None:
    """It is played, done in both dialects, or left out with a reason: one of the three."""
    known = dialect.account(api)
    assert known is not None
    said = [*known.played, *known.anyway, *known.left_out]

    assert sorted(said) == sorted({*recorded(load(api).document)})
    assert all(why.endswith(".") for why in (*known.anyway.values(), *known.left_out.values()))
    assert bool(known.played) is (known.over is not None)


def test_an_api_of_ones_own_has_no_dialects() -> None:
    """Nothing is known of it, whatever its name is, and whoever plays it."""
    assert dialect.account("../parcels") is None
    assert dialect.observed("parcels", Thinkbox) is Thinkbox
    assert dialect.observed("scale", Thinkbox) is Thinkbox


# -- HPC Pack ------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[ClusterStage]:
    """Play HPC Pack as it is."""
    with ClusterStage(dialect=Dialect.OBSERVED) as stage:
        yield stage


def state(cluster: ClusterStage, path: str) -> str:
    """Return the state of a job or a task."""
    return as_dict(cluster.call("GET", f"/jobs/{path}").json())["State"]


def running(cluster: ClusterStage, **values: str) -> int:
    """Return the id of a job whose one task runs for ten minutes."""
    task = properties(CommandLine="sleep 600", **values)
    job = cluster.new_job(task, submit=True, RunUntilCanceled="True")
    cluster.advance(30)
    assert state(cluster, f"{job}/tasks/1") == "Running"
    return job


def test_hpcpack_takes_xml(cluster: ClusterStage) -> None:
    """Properties and texts; what is neither is refused in one sentence."""

    def send(path: str, body: str) -> httpx.Response:
        return cluster.call("POST", path, content=body, headers=XML)

    made = send("/jobs", PROPERTIES.format(name="&lt;made&gt;"))
    assert made.status_code == 200
    job = int(made.text)
    assert as_dict(cluster.call("GET", f"/jobs/{job}").json())["Name"] == "<made>"
    assert send(f"/jobs/{job}/cancel", TEXT.format(text="enough")).status_code == 204
    shown = as_dict(cluster.call("GET", f"/jobs/{job}").json())
    assert (shown["State"], shown["ErrorMessage"]) == ("Canceled", "enough")
    for body in ("<Job/>", "<string", "<!DOCTYPE a><string>a</string>", "<string>" * 9):
        refused = send("/jobs", body)
        assert refused.status_code == 400, body
        assert "\n" not in refused.json()["Message"]
    assert cluster.call("POST", "/jobs", content="a=b").status_code == 415


def test_hpcpack_knows_no_unknown_node_group(cluster: ClusterStage) -> None:
    """It has no members; a known one has some."""
    assert cluster.call("GET", "/nodes/groups/nobody").json() == []
    assert len(cluster.call("GET", "/nodes/groups/ComputeNodes").json()) > 1


@pytest.mark.parametrize("forced", ["true", "false"])
def test_hpcpack_fails_what_is_canceled_while_it_runs(cluster: ClusterStage, forced: str) -> None:
    """At once or after its grace period; and a failed task of a running job is queued at once."""
    job = running(cluster)

    assert cluster.command(f"/jobs/{job}/tasks/1/cancel", forced=forced) == 204
    cluster.advance(60)
    assert state(cluster, f"{job}/tasks/1") == "Failed"
    assert state(cluster, f"{job}") == "Running"

    assert cluster.command(f"/jobs/{job}/tasks/1/requeue") == 204
    assert state(cluster, f"{job}/tasks/1") == "Queued"
    cluster.advance(30)
    assert state(cluster, f"{job}/tasks/1") == "Running"


def test_hpcpack_fails_subtasks_with_their_sweep(cluster: ClusterStage) -> None:
    """Those that run; those that wait are canceled."""
    job = running(cluster, Type="ParametricSweep", StartValue="1", EndValue="2")
    before = [state(cluster, f"{job}/tasks/1/subtasks/{one}") for one in (1, 2)]
    assert cluster.command(f"/jobs/{job}/tasks/1/cancel", forced="true") == 204
    cluster.advance(60)

    after = [state(cluster, f"{job}/tasks/1/subtasks/{one}") for one in (1, 2)]
    assert "Running" in before
    assert after == ["Failed" if one == "Running" else "Canceled" for one in before]


# -- Scale and Pulp, beyond what was recorded ----------------------------------------------------


def test_scale_has_jobs_that_wait_for_others() -> None:
    """Some are PENDING until their recipe queues them, one is BLOCKED; a requeue moves neither."""
    scale = ScaleClient(dialect=Dialect.OBSERVED)
    pending, blocked = scale.ids(status="PENDING"), scale.ids(status="BLOCKED")
    assert (len(pending), len(blocked)) == (2, 1)
    scale.command("requeue", job_ids=[*pending, *blocked])
    assert [scale.job(one)["status"] for one in pending] == ["PENDING"] * 2

    scale.advance(120)

    assert not {"PENDING", "BLOCKED"} & {scale.job(one)["status"] for one in pending}
    assert scale.job(blocked[0])["status"] == "BLOCKED"


def test_scale_forgets_what_a_requeued_job_ran_as() -> None:
    """A job that runs is put back on the queue; its execution is shown no more, but is there."""
    scale = ScaleClient(dialect=Dialect.OBSERVED)
    key = scale.running()
    ran = scale.job(key)["execution"]
    scale.command("requeue", job_ids=[key])

    job = scale.job(key)
    assert (job["status"], job["num_exes"], job["node"]) == ("QUEUED", 2, None)
    assert (ran["exe_num"], job["execution"]) == (1, None)
    assert [one["exe_num"] for one in scale.executions(key)] == [1]


def test_pulp_has_no_state_that_it_never_has() -> None:
    """Neither reset nor suspended; and what has timed out has a space."""
    with Stage("pulp", dialect=Dialect.OBSERVED) as stage:
        states = {one["state"] for one in stage.get("/tasks/").json()}

    assert {"timed out", "running", "waiting"} <= states
    assert not {"reset", "suspended", "timed_out"} & states
