"""From the text of a contract to the contract: which there are, and what each says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from specs.contract import cache, lifecycle, provenance
from specs.contract.adoption import adopt, blamed, check_lifecycles
from specs.contract.document import METHODS, Contract, Operation, Source, resolve
from specs.contract.errors import ContractError, UnknownApiError
from specs.contract.lifecycle import Lifecycle
from specs.contract.provenance import Provenance
from specs.contract.requirement import Kind, Requirement
from specs.contract.text import parse


def names() -> tuple[str, ...]:
    """Return the names of the contracts that come with Callsheet, in alphabetical order."""
    entries = (Path(entry.name) for entry in files("specs").iterdir())
    return tuple(
        sorted(one.stem for one in entries if one.suffix == ".yaml" and "." not in one.stem)
    )


def load(name: str) -> Contract:
    """Return the contract of that name, or the one in the YAML or JSON file of that path.

    Raises `UnknownApiError` if there is neither, and `ContractError` if it cannot be read; for a
    file that says in which line.
    """
    place = locate(name)
    if not isinstance(place, Path) or name in names():
        return read(place.read_bytes(), Path(name).stem)
    document, sha256 = adopt(place)
    try:
        contract = _contract(document, place.stem, sha256)
        check_lifecycles(contract)
    except ContractError as error:
        raise blamed(place, error) from error
    return contract


def locate(name: str) -> Traversable:
    """Return the file of the contract of that name, or the YAML or JSON file of that path.

    Raises `UnknownApiError` if there is neither.
    """
    if name in names():
        return files("specs").joinpath(f"{name}.yaml")
    path = Path(name)
    if path.suffix in {".yaml", ".yml", ".json"} and path.is_file():
        return path
    raise UnknownApiError(name, names())


def read(text: bytes, name: str) -> Contract:
    """Return the contract that *text* spells, under *name*; raise `ContractError` if it is none."""
    sha256 = hashlib.sha256(text).hexdigest()
    document = cache.recall(f"document-{sha256}")
    if document is None:
        document = parse(text)
        cache.keep(f"document-{sha256}", document)
    return _contract(document, name, sha256)


def _contract(document: Any, name: str, sha256: str) -> Contract:
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise ContractError("", "not an OpenAPI document: it has no 'paths'")
    if not isinstance(document.get("info"), dict) or "title" not in document["info"]:
        raise ContractError("/info", "an OpenAPI document needs info with a title")
    try:
        return _Reader(document, name).contract(sha256)
    except ContractError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"something has not the shape it has in OpenAPI: {error}"
        raise ContractError("", " ".join(reason.split())) from error


class _Reader:
    """Reads one parsed document, top down; holds nothing but the document and its name."""

    def __init__(self, document: dict[str, Any], name: str) -> None:
        self._document = document
        self._name = name
        self._root = self._provenance(document["info"], provenance.UNSTATED, "/info")

    def contract(self, sha256: str) -> Contract:
        operations = {one.id: one for one in self._operations()}
        lifecycles = {one.schema: one for one in self._lifecycles()}
        requirements: dict[str, Requirement] = {}
        for one in (
            *self._explicit(operations),
            *self._responses(operations),
            *self._states(lifecycles),
        ):
            if one.id in requirements:
                raise ContractError("", f"the requirement id {one.id} is used twice")
            requirements[one.id] = one
        return Contract(
            name=self._name,
            document=self._document,
            sha256=sha256,
            base_paths=self._base_paths(),
            sources=self._sources(),
            operations=operations,
            lifecycles=lifecycles,
            requirements=requirements,
        )

    def _base_paths(self) -> tuple[str, ...]:
        servers = self._document.get("servers") or [{"url": "/"}]
        paths = (urlsplit(str(one["url"])).path.rstrip("/") for one in servers)
        return tuple(dict.fromkeys(paths))

    def _sources(self) -> dict[str, Source]:
        return {
            key: Source(
                id=key,
                title=node["title"],
                version=str(node.get("version", "")),
                retrieved=str(node.get("retrieved", "")),
                sections=dict(node.get("sections", {})),
            )
            for key, node in self._document["info"].get("x-sources", {}).items()
        }

    def _provenance(
        self, node: Mapping[str, Any], inherited: Provenance, pointer: str
    ) -> Provenance:
        own = node.get("x-provenance")
        return inherited if own is None else provenance.parse(own, f"{pointer}/x-provenance")

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._document["paths"].items():
            shared = item.get("parameters", [])
            for method in METHODS:
                if method not in item:
                    continue
                node, here = item[method], f"/paths/{path.replace('/', '~1')}/{method}"
                if not isinstance(node.get("operationId"), str):
                    raise ContractError(here, "an operation needs an operationId")
                yield Operation(
                    id=node["operationId"],
                    method=method,
                    path=path,
                    node=node,
                    parameters=self._parameters(shared, node.get("parameters", [])),
                    responses={
                        str(status): self._resolve(one)
                        for status, one in node.get("responses", {}).items()
                    },
                    provenance=self._provenance(node, self._root, here),
                )

    def _parameters(
        self, shared: list[Mapping[str, Any]], own: list[Mapping[str, Any]]
    ) -> tuple[Mapping[str, Any], ...]:
        """Return the parameters of a path and of its operation; the latter's own win."""
        found = [self._resolve(one) for one in (*shared, *own)]
        return tuple({(one["in"], one["name"]): one for one in found}.values())

    def _schemas(self) -> Iterator[tuple[str, Mapping[str, Any], str]]:
        schemas = self._document.get("components", {}).get("schemas", {})
        for name, node in schemas.items():
            yield name, node, f"/components/schemas/{name}"

    def _lifecycles(self) -> Iterator[Lifecycle]:
        for name, schema, pointer in self._schemas():
            node = schema.get("x-lifecycle")
            if node is None:
                continue
            here = f"{pointer}/x-lifecycle"
            inherited = self._provenance(schema, self._root, pointer)
            own = self._provenance(node, inherited, here)
            each = tuple(
                self._provenance(entry, own, f"{here}/transitions/{index}")
                for index, entry in enumerate(node.get("transitions", []))
            )
            states = tuple(str(one) for one in self._enum(schema, node, here))
            yield lifecycle.parse(name, node, states, (own, each), here)

    def _enum(
        self, schema: Mapping[str, Any], node: Mapping[str, Any], pointer: str
    ) -> list[object]:
        """Return the enum of the state property, which may stand in a part of an allOf."""
        for part in (schema, *(self._resolve(one) for one in schema.get("allOf", []))):
            found = part.get("properties", {}).get(node.get("property"))
            if found is not None and "enum" in self._resolve(found):
                return [one for one in self._resolve(found)["enum"] if one is not None]
        if isinstance(node.get("states"), list):  # no property shows it as such on the wire
            return list(node["states"])
        raise ContractError(pointer, f"{node.get('property')!r} is no property with an enum")

    def _explicit(self, operations: Mapping[str, Operation]) -> Iterator[Requirement]:
        info = self._document["info"]
        yield from self._entries(info, self._name, self._root, "/info")
        for operation in operations.values():
            pointer = f"/paths/{operation.path.replace('/', '~1')}/{operation.method}"
            prefix = f"{self._name}/{operation.id}"
            for one in self._entries(operation.node, prefix, operation.provenance, pointer):
                yield Requirement(
                    one.id, one.kind, one.statement, one.provenance,
                    operation.id, None, one.uncheckable,
                )  # fmt: skip
        for name, schema, pointer in self._schemas():
            inherited = self._provenance(schema, self._root, pointer)
            for one in self._entries(schema, f"{self._name}/{name}", inherited, pointer):
                yield Requirement(
                    one.id, one.kind, one.statement, one.provenance, None, name, one.uncheckable
                )

    def _entries(
        self, node: Mapping[str, Any], prefix: str, inherited: Provenance, pointer: str
    ) -> Iterator[Requirement]:
        for index, entry in enumerate(node.get("x-requirements", [])):
            here = f"{pointer}/x-requirements/{index}"
            if not isinstance(entry.get("id"), str) or not isinstance(entry.get("statement"), str):
                raise ContractError(here, "a requirement needs an id and a statement")
            yield Requirement(
                id=f"{prefix}/{entry['id']}",
                kind=Kind.EXPLICIT,
                statement=" ".join(entry["statement"].split()),
                provenance=self._provenance(entry, inherited, here),
                uncheckable=entry.get("uncheckable"),
            )

    def _responses(self, operations: Mapping[str, Operation]) -> Iterator[Requirement]:
        for operation in operations.values():
            for status, node in operation.responses.items():
                here = f"{operation.label} {status}"
                yield Requirement(
                    id=f"{self._name}/{operation.id}/{status}",
                    kind=Kind.RESPONSE,
                    statement=f"{operation.label} answers {status} as declared: "
                    + " ".join(str(node.get("description", "")).split()),
                    provenance=self._provenance(node, operation.provenance, here),
                    operation_id=operation.id,
                )

    def _states(self, lifecycles: Mapping[str, Lifecycle]) -> Iterator[Requirement]:
        for cycle in lifecycles.values():
            prefix = f"{self._name}/{cycle.schema}"
            for creator in cycle.creators:
                yield Requirement(
                    id=f"{prefix}/{creator}/initial",
                    kind=Kind.INITIAL,
                    statement=f"{creator} makes a {cycle.schema} that starts as "
                    + " or ".join(cycle.initial)
                    + ".",
                    provenance=cycle.provenance,
                    operation_id=creator,
                    schema=cycle.schema,
                )
            for one in cycle.transitions:
                verb = f"{one.command} takes" if one.trigger else "The scheduler may take"
                yield Requirement(
                    id=f"{prefix}/{one.command}/{one.source}-{one.target}",
                    kind=Kind.COMMAND if one.trigger else Kind.PERMISSION,
                    statement=f"{verb} a {cycle.schema} from {one.source} to {one.target}.",
                    provenance=one.provenance,
                    operation_id=one.trigger,
                    schema=cycle.schema,
                )
            for command in cycle.commands():
                yield Requirement(
                    id=f"{prefix}/{command}/refusal",
                    kind=Kind.REFUSAL,
                    statement=f"In a state that {command} does not leave, it changes nothing.",
                    provenance=cycle.provenance,
                    schema=cycle.schema,
                )
            yield Requirement(
                id=f"{prefix}/closed",
                kind=Kind.CLOSED,
                statement=f"A {cycle.schema} changes its {cycle.property} only along the "
                "declared transitions.",
                provenance=cycle.provenance,
                schema=cycle.schema,
            )

    def _resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        return resolve(self._document, node)
