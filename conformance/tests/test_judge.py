"""The judge of single answers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from urllib3 import HTTPHeaderDict

from conformance.answer import Exchange, Request
from conformance.judge import ResponseJudge
from conformance.schema import for_response
from conformance.tests import widgets
from specs.contract import Contract, Operation, read

GOOD = {"id": 1, "state": "queued", "owner": "me", "colour": "blue", "made": "2026-01-01T00:00:00Z"}


def exchange(status: int, body: object = None, **headers: str) -> Exchange:
    """Return an exchange with that answer."""
    found = HTTPHeaderDict({"Content-Type": "application/json"} if body is not None else {})
    found.update({name.replace("_", "-"): value for name, value in headers.items()})
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
    return Exchange(Request("GET", "/widgets/1"), "http://target/w/widgets/1", status, found,
                    content, 0.01)  # fmt: skip


def operation(contract: Contract, name: str) -> Operation:
    """Return an operation of the contract."""
    return contract.operations[name]


def test_a_declared_answer_holds(contract: Contract) -> None:
    """An answer as declared violates nothing, and fields nobody declared are no matter."""
    judgement = ResponseJudge(contract).judge(
        operation(contract, "getWidget"), exchange(200, {**GOOD, "node": None, "extra": [1]})
    )

    assert judgement.requirement == "widgets/getWidget/200"
    assert judgement.violation is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (exchange(200, {**GOOD, "id": "1"}), "at /id"),
        (exchange(200, {key: GOOD[key] for key in GOOD if key != "owner"}), "owner"),
        (exchange(200, {**GOOD, "state": "lost"}), "at /state"),
        (exchange(200, {**GOOD, "made": "yesterday"}), "at /made"),
        (exchange(200, {**GOOD, "owner": None}), "at /owner"),
        (exchange(200, b"<html>"), "not JSON"),
        (exchange(200, GOOD, Content_Type="text/plain"), "its content type is text/plain"),
        (exchange(200), "it has no body"),
    ],
    ids=["type", "missing", "enum", "format", "null", "not json", "content type", "empty"],
)
def test_what_is_not_as_declared_is_violated(
    contract: Contract, answer: Exchange, reason: str
) -> None:
    """A wrong body or content type violates the requirement of that response, with the place."""
    judgement = ResponseJudge(contract).judge(operation(contract, "getWidget"), answer)

    assert judgement.requirement == "widgets/getWidget/200"
    assert reason in str(judgement.violation)


@pytest.mark.parametrize("status", [204, 302, 500, 502])
def test_an_undeclared_status_counts_against_success(contract: Contract, status: int) -> None:
    """A 2xx, 3xx or 5xx that is not declared violates the nearest success response."""
    judgement = ResponseJudge(contract).judge(operation(contract, "getWidget"), exchange(status))

    assert judgement.requirement == "widgets/getWidget/200"
    assert "only 200, 404 are declared" in str(judgement.violation)


def test_an_undeclared_4xx_judges_nothing(contract: Contract) -> None:
    """Where the document is silent about an error, any 4xx will do."""
    judgement = ResponseJudge(contract).judge(operation(contract, "getWidget"), exchange(422))

    assert judgement.violation is None
    assert judgement.note == "getWidget answers 422"


def test_a_documented_5xx_is_right(contract: Contract) -> None:
    """A server error that the contract declares violates nothing."""
    document = copy.deepcopy(contract.document)
    document["paths"]["/widgets/{id}"]["get"]["responses"]["500"] = {"description": "As it is."}
    other = read(json.dumps(document).encode(), "widgets")
    judgement = ResponseJudge(other).judge(operation(other, "getWidget"), exchange(500))

    assert (judgement.requirement, judgement.violation) == ("widgets/getWidget/500", None)


def test_a_required_header_must_be_there(contract: Contract) -> None:
    """A response without a header that is required violates it; the case does not matter."""
    judge, make = ResponseJudge(contract), operation(contract, "makeWidget")

    assert "Location" in str(judge.judge(make, exchange(201, GOOD)).violation)
    assert judge.judge(make, exchange(201, GOOD, location="/w/widgets/1")).violation is None


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]},
         {"type": ["string", "null"], "enum": ["a", None]}),
        ({"nullable": True, "allOf": [{"$ref": "#/x"}]},
         {"anyOf": [{"allOf": [{"$ref": "#/x"}]}, {"enum": [None]}]}),
        ({"properties": {"enum": {"type": "string", "nullable": True}}},
         {"properties": {"enum": {"type": ["string", "null"]}}}),
        ({"required": ["a", "b"], "properties": {"a": {"writeOnly": True}, "b": {}}},
         {"required": ["b"], "properties": {"a": {"writeOnly": True}, "b": {}}}),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True, "x-provenance": {}},
         {"type": "integer", "minimum": 0, "exclusiveMinimum": True}),
    ],
    ids=["null", "null of an enum", "null of a reference", "a property named enum", "write only",
         "boolean bounds"],
)  # fmt: skip
def test_schemas_of_openapi_become_json_schemas(schema: Any, expected: Any) -> None:
    """What OpenAPI 3.0 adds to JSON Schema is translated, and nothing else is changed."""
    assert for_response(schema) == expected


def test_the_faults_speak_of_real_requirements(contract: Contract) -> None:
    """Each fault of the test server names a requirement of the contract."""
    assert set(widgets.FAULTS.values()) <= set(contract.requirements)
