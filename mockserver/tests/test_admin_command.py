"""The admin API says which request commands a transition, and that request does it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from mockserver.tests.client import Client

APIS = ["deadline-cloud", "hpcpack", "pulp", "scale", "thinkbox"]


def ways(mock: Client, api: str, schema: str) -> dict[str, list[dict[str, Any]]]:
    """Return the ways of each command of a schema, out of each state that there is now."""
    found: dict[str, list[dict[str, Any]]] = {}
    states = mock.get("/__admin/resources", api=api, schema=schema, limit=0)["states"][api][schema]
    for state in states:
        asked = {"api": api, "schema": schema, "state": state, "limit": 3}
        for item in mock.get("/__admin/resources", **asked)["items"]:
            path = f"/__admin/resources/{api}/{schema}/{quote(str(item['key']), safe='')}"
            for way in mock.get(path)["next"]:
                assert (way["trigger"] is None) is (way["request"] is None)
                if way["trigger"] is not None:
                    found.setdefault(way["command"], []).append({**way, "key": item["key"]})
    return found


@pytest.mark.parametrize("name", APIS)
def test_the_request_is_what_it_is_said_to_be(name: str) -> None:
    """Sent as it is, it does what each command of each API does, to some resource at least.

    To others it may be refused, since they depend on their parents as well.
    """
    mock = Client(name)
    refused = []
    for api in mock.get("/__admin/apis"):
        for schema in api["lifecycles"]:
            for command, candidates in ways(mock, name, schema).items():
                for way in candidates:
                    one = way["request"]
                    answer = mock.send(one["method"], one["path"], json=one.get("body"))
                    if answer.status_code < 400:
                        break
                else:
                    refused.append((schema, command))

    assert refused == []


def test_a_command_is_about_one_resource_only(mock_scale: Client) -> None:
    """Where a command takes many, or all if none is named, the request names the one."""
    way = ways(mock_scale, "scale", "Job")["requeueJobs"][0]

    assert way["request"] == {
        "method": "POST",
        "path": "/v6/jobs/requeue/",
        "body": {"job_ids": [way["key"]]},
    }


@pytest.fixture
def mock_scale() -> Client:
    """Serve Scale in this process."""
    return Client("scale")


def test_resources_are_listed_in_the_order_asked_for(mock_scale: Client) -> None:
    """By key, since when they are in their state, or when they will leave it; either way round."""
    for order in ("key", "since"):
        up, down = (
            [
                one[order]
                for one in mock_scale.get(
                    "/__admin/resources", api="scale", schema="Job", order=f"{sign}{order}"
                )["items"]
            ]
            for sign in ("", "-")
        )
        assert up == sorted(up)
        assert down == sorted(down, reverse=True)
    running = mock_scale.get(
        "/__admin/resources", api="scale", schema="Job", state="RUNNING", order="due"
    )["items"]
    assert [one["due"] for one in running] == sorted(one["due"] for one in running)
    answer = mock_scale.send("GET", "/__admin/resources", params={"order": "beauty"})
    assert answer.status_code == 400


@pytest.mark.parametrize("name", APIS)
def test_nothing_is_forced_to_where_it_is(name: str) -> None:
    """A move to the present state is refused, unless a transition leads there."""
    mock = Client(name)
    states = mock.get("/__admin/resources", limit=0)["states"][name]
    for schema, cycle in mock.get("/__admin/apis")[0]["lifecycles"].items():
        loops = {one["source"] for one in cycle["transitions"] if one["source"] == one["target"]}
        for state in states[schema].keys() - loops:
            asked = {"api": name, "schema": schema, "state": state, "limit": 1}
            item = mock.get("/__admin/resources", **asked)["items"][0]
            path = f"/__admin/resources/{name}/{schema}/{quote(str(item['key']), safe='')}/move"
            answer = mock.post(path, {"target": state, "force": True})

            assert answer.status_code == 409
            assert answer.json()["error"] == f"it is {state} already"
