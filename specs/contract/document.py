"""The contract of one API: its document, and look-ups into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from specs.contract import provenance
from specs.contract.errors import ContractError
from specs.contract.lifecycle import Lifecycle
from specs.contract.provenance import Provenance
from specs.contract.requirement import Kind, Requirement

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a contract was written from, with its outline (section id -> title)."""

    id: str
    title: str
    version: str
    retrieved: str
    sections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `parameters` and `responses` are resolved one level deep."""

    id: str
    method: str
    path: str
    node: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    responses: Mapping[str, Mapping[str, Any]]
    provenance: Provenance

    @property
    def label(self) -> str:
        """Method and path, as people say it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def is_safe(self) -> bool:
        """Whether HTTP calls the method safe: a client may send it without consequences."""
        return self.method in {"get", "head", "options", "trace"}


@dataclass(frozen=True)
class Contract:
    """One documented API as we read it."""

    name: str
    document: dict[str, Any]
    sha256: str
    base_paths: tuple[str, ...]
    sources: Mapping[str, Source]
    operations: Mapping[str, Operation]
    lifecycles: Mapping[str, Lifecycle]
    requirements: Mapping[str, Requirement] = field(repr=False)

    @property
    def title(self) -> str:
        """The name of the API as its owner writes it."""
        return str(self.document["info"]["title"])

    @cached_property
    def provenance(self) -> Provenance:
        """What a statement inherits if nothing nearer to it has a provenance."""
        own = self.document["info"].get("x-provenance")
        return provenance.UNSTATED if own is None else provenance.parse(own, "/info/x-provenance")

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return *node*, or what its local `$ref` points at, however long the chain."""
        return resolve(self.document, node)

    def schema(self, name: str) -> Mapping[str, Any]:
        """Return a schema of `components` by its name."""
        found: Mapping[str, Any] = self.document["components"]["schemas"][name]
        return found

    @cached_property
    def explicit(self) -> tuple[Requirement, ...]:
        """The requirements written in `x-requirements` that a check can decide."""
        return tuple(
            one
            for one in self.requirements.values()
            if one.kind is Kind.EXPLICIT and one.uncheckable is None
        )

    @cached_property
    def uncheckable(self) -> tuple[Requirement, ...]:
        """The statements that no observer can check, each with its reason."""
        return tuple(one for one in self.requirements.values() if one.uncheckable is not None)


def resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *node*, or what its local `$ref` points at in *document*."""
    seen: set[str] = set()
    while isinstance(reference := node.get("$ref"), str):
        if not reference.startswith("#/") or reference in seen:
            raise ContractError(reference, "a $ref stays in its document and leads somewhere")
        seen.add(reference)
        found: Any = document
        for part in reference[2:].split("/"):
            try:
                found = found[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise ContractError(reference, "nothing is there") from None
        node = found
    return node
