"""Tests of how the suite judges contracts that it has no driver and no checks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from urllib3 import HTTPHeaderDict

from conformance import mock
from conformance.answer import Exchange, Request
from conformance.drivers.links import evaluated
from conformance.events import Report, RunFinished
from conformance.mode import Mode
from conformance.runner import Options, run
from conformance.target import Budget, Target
from conformance.tests import widgets
from conformance.tests.conftest import BUDGET
from conformance.verdict import Overall, Result, Verdict
from specs.contract import Contract, load, read
from specs.init.command import text

PATIENT = Budget(request=20, settle=20, reach=60, watch=0.3)


def judged(document: Contract, url: str, tmp_path: Path, **options: object) -> Report:
    """Return the report of a run."""
    given = {"seed": 1, "ledger": str(tmp_path / "ledger.jsonl"), **options}
    target = Target(url, budget=PATIENT if "print" in document.name else BUDGET)
    for event in run(document, target, Options(**given)):  # type: ignore[arg-type]
        if isinstance(event, RunFinished):
            return event.report
    raise AssertionError("a run ends with its report")


def by_id(report: Report) -> Mapping[str, Result]:
    """Return the results by requirement id."""
    return {one.requirement.id: one for one in report.results}


def renamed(*edits: tuple[str, str], name: str = "gadgets") -> Contract:
    """Return the widgets' contract under a name for which nobody wrote checks, with edits."""
    found = widgets.CONTRACT.read_text()
    for old, new in edits:
        assert old in found
        found = found.replace(old, new)
    return read(found.encode(), name)


def test_sentences_without_a_check_are_listed(tmp_path: Path, server: widgets.Server) -> None:
    """In somebody's own contract they hold up nothing, and say why they are not judged."""
    report = judged(renamed(), server.url, tmp_path, only=("gadgets/listWidgets/*",))

    found = by_id(report)["gadgets/listWidgets/size-is-honoured"]
    assert found.verdict is Verdict.UNSUPPORTED
    assert found.message == "the suite has no check for it"
    assert report.overall is Overall.CONFORMANT


def test_a_gap_in_our_own_checks_is_none_of_that(
    tmp_path: Path, server: widgets.Server, contract: Contract
) -> None:
    """Where there are checks, a sentence without one leaves the run incomplete."""
    text_ = widgets.CONTRACT.read_text().replace("id: size-is-honoured", "id: size-is-new")
    report = judged(
        read(text_.encode(), contract.name), server.url, tmp_path, only=("*/size-is-new",)
    )

    assert by_id(report)["widgets/listWidgets/size-is-new"].verdict is Verdict.NOT_REACHED
    assert report.overall is Overall.INCOMPLETE


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, server: widgets.Server) -> None:
    """The answer that has the link is not as declared, even if it looks so."""
    wrong = renamed(("$response.body#/id", "$response.body#/node_id"))
    lost = renamed(("parameters: {id: $response.body#/id}", "parameters: {id: 99999}"))

    for document, said in ((wrong, "which is not there"), (lost, "leads to GET /widgets/99999")):
        only = ("gadgets/makeWidget/201",)
        (found,) = judged(document, server.url, tmp_path, only=only).results
        assert found.verdict is Verdict.FAIL
        assert "the link ReadIt" in found.message
        assert said in found.message


def test_declared_refusals_are_brought_about(tmp_path: Path, server: widgets.Server) -> None:
    """A query, a body and a key that are wrong bring the declared 400 and 404."""
    wanted = ("listWidgets/400", "makeWidget/400", "getWidget/404", "deleteWidget/404")
    only = tuple(f"gadgets/{one}" for one in wanted)

    report = judged(renamed(), server.url, tmp_path, only=only)

    assert {one.verdict for one in report.results} == {Verdict.PASS}


