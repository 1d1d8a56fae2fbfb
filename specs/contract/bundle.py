"""A contract that is spread over several files as one document.

A `$ref` may lead to any file in the folder of the contract and the folders below it, and nowhere
else. Schemas of other files become schemas of `components`; everything else is put in the place
of its reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from specs.contract.errors import ContractError, FileError
from specs.contract.text import LARGEST, escape, follow, line_of, parse

SCHEMA_PARTS = frozenset({"items", "additionalProperties", "not"})
SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
LITERAL = frozenset({"default", "enum", "example", "value"})
NAMED = frozenset({
    "callbacks", "content", "encoding", "examples", "headers", "links", "paths",
    "requestBodies", "responses", "securitySchemes", "variables",
})  # fmt: skip
"""Under these keys stand names that the author chose, not keywords."""

FOREIGN = frozenset({"$schema", "$id", "$defs", "definitions"})
"""What a file of JSON Schema has beside its schema, and OpenAPI does not know."""

COMPONENT = re.compile(r"/components/schemas/[^/]+")


class Spot(NamedTuple):
    """A place in a file."""

    file: Path
    pointer: str

    def child(self, key: object) -> Spot:
        return Spot(self.file, f"{self.pointer}/{escape(key)}")


@dataclass
class Bundle:
    """The files of one contract, read as they are referred to."""

    main: Path
    document: dict[str, Any]
    texts: dict[Path, bytes]
    _documents: dict[Path, Any] = field(default_factory=dict)
    _schemas: dict[Spot, str] = field(default_factory=dict)
    _added: dict[str, Any] = field(default_factory=dict)
    _opening: list[Spot] = field(default_factory=list)

    @classmethod
    def open(cls, place: Path) -> Bundle:
        """Return the bundle that begins with the file at *place*; raise `FileError`."""
        main = place.resolve()
        bundle = cls(main, {}, {})
        document = bundle._read(main, place.name)
        if not isinstance(document, dict):
            raise FileError(place.name, ContractError("", "not an OpenAPI document: no mapping"), 1)
        bundle.document = document
        return bundle

    def joined(self) -> dict[str, Any]:
        """Return the document with every reference to another file resolved."""
        found: dict[str, Any] = self._walk(self.document, Spot(self.main, ""))
        if self._added:
            components = found.setdefault("components", {})
            components["schemas"] = {**components.get("schemas", {}), **self._added}
        return found

    def shown(self, file: Path) -> str:
        """Return the name of a file as seen from the folder of the contract."""
        return str(file.relative_to(self.main.parent))

    def refused(self, spot: Spot, reason: str) -> FileError:
        """Return the error that something at *spot* is wrong."""
        line = line_of(self.texts[spot.file], spot.pointer) if spot.file in self.texts else None
        return FileError(self.shown(spot.file), ContractError(spot.pointer, reason), line)

    def _read(self, file: Path, name: str) -> Any:
        if file not in self._documents:
            try:
                if file.stat().st_size > LARGEST:
                    raise ContractError("", f"larger than {LARGEST} bytes")
                self.texts[file] = file.read_bytes()
                self._documents[file] = parse(self.texts[file])
            except OSError as error:
                raise ContractError("", f"{name} cannot be read: {error.strerror}") from None
            except ContractError as error:
                raise FileError(name, error, error.line) from None
        return self._documents[file]

    # -- what a node is is known from the way to it --------------------------------------------

    def _walk(self, node: Any, spot: Spot) -> Any:
        """Return an object of OpenAPI that is no schema."""
        if isinstance(node, list):
            return [self._walk(one, spot.child(index)) for index, one in enumerate(node)]
        if not isinstance(node, Mapping):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            found = self._target(reference, spot)
            is_here = found.file == self.main
            return {"$ref": f"#{found.pointer}"} if is_here else self._opened(found)
        return {key: self._part(key, value, spot.child(key)) for key, value in node.items()}

    def _part(self, key: str, value: Any, spot: Spot) -> Any:
        if key in LITERAL or key.startswith("x-"):
            return value
        if key == "schema":
            return self._schema(value, spot)
        if key == "schemas" and isinstance(value, Mapping):
            return {name: self._schema(one, spot.child(name)) for name, one in value.items()}
        if key in NAMED and isinstance(value, Mapping):
            return {name: self._entry(key, one, spot.child(name)) for name, one in value.items()}
        return self._walk(value, spot)

    def _entry(self, key: str, node: Any, spot: Spot) -> Any:
        """Return an entry of a mapping of names; a path is put in place, also of this file."""
        if key == "paths" and isinstance(node, Mapping):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/"):
                return self._opened(Spot(spot.file, reference[1:]))
        return self._walk(node, spot)

    def _schema(self, node: Any, spot: Spot) -> Any:
        if not isinstance(node, Mapping):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            return {"$ref": self._named(self._target(reference, spot))}
        return {
            key: self._schema_part(key, one, spot.child(key))
            for key, one in node.items()
            if key not in FOREIGN or spot.file == self.main
        }

    def _schema_part(self, key: str, value: Any, spot: Spot) -> Any:
        if key in SCHEMA_PARTS:
            return self._schema(value, spot)
        if key in SCHEMA_LISTS and isinstance(value, list):
            return [self._schema(one, spot.child(index)) for index, one in enumerate(value)]
        if key == "properties" and isinstance(value, Mapping):
            return {name: self._schema(one, spot.child(name)) for name, one in value.items()}
        if key == "discriminator" and isinstance(value, Mapping) and "mapping" in value:
            return {**value, "mapping": self._mapping(value["mapping"], spot.child("mapping"))}
        return value

    def _mapping(self, node: Any, spot: Spot) -> Any:
        if not isinstance(node, Mapping):
            return node
        found = {}
        for name, reference in node.items():
            is_name = not isinstance(reference, str) or not re.search(r"[./#]", reference)
            found[name] = (
                reference if is_name else self._named(self._target(reference, spot.child(name)))
            )
        return found

    # -- references ----------------------------------------------------------------------------

    def _target(self, reference: str, spot: Spot) -> Spot:
        """Return where *reference* leads; raise `FileError` if that is nowhere, or too far."""
        address, _, pointer = reference.partition("#")
        if urlsplit(address).scheme or address.startswith("//"):
            raise self.refused(spot, f"{reference!r} is not in the folder of the contract")
        file = (spot.file.parent / unquote(address)).resolve() if address else spot.file
        if not file.is_relative_to(self.main.parent):
            raise self.refused(spot, f"{reference!r} leaves the folder of the contract")
        found = Spot(file, unquote(pointer))
        try:
            follow(self._read(file, self.shown(file)), found.pointer)
        except FileError:
            raise
        except ContractError as error:
            raise self.refused(spot, f"{reference!r} leads nowhere: {error.reason}") from None
        return found

    def _opened(self, spot: Spot) -> Any:
        """Return what stands at *spot*, to be put in the place of a reference to it."""
        if spot in self._opening:
            raise self.refused(self._opening[-1], "a reference leads back to itself")
        self._opening.append(spot)
        found = self._walk(follow(self._documents[spot.file], spot.pointer), spot)
        self._opening.pop()
        return found

    def _named(self, spot: Spot) -> str:
        """Return the local reference to a schema, which becomes a component if it is none."""
        if spot.file == self.main and COMPONENT.fullmatch(spot.pointer):
            return f"#{spot.pointer}"
        if spot not in self._schemas:
            own = self.document.get("components", {}).get("schemas", {})
            stem = re.sub(r"[^A-Za-z0-9._-]", "-", spot.pointer.rpartition("/")[2])
            name = stem or spot.file.stem
            number = 2
            while name in own or name in self._added:
                name, number = f"{stem or spot.file.stem}-{number}", number + 1
            self._schemas[spot] = name
            self._added[name] = {}  # it may refer to itself
            node = follow(self._documents[spot.file], spot.pointer)
            self._added[name] = self._schema(node, spot)
        return f"#/components/schemas/{self._schemas[spot]}"
