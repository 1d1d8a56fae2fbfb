"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from conformance import SUITE_VERSION
from conformance.events import Report
from conformance.report.sections import Section, sections
from conformance.sheet import Sheet
from conformance.templating import rendered
from conformance.verdict import Result, Verdict, by_cause, counts

TOLD = (Verdict.FAIL, Verdict.ERROR, Verdict.FLAKY, Verdict.DIFFERS, Verdict.WAIVED)
SHOWN_RESOURCES = 50


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the page says about one API."""

    report: Report
    sections: list[Section]
    counts: dict[str, int]

    @property
    def told(self) -> list[Result]:
        """What was contradicted, the gravest first, and causes before effects."""
        found = by_cause(self.report.results)
        return [one for verdict in TOLD for one in found if one.verdict is verdict]

    @property
    def unreached(self) -> list[Result]:
        """What the run is incomplete without."""
        return [
            one for one in self.report.results
            if one.verdict is Verdict.NOT_REACHED and one.in_profile
        ]  # fmt: skip

    @property
    def unsupported(self) -> list[Result]:
        return [one for one in self.report.results if one.verdict is Verdict.UNSUPPORTED]

    @property
    def outside(self) -> dict[str, int]:
        """Why the mode cannot judge some requirements, and how many those are."""
        return Counter(
            one.message
            for one in self.report.results
            if one.verdict is Verdict.NOT_REACHED and not one.in_profile
        )


def text(sheet: Sheet) -> str:
    """Return the page."""
    chapters = [Chapter(one, sections(one), counts(one.results)) for one in sheet.reports]
    return rendered(
        "report.html",
        sheet=sheet,
        chapters=chapters,
        verdicts=list(Verdict),
        version=SUITE_VERSION,
        most=SHOWN_RESOURCES,
        pretty=_pretty,
    )


def _pretty(body: str) -> str:
    """Return a body as people read it: JSON is indented."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
