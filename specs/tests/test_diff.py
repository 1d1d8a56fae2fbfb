"""Tests of `specs.contract.diff`: each kind of change is told, and its level for both sides."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.contract import ContractError, load, names, read
from specs.contract.diff import Level, diff
from specs.tests.test_robustness import ODDITIES, PATHS, replaced
from specs.tests.widgets import TEXT, widgets

B, R, C, D = Level.BREAKING, Level.RISKY, Level.COMPATIBLE, Level.DOCUMENTATION

# What is put where (a JSON pointer with - for /), the kind, the level for clients and for servers.
# A value of None takes away what is there.
WIDGET = "components schemas Widget"
REQUEST = "components schemas WidgetRequest"
CYCLE = f"{WIDGET} x-lifecycle"
POST = "paths /widgets post"
GET = "paths /widgets/{id} get"
SIZE = {"name": "size", "in": "query", "schema": {"type": "integer"}}
NEEDED = {**SIZE, "required": True}

CHANGES: list[tuple[str, Any, str, Level, Level]] = [
    # operations
    ("paths /new", {"get": {"operationId": "getNew", "responses": {"200": {"description": "."}}}},
     "operation-added", C, B),
    ("paths /widgets/{id}/stop", None, "operation-removed", B, C),
    (f"{GET} operationId", "readWidget", "operation-renamed", R, C),
    (f"{GET} deprecated", True, "operation-deprecated", C, C),
    (f"{GET} summary", "Show a widget", "operation-words", D, D),
    ("servers 1", None, "base-path-removed", B, C),
    ("servers 0 url", "http://127.0.0.1:4020/v2", "base-path-added", C, B),
    # parameters
    (f"{GET} parameters", [SIZE], "parameter-added", C, B),
    (f"{GET} parameters", [NEEDED], "parameter-added-required", B, C),
    (f"{GET} parameters", [{**SIZE, "in": "header"}], "parameter-added", C, B),
    ("components parameters Id schema minimum", 5, "request-bound-tightened", B, C),
    ("components parameters Id schema minimum", None, "request-bound-loosened", C, B),
    ("components parameters Id schema type", "number", "request-type-changed", C, B),
    ("components parameters Id schema type", "string", "request-type-changed", B, B),
    ("components parameters Id description", "Its number.", "parameter-words", D, D),
    # request bodies
    (f"{POST} requestBody", None, "body-removed", B, C),
    (f"{POST} requestBody required", False, "body-optional", C, B),
    (f"{GET} requestBody", {"content": {}}, "body-added", C, B),
    (f"{GET} requestBody", {"content": {}, "required": True}, "body-added-required", B, C),
    (f"{POST} requestBody content text/csv", {}, "request-media-type-added", C, B),
    (f"{POST} requestBody content application/json", None, "request-media-type-removed", B, C),
    (f"{REQUEST} properties colour", {"type": "string"}, "request-property-added", C, B),
    (f"{REQUEST} properties name", None, "request-property-removed", B, C),
    (f"{REQUEST} required", [], "request-property-optional", C, B),
    (f"{REQUEST} properties name minLength", 3, "request-bound-tightened", B, C),
    (f"{REQUEST} properties name maxLength", 9, "request-bound-tightened", B, C),
    (f"{REQUEST} properties name pattern", "^a", "request-pattern-changed", B, C),
    (f"{REQUEST} properties name enum", ["a"], "request-enum-added", B, C),
    (f"{REQUEST} properties name nullable", True, "request-null-added", C, B),
    (f"{REQUEST} properties name default", "x", "request-default-changed", B, B),
    (f"{REQUEST} properties name readOnly", True, "request-read-only-changed", B, C),
    (f"{REQUEST} additionalProperties", True, "request-additional-properties", C, B),
    (f"{REQUEST} properties name oneOf", [{"maxLength": 2}], "request-alternatives", B, C),
    # answers
    (f"{GET} responses 202", {"description": "Later."}, "response-added", B, B),
    (f"{GET} responses 503", {"description": "Never."}, "response-added", C, B),
    (f"{GET} responses 200", None, "response-removed", B, B),
    (f"{GET} responses 404", None, "response-removed", C, B),
    (f"{GET} responses 200 content text/csv", {}, "response-media-type-added", C, B),
    (f"{GET} responses 200 content application/json", None, "response-media-type-removed", B, C),
    (f"{GET} responses 200 headers", {"ETag": {"schema": {}}}, "header-added", C, C),
    (f"{GET} responses 200 headers", {"ETag": {"required": True}}, "header-added", C, B),
    (f"{POST} responses 201 links ReadIt", None, "links-changed", C, C),
    (f"{GET} responses 200 description", "It.", "response-words", D, D),
    (f"{WIDGET} properties colour", {"type": "string"}, "response-property-added", C, C),
    (f"{WIDGET} properties name", None, "response-property-removed", B, C),
    (f"{WIDGET} required", ["id", "state", "made"], "response-property-optional", B, C),
    (f"{WIDGET} properties state enum 3", "Lost", "response-enum-value-added", B, C),
    (f"{WIDGET} properties made format", None, "response-format-changed", B, C),
    (f"{WIDGET} properties name nullable", True, "response-null-added", B, C),
    (f"{WIDGET} properties name example", "cog", "response-words", D, D),
    (f"{GET} security", [{"key": []}], "security-removed", B, C),
    # lifecycles
    (CYCLE, None, "lifecycle-removed", B, C),
    (f"{CYCLE} transitions 0", None, "spontaneous-transition-removed", R, B),
    (f"{CYCLE} transitions 1", None, "transition-removed", B, B),
    (f"{CYCLE} transitions 1 source", ["Busy"], "transition-removed", B, B),
    (f"{CYCLE} transitions 2", {"source": "Busy", "target": "Ready"},
     "spontaneous-transition-added", R, C),
    (f"{CYCLE} transitions 2", {"source": "Stopped", "target": "Ready", "trigger": "stopWidget"},
     "transition-added", C, B),
    (f"{CYCLE} transitions 1 guard", {"required": ["now"]}, "guard-changed", B, B),
    (f"{CYCLE} transitions 1 label", "halt", "label-changed", C, C),
    (f"{CYCLE} initial", ["Ready", "Busy"], "initial-added", R, C),
    (f"{CYCLE} initial", ["Busy"], "initial-removed", R, B),
    (f"{CYCLE} final", [], "final-removed", R, C),
    (f"{CYCLE} final", ["Stopped", "Busy"], "final-added", C, C),
    (f"{CYCLE} refusal", "404", "refusal-changed", B, B),
    (f"{CYCLE} refusal", None, "refusal-removed", B, B),
    (f"{CYCLE} creators", [], "creator-removed", B, C),
    (f"{CYCLE} key", "name", "lifecycle-key-changed", B, B),
    (f"{WIDGET} properties state enum 3", "Lost", "state-added", B, C),
    # statements
    (f"{GET} x-requirements", None, "requirement-removed", R, C),
    (f"{GET} x-requirements 1", {"id": "b", "statement": "It is blue."}, "requirement-added", C, B),
    (f"{GET} x-requirements 0 statement", "It stays.", "requirement-changed", R, R),
    (f"{GET} x-requirements 0 uncheckable", "Nobody sees.", "requirement-checkable", D, D),
    (f"{GET} x-provenance section", "life", "provenance-changed", D, D),
    ("info version", "2", "info-words", D, D),
    ("tags 0 description", "Widgets.", "info-words", D, D),
]  # fmt: skip


def edited(place: str, value: Any) -> bytes:
    """Return the widgets with *value* at a place, or without what is there."""
    document = yaml.safe_load(TEXT)
    *way, last = place.split(" ")
    node: Any = document
    for key in way:
        node = node[int(key)] if isinstance(node, list) else node[key]
    if isinstance(node, list):
        node[int(last) : int(last) + 1] = [] if value is None else [copy.deepcopy(value)]
    elif value is None:
        del node[last]
    else:
        node[last] = copy.deepcopy(value)
    return yaml.safe_dump(document, sort_keys=False).encode()


@pytest.mark.parametrize(
    ("place", "value", "kind", "clients", "servers"),
    CHANGES,
    ids=[f"{kind} {place}" for place, _, kind, *_ in CHANGES],
)
def test_a_change_is_told_for_both_sides(
    place: str, value: Any, kind: str, clients: Level, servers: Level
) -> None:
    """One edit gives the change it is, with the level it has for clients and for servers."""
    found = {
        (one.kind, one.clients, one.servers)
        for one in diff(widgets(), read(edited(place, value), "widgets"))
    }

    assert (kind, clients, servers) in found


def test_there_are_many_kinds() -> None:
    """The table has more than 25 kinds of change, those of lifecycles among them."""
    kinds = {kind for _, _, kind, *_ in CHANGES}

    assert len(kinds) > 50
    assert {"transition-removed", "spontaneous-transition-added"} <= kinds


MIRRORED = [
    ("operation-added", "operation-removed"),
    ("parameter-added", "parameter-removed"),
    ("response-added", "response-removed"),
    ("transition-added", "transition-removed"),
    ("lifecycle-added", "lifecycle-removed"),
    ("requirement-added", "requirement-removed"),
]


@pytest.mark.parametrize(("there", "back"), MIRRORED)
def test_the_way_back_is_the_opposite(there: str, back: str) -> None:
    """What is new one way is gone the other way."""
    place, value = next(
        (place, value) for place, value, kind, *_ in CHANGES if kind in {there, back}
    )
    old, new = widgets(), read(edited(place, value), "widgets")

    kinds = [{one.kind for one in diff(*pair)} for pair in ((old, new), (new, old))]

    assert any({there, back} & each for each in kinds)
    assert (there in kinds[0]) == (back in kinds[1])
    assert (back in kinds[0]) == (there in kinds[1])


@pytest.mark.parametrize("name", names())
def test_nothing_changed_in_the_same(name: str) -> None:
    """A contract does not differ from itself."""
    assert diff(load(name), load(name)) == ()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(path=st.sampled_from(PATHS), oddity=ODDITIES)
def test_no_contract_differs_from_itself(path: tuple[Any, ...], oddity: object) -> None:
    """Whatever can be read does not differ from itself."""
    try:
        contract = read(replaced(path, oddity), "widgets")
        found = diff(contract, contract)
    except ContractError:
        return  # it cannot be read, or is no OpenAPI further down

    assert found == ()


def test_other_names_in_a_path_are_other_words() -> None:
    """The name of a path parameter is nobody's business but the reader's."""
    new = widgets(("/widgets/{id}", "/widgets/{widget}"), ("name: id", "name: widget"))

    found = diff(widgets(), new)

    assert {one.kind for one in found} == {"path-words"}
    assert all(one.worst is Level.DOCUMENTATION for one in found)


def test_what_is_worst_for_clients_comes_first() -> None:
    """The order is that of the harm."""
    found = diff(load("scale"), load("pulp"))

    assert [one.clients for one in found] == sorted((one.clients for one in found), reverse=True)


def test_a_schema_may_contain_itself() -> None:
    """References that lead in a circle are followed once."""
    more = '        made: {type: string, format: date-time, example: "2026-01-02T03:04:05Z"}\n'
    part = '        part: {$ref: "#/components/schemas/Widget"}\n'
    old = widgets((more, more + part))
    new = widgets((more, more + part), ("type: object", "type: object\n      nullable: true"))

    assert diff(old, old) == ()
    assert any(one.kind == "response-null-added" for one in diff(old, new))
