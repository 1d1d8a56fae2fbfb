"""One contract as the templates look at it: everything about it, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from specs.contract.document import Contract, Operation
from specs.contract.lifecycle import Lifecycle
from specs.contract.provenance import Provenance
from specs.contract.requirement import Kind, Requirement
from specs.contract.review.findings import Findings
from specs.contract.review.outline import Section, outline
from specs.contract.review.site import content
from specs.contract.review.site.verdicts import Run, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """One declared answer of an operation."""

    status: str
    node: Mapping[str, Any]
    provenance: Provenance
    requirement: Requirement


@dataclass(frozen=True)
class View:
    """One readable contract, its findings, and the runs that judged a target by it."""

    findings: Findings
    contract: Contract
    runs: tuple[Run, ...]

    @property
    def name(self) -> str:
        """The name of the API, which is the name of its folder too."""
        return self.contract.name

    @cached_property
    def outline(self) -> tuple[Section, ...]:
        """The sections of the source documents, with what rests on them."""
        return outline(self.contract, self.findings.statements)

    @property
    def covered(self) -> int:
        """How many sections something rests on."""
        return sum(one.is_covered for one in self.outline)

    def by_source(self) -> Iterator[tuple[Any, list[Section]]]:
        """Yield each source document with its sections."""
        for _, each in groupby(self.outline, key=lambda one: one.source.id):
            sections = list(each)
            yield sections[0].source, sections

    def by_tag(self) -> Iterator[tuple[str, str, list[Operation]]]:
        """Yield each tag with its description and its operations, in the order of the tags."""
        described = {
            str(one["name"]): str(one.get("description", ""))
            for one in self.contract.document.get("tags", [])
        }
        found: dict[str, list[Operation]] = {name: [] for name in described}
        for one in self.contract.operations.values():
            tag = str((one.node.get("tags") or ["Operations"])[0])
            found.setdefault(tag, []).append(one)
        for name, each in found.items():
            if each:
                yield name, described.get(name, ""), each

    def stated(
        self, *, operation: str | None = None, schema: str | None = None
    ) -> tuple[Requirement, ...]:
        """Return the explicit requirements of an operation, of a schema, or of the whole API."""
        return tuple(
            one
            for one in self.findings.explicit
            if one.operation_id == operation and one.schema == schema
        )

    def of_cycle(self, cycle: Lifecycle, kind: str) -> tuple[Requirement, ...]:
        """Return the derived requirements of one kind of a life cycle."""
        return tuple(
            one
            for one in self.contract.requirements.values()
            if one.schema == cycle.schema and one.kind is Kind(kind)
        )

    def moves(self, cycle: Lifecycle) -> Iterator[tuple[Any, Requirement]]:
        """Yield each transition with the requirement that it makes."""
        for one in cycle.transitions:
            identity = f"{self.name}/{cycle.schema}/{one.command}/{one.source}-{one.target}"
            yield one, self.contract.requirements[identity]

    def moved(self, operation: Operation) -> tuple[str, ...]:
        """Return the schemas whose life cycles an operation has a part in."""
        return tuple(
            one.schema
            for one in self.contract.lifecycles.values()
            if operation.id in one.creators
            or any(way.trigger == operation.id for way in one.transitions)
        )

    def answers(self, operation: Operation) -> Iterator[Answer]:
        """Yield what an operation answers, each with its provenance."""
        for status, node in operation.responses.items():
            requirement = self.contract.requirements[f"{self.name}/{operation.id}/{status}"]
            yield Answer(status, node, content.own(node, operation.provenance), requirement)

    def body(self, operation: Operation) -> Mapping[str, Any]:
        """Return the request body of an operation, empty if it takes none."""
        return self.contract.resolve(operation.node.get("requestBody", {}))

    def verdicts(self, identity: str) -> Sequence[tuple[Run, Verdict]]:
        """Return what each run says of a requirement."""
        return [(run, run.verdicts[identity]) for run in self.runs if identity in run.verdicts]

    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the schemas of `components`, by name."""
        found: Mapping[str, Mapping[str, Any]] = self.contract.document.get("components", {}).get(
            "schemas", {}
        )
        return found
