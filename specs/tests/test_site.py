"""Tests of the review site: its pages, their links, and what they tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner

from specs.contract import load, names
from specs.contract.lint import Draft
from specs.contract.review import Findings, review
from specs.contract.review.site.builder import PAGES, build
from specs.contract.review.site.verdicts import Run, Verdict
from specs.tests.widgets import changed, widgets

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """What a page has: ids, links, things it loads, its text; and whether its elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [one for one in [given.get("id")] if one]
        if tag == "a":
            self.links.append(given["href"] or "")
        elif tag in {"script", "link", "img", "iframe"}:
            self.loads += [one for one in [given.get("src"), given.get("href")] if one]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [one for key, one in attrs if key == "id" and one]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def site(findings: Iterable[Findings], *runs: Run) -> dict[str, str]:
    return {one.path: one.text for one in build(list(findings), runs)}


def small(*edits: tuple[str, str], runs: tuple[Run, ...] = ()) -> dict[str, Page]:
    """Return the pages of a site about the smallest contract, with edits."""
    findings = Findings.of_draft(Draft.parse(changed(*edits).encode(), "widgets"))
    files = site([findings], *runs)
    return {path: Page(text) for path, text in files.items() if path.endswith(".html")}


@pytest.fixture(scope="module")
def every() -> tuple[Findings, ...]:
    """Return the findings on all contracts that come with Callsheet."""
    return tuple(Findings.of(name) for name in names())


@pytest.fixture(scope="module")
def files(every: tuple[Findings, ...]) -> Mapping[str, str]:
    """Return every file of the site about them."""
    return site(every)


@pytest.fixture(scope="module")
def pages(files: Mapping[str, str]) -> Mapping[str, Page]:
    return {path: Page(text) for path, text in files.items() if path.endswith(".html")}


def test_every_api_has_every_page(files: Mapping[str, str]) -> None:
    """One folder for each API, one front page, and three assets, all of them our own."""
    expected = {f"{name}/{page}.html" for name in names() for page in PAGES}

    assert files.keys() == expected | {
        "index.html", "assets/site.css", "assets/site.js", "assets/entries.js",
    }  # fmt: skip


def test_elements_nest_and_ids_are_unique(pages: Mapping[str, Page]) -> None:
    """Every element that is opened is closed, and an address leads to one place."""
    for path, page in pages.items():
        assert page.open == [], path
        assert len(page.ids) == len(set(page.ids)), path


def test_every_link_leads_somewhere(files: Mapping[str, str], pages: Mapping[str, Page]) -> None:
    """Whatever links to a page of the site finds the page, and the place on it."""
    for path, page in pages.items():
        for link in page.links:
            _follow(path, link, pages)
    for _, _, _, address in entries(files):
        _follow("index.html", address, pages)


def _follow(path: str, link: str, pages: Mapping[str, Page]) -> None:
    parts = urlsplit(link)
    if parts.scheme or not (parts.path or parts.fragment):
        return
    place = _joined(path, parts.path) if parts.path else path
    assert place in pages, (path, link)
    if parts.fragment:
        assert unquote(parts.fragment) in pages[place].ids, (path, link)


def _joined(path: str, link: str) -> str:
    found: list[str] = list(PurePosixPath(path).parent.parts)
    for part in PurePosixPath(link).parts:
        if part == "..":
            found.pop()
        else:
            found.append(part)
    return "/".join(found)


def entries(files: Mapping[str, str]) -> list[list[str]]:
    text = files["assets/entries.js"].removeprefix("window.callsheetEntries = ")
    found: list[list[str]] = json.loads(text.rstrip().removesuffix(";"))
    return found


def test_nothing_is_loaded_from_elsewhere(
    files: Mapping[str, str], pages: Mapping[str, Page]
) -> None:
    """A site that is opened without a network looks the same."""
    for path, page in pages.items():
        assert all(not urlsplit(one).netloc for one in page.loads), path
    assert "url(" not in files["assets/site.css"]
    assert "http" not in files["assets/site.js"]


@pytest.mark.parametrize("api", names())
def test_all_that_a_contract_states_is_shown(api: str, pages: Mapping[str, Page]) -> None:
    """Each requirement has its place, each operation, schema and section its words."""
    contract = load(api)
    shown = {one for path, page in pages.items() if path.startswith(f"{api}/") for one in page.ids}

    wanted = {one.partition("/")[2] for one in contract.requirements}
    assert wanted <= shown
    assert contract.operations.keys() <= set(pages[f"{api}/operations.html"].ids)
    assert contract.document["components"]["schemas"].keys() <= set(
        pages[f"{api}/schemas.html"].ids
    )
    operations = pages[f"{api}/operations.html"].text
    assert all(" ".join(str(one.node["summary"]).split()) in operations
               for one in contract.operations.values())  # fmt: skip
    assert all(
        title in pages[f"{api}/document.html"].text
        for source in contract.sources.values()
        for title in source.sections.values()
    )