EXCHANGE = Exchange(
    Request("POST", "/a", (("q", "1"),), (("X-Sent", "s"),), b'{"to": ["Ada"]}'),
    "http://example.com/a?q=1", 201, HTTPHeaderDict({"Location": "/a/1"}), b'{"id": {"a/b": 7}}',
    0.1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$response.body#/id/a~1b", 7),
        ("$response.body#/no", None),
        ("$response.body", {"id": {"a/b": 7}}),
        ("$response.header.location", "/a/1"),
        ("$request.body#/to/0", "Ada"),
        ("$request.body#/to/1", None),
        ("$request.query.q", "1"),
        ("$request.header.x-sent", "s"),
        ("$url", "http://example.com/a?q=1"),
        ("$statusCode", 201),
        ("$nothing", None),
        ("just text", "just text"),
        (5, 5),
    ],
)
def test_an_expression_stands_for_a_part_of_an_exchange(expression: object, value: object) -> None:
    """Each form that OpenAPI knows is understood; nothing else stands for anything."""
    assert evaluated(expression, EXCHANGE) == value


PACE = "2x"
"""A pace at which one can follow a mock without being told how to move its clock."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give the contract that `callsheet init` writes."""
    place = tmp_path / "print-shop.yaml"
    place.write_text(text(place))
    return place


def test_the_contract_of_init_is_green_at_once(shop: Path, tmp_path: Path) -> None:
    """Its mock keeps every statement of it, and nothing is left behind."""
    with mock.serving(str(shop), 1, clock=PACE) as url:
        report = judged(load(str(shop)), url, tmp_path)

    assert {one.requirement.id: one.verdict for one in report.results} == {
        one.requirement.id: Verdict.PASS for one in report.results
    }
    assert report.overall is Overall.CONFORMANT
    assert report.safety.left == ()


def test_a_server_of_another_contract_fails(shop: Path, tmp_path: Path) -> None:
    """A mock with one transition less contradicts that one, and not the others."""
    other = tmp_path / "other" / shop.name
    other.parent.mkdir()
    other.write_text(shop.read_text().replace("[QUEUED, PRINTING]\n", "[QUEUED]\n"))
    only = ("print-shop/PrintJob/cancelPrintJob/*", "print-shop/createPrintJob/201")

    with mock.serving(str(other), 1, clock=PACE) as url:
        report = judged(load(str(shop)), url, tmp_path, only=only)

    found = by_id(report)
    assert found["print-shop/createPrintJob/201"].verdict is Verdict.PASS
    assert found["print-shop/PrintJob/cancelPrintJob/QUEUED-CANCELED"].verdict is Verdict.PASS
    # "not now" from a state in which the contract says now
    assert found["print-shop/PrintJob/cancelPrintJob/refusal"].verdict is Verdict.FAIL
    assert report.overall is Overall.NOT_CONFORMANT


PUBLIC = """openapi: 3.0.0
info: {title: As they are in public, version: "1"}
paths:
  /pets:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 50}}]
      responses:
        "200":
          description: Pets.
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}
        default:
          description: No.
          content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"201": {description: Made.}}
  /pets/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
components:
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}}}
    Error: {type: object, required: [code], properties: {code: {type: integer}}}
"""


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.FULL])
def test_a_contract_without_anything_of_ours_is_judged(tmp_path: Path, mode: Mode) -> None:
    """No ids, no sources, no lifecycle: what can be judged passes, and the rest says why not."""
    place = tmp_path / "public.yaml"
    place.write_text(PUBLIC)

    with mock.serving(str(place), 1) as url:
        report = judged(load(str(place)), url, tmp_path, mode=mode, max_time=20.0)

    verdicts = {one.requirement.id: one.verdict for one in report.results}
    assert verdicts["public/getPets/200"] is Verdict.PASS
    assert verdicts["public/getPets/default"] is Verdict.PASS
    expected = Verdict.PASS if mode is Mode.FULL else Verdict.NOT_REACHED
    assert verdicts["public/postPets/201"] is expected
    assert not {Verdict.ERROR, Verdict.FAIL, Verdict.FLAKY} & set(verdicts.values())
