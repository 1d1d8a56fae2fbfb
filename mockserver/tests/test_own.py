"""Tests of contracts that nobody wrote code for: with lifecycles they keep state."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.service import Options
from mockserver.tests.client import Client
from mockserver.tests.own_contracts import FARMS, PRINT_SHOP, serve


@pytest.fixture
def shop(tmp_path: Path) -> Client:
    """Give the contract that `callsheet init` writes, served."""
    return serve(tmp_path, PRINT_SHOP, "shop")


@pytest.fixture
def farms(tmp_path: Path) -> Client:
    """Give a contract with parents, names like our own methods, forms, guards and wrappers."""
    return serve(tmp_path, FARMS, "farms")


def test_a_resource_lives_as_declared(shop: Client) -> None:
    """It is made, queued, printed and over, by time alone."""
    made = shop.post("/print-jobs", {"title": "Minutes"})

    assert made.status_code == 201
    job = made.json()
    assert job["status"] == "QUEUED"
    assert job["title"] == "Minutes"
    assert job["copies"] == 1  # the request's default
    assert job["created"] == "2026-01-01T00:00:00Z"  # the frozen clock's
    assert made.headers["location"] == f"http://mock/print-jobs/{job['id']}"
    moves = [one for one in shop.advance(60) if one["key"] == str(job["id"])]
    assert [one["source"] for one in moves] == ["QUEUED", "PRINTING"]
    assert shop.get(f"/print-jobs/{job['id']}")["status"] in {"DONE", "FAILED"}


def test_a_command_obeys_or_is_refused(shop: Client) -> None:
    """A trigger takes its transitions; from any other state it answers the refusal."""
    key = shop.post("/print-jobs", {"title": "Minutes"}).json()["id"]

    assert shop.post(f"/print-jobs/{key}/cancel", None).json()["status"] == "CANCELED"
    again = shop.post(f"/print-jobs/{key}/cancel", None)

    assert again.status_code == 409
    assert "CANCELED" in again.json()["message"]
    assert shop.get(f"/print-jobs/{key}")["status"] == "CANCELED"


def test_a_list_is_filtered_by_properties(shop: Client) -> None:
    """A parameter with the name of a property asks for its value."""
    every = shop.get("/print-jobs")
    done = shop.get("/print-jobs", status="DONE")

    assert {one["status"] for one in done} == {"DONE"}
    assert [one for one in every if one["status"] == "DONE"] == done
    assert [one["id"] for one in every] == sorted(one["id"] for one in every)


def test_what_is_removed_is_gone_for_good(shop: Client) -> None:
    """After DELETE it is not found, and nobody gets its number again."""
    key = shop.post("/print-jobs", {"title": "Minutes"}).json()["id"]

    assert shop.send("DELETE", f"/print-jobs/{key}").status_code == 204

    assert shop.send("GET", f"/print-jobs/{key}").status_code == 404
    assert shop.post("/print-jobs", {"title": "Minutes"}).json()["id"] == key + 1


@pytest.mark.parametrize(
    ("request_line", "body", "status", "said"),
    [
        ("GET /print-jobs/99", None, 404, "no PrintJob 99"),
        ("GET /print-jobs/nine", None, 400, "integer"),
        ("GET /print-jobs?status=LOST", None, 400, "LOST"),
        ("POST /print-jobs", {}, 400, "title"),
        ("POST /print-jobs", {"title": "x", "price": 1}, 400, "price"),
        ("POST /print-jobs", None, 400, "body"),
    ],
)
def test_a_wrong_request_gets_the_declared_answer(
    shop: Client, request_line: str, body: object, status: int, said: str
) -> None:
    """The body is the declared one, and says what is wrong."""
    method, path = request_line.split()
    answer = shop.send(method, path, **({} if body is None else {"json": body}))

    assert answer.status_code == status
    assert said in answer.json()["message"]


def test_the_same_seed_gives_the_same_world(tmp_path: Path) -> None:
    """Two servers with one seed show the same; another seed shows something else."""
    first, second, other = (
        serve(tmp_path, PRINT_SHOP, "shop", seed=seed).get("/print-jobs") for seed in (5, 5, 6)
    )

    assert first == second
    assert first != other


@pytest.mark.parametrize(("scenario", "number"), [("empty", 0), ("calm", 6), ("busy", 40)])
def test_a_scenario_says_how_many(tmp_path: Path, scenario: str, number: int) -> None:
    """Each scenario has its number of resources."""
    shop = serve(tmp_path, PRINT_SHOP, "shop", options=Options(scenario=scenario))

    assert len(shop.get("/print-jobs")) == number


def test_reset_makes_the_world_anew(shop: Client) -> None:
    """What was made is gone, and numbers begin where they began."""
    before = shop.get("/print-jobs")
    key = shop.post("/print-jobs", {"title": "Minutes"}).json()["id"]

    shop.reset()

    assert shop.get("/print-jobs") == before
    assert shop.post("/print-jobs", {"title": "Minutes"}).json()["id"] == key


# -- the farms: all that the print shop does not have ----------------------------------------------

KEY = "/api/farms/first"


def test_operations_may_be_called_like_our_methods(farms: Client) -> None:
    """An operationId such as move or seed is nobody's but the contract's."""
    made = farms.post("/api/farms", {"farm": "first", "crop": "rye"})

    assert made.status_code == 201
    assert made.json()["farm"]["farm"] == "first"  # wrapped, as it is declared
    found = farms.get(KEY)
    assert found["crop"] == "rye"
    assert found["acres"] == 3
    assert "owner" not in found


def test_a_key_that_is_taken_is_refused(farms: Client) -> None:
    """Who chooses a key that somebody has gets the declared conflict, numbers and all."""
    farms.post("/api/farms", {"farm": "first"})

    again = farms.post("/api/farms", {"farm": "first"})

    assert again.status_code == 409
    assert again.json() == {"title": "There is a Farm first already.", "status": 409}
    assert again.headers["content-type"] == "application/problem+json"


def test_put_replaces_or_makes(farms: Client) -> None:
    """What a client may write is as it says, the rest stays; a missing one is made."""
    assert farms.send("PUT", KEY, json={"farm": "first", "crop": "rye"}).status_code == 201
    stamp = farms.get(KEY)["updatedAt"]
    farms.advance(5)

    answer = farms.send("PUT", KEY, json={"farm": "first", "acres": 8})

    assert answer.status_code == 200
    assert {**answer.json(), "updatedAt": ""} == {"farm": "first", "acres": 8, "updatedAt": ""}
    assert answer.json()["updatedAt"] > stamp


def test_patch_merges(farms: Client) -> None:
    """A merge patch goes into objects; null takes a property away."""
    owner = {"name": "Ada", "age": 36}
    farms.post("/api/farms", {"farm": "first", "crop": "rye", "owner": owner})

    patch = {"crop": None, "owner": {"age": 37}}
    kind = {"content-type": "application/merge-patch+json"}
    answer = farms.send("PATCH", KEY, json=patch, headers=kind)

    assert "crop" not in answer.json()
    assert answer.json()["owner"] == {"name": "Ada", "age": 37}
    assert farms.send("PATCH", "/api/farms/none", json={}, headers=kind).status_code == 404


def test_a_list_is_cut_and_counted(farms: Client) -> None:
    """Limit and offset cut it, the total is of all that fit, and null is the next of none."""
    every = farms.get("/api/farms")["farms"]
    page = farms.get("/api/farms", limit=2, offset=3)
    rye = farms.get("/api/farms", crop="rye")

    assert page == {"total": len(every), "next": None, "farms": every[3:5]}
    assert rye["total"] == len([one for one in every if one.get("crop") == "rye"])
    assert all(re.fullmatch("[a-z]{4,8}", one["farm"]) for one in every)


def test_errors_of_a_range_are_declared(farms: Client) -> None:
    """4XX stands for every one of them."""
    answer = farms.send("GET", "/api/farms/none")

    assert answer.status_code == 404
    assert answer.json() == {"title": "There is no Farm none.", "status": 404}


def test_what_lives_inside_another_goes_with_it(farms: Client) -> None:
    """A job is made from a form, in its farm only, and is gone when its farm is."""
    farms.post("/api/farms", {"farm": "first"})
    made = farms.send("POST", f"{KEY}/jobs", data={"size": "4"})

    job = made.json()
    assert made.status_code == 201
    assert job["size"] == 4
    assert made.headers["x-farm-rate"] == "5"
    assert made.headers["location"].endswith(f"{KEY}/jobs/{job['id']}")
    assert farms.get(f"{KEY}/jobs") == [job]
    assert farms.send("POST", "/api/farms/none/jobs", data={}).status_code == 404
    assert farms.send("GET", f"/api/farms/none/jobs/{job['id']}").status_code == 404
    assert farms.send("DELETE", KEY).status_code == 204
    assert farms.send("GET", f"{KEY}/jobs/{job['id']}").status_code == 404


def test_guards_tell_commands_apart(farms: Client) -> None:
    """One operation carries two commands; each works only from its own state."""
    farms.post("/api/farms", {"farm": "first"})
    job = farms.send("POST", f"{KEY}/jobs", data={}).json()
    place = f"{KEY}/jobs/{job['id']}"

    assert job["state"] == 1
    assert farms.send("PATCH", place, json={"do": "end"}).status_code == 423
    assert farms.send("PATCH", place, json={"do": "hold"}).json() == {"ok": True, "state": 2}
    assert farms.send("PATCH", place, json={"do": "end"}).status_code == 200
    assert farms.get(place)["state"] == 3


def test_what_is_about_a_resource_needs_it(farms: Client) -> None:
    """An operation below a resource is answered from its example, if the resource is there."""
    farms.post("/api/farms", {"farm": "first"})
    job = farms.send("POST", f"{KEY}/jobs", data={}).json()

    log = farms.send("GET", f"{KEY}/jobs/{job['id']}/log")

    assert log.text == "all is well"
    assert log.headers["content-type"].startswith("text/plain")
    missing = f"{KEY}/jobs/00000000-0000-4000-8000-000000000000/log"
    assert farms.send("GET", missing).status_code == 404


def test_credentials_are_demanded_as_declared(tmp_path: Path) -> None:
    """With --auth a request without the declared key is refused, one with it is not."""
    farms = serve(tmp_path, FARMS, "farms", options=Options(demand_credentials=True))

    assert farms.send("GET", KEY).status_code == 401
    assert farms.send("GET", KEY, headers={"x-key": "1"}).status_code == 404


def test_a_command_may_name_many_in_its_body(tmp_path: Path) -> None:
    """Keys that stand in the body are obeyed, each as far as its state allows."""
    place = "/print-jobs/{id}/cancel:\n    parameters:\n"
    parameter = '      - {$ref: "#/components/parameters/Id"}\n'
    link = """            CancelIt:
              operationId: cancelPrintJob
              parameters: {id: $response.body#/id}
"""
    named = "      operationId: cancelPrintJob\n"
    body = "      requestBody: {content: {application/json: {schema: {type: object}}}}\n"
    text = PRINT_SHOP.replace(place + parameter, "/print-jobs/cancel:\n").replace(link, "")
    text = text.replace(named, named + body)
    shop = serve(tmp_path, text, "shop", options=Options(scenario="empty"))
    keys = [shop.post("/print-jobs", {"title": "Minutes"}).json()["id"] for _ in range(3)]

    assert shop.post("/print-jobs/cancel", {"others": keys}).status_code == 200
    assert {one["status"] for one in shop.get("/print-jobs")} == {"QUEUED"}
    assert shop.post("/print-jobs/cancel", {"ids": keys[:2]}).status_code == 200
    assert shop.post("/print-jobs/cancel", {"printJobId": keys[2]}).status_code == 200
    assert {one["status"] for one in shop.get("/print-jobs")} == {"CANCELED"}
    assert shop.post("/print-jobs/cancel", {"id": keys[0]}).status_code == 409


def test_other_methods_and_paths_are_nobodys(farms: Client) -> None:
    """What is not in the contract is told in JSON, with the methods that are."""
    answer = farms.send("DELETE", "/api/farms")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert farms.send("GET", "/elsewhere").status_code == 404
