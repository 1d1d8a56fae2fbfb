"""Tests that the examples of the source documents fit our reading of them."""

from __future__ import annotations

from typing import Any

import pytest

from specs.contract import load
from specs.tests.document_examples import SUFFIX, Example, Judge, files_of_examples, read


def examples(kind: str) -> list[Any]:
    """Return each example of a kind with its contract, under a name that tells where it stands."""
    return [
        pytest.param(found["api"], example, id=f"{found['api']}-{example['section']}-{number}")
        for found in map(read, files_of_examples())
        for number, example in enumerate(found[kind])
    ]


@pytest.fixture(scope="module")
def judges() -> dict[str, Judge]:
    """Read each contract once."""
    return {name: Judge(load(name)) for name in (read(one)["api"] for one in files_of_examples())}


@pytest.mark.parametrize(("api", "example"), examples("wellformed"))
def test_a_wellformed_example_fits(api: str, example: Example, judges: dict[str, Judge]) -> None:
    """What a document prints as an example is valid for the contract that is made of it."""
    assert judges[api].problems(example) == []


@pytest.mark.parametrize(("api", "example"), examples("malformed"))
def test_a_malformed_example_is_explained(
    api: str, example: Example, judges: dict[str, Judge]
) -> None:
    """What does not fit is listed, with what is wrong in it."""
    assert example["wrong"].endswith(".")
    if example.keys() & {"value", "body", "query"}:
        assert judges[api].problems(example)


@pytest.mark.parametrize("name", files_of_examples())
def test_examples_cite_their_sections(name: str) -> None:
    """Every example stands in a section of the outline of its source."""
    found = read(name)
    contract = load(found["api"])
    sections = contract.sources[found["source"]].sections

    assert name == f"{found['api']}{SUFFIX}"
    assert {one["section"] for one in found["wellformed"] + found["malformed"]} <= set(sections)
