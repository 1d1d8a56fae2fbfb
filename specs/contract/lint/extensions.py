"""The rule about extensions: C21."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from specs.contract.lint.draft import Draft
from specs.contract.lint.rule import Finding, Level, rule

# Where the reader looks for them: anywhere else they would be overlooked in silence.
PLACES = {
    "x-sources": re.compile(r"/info"),
    "x-lifecycle": re.compile(r"/components/schemas/[^/]+"),
    "x-requirements": re.compile(r"/info|/paths/[^/]+/[a-z]+|/components/schemas/[^/]+"),
    "x-provenance": re.compile(r".*"),
}
# What stands in these is the business of C04, C12 and C20.
OTHERS = frozenset(
    {"x-provenance", "id", "statement", "uncheckable", "version", "retrieved", "refusal"}
)


@rule("C21", Level.MUST, "`x-` keys are the four of the format, in their places and their shape.")
def _extensions(draft: Draft) -> Iterator[Finding]:
    for pointer, node in draft.mappings:
        for key in node:
            if not str(key).startswith("x-"):
                continue
            if key not in PLACES:
                yield f"{pointer}/{key}", f"{key} is none of {', '.join(PLACES)}"
            elif not PLACES[key].fullmatch(pointer):
                yield f"{pointer}/{key}", f"{key} has no meaning here"
            elif key != "x-provenance":
                yield from _misshapen(f"{pointer}/{key}", {key: node[key]})


def _misshapen(pointer: str, node: Mapping[str, Any]) -> Iterator[Finding]:
    for error in _shape().iter_errors(node):
        path = [str(one) for one in error.absolute_path]
        if not OTHERS.intersection(path[1:]):
            here = "".join(f"/{one}" for one in path[1:])
            yield f"{pointer}{here}", error.message[:160]


@cache
def _shape() -> Draft202012Validator:
    text = files("specs").joinpath("extensions.schema.yaml").read_text()
    return Draft202012Validator(yaml.safe_load(text))


EXTENSION_RULES = (_extensions,)
