"""A contract as it is written, before anybody believes it, and the ways to walk through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from specs.contract.document import METHODS
from specs.contract.errors import ContractError
from specs.contract.reader import locate

# Under these keys stand names that the author chose, not keywords.
NAMED = frozenset({
    "callbacks", "content", "encoding", "examples", "headers", "links", "mapping", "names",
    "parameters", "paths", "properties", "requestBodies", "responses", "schemas", "scopes",
    "sections", "securitySchemes", "variables", "x-sources",
})  # fmt: skip
# Under these keys stands data, in which nothing is a keyword.
LITERAL = frozenset({"default", "enum", "example", "value"})


class Place(NamedTuple):
    """A mapping of the document and the JSON pointer to it."""

    pointer: str
    node: Mapping[str, Any]


class Step(NamedTuple):
    """An operation, with the path and the method that lead to it."""

    path: str
    method: str
    pointer: str
    node: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.node.get("operationId", ""))


@dataclass(frozen=True)
class Draft:
    """The text of one contract and the document that it spells.

    Every walk leaves out what is not of the shape that OpenAPI wants: to say so is the business
    of a validator of OpenAPI.
    """

    name: str
    text: str
    document: dict[str, Any]

    @classmethod
    def load(cls, name: str) -> Draft:
        """Return the draft of that name, or of the file of that path; as `contract.load`."""
        return cls.parse(locate(name).read_bytes(), Path(name).stem)

    @classmethod
    def parse(cls, text: bytes, name: str) -> Draft:
        """Return the draft that *text* spells; raise `ContractError` if it is no mapping."""
        try:
            spelled = text.decode()
            document = yaml.load(spelled, Loader=_loader())  # noqa: S506 - it is a safe one
        except yaml.YAMLError as error:
            raise ContractError("", f"not YAML: {' '.join(str(error).split())}") from None
        except UnicodeDecodeError:
            raise ContractError("", "not UTF-8") from None
        if not isinstance(document, dict):
            raise ContractError("", "not an OpenAPI document: it is no mapping")
        return cls(name, spelled, document)

    @cached_property
    def tree(self) -> yaml.Node:
        """The text as YAML nodes, which still know how each scalar was written, and where."""
        found = yaml.compose(self.text, Loader=_loader())
        assert found is not None  # a mapping was parsed from it
        return found

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """The line on which the thing at a pointer starts."""
        found: dict[str, int] = {}
        for pointer, line, _, _ in scalars(self.tree):
            found.setdefault(pointer, line)
        return found

    def line(self, pointer: str) -> int:
        """Return the line of *pointer*, or of the nearest parent that has one."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)

    def resolve(self, place: Place) -> Place | None:
        """Return *place*, or what its `$ref` points at; None if that is nothing of ours."""
        seen: set[str] = set()
        while isinstance(reference := place.node.get("$ref"), str):
            if not reference.startswith("#/") or reference in seen:
                return None
            seen.add(reference)
            found: Any = self.document
            for part in reference[2:].split("/"):
                key = part.replace("~1", "/").replace("~0", "~")
                found = found.get(key) if isinstance(found, Mapping) else None
            if not isinstance(found, Mapping):
                return None
            place = Place(reference[1:], found)
        return place

    @cached_property
    def mappings(self) -> tuple[Place, ...]:
        """Every mapping that is not data, in the order of the document."""
        return tuple(_walk(Place("", self.document), named=False))

    @cached_property
    def operations(self) -> tuple[Step, ...]:
        """Every operation, in the order of the document."""
        return tuple(
            Step(path, method, f"{pointer}/{method}", node)
            for path, (pointer, item) in self.children(Place("", self.document), "paths")
            for method, node in item.items()
            if method in METHODS and isinstance(node, Mapping)
        )

    @cached_property
    def schemas(self) -> Mapping[str, Place]:
        """The schemas of `components`."""
        return dict(self.children(Place("/components", self.components), "schemas"))

    @property
    def components(self) -> Mapping[str, Any]:
        found = self.document.get("components")
        return found if isinstance(found, Mapping) else {}

    @property
    def info(self) -> Mapping[str, Any]:
        found = self.document.get("info")
        return found if isinstance(found, Mapping) else {}

    def children(self, place: Place, key: str) -> Iterator[tuple[str, Place]]:
        """Yield each mapping under *key* of *place*: those of a mapping, or of a list."""
        found = place.node.get(key)
        entries: Any = {}
        if isinstance(found, Mapping):
            entries = found.items()
        elif isinstance(found, list):
            entries = enumerate(found)
        for name, node in entries:
            if isinstance(node, Mapping):
                yield str(name), Place(f"{place.pointer}/{key}/{escape(name)}", node)

    def responses(self, step: Step) -> Iterator[tuple[str, Place]]:
        """Yield the status and the resolved response of each answer of an operation."""
        for status, place in self.children(Place(step.pointer, step.node), "responses"):
            if found := self.resolve(place):
                yield status, found

    def bodies(self, step: Step) -> Iterator[tuple[str, Place]]:
        """Yield the name and the media type object of each request body of an operation."""
        node = step.node.get("requestBody")
        if isinstance(node, Mapping):
            body = self.resolve(Place(f"{step.pointer}/requestBody", node))
            yield from self.children(body, "content") if body else ()

    def citations(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the pointer and the content of each `x-provenance`."""
        for pointer, node in self.mappings:
            if isinstance(own := node.get("x-provenance"), Mapping):
                yield f"{pointer}/x-provenance", own

    def subschemas(self, place: Place) -> Iterator[Place]:
        """Yield the schemas that stand directly in a schema."""
        pointer, node = place
        yield from (one for _, one in self.children(place, "properties"))
        for key in ("allOf", "anyOf", "oneOf"):
            yield from (one for _, one in self.children(place, key))
        for key in ("items", "additionalProperties", "not"):
            if isinstance(part := node.get(key), Mapping):
                yield Place(f"{pointer}/{key}", part)


def escape(key: object) -> str:
    """Return *key* as a part of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def scalars(node: yaml.Node, pointer: str = "") -> Iterator[tuple[str, int, yaml.Node, bool]]:
    """Yield pointer, line, node and whether it is a key, of each node of a YAML tree."""
    yield pointer, node.start_mark.line + 1, node, False
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = f"{pointer}/{escape(key.value)}"
            yield here, key.start_mark.line + 1, key, True
            yield from scalars(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from scalars(value, f"{pointer}/{index}")


def _walk(place: Place, *, named: bool) -> Iterator[Place]:
    pointer, node = place
    if not named:
        yield place
    for key, value in node.items():
        if not named and key in LITERAL:
            continue
        here = f"{pointer}/{escape(key)}"
        if isinstance(value, Mapping):
            yield from _walk(Place(here, value), named=not named and key in NAMED)
        elif isinstance(value, list):
            for index, entry in enumerate(value):
                if isinstance(entry, Mapping):
                    yield from _walk(Place(f"{here}/{index}", entry), named=False)


def _loader() -> Any:
    """Return the safe loader written in C, where PyYAML was built with it."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
