"""Everything a review says of one contract, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from specs.contract.document import Contract
from specs.contract.errors import ContractError
from specs.contract.lint import Draft, Problem, lint
from specs.contract.provenance import Deviation, Status
from specs.contract.reader import load, read
from specs.contract.requirement import Kind, Requirement
from specs.contract.review.statement import Form, Statement, statements


@dataclass(frozen=True)
class Findings:
    """What lint and a count of its statements find in one contract.

    A contract that cannot be read has no more than problems and the reason, `unreadable`.
    """

    draft: Draft
    problems: tuple[Problem, ...]
    contract: Contract | None
    statements: tuple[Statement, ...]
    unreadable: str

    @classmethod
    def of(cls, name: str) -> Findings:
        """Return the findings on the contract of that name, or in the file of that path.

        A file that does not keep our format is read as one of somebody else, if it can be.
        """
        found = cls.of_draft(Draft.load(name))
        if not found.unreadable:
            return found
        try:
            contract = load(name)
            return replace(found, contract=contract, statements=statements(contract), unreadable="")
        except ContractError:
            return found

    @classmethod
    def of_draft(cls, draft: Draft) -> Findings:
        """Return the findings on a draft, readable or not."""
        problems = lint(draft)
        try:
            contract = read(draft.text.encode(), draft.name)
            found = statements(contract)
        except ContractError as error:
            return cls(draft, problems, None, (), str(error))
        return cls(draft, problems, contract, found, "")

    @property
    def is_sound(self) -> bool:
        """Whether the contract can be read and breaks no MUST."""
        return self.contract is not None and not any(one.is_must for one in self.problems)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All requirements, written down or derived."""
        return () if self.contract is None else tuple(self.contract.requirements.values())

    @cached_property
    def explicit(self) -> tuple[Requirement, ...]:
        """The requirements that are written down as such, checkable or not."""
        return tuple(one for one in self.requirements if one.kind is Kind.EXPLICIT)

    @cached_property
    def uncheckable(self) -> tuple[Requirement, ...]:
        return () if self.contract is None else self.contract.uncheckable

    @cached_property
    def derived(self) -> Mapping[Kind, int]:
        """How many requirements follow from the rest of the contract, by kind."""
        return Counter(one.kind for one in self.requirements if one.kind is not Kind.EXPLICIT)

    @cached_property
    def forms(self) -> Mapping[Form, Mapping[Status, int]]:
        """How many statements of each form there are, by status."""
        counts = Counter((one.form, one.provenance.status) for one in self.statements)
        return {form: {status: counts[form, status] for status in Status} for form in Form}

    @cached_property
    def statuses(self) -> Mapping[Status, int]:
        """How many statements there are, by status."""
        counts = Counter(one.provenance.status for one in self.statements)
        return {status: counts[status] for status in Status}

    @cached_property
    def sections(self) -> Mapping[tuple[str, str], Mapping[Form, int]]:
        """How many statements of each form rest on each section, in the order of the sources."""
        counts = Counter(
            (one.provenance.source, one.provenance.section, one.form) for one in self.statements
        )
        sources = self.contract.sources.values() if self.contract else ()
        return {
            (source.id, section): {form: counts[source.id, section, form] for form in Form}
            for source in sources
            for section in source.sections
        }

    @property
    def coverage(self) -> tuple[int, int]:
        """How many sections of the sources something rests on, and how many there are."""
        return sum(any(one.values()) for one in self.sections.values()), len(self.sections)

    @cached_property
    def guesses(self) -> Mapping[str, tuple[Statement, ...]]:
        """The inferred statements by their reason."""
        found: dict[str, list[Statement]] = {}
        for one in self.statements:
            if one.provenance.status is Status.INFERRED:
                found.setdefault(one.provenance.reason, []).append(one)
        return {reason: tuple(each) for reason, each in found.items()}

    @cached_property
    def deviations(self) -> Mapping[Deviation, tuple[Statement, ...]]:
        """What real implementations are known to do otherwise, and which statements that is."""
        found: dict[Deviation, list[Statement]] = {}
        for one in self.statements:
            for deviation in one.provenance.deviations:
                found.setdefault(deviation, []).append(one)
        return {deviation: tuple(each) for deviation, each in found.items()}
