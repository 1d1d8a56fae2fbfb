"""Documents the other way round: each section, and what of a contract rests on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from specs.contract.document import Contract, Source
from specs.contract.provenance import Provenance
from specs.contract.requirement import Kind, Requirement
from specs.contract.review.statement import Statement


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a source document, with the statements and requirements that cite it."""

    source: Source
    id: str
    title: str
    statements: tuple[Statement, ...]
    requirements: tuple[Requirement, ...]

    @property
    def is_covered(self) -> bool:
        """Whether anything in the contract rests on it."""
        return bool(self.statements)


def outline(contract: Contract, found: Iterable[Statement]) -> tuple[Section, ...]:
    """Return every section of every source of a contract, in the order of the documents.

    *found* are the contract's statements; requirements are those that can be cited by id.
    """
    statements: dict[tuple[str, str], list[Statement]] = {}
    for one in found:
        statements.setdefault(_place(one.provenance), []).append(one)
    requirements: dict[tuple[str, str], list[Requirement]] = {}
    for requirement in contract.requirements.values():
        if requirement.kind is Kind.EXPLICIT:
            requirements.setdefault(_place(requirement.provenance), []).append(requirement)
    return tuple(
        Section(
            source,
            section,
            title,
            tuple(statements.get((source.id, section), ())),
            tuple(requirements.get((source.id, section), ())),
        )
        for source in contract.sources.values()
        for section, title in source.sections.items()
    )


def _place(one: Provenance) -> tuple[str, str]:
    return one.source, one.section
