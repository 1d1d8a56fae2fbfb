"""The admin API steers the mock and stays out of its clients' way."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.tests.scale_client import ScaleClient


@pytest.fixture
def scale() -> ScaleClient:
    """Serve Scale in this process."""
    return ScaleClient()


def test_health_names_the_apis(scale: ScaleClient) -> None:
    """Who asks whether the server is up learns what it serves."""
    health = scale.get("/__admin/health")

    assert (health["status"], health["apis"], health["sessions"]) == ("ok", ["scale"], 1)
    assert health.keys() == {"status", "version", "apis", "sessions", "started"}


def test_a_reset_gives_back_the_beginning(scale: ScaleClient) -> None:
    """What clients made is gone, and what they asked for never happens."""
    scale.created()
    scale.post("/v6/jobs/cancel/", {})
    scale.reset()

    assert scale.get("/v6/jobs/")["count"] == 200
    assert not [one for one in scale.advance(1) if one["cause"] == "cancelJobs"]


def test_a_reset_gives_the_same_world(scale: ScaleClient) -> None:
    """On a clock that stands still the world is the same to the byte."""
    before = scale.send("GET", "/v6/jobs/?page_size=1000").content
    scale.created()
    scale.reset()

    assert scale.send("GET", "/v6/jobs/?page_size=1000").content == before


def test_the_clock_is_told_and_moved(scale: ScaleClient) -> None:
    """To advance answers with the time and with what happened."""
    clock = scale.get("/__admin/clock")
    assert (clock["now"], clock["factor"]) == ("2026-01-01T00:00:00Z", 0.0)
    assert clock["mode"] == "frozen"

    key = scale.created(5)
    fired = [(one["source"], one["target"]) for one in scale.advance(10) if one["key"] == key]

    assert scale.get("/__admin/clock")["now"] == "2026-01-01T00:00:10Z"
    assert fired[0] == ("QUEUED", "RUNNING")
    assert scale.job(key)["status"] == "FAILED"


@pytest.mark.parametrize(
    "body",
    [None, {}, [], {"seconds": "soon"}, {"seconds": -1}, {"seconds": 1e12}, {"seconds": None}],
)
def test_no_nonsense_moves_the_clock(scale: ScaleClient, body: Any) -> None:
    """What is no number of seconds is refused, and time stands still."""
    answer = scale.post("/__admin/clock/advance", body)

    assert answer.status_code == 400
    assert "error" in answer.json()
    assert scale.get("/__admin/clock")["now"] == "2026-01-01T00:00:00Z"


def test_a_target_tells_what_a_suite_needs(scale: ScaleClient) -> None:
    """The target of an API names its address and jobs that are really there in these states."""
    target = scale.get("/__admin/targets/scale")

    assert target["base_url"] == "http://mock"
    for state, keys in target["known"]["jobs"].items():
        assert {scale.job(key)["status"] for key in keys} == {state}
    answer = scale.post(
        "/v6/jobs/",
        {"job_type_id": target["known"]["job_type_id"], **target["known"]["create"]},
    )
    assert answer.status_code == 201


def test_a_target_is_up_to_date(scale: ScaleClient) -> None:
    """What has moved meanwhile is told where it is now."""
    running = scale.get("/__admin/targets/scale")["known"]["jobs"]["RUNNING"]
    scale.advance(60)
    completed = scale.get("/__admin/targets/scale")["known"]["jobs"]

    assert not set(running) & set(completed.get("RUNNING", []))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/__admin/nothing", 404),
        ("GET", "/__admin/targets/nothing", 404),
        ("POST", "/__admin/targets/scale", 405),
        ("GET", "/__admin/reset", 405),
        ("DELETE", "/__admin/clock", 405),
    ],
)
def test_other_requests_are_refused(
    scale: ScaleClient, method: str, path: str, status: int
) -> None:
    """What the admin API does not have is refused with what it has."""
    answer = scale.send(method, path)

    assert answer.status_code == status
    assert "error" in answer.json()
