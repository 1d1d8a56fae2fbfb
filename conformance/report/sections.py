"""A report by the sections of the documents that the statements come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.events import Report
from conformance.verdict import Result, Verdict
from specs.contract import Requirement, Status

BESIDES = {
    Status.OBSERVED: "Not documented, but observed",
    Status.INFERRED: "Not documented, but inferred",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a source document, with all that a run says about it."""

    document: str
    title: str
    results: tuple[Result, ...]
    uncheckable: tuple[Requirement, ...]

    def number(self, verdict: Verdict) -> int:
        """Return how many of its requirements came out so."""
        return sum(one.verdict is verdict for one in self.results)

    @property
    def passed(self) -> float:
        """The share of its requirements that passed, from 0 to 1."""
        return self.number(Verdict.PASS) / len(self.results) if self.results else 0.0

    @property
    def worst(self) -> Verdict | None:
        """The verdict that most deserves a look; None where there is none."""
        found = {one.verdict for one in self.results}
        return next((one for one in WORST_FIRST if one in found), None)


WORST_FIRST = (
    Verdict.FAIL, Verdict.ERROR, Verdict.FLAKY, Verdict.NOT_REACHED, Verdict.DIFFERS,
    Verdict.WAIVED, Verdict.UNSUPPORTED, Verdict.PASS,
)  # fmt: skip


def sections(report: Report) -> list[Section]:
    """Return the sections that something is to be said about, in the order of the documents."""
    sources = report.contract.sources
    order = [
        (one.id, section) for one in sources.values() for section in one.sections
    ]  # fmt: skip
    found = []
    for source, section in order:
        title = sources[source].sections[section]
        document = f"{sources[source].title} {sources[source].version}".rstrip()
        results = [one for one in report.results if _place(one.requirement) == (source, section)]
        silent = [one for one in report.uncheckable if _place(one) == (source, section)]
        found.append(_section(document, title, results, silent))
    for status, title in BESIDES.items():
        results = [
            one for one in report.results if one.requirement.provenance.status is status
        ]  # fmt: skip
        silent = [one for one in report.uncheckable if one.provenance.status is status]
        found.append(_section("", title, results, silent))
    return [one for one in found if one.results or one.uncheckable]


def _section(
    document: str, title: str, results: Sequence[Result], silent: Sequence[Requirement]
) -> Section:
    worst_first = sorted(results, key=lambda one: WORST_FIRST.index(one.verdict))
    return Section(document, title, tuple(worst_first), tuple(silent))


def _place(requirement: Requirement) -> tuple[str, str]:
    provenance = requirement.provenance
    return (provenance.source, provenance.section) if provenance.is_documented else ("", "")
