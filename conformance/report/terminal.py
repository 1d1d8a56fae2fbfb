"""The report in the terminal: progress while it runs, then a matrix, and what was contradicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.events import (
    ContradictionConfirmed,
    Event,
    Progress,
    Report,
    RequirementJudged,
    RunFinished,
    RunStarted,
)
from conformance.mode import Resource
from conformance.sheet import Sheet
from conformance.verdict import Overall, Result, Verdict, by_cause, counts
from specs.contract import Kind

COLOURS = {
    Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.DIFFERS: "yellow",
    Verdict.WAIVED: "cyan", Verdict.UNSUPPORTED: "cyan", Verdict.NOT_REACHED: "magenta",
    Verdict.FLAKY: "bold magenta", Verdict.ERROR: "bold red",
}  # fmt: skip
OVERALL_COLOURS = {
    Overall.CONFORMANT: "bold green", Overall.NOT_CONFORMANT: "bold red",
    Overall.INCOMPLETE: "bold magenta", Overall.ERROR: "bold red",
}  # fmt: skip
TOLD = (Verdict.FAIL, Verdict.FLAKY, Verdict.ERROR, Verdict.DIFFERS, Verdict.WAIVED)
_SHOWN_RESOURCES = 8
WIDEST_TABLE = 120  # columns


class Terminal:
    """Consumes events and prints them; a terminal sees progress, a file plain lines."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        self._status = self._console.status("") if self._console.is_terminal else None

    def consume(self, event: Event) -> None:
        """Print what there is to say about the event."""
        match event:
            case RunStarted():
                self._started(event)
            case Progress():
                self._progress(event)
            case ContradictionConfirmed():
                self._line(event.result)
            case RequirementJudged():
                pass
            case RunFinished():
                self.close()
                self._finished(event.report)

    def summarize(self, report: Report) -> None:
        """Print a report that was not made just now."""
        self._print(
            f"\n[bold]{escape(report.contract.title)}[/] at {escape(report.target)}\n"
            f"mode {report.mode}, seed {report.seed}, {len(report.results)} requirements"
        )
        self._finished(report)

    def conclude(self, sheet: Sheet) -> None:
        """Print what all reports come to, if there are several."""
        if len(sheet.reports) + len(sheet.troubles) < 2:
            return
        self._print("")
        self._table(_overview(sheet))
        for api, trouble in sheet.troubles.items():
            self._print(f"[bold red]{escape(api)}[/]: {escape(trouble)}")
        self._print(f"\n[{OVERALL_COLOURS[sheet.overall]}]{sheet.overall}[/]")

    def close(self) -> None:
        """Take the progress line away."""
        if self._status is not None:
            self._status.stop()

    def _started(self, event: RunStarted) -> None:
        self._print(
            f"[bold]{escape(event.contract.title)}[/] at {escape(event.target)}\n"
            f"mode {event.mode}, seed {event.seed}, {event.requirements} requirements\n"
        )
        if self._status is not None:
            self._status.start()

    def _progress(self, event: Progress) -> None:
        if self._status is not None:
            where = f"{event.movement} {event.done}/{event.total}"
            self._status.update(f"{where}  {escape(event.what)}  ({event.requests} requests)")

    def _line(self, result: Result) -> None:
        colour = COLOURS[result.verdict]
        self._print(f"[{colour}]{result.verdict}[/] {escape(result.requirement.id)}")

    def _finished(self, report: Report) -> None:
        self._print("")
        self._table(_matrix(report))
        told = sorted(
            (one for one in by_cause(report.results) if one.verdict in TOLD),
            key=lambda one: TOLD.index(one.verdict),
        )
        for result in told:
            self._explained(result)
        self._unreached(report.results)
        self._account(report)
        numbers = ", ".join(f"{number} {name}" for name, number in counts(report.results).items())
        colour = OVERALL_COLOURS[report.overall]
        self._print(f"\n[{colour}]{report.overall}[/]  {numbers}  (seed {report.seed})")

    def _explained(self, result: Result) -> None:
        requirement = result.requirement
        self._print("")
        self._line(result)
        self._print(f"  required  {escape(requirement.statement)}")
        self._print(f"  source    {escape(str(requirement.provenance))}")
        self._print(f"  seen      {escape(result.message)}")

    def _unreached(self, results: Iterable[Result]) -> None:
        missing = [one for one in results if one.verdict is Verdict.NOT_REACHED and one.in_profile]
        if missing:
            self._print("\nnot reached:")
        for one in missing:
            weight = "" if one.counts else " (not counted)"
            reason = escape(one.message)
            self._print(f"  [magenta]{escape(one.requirement.id)}[/]{weight}: {reason}")
        outside = [
            one for one in results if one.verdict is Verdict.NOT_REACHED and not one.in_profile
        ]
        for reason, number in Counter(one.message for one in outside).items():
            self._print(f"outside of this mode: {number} ({reason})")

    def _account(self, report: Report) -> None:
        safety = report.safety
        methods = ", ".join(f"{number} {name}" for name, number in safety.methods.items())
        self._print(
            f"\n{report.requests} requests in {report.duration:.1f} s ({methods}); "
            f"{safety.forbidden} held back, {report.retries} sent again"
        )
        self._print(f"created {len(safety.created)}, left behind {_named(safety.left)}")
        if safety.ledger and safety.left:
            self._print(f"ledger: {escape(safety.ledger)}")
        for remark in report.remarks:
            self._print(escape(remark))

    def _table(self, table: Table) -> None:
        """Print a table, never narrower than its words, whatever the terminal thinks."""
        width = self._console.width
        self._console.width = max(width, WIDEST_TABLE)
        self._console.print(table, crop=False)
        self._console.width = width

    def _print(self, text: str) -> None:
        self._console.print(text)


