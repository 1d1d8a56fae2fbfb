"""Tests that no document, however broken, gets more than a verdict: property-based."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.contract import Contract, ContractError, read
from specs.contract.lint import Draft, lint
from specs.contract.review import Findings
from specs.contract.review.data import data
from specs.tests.widgets import TEXT

DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
ODDITIES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 2.5, "", "text", [], ["a"], [1], [[]], [{}], {}, {"a": 1}, {"$ref": "#/"},
     {"$ref": "#/info"}, {1: {}}, {"x-provenance": 1}, {"enum": [1]}, {"example": {}}]
)  # fmt: skip


def paths(node: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of a document."""
    yield path
    entries: Any = ()
    if isinstance(node, dict):
        entries = node.items()
    elif isinstance(node, list):
        entries = enumerate(node)
    for key, value in entries:
        yield from paths(value, (*path, key))


PATHS = tuple(paths(DOCUMENT))[1:]


def replaced(path: tuple[Any, ...], oddity: object) -> bytes:
    """Return the contract as text, with *oddity* in the place of what stands at *path*."""
    document: Any = copy.deepcopy(DOCUMENT)
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = oddity
    return yaml.safe_dump(document, sort_keys=False).encode()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(path=st.sampled_from(PATHS), oddity=ODDITIES)
def test_one_odd_part_is_read_or_refused(path: tuple[Any, ...], oddity: object) -> None:
    """Wherever something odd stands, the reader answers with a contract or a `ContractError`."""
    text = replaced(path, oddity)

    try:
        found: object = read(text, "widgets")
    except ContractError as error:
        found = error

    assert isinstance(found, Contract | ContractError)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(path=st.sampled_from(PATHS), oddity=ODDITIES)
def test_one_odd_part_can_be_reviewed(path: tuple[Any, ...], oddity: object) -> None:
    """Lint and the count of statements get through whatever the shape of a part is."""
    draft = Draft.parse(replaced(path, oddity), "widgets")

    problems = lint(draft)
    findings = Findings.of_draft(draft)

    assert all(draft.line(one.pointer) for one in problems)
    assert findings.contract is not None or findings.unreadable
    assert data(findings)["api"] == "widgets"
