"""All that one command has found out: a report for each API, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conformance.events import Report
from conformance.verdict import Overall, Result

_WORST_FIRST = (
    Overall.ERROR, Overall.NOT_CONFORMANT, Overall.INCOMPLETE, Overall.CONFORMANT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """Reports in the order in which the APIs were judged, and what kept others from it."""

    reports: tuple[Report, ...]
    troubles: Mapping[str, str] = field(default_factory=dict)  # API -> what was in the way

    @property
    def overall(self) -> Overall:
        """The worst that is to be said of any API."""
        said = {one.overall for one in self.reports}
        if self.troubles:
            said.add(Overall.ERROR)
        return next((one for one in _WORST_FIRST if one in said), Overall.ERROR)

    @property
    def results(self) -> Iterator[Result]:
        """The results of all reports."""
        for report in self.reports:
            yield from report.results
