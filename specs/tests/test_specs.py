"""Tests of the contracts that come with Callsheet, whichever they are."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

from specs.contract import Contract, Kind, load, names
from specs.contract.lint import Draft, Level, lint
from specs.contract.lint.draft import LITERAL
from specs.contract.review import statements

pytestmark = pytest.mark.parametrize("name", names())


@pytest.fixture
def contract(name: str) -> Contract:
    return load(name)


def test_it_is_valid_openapi(contract: Contract) -> None:
    """A validator of OpenAPI 3.0 that is not ours finds nothing wrong."""
    assert [
        error.message for error in OpenAPIV30SpecValidator(contract.document).iter_errors()
    ] == []


def test_it_is_valid_without_its_extensions(contract: Contract) -> None:
    """Nothing of the standard part leans on one of the four extensions."""
    document = stripped(contract.document)

    assert "x-" not in " ".join(keys(document))
    assert [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()] == []


def test_it_keeps_every_must(name: str) -> None:
    """No rule that must be kept is broken: C08 among them, by which all examples fit."""
    problems = lint(Draft.load(name))

    assert [str(one) for one in problems if one.rule.level is Level.MUST] == []


def test_its_extensions_have_their_shape(name: str) -> None:
    """Every object that carries an extension matches the published JSON Schema."""
    schema = yaml.safe_load(files("specs").joinpath("extensions.schema.yaml").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    for pointer, node in Draft.load(name).mappings:
        found = {str(key): value for key, value in node.items() if str(key).startswith("x-")}
        assert not (errors := [one.message for one in validator.iter_errors(found)]), (
            pointer,
            errors,
        )


def test_every_section_is_cited(contract: Contract) -> None:
    """Each section of each source backs at least one statement, as the review counts them."""
    cited = {(one.provenance.source, one.provenance.section) for one in statements(contract)}
    outline = {
        (source.id, section) for source in contract.sources.values() for section in source.sections
    }

    assert outline, "a contract has a source"
    assert outline - cited == set()


def test_every_requirement_has_an_address_of_its_own_api(contract: Contract) -> None:
    """Ids start with the name of the API and are made of words, digits and states."""
    for one in contract.requirements.values():
        assert one.api == contract.name
        assert 2 <= len(one.id.split("/")) <= 4
        assert not set(one.id) & set(" \t{}"), one.id


def test_every_command_has_a_refusal_and_every_lifecycle_is_closed(contract: Contract) -> None:
    """A lifecycle also says what its commands do elsewhere, and that it has told all."""
    for cycle in contract.lifecycles.values():
        prefix = f"{contract.name}/{cycle.schema}"

        assert contract.requirements[f"{prefix}/closed"].kind is Kind.CLOSED
        for command in cycle.commands():
            assert contract.requirements[f"{prefix}/{command}/refusal"].kind is Kind.REFUSAL


def stripped(node: Any) -> Any:
    """Return a document without its extensions."""
    if isinstance(node, dict):
        return {
            key: stripped(value) if key not in LITERAL else value
            for key, value in node.items()
            if not str(key).startswith("x-")
        }
    return [stripped(one) for one in node] if isinstance(node, list) else node


def keys(node: Any) -> list[str]:
    """Return every key that is not inside data."""
    if isinstance(node, dict):
        return [
            word
            for key, value in node.items()
            for word in (str(key), *(keys(value) if key not in LITERAL else ()))
        ]
    return [word for one in node for word in keys(one)] if isinstance(node, list) else []
