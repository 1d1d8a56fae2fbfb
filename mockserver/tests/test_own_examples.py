"""Tests of contracts without lifecycles, of made-up values, and of what cannot be served."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.app import Setting, create_app
from mockserver.own.value import Inventor
from mockserver.pipeline.schema import SchemaBook
from mockserver.tests.client import Client
from mockserver.tests.own_contracts import FARMS, PLAIN, PRINT_SHOP, serve
from specs.contract import ContractError, load

COMMAND = [sys.executable, "-W", "ignore", "-m", "specs.cli"]


@pytest.fixture
def plain(tmp_path: Path) -> Client:
    """Give a contract as public ones are: no extension, no example for most, no provenance."""
    return serve(tmp_path, PLAIN, "plain")


def test_values_are_made_up_and_stay(plain: Client) -> None:
    """The same request is answered the same way, with what the schema asks for."""
    pets = plain.get("/pets")

    assert len(pets) == 2
    assert all(len(one["name"]) >= 3 and isinstance(one["id"], int) for one in pets)
    assert plain.get("/pets") == pets
    assert plain.send("POST", "/pets").status_code == 204
    assert plain.get("/pets") == pets  # nothing is kept


def test_another_seed_makes_up_other_values(tmp_path: Path) -> None:
    """The seed of the world is that of the values."""
    first, other = (serve(tmp_path, PLAIN, "plain", seed=seed).get("/pets") for seed in (1, 2))

    assert first != other


def test_an_example_is_sent_as_it_is(plain: Client) -> None:
    """Where it breaks its schema, a header says so."""
    answer = plain.send("GET", "/pets/8")

    assert answer.json() == {"id": 4, "name": "Rex", "legs": 5}
    assert "/legs" in answer.headers["x-callsheet-misfit"]
    assert "x-callsheet-misfit" not in plain.send("GET", "/pets").headers


def test_an_interim_answer_is_not_the_last(tmp_path: Path) -> None:
    """Where nothing else is declared, something has to come after it, and a header says so."""
    with_interim = PLAIN.replace('responses: {"204":', 'responses: {"103":')
    assert with_interim != PLAIN

    answer = serve(tmp_path, with_interim, "interim").send("POST", "/pets")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-callsheet-misfit"] == "103 is declared, and no last answer"


def test_a_contract_without_operations_is_not_served(tmp_path: Path) -> None:
    """One line says where it should have some."""
    with pytest.raises(ContractError, match=r"bare.yaml:3: /paths: there is no operation"):
        serve(tmp_path, 'openapi: 3.0.3\ninfo: {title: Bare, version: "1"}\npaths: {}\n', "bare")


def test_default_takes_every_error(plain: Client) -> None:
    """A wrong request gets the default answer, with status and reason where it has room."""
    answer = plain.send("GET", "/pets?limit=10")

    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert "limit" in answer.json()["message"]


def test_an_undeclared_refusal_is_told_nevertheless(plain: Client) -> None:
    """Where a contract has no error at all, a wrong request is still called wrong."""
    answer = plain.send("GET", "/pets/rex")

    assert answer.status_code == 400
    assert "integer" in answer.json()["error"]


NUMBERS = st.integers(-50, 50)


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> dict[str, object]:
    """Draw schemas that some value fits."""
    kind = draw(st.sampled_from(["string", "integer", "number", "boolean", "array", "object"]))
    low = draw(NUMBERS)
    found: dict[str, object] = {"type": kind}
    if kind in {"integer", "number"}:
        found |= draw(st.sampled_from([{}, {"minimum": low}, {"maximum": low},
                                       {"minimum": low, "maximum": low + 3}]))  # fmt: skip
    if kind == "string":
        found |= draw(
            st.sampled_from([
                {}, {"minLength": 12}, {"maxLength": 2}, {"format": "date-time"},
                {"format": "uuid"}, {"format": "email"}, {"enum": ["a", "b"]},
                {"pattern": "^[A-Z]{2}[0-9]+$"},
            ])
        )  # fmt: skip
    if kind == "array" and depth:
        found |= {"items": draw(schemas(depth - 1)), "minItems": draw(st.integers(0, 2))}
    elif kind == "array":
        found |= {"items": {"type": "string"}}
    if kind == "object" and depth:
        parts = draw(st.dictionaries(st.sampled_from("abc"), schemas(depth - 1), max_size=3))
        found |= {"properties": parts, **({"required": sorted(parts)} if parts else {})}
        found |= draw(st.sampled_from([{}, {"additionalProperties": False}]))
    return found | draw(st.sampled_from([{}, {"nullable": True}]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(schema=schemas(), seed=st.integers(0, 9))
def test_what_is_made_up_fits(schema: dict[str, object], seed: int) -> None:
    """A made-up value fits its schema, and is the same for the same seed."""
    contract = load("scale")
    book = SchemaBook({})
    inventor = Inventor(contract, book, 0)

    value = inventor.value(schema, seed)

    assert book.compile(schema).is_valid(value), (schema, value)
    assert inventor.value(schema, seed) == value


@pytest.mark.parametrize("name", ["scale", "pulp", "hpcpack", "thinkbox", "deadline-cloud"])
def test_every_schema_of_ours_can_be_made_up(name: str) -> None:
    """Each schema of the five contracts gets a value that fits, with its examples or without."""
    contract = load(name)
    book = SchemaBook(contract.document)
    inventor = Inventor(contract, book, 0)

    for schema in contract.document["components"]["schemas"]:
        reference = {"$ref": f"#/components/schemas/{schema}"}
        for is_plain in (False, True):
            value = inventor.value(reference, 1, is_plain=is_plain)
            assert book.component(schema).is_valid(value), (schema, value)


# -- what cannot be served -------------------------------------------------------------------------


def test_two_contracts_share_a_server(tmp_path: Path) -> None:
    """An own contract stands beside another and beside one that comes with Callsheet."""
    own = tmp_path / "shop.yaml"
    own.write_text(PRINT_SHOP)
    both = Client(str(own), "scale")

    assert both.get("/print-jobs")
    assert both.get("/v6/jobs/")["count"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("other", PRINT_SHOP, "GET /print-jobs is shop's already"),
        ("shop", FARMS, "an API named 'shop' is served already"),
        ("parts", PLAIN.replace("/pets/{id}:", "/pets/{id}.json:"), "'{id}.json' is served only"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    """Paths and names that somebody has, and paths that cannot be routed."""
    (tmp_path / "a").mkdir()
    shop, other = tmp_path / "shop.yaml", tmp_path / "a" / f"{name}.yaml"
    shop.write_text(PRINT_SHOP)
    other.write_text(text)

    with pytest.raises(ContractError) as refusal:
        create_app(Setting((str(shop), str(other))))

    assert said in str(refusal.value)


def test_a_broken_contract_ends_serve_with_one_line(tmp_path: Path) -> None:
    """File, line and place are told; the status is 2."""
    place = tmp_path / "shop.yaml"
    place.write_text(PRINT_SHOP.replace("initial: [QUEUED]", "initial: [QUEUD]"))

    done = subprocess.run(
        [*COMMAND, "serve", str(place), "--port", "0"],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("callsheet: shop.yaml:")
    assert "'QUEUD' is no state of PrintJob" in done.stderr
