"""`Prefer`: answers from the contract, as users of Prism know them, that leave the world alone."""

from __future__ import annotations

import time

import orjson
import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from mockserver.pipeline.schema import SchemaBook
from mockserver.tests.admin_client import JOB, Admin
from mockserver.tests.conftest import Server
from mockserver.traffic.example import Showcase
from mockserver.traffic.preference import Preference, PreferenceError, parse
from mockserver.traffic.selection import UnknownNameError
from specs.contract import Contract, load, names

CONTRACTS = {name: load(name) for name in names()}


@pytest.fixture
def admin(server: Server) -> Admin:
    """Make a session of Scale."""
    return Admin(server).new()


def _ask(admin: Admin, prefer: str, path: str = "/v6/jobs/1/") -> urllib3.BaseHTTPResponse:
    return admin.server.request("GET", path, headers={**admin.headers, "Prefer": prefer})


# -- what is understood ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("code=404", Preference(404)),
        ("code=404, example=none, delay=0.5", Preference(404, "none", 0.5)),
        (' Code = 201 ;example="a b"', Preference(201, "a b")),
        ("respond-async, delay=2, wait=10", Preference(delay=2.0)),
        ("code=200, code=404", Preference(200)),
        ("return=minimal", None),
        ("", None),
    ],
)
def test_the_words_of_prism_are_understood(text: str, understood: Preference | None) -> None:
    """In any order and case, beside preferences that are not for us; the first one counts."""
    assert parse(text) == understood


@pytest.mark.parametrize(
    "text",
    ["code=", "code=abc", "code=99", "code=2000", "example=", "delay=-1", "delay=61", "delay=soon"],
)
def test_nonsense_is_told(text: str) -> None:
    """A value of ours that cannot be used is not passed over."""
    with pytest.raises(PreferenceError, match="say "):
        parse(text)


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_no_header_breaks_it(text: str) -> None:
    """Whatever stands in the header is understood, is about something else, or is told."""
    try:
        found = parse(text)
    except PreferenceError:
        return

    assert found is None or found.applied()


# -- what a contract shows ---------------------------------------------------------------------


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_declared_answer_can_be_had_and_fits(contract: Contract) -> None:
    """For each status that a contract declares there is an answer, and it fits the contract."""
    book = SchemaBook(contract.document)
    for operation in contract.operations.values():
        showcase = Showcase(contract, operation)
        for status, response in operation.responses.items():
            reply = showcase.reply(int(status), None, "application/json")
            headers = dict(reply.headers)

            assert reply.status == int(status)
            assert {one.lower().encode() for one in response.get("headers", {})} <= {*headers} | {
                b"content-type"
            }
            content = response.get("content", {})
            if not content:
                assert reply.body == b""
                continue
            media_type = headers[b"content-type"].decode()
            if media_type.endswith("json") and "schema" in content[media_type]:
                book.compile(content[media_type]["schema"]).validate(orjson.loads(reply.body))


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_values_are_made_of_schemas_alone(contract: Contract) -> None:
    """Every schema of a contract, examples or none, gives a value, however deep it goes."""
    showcase = Showcase(contract, next(iter(contract.operations.values())))
    for schema in contract.document["components"]["schemas"].values():
        orjson.dumps(showcase._made(schema, 0))


def test_named_examples_are_found_in_any_status() -> None:
    """An example is found by its name; an unknown one is answered with those that there are."""
    contract = CONTRACTS["scale"]
    showcase = Showcase(contract, contract.operations["getJob"])

    assert showcase.status_of("queued") == 200
    assert orjson.loads(showcase.reply(200, "queued", "").body)["status"] == "QUEUED"
    with pytest.raises(UnknownNameError) as caught:
        showcase.status_of("nothing")
    assert caught.value.known == ["completed", "queued"]


# -- over a socket -----------------------------------------------------------------------------


def test_a_code_is_answered_from_the_contract(admin: Admin) -> None:
    """The status and the body that the contract shows, though the job is there."""
    answer = _ask(admin, "code=404")

    assert (answer.status, answer.json()) == (404, {"detail": "Not found."})
    assert answer.headers["preference-applied"] == "code=404"


def test_an_example_is_answered_by_name(admin: Admin) -> None:
    """Each example can be asked for, without a code or with it."""
    queued = _ask(admin, "example=queued")
    completed = _ask(admin, "code=200, example=completed")

    assert (queued.json()["status"], completed.json()["status"]) == ("QUEUED", "COMPLETED")
    assert completed.headers["preference-applied"] == "code=200, example=completed"


def test_what_the_contract_does_not_have_is_404_with_what_it_has(admin: Admin) -> None:
    """An undeclared code or example is a problem of ours that names the declared ones."""
    code, example = _ask(admin, "code=418"), _ask(admin, "example=nothing")

    assert (code.status, code.json()["known"]) == (404, ["200", "403", "404", "406"])
    assert (example.status, example.json()["known"]) == (404, ["completed", "queued"])
    assert code.headers["content-type"] == "application/problem+json"
    assert "preference-applied" not in code.headers


def test_nonsense_is_400(admin: Admin) -> None:
    """One sentence says what would have been understood."""
    answer = _ask(admin, "code=abc")

    assert answer.status == 400
    assert "say code=404" in answer.json()["detail"]


def test_a_preferred_answer_changes_nothing(admin: Admin) -> None:
    """A job whose 201 was preferred has not been made, valid or not; the journal knows of it."""
    before = admin.jobs()
    for body in (JOB, {"nonsense": True}):
        answer = admin.server.request(
            "POST", "/v6/jobs/", headers={**admin.headers, "Prefer": "code=201"}, json=body
        )
        assert answer.status == 201
        assert answer.json()["id"]
        assert answer.headers["location"]

    assert admin.jobs() == before
    assert admin.get("/journal/count?operation=createJob&status=201") == {"count": 2}


def test_a_delay_alone_holds_up_an_ordinary_request(admin: Admin) -> None:
    """The answer is the world's, later."""
    began = time.monotonic()
    answer = _ask(admin, "delay=0.2")

    assert time.monotonic() - began >= 0.19
    assert (answer.status, answer.json()["id"]) == (200, 1)
    assert answer.headers["preference-applied"] == "delay=0.2"


def test_other_preferences_are_left_alone(admin: Admin) -> None:
    """What is not for us has no effect, and nothing is said of it."""
    answer = _ask(admin, "respond-async")

    assert answer.status == 200
    assert "preference-applied" not in answer.headers


def test_a_path_without_operation_stays_404(admin: Admin) -> None:
    """Nothing can be preferred where there is nothing."""
    assert _ask(admin, "code=200", "/nowhere").status == 404


def test_a_preference_is_stronger_than_a_fault(admin: Admin) -> None:
    """Who asks for a code gets it, whatever faults there are."""
    admin.ask("POST", "/faults", {"do": {"kind": "status", "status": 500}}, 201)

    assert _ask(admin, "code=403").status == 403
    assert _ask(admin, "delay=0").status == 500
