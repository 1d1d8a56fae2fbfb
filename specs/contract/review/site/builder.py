"""The pages of the site: templates filled, assets copied, everything in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from specs.contract.lint.examples import Examples
from specs.contract.provenance import Status
from specs.contract.review.findings import Findings
from specs.contract.review.site import addresses, content, drawing, search
from specs.contract.review.site.matrix import matrix
from specs.contract.review.site.verdicts import Run
from specs.contract.review.site.view import View
from specs.contract.review.site.ways import shown

PAGES = {
    "index": "Overview",
    "lifecycles": "Life cycles",
    "operations": "Operations",
    "schemas": "Schemas",
    "document": "By document",
    "questions": "Open questions",
}
"""The pages of each API: file and title, in the order of reading."""

ASSETS = "assets"

# Descriptions are somebody's text: no HTML of theirs, and no picture from elsewhere.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


class SameNameError(ValueError):
    """Two contracts that want the same folder."""

    def __init__(self, name: str) -> None:
        super().__init__(f"two contracts are called {name!r}; a site has one folder for each")


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site: where it stands in it, and what is in it."""

    path: str
    text: str


def write(findings: Sequence[Findings], runs: Sequence[Run], folder: Path) -> int:
    """Write the site into *folder* and return how many pages it has.

    Raises `SameNameError`, `drawing.NoLayoutError`, and `OSError` if a file cannot be written.
    """
    pages = tuple(build(findings, runs))
    for page in pages:
        place = folder / page.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page.text, encoding="utf-8")
    return sum(page.path.endswith(".html") for page in pages)


def build(findings: Sequence[Findings], runs: Sequence[Run] = ()) -> Iterator[Page]:
    """Yield every file of the site."""
    names = [one.draft.name for one in findings]
    for name in names:
        if names.count(name) > 1 or name == ASSETS:
            raise SameNameError(name)
    views = [
        View(one, one.contract, tuple(run for run in runs if run.api == one.contract.name))
        for one in findings
        if one.contract is not None
    ]
    environment = _environment()
    shared: dict[str, Any] = {"every": findings, "views": views, "runs": runs, "pages": PAGES}
    rows = matrix(view.contract for view in views)
    yield Page(
        "index.html",
        environment.get_template("front.html").render(shared, root="", matrix=rows, here="front"),
    )
    for one in findings:
        if one.contract is None:
            text = environment.get_template("unreadable.html").render(
                shared, root="../", findings=one, here="", api=one.draft.name
            )
            yield Page(f"{one.draft.name}/index.html", text)
    for view in views:
        yield from _pages(environment, shared, view)
    yield Page(f"{ASSETS}/entries.js", search.script(views))
    for name in ("site.css", "site.js"):
        yield Page(f"{ASSETS}/{name}", _here("assets", name).read_text("utf-8"))


def _pages(environment: Environment, shared: dict[str, Any], view: View) -> Iterator[Page]:
    drawings = {name: drawing.draw(cycle) for name, cycle in view.contract.lifecycles.items()}
    tools = _tools(view)
    for name in PAGES:
        template = environment.get_template("overview.html" if name == "index" else f"{name}.html")
        text = template.render(
            shared, **tools, root="../", view=view, contract=view.contract, api=view.name,
            findings=view.findings, here=name, drawings=drawings,
        )  # fmt: skip
        yield Page(f"{view.name}/{name}.html", text)


def _tools(view: View) -> dict[str, Any]:
    """Return what a template calls to show parts of one contract."""
    contract, maker = view.contract, Examples(view.findings.draft)
    return {
        "kind": lambda node: content.kind(contract, node),
        "rows": lambda node, inherited: content.rows(contract, node, inherited),
        "examples": lambda media: content.examples(contract, maker, media),
        "resolve": contract.resolve,
        "statement_address": lambda one: addresses.of_statement(contract, one),
    }


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("specs.contract.review.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "markdown": lambda text: Markup(_MARKDOWN.render(str(text))),  # noqa: S704 - no HTML passes
        "inline": lambda text: Markup(_MARKDOWN.renderInline(str(text))),  # noqa: S704 - the same
        "fragment": addresses.fragment,
        "local": addresses.local,
        "spelled": content.spelled,
        "share": lambda part, whole: f"{100 * part / whole:.0f}\u00a0%" if whole else "none",
    }
    found.globals |= {
        "address": addresses.address,
        "requirement_address": addresses.of_requirement,
        "own": content.own,
        "limits": content.limits,
        "shown": shown,
        "Status": Status,
    }
    return found


def _here(*parts: str) -> Any:
    return files("specs.contract.review.site").joinpath(*parts)
