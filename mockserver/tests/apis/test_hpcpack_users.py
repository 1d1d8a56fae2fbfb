"""Tests of HPC Pack's users: who is let in, for whom they act, and what they may change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.tests.apis.cluster_stage import ClusterStage, properties, signed
from mockserver.tests.apis.test_hpcpack import message


@pytest.fixture
def stage() -> Iterator[ClusterStage]:
    """Give a cluster without jobs."""
    with ClusterStage(scenario="empty") as one:
        yield one


def test_everybody_may_read_and_owners_may_write(stage: ClusterStage) -> None:
    """A plain user commands own jobs only; administrators command all, also for others."""
    users = stage.known["users"]
    ada, grace = signed(users["user"]), signed(users["other_user"])
    job = stage.call("POST", "/jobs", headers=ada).json()

    assert stage.show(f"/jobs/{job}")["Owner"] == users["user"]["name"]
    assert stage.call("GET", f"/jobs/{job}", headers=grace).status_code == 200
    for path in ("tasks", "submit", "cancel", "finish", "requeue", "customProperties"):
        assert users["user"]["name"] in message(
            stage, "POST", f"/jobs/{job}/{path}", 403, headers=grace
        )
    assert message(stage, "PUT", f"/jobs/{job}", 403, headers=grace)
    as_grace = {"x-ms-as-user": users["other_user"]["name"]}
    assert message(stage, "GET", "/jobs", 403, headers=ada | as_grace)
    for role in ("administrator", "job_administrator"):
        boss = signed(users[role])
        mine = stage.call("POST", "/jobs", headers=boss | as_grace).json()
        assert stage.show(f"/jobs/{mine}")["Owner"] == users["other_user"]["name"]
        assert message(stage, "POST", f"/jobs/{job}/cancel", 403, headers=boss | as_grace)
        assert stage.call("PUT", f"/jobs/{job}", headers=boss).status_code == 204


def test_credentials_are_checked_when_given(stage: ClusterStage) -> None:
    """Wrong ones are refused; a name that nobody knows is a plain user of its own."""
    wrong = stage.known["users"]["user"] | {"password": "wrong"}
    for given in (signed(wrong), {"Authorization": "Basic ?"}, {"Authorization": "Bearer x"}):
        answer = stage.call("GET", "/jobs", headers=given)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")

    guest = signed({"name": "guest", "password": ""})
    job = stage.call("POST", "/jobs", headers=guest).json()
    assert stage.show(f"/jobs/{job}")["Owner"] == "NORTH\\guest"


def test_credentials_can_be_demanded() -> None:
    """With --auth nobody is served without them, and only known users are."""
    with ClusterStage(scenario="empty", demand_credentials=True) as stage:
        target = stage.get("/__admin/targets/hpcpack").json()
        assert message(stage, "GET", "/cluster/version", 401)
        guest = signed({"name": "guest", "password": ""})
        assert message(stage, "GET", "/cluster/version", 401, headers=guest)
        answer = stage.call("GET", "/cluster/version", headers=target["headers"])
        assert answer.status_code == 200
        stranger = target["headers"] | {"x-ms-as-user": "stranger"}
        assert message(stage, "GET", "/jobs", 403, headers=stranger)


def test_a_submission_may_give_credentials(stage: ClusterStage) -> None:
    """UserName is shown, Password never; a wrong one is refused and changes nothing."""
    user = stage.known["users"]["user"]
    job = stage.new_job()
    wrong = properties(UserName=user["name"], Password="wrong", Project="p")
    right = properties(UserName=user["name"], password=user["password"])

    assert stage.command(f"/jobs/{job}/submit", wrong) == 400
    assert stage.state(f"/jobs/{job}") == "Configuring"
    assert stage.command(f"/jobs/{job}/submit", right) == 204
    shown = stage.show(f"/jobs/{job}")
    assert (shown["UserName"], shown["Project"], shown["State"]) == (user["name"], "", "Submitted")
    assert user["password"] not in shown.values()
