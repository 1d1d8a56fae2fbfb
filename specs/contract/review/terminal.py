"""Findings as a page for a terminal; without colours and frames where it is no terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.tree import Tree

from specs.contract.document import Contract
from specs.contract.lifecycle import Lifecycle
from specs.contract.provenance import Provenance, Status
from specs.contract.requirement import Requirement
from specs.contract.review.diagram import draw, glyphs, legend
from specs.contract.review.findings import Findings
from specs.contract.review.statement import Form

WIDE = 10_000  # columns of an output that is no terminal: a line of a table stays a line
STYLES = {Status.DOCUMENTED: "green", Status.OBSERVED: "cyan", Status.INFERRED: "yellow"}
MENTIONED = 4
SHORT = {
    Form.OPERATION: "ops",
    Form.PARAMETER: "params",
    Form.RESPONSE: "answers",
    Form.HEADER: "headers",
    Form.SCHEMA: "schemas",
    Form.PROPERTY: "props",
    Form.LIFECYCLE: "cycles",
    Form.TRANSITION: "ways",
    Form.REQUIREMENT: "reqs",
}


def show(findings: Findings, output: TextIO, *, is_complete: bool = False) -> None:
    """Write the page; with *is_complete* the derived requirements stand in it one by one."""
    _Page(findings, output).show(is_complete=is_complete)


class _Page:
    """The page of one contract, on one output."""

    def __init__(self, findings: Findings, output: TextIO) -> None:
        self._findings = findings
        self._is_terminal = output.isatty()
        width = None if self._is_terminal else WIDE
        self._console = Console(file=output, width=width, highlight=False)
        self._signs = glyphs(getattr(output, "encoding", None))

    def show(self, *, is_complete: bool) -> None:
        findings = self._findings
        contract = findings.contract
        self._head(findings.draft.name, contract.title if contract else "")
        self._lint()
        if contract is None:
            return
        self._counts(contract)
        self._sections(contract)
        self._lifecycles(contract)
        self._requirements(contract, is_complete=is_complete)
        self._reasons()

    def _head(self, name: str, title: str) -> None:
        text = f"{name}  {title}".rstrip()
        if self._is_terminal:
            self._console.print(Rule(f"[bold]{escape(text)}", align="left"))
        else:
            self._line(f"== {text}")

    def _lint(self) -> None:
        findings = self._findings
        for one in findings.problems:
            place = f"{findings.draft.name}.yaml:{findings.draft.line(one.pointer)}"
            self._line(f"{place}: {one}", "red" if one.is_must else "yellow")
        if findings.unreadable:
            self._line(f"cannot be read: {findings.unreadable}", "red")
        musts = sum(one.is_must for one in findings.problems)
        shoulds = len(findings.problems) - musts
        if findings.is_sound:
            hints = f"; {shoulds} SHOULD to consider" if shoulds else ""
            self._line(f"Lint: every MUST is kept{hints}.", "green")
        else:
            self._line(f"Lint: {musts} MUST broken, {shoulds} SHOULD to consider.", "bold red")

    def _counts(self, contract: Contract) -> None:
        findings = self._findings
        self._title(f"{len(contract.operations)} operations, {len(findings.statements)} statements")
        rows = [
            [f"{form}s".replace("propertys", "properties"), sum(counts.values()), *counts.values()]
            for form, counts in findings.forms.items()
            if any(counts.values())
        ]
        rows.append(["all", len(findings.statements), *findings.statuses.values()])
        self._table(["", "statements", *Status], rows, numbers=True)

    def _sections(self, contract: Contract) -> None:
        covered, count = self._findings.coverage
        if count:
            share = f"{100 * covered / count:.0f} %"
            self._title(f"Sections of the sources covered: {covered} of {count} ({share})")
        for source in contract.sources.values():
            version = f" ({source.version})" if source.version else ""
            self._title(f"Source {source.id}: {source.title}{version}")
            sections = {
                section: self._findings.sections[source.id, section] for section in source.sections
            }
            forms = [form for form in SHORT if any(one[form] for one in sections.values())]
            rows = [
                [section, source.sections[section], sum(counts.values())]
                + [counts[form] or "" for form in forms]
                for section, counts in sections.items()
            ]
            self._table(["section", "title", "all", *(SHORT[form] for form in forms)], rows)

    def _lifecycles(self, contract: Contract) -> None:
        for cycle in contract.lifecycles.values():
            self._title(f"Life cycle of {cycle.schema}.{cycle.property}")
            for line in draw(cycle, self._signs):
                self._line(f"  {line}")
            self._line(f"  {_footnote(cycle)}", "dim")
        if contract.lifecycles:
            self._line(f"  {legend(self._signs)}", "dim")

    def _requirements(self, contract: Contract, *, is_complete: bool) -> None:
        findings = self._findings
        derived = ", ".join(f"{count} {kind}" for kind, count in findings.derived.items())
        total = len(findings.explicit)
        self._title(f"Requirements: {total} explicit; derived: {derived or 'none'}")
        shown = contract.requirements.values() if is_complete else contract.explicit
        checkable = [one for one in shown if one.uncheckable is None]
        self._claims("provenance", [(one, _cited(one.provenance)) for one in checkable])
        if findings.uncheckable:
            self._title(f"Not checkable from outside: {len(findings.uncheckable)}")
            reasons = [(one, one.uncheckable or "") for one in findings.uncheckable]
            self._claims("why not", reasons)

    def _reasons(self) -> None:
        findings = self._findings
        if findings.deviations:
            self._title(f"Known to differ from the document: {len(findings.deviations)}")
            self._table(
                ["implementation", "does", "known by", "where"],
                [
                    [one.implementation, one.does, one.known, _names(s.name for s in each)]
                    for one, each in findings.deviations.items()
                ],
            )
        if findings.guesses:
            count = sum(len(each) for each in findings.guesses.values())
            self._title(f"Inferred: {count} statements, for {len(findings.guesses)} reasons")
            self._table(
                ["reason", "statements"],
                [
                    [reason, _names(one.name for one in each)]
                    for reason, each in findings.guesses.items()
                ],
            )

    def _claims(self, beside: str, claims: Sequence[tuple[Requirement, str]]) -> None:
        """Write requirements, each with a remark: as a tree, or one to a line in a file."""
        if not self._is_terminal:
            rows = [[one.id, one.statement, remark] for one, remark in claims]
            self._table(["id", "statement", beside], rows)
            return
        for parent, group in groupby(claims, key=lambda claim: claim[0].id.rpartition("/")[0]):
            tree = Tree(escape(parent), guide_style="dim")
            for one, remark in group:
                slug = one.id.rpartition("/")[2]
                tree.add(f"[bold]{escape(slug)}[/]  {escape(one.statement)} [dim]{escape(remark)}")
            self._console.print(tree)

    def _title(self, text: str) -> None:
        self._console.print()
        self._line(text, "bold")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=True)

    def _table(
        self, head: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: bool = False
    ) -> None:
        """Write a table; columns of numbers are set to the right."""
        box = SIMPLE_HEAD if self._is_terminal else None
        table = Table(box=box, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for index, name in enumerate(head):
            is_number = any(isinstance(row[index], int) for row in rows) or name in SHORT.values()
            style = STYLES.get(Status(name)) if numbers and name in set(Status) else None
            table.add_column(
                name,
                justify="right" if is_number else "left",
                style=style,
                overflow="fold",
                no_wrap=index == 0 and len(head) > 3,
            )
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        if self._is_terminal:
            self._console.print(table)
            return
        with self._console.capture() as capture:
            self._console.print(table)
        for line in capture.get().splitlines():
            self._line(line.rstrip())


def _cited(one: Provenance) -> str:
    text = str(one) if one.status is not Status.INFERRED else "inferred"
    return f"{text}, with deviation" if one.deviations else text


def _footnote(cycle: Lifecycle) -> str:
    refusal = (
        f"refused with {cycle.refusal} elsewhere"
        if cycle.refusal is not None
        else "elsewhere a command changes nothing"
    )
    made = f"made by {', '.join(cycle.creators)}; " if cycle.creators else ""
    return f"{made}{refusal}; {cycle.provenance}"


def _names(found: Iterable[str]) -> str:
    each = list(found)
    more = f" and {len(each) - MENTIONED} more" if len(each) > MENTIONED else ""
    return ", ".join(each[:MENTIONED]) + more
