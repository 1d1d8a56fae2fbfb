"""The rule about examples: C08."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from jsonschema.exceptions import UnknownType
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT4

from specs.contract.lint.draft import Draft, Place
from specs.contract.lint.rule import Finding, Level, rule

BASE = "urn:callsheet:draft"
# What jsonschema stumbles into if a schema, or one that it refers to, is none.
UNUSABLE = (
    AttributeError, KeyError, RecursionError, TypeError, ValueError,
    re.error, Unresolvable, UnknownType,
)  # fmt: skip


class NoExampleError(Exception):
    """Nothing that an example could be made of; says where it is missing."""


@rule("C08", Level.MUST, "Every media type has an example, and every example validates.")
def _examples(draft: Draft) -> Iterator[Finding]:
    examples = Examples(draft)
    for place in draft.mappings:
        parent, _, name = place.pointer.rpartition("/")
        if parent.endswith("/content") and "~1" in name:
            yield from examples.media(place, name.replace("~1", "/"))
        elif "schema" in place.node and "/x-" not in place.pointer:
            yield from examples.shown(place)  # a parameter or a header
        elif "example" in place.node and "/x-" not in place.pointer:
            yield from examples.misfits(place.pointer, place.node["example"], place.pointer)


class Examples:
    """The examples of one draft: found, composed, and held to their schemas."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        document = DRAFT4.create_resource(_texted(draft.document))
        self._registry: Registry[Any] = Registry().with_resource(BASE, document)

    def media(self, place: Place, name: str) -> Iterator[Finding]:
        """Yield what is wrong with the examples of a media type."""
        shown = tuple(self._own(place))
        for pointer, value in shown:
            if isinstance(value, str) and not _is_structured(name):
                yield from _rendered(pointer, value, name)
            elif "schema" in place.node:
                yield from self.misfits(pointer, value, f"{place.pointer}/schema")
        if shown:
            return
        try:
            value = self.compose(place)
        except NoExampleError as reason:
            yield place.pointer, f"has no example: {reason}"
        else:
            yield from self.misfits(place.pointer, value, f"{place.pointer}/schema")

    def shown(self, place: Place) -> Iterator[Finding]:
        """Yield what is wrong with the examples that stand beside a schema."""
        for pointer, value in self._own(place):
            yield from self.misfits(pointer, value, f"{place.pointer}/schema")

    def misfits(self, pointer: str, value: object, schema: str) -> Iterator[Finding]:
        """Yield each way in which a value does not match the schema at a pointer."""
        validator = OAS30Validator(
            {"$ref": f"{BASE}#{schema}"},
            registry=self._registry,
            format_checker=oas30_format_checker,
        )
        try:
            for error in validator.iter_errors(value):
                path = "".join(f"/{one}" for one in error.absolute_path)
                yield pointer, f"the example does not fit: {path or '/'}: {error.message[:160]}"
        except UNUSABLE as error:
            reason = " ".join(str(error).split())
            yield pointer, f"the schema of the example cannot be used: {reason[:160]}"

    def compose(self, place: Place) -> object:
        """Return an example for a media type, made of what its schema shows."""
        schema = place.node.get("schema")
        if not isinstance(schema, Mapping):
            raise NoExampleError("it has no schema either")
        return self._of(Place(f"{place.pointer}/schema", schema), frozenset())

    def _own(self, place: Place) -> Iterator[tuple[str, object]]:
        """Yield the examples that stand beside the schema."""
        if "example" in place.node:
            yield f"{place.pointer}/example", place.node["example"]
        for _, entry in self._draft.children(place, "examples"):
            found = self._draft.resolve(entry)
            if found is not None and "value" in found.node:
                yield entry.pointer, found.node["value"]

    def _of(self, place: Place, seen: frozenset[str]) -> object:
        found = self._draft.resolve(place)
        if found is None or found.pointer in seen:
            raise NoExampleError(f"{place.pointer} leads nowhere")
        node, seen = found.node, seen | {found.pointer}
        if "example" in node:
            return node["example"]
        if isinstance(node.get("enum"), list) and node["enum"]:
            return node["enum"][0]
        if "allOf" in node or "properties" in node:
            return self._merged(found, seen)
        for key in ("oneOf", "anyOf"):
            for _, part in self._draft.children(found, key):
                try:
                    return self._of(part, seen)
                except NoExampleError:
                    continue
        if isinstance(items := node.get("items"), Mapping):
            return [self._of(Place(f"{found.pointer}/items", items), seen)]
        raise NoExampleError(f"{found.pointer} shows none")

    def _merged(self, found: Place, seen: frozenset[str]) -> object:
        """Return the examples of the parts of a composition, and of the properties, as one."""
        value: dict[str, object] = {}
        parts = [part for _, part in self._draft.children(found, "allOf")]
        for part in parts:
            resolved = self._draft.resolve(part)
            if resolved is not None and not _shows(resolved.node):
                continue  # a bare constraint, as a list of required properties
            composed = self._of(part, seen)
            if not isinstance(composed, Mapping):
                return composed
            value |= composed
        properties = dict(self._draft.children(found, "properties"))
        required = found.node.get("required", [])
        for name, child in properties.items():
            try:
                value[name] = self._of(child, seen)
            except NoExampleError:
                if name in required:
                    raise
        if (properties or parts) and not value:
            raise NoExampleError(f"{found.pointer} shows none")
        return value


def _shows(node: Mapping[str, Any]) -> bool:
    keys = ("example", "enum", "allOf", "oneOf", "anyOf", "properties", "items")
    return any(key in node for key in keys)


def _is_structured(name: str) -> bool:
    """Whether examples of that media type are written as data rather than as they travel."""
    kind = name.partition(";")[0].strip().lower()
    return kind.endswith(("json", "form-urlencoded", "form-data", "/*"))


def _rendered(pointer: str, value: str, name: str) -> Iterator[Finding]:
    """Yield what is wrong with an example written as it travels."""
    if not name.partition(";")[0].strip().lower().endswith("xml"):
        return
    try:
        expat.ParserCreate().Parse(value.strip(), True)  # noqa: FBT003 - it takes no name
    except expat.ExpatError as error:
        yield pointer, f"the example is no XML: {error}"


def _texted(node: object) -> Any:
    """Return a document whose keys are all texts, as in JSON."""
    if isinstance(node, Mapping):
        return {str(key): _texted(value) for key, value in node.items()}
    return [_texted(one) for one in node] if isinstance(node, list) else node


EXAMPLE_RULES = (_examples,)