def _named(resources: tuple[Resource, ...]) -> str:
    if not resources:
        return "nothing"
    names = ", ".join(str(one) for one in resources[:_SHOWN_RESOURCES])
    more = len(resources) - _SHOWN_RESOURCES
    return f"{len(resources)}: {escape(names)}" + (f" and {more} more" if more > 0 else "")


def _overview(sheet: Sheet) -> Table:
    """Return how many requirements of each API came out how."""
    table = Table(box=None, pad_edge=False)
    total = counts(sheet.results)
    table.add_column("")
    table.add_column("verdict")
    for verdict in (one for one in Verdict if one.value in total):
        table.add_column(verdict.value, justify="right", style=COLOURS[verdict])
    table.add_column("requests", justify="right")
    for report in sheet.reports:
        of_api = counts(report.results)
        cells = [str(of_api.get(name, "")) for name in total]
        verdict_of_api = f"[{OVERALL_COLOURS[report.overall]}]{report.overall}[/]"
        table.add_row(report.contract.name, verdict_of_api, *cells, str(report.requests))
    for api in sheet.troubles:
        table.add_row(escape(api), f"[bold red]{Overall.ERROR}[/]")
    return table


def _matrix(report: Report) -> Table:
    """Return how many requirements of each kind and provenance came out how."""
    table = Table(box=None, pad_edge=False)
    shown = [verdict for verdict in Verdict if verdict.value in counts(report.results)]
    table.add_column("")
    table.add_column("documented", justify="right")
    for verdict in shown:
        table.add_column(verdict.value, justify="right", style=COLOURS[verdict])
    for kind in Kind:
        of_kind = [one for one in report.results if one.requirement.kind is kind]
        if of_kind:
            documented = sum(one.requirement.provenance.is_documented for one in of_kind)
            number = Counter(one.verdict for one in of_kind)
            cells = [str(number[verdict]) if number[verdict] else "" for verdict in shown]
            table.add_row(kind.value, f"{documented}/{len(of_kind)}", *cells)
    return table