def test_open_questions_are_collected(
    every: tuple[Findings, ...], pages: Mapping[str, Page]
) -> None:
    """Deviations, reasons and uncheckable statements stand on one page."""
    for findings in every:
        text = pages[f"{findings.draft.name}/questions.html"].text
        for deviation in findings.deviations:
            assert deviation.implementation in text
        for one in findings.uncheckable:
            assert _plain(one.statement) in text


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def test_the_search_knows_operations_requirements_and_sections(files: Mapping[str, str]) -> None:
    """One entry for each, in the words that people would look for."""
    found = {(kind, title): text for kind, title, text, _ in entries(files)}

    assert found["scale operation", "cancelJobs"].startswith("POST /v6/jobs/cancel/")
    for requirement in load("scale").explicit:
        title = requirement.id.removeprefix("scale/")
        assert found["scale requirement", title] == requirement.statement
    assert ("thinkbox section", "Requeue Tasks") in found
    assert "Rendering" in found["thinkbox life cycle", "Task"]


def test_gaps_are_shown() -> None:
    """A section that nothing rests on is there, and says so."""
    pages = small(
        ("        calls: The calls\n", "        calls: The calls\n        repair: Repairs\n")
    )

    assert "2 of 3 sections are covered (67 %)" in pages["widgets/document.html"].text
    assert (
        "gap Nothing in the contract rests on this section." in pages["widgets/document.html"].text
    )
    assert "2 of 3" in pages["index.html"].text


def test_verdicts_stand_beside_what_they_are_about() -> None:
    """Explicit requirements, answers and transitions show what the last run said."""
    verdicts = {
        "widgets/getWidget/name-stays": Verdict("fail", "The name became gadget."),
        "widgets/getWidget/404": Verdict("pass", ""),
        "widgets/Widget/stopWidget/Ready-Stopped": Verdict("differs", "It stayed Ready."),
    }
    run = Run("widgets", "https://widgets.example", "NOT CONFORMANT", widgets().sha256, verdicts)

    pages = small(runs=(run,))

    operations = pages["widgets/operations.html"].text
    assert "fail The name became gadget." in operations
    assert "differs It stayed Ready." in pages["widgets/lifecycles.html"].text
    assert "NOT CONFORMANT https://widgets.example" in pages["index.html"].text
    assert "1 fail 1 pass 1 differs" in pages["widgets/index.html"].text
    assert "another version" not in pages["widgets/index.html"].text


def test_verdicts_of_another_version_are_marked() -> None:
    """A report on another text of the contract is shown, and says so."""
    run = Run("widgets", "https://widgets.example", "CONFORMANT", "0" * 64, {})

    assert "another version" in small(runs=(run,))["widgets/index.html"].text


def test_descriptions_are_text_not_markup() -> None:
    """What a contract says cannot add elements, pictures or scripts to a page."""
    evil = (
        "description: Answers the widget as it is now.",
        'description: "<script>alert(1)</script> ![x](http://evil.example/x.png) `code`"',
    )
    found = Findings.of_draft(Draft.parse(changed(evil).encode(), "widgets"))

    text = site([found])["widgets/operations.html"]

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<img" not in text
    assert "<code>code</code>" in text


def test_a_contract_that_cannot_be_read_has_a_page_too() -> None:
    """It shows why, and the rules that are broken."""
    pages = small(("property: state", "property: phase"))

    assert list(pages) == ["index.html", "widgets/index.html"]
    assert "unreadable" in pages["index.html"].text
    assert "C05" in pages["widgets/index.html"].text


def test_a_contract_of_somebody_else_has_a_site(tmp_path: Path) -> None:
    """A document without ids, sources and extensions is shown as far as it goes."""
    path = tmp_path / "petty.yaml"
    path.write_text("""
openapi: 3.0.0
info: {title: Petty, version: 1.0.0}
paths:
  /pets:
    get:
      responses:
        default: {description: What went wrong}
        "200":
          description: The pets
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
  /pets/{id}:
    delete:
      tags: [odd tag]
      parameters:
        - {name: id, in: path, required: true, content: {text/plain: {schema: {type: string}}}}
      responses: {"204": {description: Gone}}
components:
  schemas:
    Pet: {type: object, properties: {born: {type: string, example: 2020-01-01}}}
""")

    done = CliRunner().invoke(review, [str(path), "--html", str(tmp_path / "site")])

    assert done.exit_code == 1
    assert "petty: NOT SOUND" in done.output
    pages = {
        str(one.relative_to(tmp_path / "site")): Page(one.read_text())
        for one in (tmp_path / "site").rglob("*.html")
    }
    assert "DELETE /pets/{id}" in pages["petty/operations.html"].text
    assert "2020-01-01" in pages["petty/operations.html"].text
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            _follow(name, link, pages)
