"""The report as Markdown, for the summary of a CI job."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from conformance.events import Report
from conformance.report.sections import sections
from conformance.sheet import Sheet
from conformance.verdict import Overall, Result, Verdict, by_cause, counts

SIGNS = {
    Overall.CONFORMANT: "✅",
    Overall.NOT_CONFORMANT: "❌",
    Overall.INCOMPLETE: "⚠️",
    Overall.ERROR: "❌",
}
TOLD = (Verdict.FAIL, Verdict.ERROR, Verdict.FLAKY, Verdict.DIFFERS, Verdict.WAIVED)
MOST = 25  # contradictions in full; a job summary has a limit


def text(sheet: Sheet) -> str:
    """Return the reports as Markdown, an API after the other."""
    lines: list[str] = []
    if len(sheet.reports) + len(sheet.troubles) > 1:
        lines += [f"# {SIGNS[sheet.overall]} {sheet.overall.value}", "", *_overview(sheet), ""]
    for report in sheet.reports:
        lines += [*_report(report), ""]
    return "\n".join(lines).rstrip() + "\n"


def _overview(sheet: Sheet) -> Iterator[str]:
    yield "| API | verdict | requirements | passed | failed |"
    yield "|---|---|--:|--:|--:|"
    for report in sheet.reports:
        number = counts(report.results)
        passed, failed = number.get("pass", 0), number.get("fail", 0)
        verdict = f"{SIGNS[report.overall]} {report.overall.value}"
        title, total = _plain(report.contract.title), len(report.results)
        yield f"| {title} | {verdict} | {total} | {passed} | {failed} |"
    for api, trouble in sheet.troubles.items():
        yield f"| {_plain(api)} | {SIGNS[Overall.ERROR]} {_plain(trouble)} | | | |"


def _report(report: Report) -> Iterator[str]:
    yield f"## {SIGNS[report.overall]} {_plain(report.contract.title)}: {report.overall.value}"
    yield ""
    numbers = ", ".join(f"{number} {name}" for name, number in counts(report.results).items())
    yield (
        f"{_code(report.target)}, mode {report.mode}, seed {report.seed}: {numbers}; "
        f"{report.requests} requests in {report.duration:.1f} s"
    )
    yield ""
    told = [one for verdict in TOLD for one in by_cause(report.results) if one.verdict is verdict]
    for result in told[:MOST]:
        yield from _contradiction(result)
    if len(told) > MOST:
        yield f"and {len(told) - MOST} more."
        yield ""
    yield from _matrix(report)
    yield ""
    yield from _gaps(report)
    for remark in report.remarks:
        yield f"- {_plain(remark)}"


def _contradiction(result: Result) -> Iterator[str]:
    requirement = result.requirement
    yield f"### {result.verdict.value}: {_code(requirement.id)}"
    yield ""
    yield f"- required: {_plain(requirement.statement)} ({_plain(str(requirement.provenance))})"
    yield f"- seen: {_plain(result.message)}"
    yield ""
    if result.repro:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", result.repro)), default=0))
        yield "<details><summary>Show it again</summary>"
        yield ""
        yield f"{fence}sh\n{result.repro.rstrip()}\n{fence}"
        yield ""
        yield "</details>"
        yield ""


def _matrix(report: Report) -> Iterator[str]:
    found = sections(report)
    shown = [one for one in Verdict if one.value in counts(report.results)]
    yield "| section | " + " | ".join(one.value for one in shown) + " | uncheckable |"
    yield "|---|" + "--:|" * (len(shown) + 1)
    for section in found:
        cells = [str(section.number(one) or "") for one in shown]
        cells.append(str(len(section.uncheckable) or ""))
        yield f"| {_plain(section.title)} | " + " | ".join(cells) + " |"


def _gaps(report: Report) -> Iterator[str]:
    missing = [one for one in report.results if one.verdict is Verdict.NOT_REACHED and one.counts]
    if not missing:
        return
    yield "Not reached, so the run is incomplete:"
    yield ""
    for one in missing[:MOST]:
        yield f"- {_code(one.requirement.id)}: {_plain(one.message)}"
    if len(missing) > MOST:
        yield f"- and {len(missing) - MOST} more"
    yield ""


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", html.escape(line, quote=False))


def _code(text: str) -> str:
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"
