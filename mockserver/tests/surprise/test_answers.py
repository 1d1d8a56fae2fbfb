"""Surprises in answers: each is there, and each is legal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver.app import Parts, Setting, create_parts
from mockserver.clock import parse
from mockserver.surprise import Stage
from mockserver.surprise.terms import Terms

Said = tuple[httpx.Response, httpx.Response]

PATHS = {
    "scale/listJobs": "/v6/jobs/?page_size=5",
    "scale/getJob": "/v6/jobs/3/",
    "hpcpack/listJobs": "/hpc/jobs?api-version=2016-11-01.5.0",
    "thinkbox/getTasks": "/api/tasks?JobID=69515400b19be00430a9676a",
    "deadline-cloud/listFarms": "/2023-10-12/farms",
    "pulp/listTasks": "/tasks/",
}


@pytest.fixture(scope="module")
def parts() -> Parts:
    """Give the mock of all five APIs."""
    names = ("scale", "hpcpack", "thinkbox", "deadline-cloud", "pulp")
    return create_parts(Setting(names, clock=parse("frozen")))


def send(app: Any, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    """Return the answer of an application in this process."""

    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            return await client.request(method, path, **more)

    return asyncio.run(exchange())


def both(parts: Parts, path: str, *names: str, **more: Any) -> Said:
    """Return what the plain mock says, and what it says with surprises."""
    surprised = Stage(parts.mock, parts.hub.services, names)
    return send(parts.mock, path, **more), send(surprised, path, **more)


def without(value: Any) -> Any:
    """Return JSON without the fields that a surprise adds."""
    if isinstance(value, list):
        return [without(one) for one in value]
    if isinstance(value, dict):
        return {name: without(one) for name, one in value.items() if "surprise" not in name}
    return value


@pytest.mark.parametrize("operation", PATHS)
def test_whatever_is_changed_fits_the_contract(parts: Parts, operation: str) -> None:
    """With all surprises at once the answer fits its schema, and says the same as before."""
    plain, other = both(parts, PATHS[operation], "all")
    api, _, name = operation.partition("/")
    service = parts.hub.services[api]
    terms = Terms(service, service.contract.operations[name])

    assert other.headers["x-callsheet"] == operation
    assert other.status_code == plain.status_code
    assert terms.schemas(other.status_code) or plain.status_code != 200
    if plain.status_code == 200:
        assert terms.allow(200, other.json())
        assert without(other.json()) == plain.json()
        assert other.content != plain.content


def test_new_fields_stand_where_the_schema_names_fields(parts: Parts) -> None:
    """Objects with named fields have more of them; what clients handed in stays as it was."""
    plain, other = both(parts, PATHS["scale/getJob"], "extra-fields")

    assert other.json()["surprise"]
    assert other.json()["job_type"]["surprise"]
    assert other.json()["input"]["json"] == plain.json()["input"]["json"]


def test_no_field_is_added_where_that_is_excluded(parts: Parts) -> None:
    """An object whose schema has a word on further fields gets none."""
    known = parts.hub.default.apis["deadline-cloud"].target()["known"]
    path = f"/2023-10-12/farms/{known['farmId']}/queues/{known['queueId']}/jobs"
    plain, other = both(parts, path, "extra-fields")
    before, after = plain.json()["jobs"][0], other.json()["jobs"][0]

    assert after["surprise"]
    assert after["taskRunStatusCounts"] == before["taskRunStatusCounts"]


def test_the_order_of_keys_is_turned_round(parts: Parts) -> None:
    """The same object comes with its fields in the opposite order."""
    plain, other = both(parts, PATHS["scale/getJob"], "key-order")

    assert list(other.json()) == list(reversed(plain.json()))
    assert other.json() == plain.json()


def test_white_space_and_escapes_mean_nothing(parts: Parts) -> None:
    """Indented and escaped, it is the same value."""
    plain, other = both(parts, PATHS["pulp/listTasks"], "white-space", "escapes")

    assert b"\r\n\t" in other.content
    assert b"\\u0061" in other.content
    assert other.json() == plain.json()
    assert int(other.headers["content-length"]) == len(other.content)


def test_numbers_are_spelled_otherwise(parts: Parts) -> None:
    """A number that need not be an integer is written with a fraction, an integer is not."""
    known = parts.hub.default.apis["deadline-cloud"].target()["known"]
    path = f"/2023-10-12/farms/{known['farmId']}"
    plain, other = both(parts, path, "number-spelling")
    assert other.json() == plain.json()
    assert re.search(r'"costScaleFactor":[0-9]+[.][0-9]', other.text)

    plain, other = both(parts, PATHS["scale/getJob"], "number-spelling")
    assert other.json() == plain.json()
    assert '"id":3,' in other.text


def test_refusals_are_worded_otherwise(parts: Parts) -> None:
    """The text of a refusal is another one, its codes are not; other answers are as ever."""
    path = "/hpc/jobs/77777?api-version=2016-11-01.5.0"
    plain, other = both(parts, path, "other-wording")

    assert other.status_code == plain.status_code
    assert other.json()["Message"] != plain.json()["Message"]
    assert other.json()["Code"] == plain.json()["Code"]
    fine, same = both(parts, PATHS["scale/getJob"], "other-wording")
    assert same.content == fine.content


def test_another_status_only_where_no_document_fixes_one(parts: Parts) -> None:
    """What Scale's document does not say may be otherwise; what Thinkbox's says may not."""
    plain, other = both(parts, "/v6/jobs/99999/", "other-refusals")
    assert (plain.status_code, other.status_code) == (404, 410)

    plain, other = both(parts, "/api/tasks", "other-refusals", method="PUT")
    assert (plain.status_code, other.status_code) == (400, 400)


def test_further_headers_replace_none(parts: Parts) -> None:
    """There are headers that nobody declared; the others are as they were."""
    plain, other = both(parts, PATHS["scale/getJob"], "extra-headers", "caching-headers")

    assert other.headers["etag"].startswith("W/")
    assert "set-cookie" in other.headers
    assert plain.headers.items() <= other.headers.items()
    assert other.content == plain.content


def test_the_answer_to_head_has_no_body(parts: Parts) -> None:
    """A HEAD is answered without a body, whatever surprises there are."""
    surprised = Stage(parts.mock, parts.hub.services, ["all"])
    answer = send(surprised, PATHS["scale/getJob"], "HEAD")

    assert answer.status_code == 200
    assert answer.content == b""


@pytest.fixture
def reset_once(parts: Parts) -> Iterator[None]:
    """Have the next request to Scale end without an answer."""
    path = "/__admin/faults"
    fault = {"api": "scale", "times": 1, "do": {"kind": "reset"}}
    assert send(parts.together(), path, "POST", json=fault).status_code == 201
    yield
    send(parts.together(), path, "DELETE")


@pytest.mark.usefixtures("reset_once")
def test_faults_strike_behind_the_surprises(parts: Parts) -> None:
    """A connection that a fault resets is reset with surprises as well."""
    surprised = Stage(parts.mock, parts.hub.services, ["all"])
    with pytest.raises(ConnectionResetError):
        send(surprised, PATHS["scale/getJob"])

    assert send(surprised, PATHS["scale/getJob"]).status_code == 200
