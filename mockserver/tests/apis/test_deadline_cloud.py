"""Tests of what Deadline Cloud's operations find, list, refuse and remember."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.tests.apis.deadline_farm import VERSION, Farm, task_path

SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-west-2/deadline/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={'ab' * 32}"
)


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


def test_a_task_is_found_only_where_it_is(farm: Farm) -> None:
    """Each id of the path counts; a 404 names the outermost that does not fit."""
    places = farm.facts["tasks"]
    ids, other = places["SUCCEEDED"][0], places["SUSPENDED"][-1]
    assert farm.json(task_path(ids))["taskId"] == ids["taskId"]
    kinds = {"farmId": "farm", "queueId": "queue", "jobId": "job", "stepId": "step"}
    others = {**other, "farmId": farm.facts["otherFarmId"]}
    for name, kind in kinds.items():
        unknown = f"{kind}-{'0' * 32}"
        answer = farm.get(task_path({**ids, name: unknown}))
        assert answer.headers["x-amzn-errortype"] == "ResourceNotFoundException"
        assert (answer.status_code, answer.json()["resourceType"]) == (404, kind)
        assert answer.json()["resourceId"] == unknown
        elsewhere = farm.get(task_path({**ids, name: others[name]}))
        named = elsewhere.json()["resourceType"]
        assert elsewhere.status_code == 404
        assert elsewhere.json()["resourceId"] == {**ids, name: others[name]}[f"{named}Id"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("taskId", "x"),
        ("taskId", "task-1-0"),
        ("stepId", "step-XYZ"),
        ("farmId", "queue-" + "0" * 32),
    ],
)
def test_a_malformed_id_is_named(farm: Farm, name: str, text: str) -> None:
    """An id without the form of its kind is answered with 400 and the name of the parameter."""
    answer = farm.get(task_path({**farm.facts["tasks"]["READY"][0], name: text}))
    assert (answer.status_code, answer.json()["reason"]) == (400, "FIELD_VALIDATION_FAILED")
    assert [one["name"] for one in answer.json()["fieldList"]] == [name]


def test_reserved_farms_answer_with_every_error(farm: Farm) -> None:
    """Four farms exist only to be refused, with the documented exceptions."""
    for status, key in farm.facts["farmsThatAnswer"].items():
        read = farm.get(f"{VERSION}/farms/{key}/queues")
        made = farm.post(f"{VERSION}/farms/{key}/queues", {"displayName": "One more"})
        assert made.status_code == int(status)
        assert read.status_code == (404 if status == "402" else int(status))
        assert ("retry-after" in made.headers) is (status in {"429", "500"})


def test_credentials_are_looked_at(farm: Farm) -> None:
    """A denied key and a broken signature are refused; without --auth no signature is fine."""
    assert farm.get(f"{VERSION}/farms").status_code == 200
    for value, code in {
        farm.facts["deniedAuthorization"]: "AccessDeniedException",
        "AWS4-HMAC-SHA256 Credential=me": "IncompleteSignatureException",
    }.items():
        answer = farm.request("GET", f"{VERSION}/farms", headers={"Authorization": value})
        assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (403, code)
    with Farm(demand_credentials=True) as guarded:
        answer = guarded.get(f"{VERSION}/farms")
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
        basic = guarded.request("GET", f"{VERSION}/farms", headers={"Authorization": "Basic eDp5"})
        signed = guarded.request("GET", f"{VERSION}/farms", headers={"Authorization": SIGNATURE})
        assert (answer.status_code, basic.status_code, signed.status_code) == (403, 403, 200)


def test_whoever_signs_is_the_creator(farm: Farm) -> None:
    """A resource shows the access key that it was created with."""
    made = farm.post(f"{VERSION}/farms", {"displayName": "Mine"}, Authorization=SIGNATURE)
    shown = farm.json(f"{VERSION}/farms/{made.json()['farmId']}")
    assert shown["createdBy"].endswith("user/AKIAEXAMPLE")
    assert (shown["displayName"], shown["costScaleFactor"]) == ("Mine", 1)


def test_pages_cover_a_list_once(farm: Farm) -> None:
    """Following nextToken yields each entry once; the last page has no token."""
    jobs = farm.json(f"{farm.queue}/jobs")["jobs"]
    crowd = next(one["jobId"] for one in jobs if one["name"] == "Crowd")
    step = farm.json(f"{farm.queue}/jobs/{crowd}/steps")["steps"][0]["stepId"]
    path = f"{farm.queue}/jobs/{crowd}/steps/{step}/tasks"
    for size in (7, 10, 65, 100):
        found: list[str] = []
        tokens: set[str] = set()
        query: dict[str, Any] = {"maxResults": size}
        while True:
            page = farm.json(path, **query)
            found += [one["taskId"] for one in page["tasks"]]
            if "nextToken" not in page:
                break
            assert len(page["tasks"]) == size
            assert page["nextToken"] not in tokens
            tokens.add(page["nextToken"])
            query["nextToken"] = page["nextToken"]
        assert [int(one.rpartition("-")[2]) for one in found] == list(range(130))


def test_only_our_tokens_are_taken_and_only_for_a_day(farm: Farm) -> None:
    """A token of another list, an invented one and one of yesterday are answered with 400."""
    token = farm.json(f"{farm.queue}/jobs", maxResults=1)["nextToken"]
    assert farm.get(f"{farm.queue}/jobs", nextToken=token).status_code == 200
    other = f"{farm.farm}/queues/{farm.facts['otherQueueId']}/jobs"
    for path, text in (
        (other, token),
        (f"{farm.queue}/jobs", "é"),
        (f"{farm.queue}/jobs", token[:-4]),
    ):
        answer = farm.get(path, nextToken=text)
        assert (answer.status_code, answer.json()["fieldList"][0]["name"]) == (400, "nextToken")
    farm.advance(25 * 3600)
    assert farm.get(f"{farm.queue}/jobs", nextToken=token).status_code == 400


def test_lists_are_filtered(farm: Farm) -> None:
    """Queues are listed by status, environments are those of one queue."""
    for status, places in farm.facts["queues"].items():
        found = farm.json(f"{farm.farm}/queues", status=status)["queues"]
        assert {one["status"] for one in found} == {status}
        assert {one["queueId"] for one in found} <= {one["queueId"] for one in places}
    assert farm.json(f"{farm.queue}/environments") == {"environments": []}
    blocked = f"{farm.farm}/queues/{farm.facts['blockedQueueId']}/environments"
    first = farm.json(blocked, maxResults=1)
    second = farm.json(blocked, maxResults=1, nextToken=first["nextToken"])
    names = [one["name"] for one in first["environments"] + second["environments"]]
    assert (names, "nextToken" in second) == (["Conda", "Licenses"], False)


def test_a_request_that_is_sent_again_has_no_second_effect(farm: Farm) -> None:
    """One client token and one body: one job; another body is refused, 400 or 409."""
    path, body = f"{farm.queue}/jobs", farm.facts["createJob"]["succeeds"]
    first = farm.post(path, body, **{"X-Amz-Client-Token": "once"})
    again = farm.post(path, body, **{"X-Amz-Client-Token": "once"})
    assert (
        (again.status_code, again.content)
        == (first.status_code, first.content)
        == (201, first.content)
    )
    other = farm.post(path, {**body, "priority": 1}, **{"X-Amz-Client-Token": "once"})
    assert (other.status_code, other.json()["reason"]) == (400, "FIELD_VALIDATION_FAILED")

    job = f"{path}/{first.json()['jobId']}"
    farm.advance(1)
    for priority, status in ((3, 200), (3, 200), (4, 409)):
        answer = farm.patch(job, {"priority": priority}, **{"X-Amz-Client-Token": "twice"})
        assert answer.status_code == status
    assert farm.json(job)["priority"] == 3
    refused = farm.patch(job, {"lifecycleStatus": "ARCHIVED"}, **{"X-Amz-Client-Token": "thrice"})
    assert refused.status_code == 409
    assert farm.patch(job, {"priority": 5}, **{"X-Amz-Client-Token": "thrice"}).status_code == 200


def test_a_batch_answers_for_each_of_its_tasks(farm: Farm) -> None:
    """Tasks that are there are shown or commanded; each of the others has its error."""
    good = farm.facts["tasks"]["SUSPENDED"][0]
    bad = {**good, "taskId": good["taskId"].rpartition("-")[0] + "-4711"}
    throttled = {**good, "farmId": farm.facts["farmsThatAnswer"]["429"]}
    found = farm.post(f"{VERSION}/batch-get-task", {"identifiers": [bad, good, throttled]}).json()
    assert [one["taskId"] for one in found["tasks"]] == [good["taskId"]]
    assert {name: found["tasks"][0][name] for name in good} == good
    codes = [one["code"] for one in found["errors"]]
    assert codes == ["ResourceNotFoundException", "ThrottlingException"]

    items = [{**one, "targetRunStatus": "CANCELED"} for one in (bad, good)]
    answer = farm.patch(f"{VERSION}/batch-update-task", {"tasks": items})
    assert [one["taskId"] for one in answer.json()["errors"]] == [bad["taskId"]]
    assert farm.json(task_path(good))["runStatus"] == "CANCELED"


def test_what_is_no_request_is_refused_by_name(farm: Farm) -> None:
    """Bodies, media types, values, paths and methods each have their refusal."""
    jobs = f"{farm.queue}/jobs"
    for answer, status, kind, reason in (
        (farm.request("POST", jobs, content=b"{", headers={"Content-Type": "application/json"}),
         400, "ValidationException", "CANNOT_PARSE"),
        (farm.request("POST", jobs, content=b"x", headers={"Content-Type": "text/plain"}),
         415, "UnsupportedMediaTypeException", None),
        (farm.post(jobs, {"priority": 50}), 400, "ValidationException", "FIELD_VALIDATION_FAILED"),
        (farm.post(jobs, {"priority": 101, "template": "x"}), 400, "ValidationException",
         "FIELD_VALIDATION_FAILED"),
        (farm.post(jobs, {"priority": 1, "template": "x", "maxWorkerCount": 0}), 400,
         "ValidationException", "FIELD_VALIDATION_FAILED"),
        (farm.post(jobs, {"priority": 1, "sourceJobId": "job-" + "0" * 32}), 404,
         "ResourceNotFoundException", None),
        (farm.get(jobs, maxResults=101), 400, "ValidationException", "FIELD_VALIDATION_FAILED"),
        (farm.get(f"{VERSION}/budgets"), 404, "UnknownOperationException", None),
        (farm.request("DELETE", jobs), 405, "MethodNotAllowedException", None),
    ):  # fmt: skip
        assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (status, kind)
        assert answer.json().get("reason") == reason
        assert answer.json()["message"]
    assert farm.request("DELETE", jobs).headers["allow"] == "GET, POST"
    assert farm.get(f"{farm.queue}/jobs", unknown="x").status_code == 200


def test_the_api_is_ready_within_a_moment() -> None:
    """The module that serves Deadline Cloud does not import the slow model of its templates."""
    program = "import sys, mockserver.apis.deadline_cloud; sys.exit('openjd.model' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
