"""Rules about how a contract is written down: C01, C10-C13, C17, C18."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import yaml

from specs.contract.lint.draft import Draft, Place, scalars
from specs.contract.lint.rule import Finding, Level, rule

ORDER = ("openapi", "info", "servers", "tags", "security", "paths", "components")
OPERATION_ORDER = (
    "operationId", "summary", "description", "tags", "x-provenance", "x-requirements",
    "security", "parameters", "requestBody", "responses",
)  # fmt: skip
COMPONENT_ORDER = (
    "securitySchemes", "parameters", "headers", "requestBodies", "examples", "responses",
    "links", "schemas",
)  # fmt: skip
LONGEST = 1500

_STATUS = re.compile(r"(^|/)responses/[^/]+$|/x-lifecycle/refusal$")
_VERSION = re.compile(r"^/info/version$|^/info/x-sources/[^/]+/(version|retrieved)$")


@rule("C01", Level.MUST, "`openapi` is `3.0.3`.")
def _version(draft: Draft) -> Iterator[Finding]:
    found = draft.document.get("openapi")
    if found != "3.0.3":
        yield "/openapi", f"is {found!r}"


@rule("C10", Level.MUST, "Nothing stands beside `$ref`.")
def _siblings(draft: Draft) -> Iterator[Finding]:
    for pointer, node in _references(draft):
        if beside := [str(key) for key in node if key != "$ref"]:
            yield pointer, f"{', '.join(beside)} beside $ref"


@rule("C11", Level.MUST, "No `$ref` leaves the document.")
def _local(draft: Draft) -> Iterator[Finding]:
    for place in _references(draft):
        reference = place.node["$ref"]
        if not reference.startswith("#/"):
            yield place.pointer, f"{reference} is elsewhere"
        elif draft.resolve(place) is None:
            yield place.pointer, f"{reference} leads to nothing"


@rule("C12", Level.MUST, "Status codes, dates, versions and times are quoted; no bare on, off.")
def _quotes(draft: Draft) -> Iterator[Finding]:
    for pointer, _, node, is_key in scalars(draft.tree):
        if not isinstance(node, yaml.ScalarNode) or node.style:  # quoted, or a block
            continue
        kind, value = node.tag.rpartition(":")[2], node.value
        if kind == "timestamp":
            yield pointer, f"{value} is a date: quote it"
        elif kind == "bool" and value.lower() not in {"true", "false"}:
            yield pointer, f"{value} means {value.lower() in {'yes', 'on'}}: quote it"
        elif kind in {"int", "float"} and ":" in value:
            yield pointer, f"{value} is a number to the base of 60: quote it"
        elif kind in {"int", "float"} and _is_text(pointer, is_key=is_key):
            yield pointer, f"{value} is a number here: quote it"


@rule("C13", Level.MUST, "Keys stand in the order of the format, each of them once.")
def _order(draft: Draft) -> Iterator[Finding]:
    yield from _sorted("", draft.document, ORDER)
    for step in draft.operations:
        yield from _sorted(step.pointer, step.node, OPERATION_ORDER)
    yield from _sorted("/components", draft.components, COMPONENT_ORDER)
    times = Counter(pointer for pointer, _, _, is_key in scalars(draft.tree) if is_key)
    for pointer, number in times.items():
        if number > 1:
            yield pointer, f"stands there {number} times; only the last one counts"


@rule("C17", Level.MUST, "No `{{` and no `{%`.")
def _templates(draft: Draft) -> Iterator[Finding]:
    for number, line in enumerate(draft.text.splitlines(), start=1):
        for mark in ("{{", "{%"):
            if mark in line:
                yield "", f"{mark} on line {number}"


@rule("C18", Level.SHOULD, "A file has at most 1,500 lines.")
def _length(draft: Draft) -> Iterator[Finding]:
    if (lines := len(draft.text.splitlines())) > LONGEST:
        yield "", f"{lines} lines"


def _references(draft: Draft) -> Iterator[Place]:
    for place in draft.mappings:
        if isinstance(place.node.get("$ref"), str):
            yield place


def _is_text(pointer: str, *, is_key: bool) -> bool:
    if is_key:
        return _STATUS.search(pointer) is not None and not pointer.endswith("/refusal")
    return pointer.endswith("/x-lifecycle/refusal") or _VERSION.search(pointer) is not None


def _sorted(pointer: str, node: Mapping[str, Any], order: tuple[str, ...]) -> Iterator[Finding]:
    known = [key for key in node if key in order]
    for before, after in pairwise(known):
        if order.index(before) > order.index(after):
            yield f"{pointer}/{after}", f"{after} stands before {before}"


WRITING_RULES = (_version, _siblings, _local, _quotes, _order, _templates, _length)
