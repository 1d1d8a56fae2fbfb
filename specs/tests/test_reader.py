"""Tests of `specs.contract.reader` and of the look-ups of a contract."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from specs.contract import ContractError, UnknownApiError, load, names, read
from specs.tests.widgets import TEXT, widgets


def test_names_are_those_of_the_yaml_files() -> None:
    """Each contract of the package has a name, and the schema of the extensions is none."""
    found = names()

    assert found == tuple(sorted(found))
    assert "scale" in found
    assert not any("schema" in one for one in found)


def test_a_contract_loads_by_name() -> None:
    """The name of an API is enough to get its contract."""
    contract = load("scale")

    assert contract.name == "scale"
    assert contract.title
    assert len(contract.sha256) == 64


def test_a_contract_loads_by_path(tmp_path: Path) -> None:
    """A file of somebody else is read as well, and is named after the file."""
    path = tmp_path / "gadgets.yaml"
    path.write_text(TEXT)

    contract = load(str(path))

    assert contract.name == "gadgets"
    assert contract.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert "gadgets/getWidget/name-stays" in contract.requirements


def test_json_is_read_too(tmp_path: Path) -> None:
    """A contract in JSON is one in YAML."""
    path = tmp_path / "empty.json"
    path.write_text('{"openapi": "3.0.3", "info": {"title": "Empty", "version": "1"}, "paths": {}}')

    contract = load(str(path))

    assert contract.title == "Empty"
    assert contract.base_paths == ("",)
    assert not contract.operations


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """Whoever mistypes a name learns which there are."""
    with pytest.raises(UnknownApiError, match="no API named 'scales'") as refusal:
        load("scales")

    assert refusal.value.known == names()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"a: [", "not YAML"),
        (b"\x80\x81", "not"),
        (b"- a list", "no 'paths'"),
        (b"paths: []", "no 'paths'"),
        (b"paths: {}", "needs info with a title"),
        (b"paths: {}\ninfo: {}", "needs info with a title"),
        (b"paths: {/a: {get: {}}}\ninfo: {title: A}", "needs an operationId"),
    ],
)
def test_what_is_no_contract_is_refused(text: bytes, reason: str) -> None:
    """The reason says what is missing, in one line."""
    with pytest.raises(ContractError, match=reason) as refusal:
        read(text, "a")

    assert "\n" not in str(refusal.value)


def test_base_paths_are_those_of_the_servers() -> None:
    """Hosts are left out, and so is a slash at the end."""
    assert widgets().base_paths == ("/api", "/other")


def test_sources_carry_their_outline_in_order() -> None:
    """A source knows its sections as the document has them."""
    guide = widgets().sources["guide"]

    assert (guide.title, guide.version) == ("The guide to widgets", "2.10")
    assert list(guide.sections) == ["life", "calls"]


def test_an_operation_has_the_parameters_of_its_path() -> None:
    """What stands at the path counts for each method, resolved."""
    operation = widgets().operations["getWidget"]

    assert [one["name"] for one in operation.parameters] == ["id"]
    assert operation.label == "GET /widgets/{id}"
    assert operation.is_safe
    assert not widgets().operations["stopWidget"].is_safe


def test_responses_are_resolved() -> None:
    """A response by reference looks like one that stands there."""
    responses = widgets().operations["getWidget"].responses

    assert responses["404"]["description"] == "There is no such widget."


def test_resolve_follows_a_chain() -> None:
    """A reference to a reference leads to its end."""
    contract = widgets(
        ("    Problem:\n", '    Trouble: {$ref: "#/components/schemas/Problem"}\n    Problem:\n')
    )

    found = contract.resolve({"$ref": "#/components/schemas/Trouble"})

    assert found is contract.schema("Problem")


@pytest.mark.parametrize(
    "reference",
    ["other.yaml#/a", "#/components/schemas/Loop", "#/components/schemas/Nothing", "#/openapi/x"],
)
def test_resolve_refuses_what_leads_nowhere(reference: str) -> None:
    """Another file, a circle and a gap are errors, not endless loops."""
    contract = widgets(
        ("    Problem:\n", '    Loop: {$ref: "#/components/schemas/Loop"}\n    Problem:\n')
    )

    with pytest.raises(ContractError, match=reference.replace("$", r"\$")):
        contract.resolve({"$ref": reference})


def test_a_pointer_may_hold_a_slash() -> None:
    """`~1` and `~0` in a reference stand for slash and tilde."""
    contract = widgets()

    found = contract.resolve({"$ref": "#/paths/~1widgets~1{id}/get"})

    assert found["operationId"] == "getWidget"
