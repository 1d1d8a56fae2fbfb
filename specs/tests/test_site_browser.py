"""Tests of the review site in a real browser, opened as files, as people open it.

With CALLSHEET_SCREENSHOTS=DIR they leave pictures of the pages there, to be looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Locator
from playwright.sync_api import Page as Tab

from specs.contract import load, names
from specs.contract.review import review
from specs.contract.review.site.builder import PAGES
from specs.tests.chromium import NARROW, WIDE, browser, needs_chromium, picture, violations

__all__ = ["browser"]

pytestmark = needs_chromium

SMALLEST = "pulp"
"""The API whose pages are looked at in every width and colour scheme."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the site of all contracts, with verdicts of every kind on Scale."""
    place = tmp_path_factory.mktemp("review")
    words = ["pass", "fail", "differs", "waived", "unsupported", "not-reached", "flaky", "error"]
    node = {
        "api": "scale",
        "target": "https://staging.example/",
        "verdict": "NOT CONFORMANT",
        "contract_sha256": load("scale").sha256,
        "requirements": [
            {"id": one, "verdict": words[index % len(words)], "message": "What was seen."}
            for index, one in enumerate(load("scale").requirements)
        ],
    }
    (place / "report.json").write_text(json.dumps(node))
    line = ["--html", str(place / "site"), "--report", str(place / "report.json")]
    done = CliRunner().invoke(review, line)
    assert done.exit_code == 0, done.output
    return place / "site"


@dataclass
class Visit:
    """One tab of the browser, and what went wrong or out in it."""

    tab: Tab
    folder: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.on("console", lambda one: self.complaints.append(one.text))
        self.tab.on("pageerror", lambda one: self.complaints.append(str(one)))
        self.tab.on("request", lambda one: self.requests.append(one.url))

    def open(self, path: str) -> Tab:
        """Show a page of the site."""
        self.tab.goto(f"{self.folder.as_uri()}/{path}")
        return self.tab


class Visits:
    """Opens tabs on the site."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self.made: list[Visit] = []

    def at(self, width: int, scheme: Literal["light", "dark"] = "light") -> Visit:
        """Return a new tab of that width in that colour scheme."""
        size = {"width": width, "height": 900}
        tab = self._browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
        self.made.append(Visit(tab, self._folder))
        return self.made[-1]


@pytest.fixture
def visits(browser: Browser, folder: Path) -> Iterator[Visits]:
    """Open tabs; at the end none may have complained or asked another host."""
    found = Visits(browser, folder)
    yield found
    for one in found.made:
        one.tab.close()
    assert [line for one in found.made for line in one.complaints] == []
    assert {url.split(":")[0] for one in found.made for url in one.requests} <= {"file", "data"}


@pytest.mark.parametrize("api", [one for one in names() if one != SMALLEST])
def test_every_page_is_open_to_everybody(api: str, visits: Visits) -> None:
    """No page breaks a rule of WCAG, level A or AA."""
    visit = visits.at(WIDE)
    for page in PAGES:
        assert violations(visit.open(f"{api}/{page}.html"), preload=False) == [], page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pages_fit_screens_and_eyes(
    width: int, scheme: Literal["light", "dark"], visits: Visits
) -> None:
    """Wide or narrow, light or dark: nothing sticks out, and the rules of WCAG are kept."""
    visit = visits.at(width, scheme)
    for path in ("index", *(f"{SMALLEST}/{page}" for page in PAGES), "scale/lifecycles"):
        tab = visit.open(f"{path}.html")
        picture(tab, f"{path.replace('/', '-')}-{width}-{scheme}")

        assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
        assert violations(tab, preload=False, colours_only=scheme == "dark") == [], path


def test_both_schemes_differ(visits: Visits) -> None:
    """Dark is dark: the page follows the system."""
    colours = [
        visits.at(WIDE, scheme)
        .open("index.html")
        .evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]

    assert colours == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


def test_search_works_with_the_keyboard(visits: Visits) -> None:
    """A slash goes to the field, words find, arrows choose, Enter goes there, Escape closes."""
    tab = visits.at(WIDE).open("scale/index.html")

    tab.keyboard.press("/")
    tab.keyboard.type("cancel jobs")
    first = tab.get_by_role("option").first
    first.wait_for()
    picture(tab, "search")
    assert "cancelJobs" in first.inner_text()
    assert violations(tab, preload=False) == []
    tab.keyboard.press("Escape")
    first.wait_for(state="hidden")

    tab.get_by_role("combobox").fill("cancel jobs")
    first.wait_for()
    tab.keyboard.press("ArrowDown")
    field_ = tab.get_by_role("combobox")
    assert field_.get_attribute("aria-activedescendant") == first.get_attribute("id")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/scale/operations.html#cancelJobs")


def test_search_says_when_nothing_fits(visits: Visits) -> None:
    """Words that stand nowhere together are answered, not ignored."""
    tab = visits.at(NARROW).open("index.html")

    tab.get_by_role("combobox").fill("zebra requeue")

    tab.get_by_text("Nothing has all of these words.").wait_for()
    assert tab.get_by_role("status").inner_text() == "0 found"


def test_a_finding_can_be_clicked(visits: Visits) -> None:
    """A search on one API's page leads to another's."""
    tab = visits.at(WIDE).open("scale/schemas.html")

    tab.get_by_role("combobox").fill("releasepending")
    tab.get_by_role("option").first.click()

    tab.wait_for_url("**/thinkbox/**")


def test_the_content_can_be_reached_at_once(visits: Visits) -> None:
    """The first stop of the Tab key skips what is the same on all pages."""
    tab = visits.at(WIDE).open("scale/operations.html")

    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    assert tab.evaluate("document.activeElement.id") == "content"


def test_an_address_opens_what_is_folded(visits: Visits) -> None:
    """A link to a transition shows its row, which is folded away otherwise."""
    tab = visits.at(WIDE).open("scale/lifecycles.html#Job/requeueJobs/FAILED-QUEUED")

    row: Locator = tab.locator("tr:target")
    row.wait_for()
    assert "requeueJobs" in row.inner_text()
    assert "v6 Requeue Jobs" in row.inner_text()


def test_diagrams_tell_sources_apart_without_colour(visits: Visits) -> None:
    """Documented lines are drawn through, observed ones dashed, inferred ones dotted."""
    tab = visits.at(WIDE).open("thinkbox/lifecycles.html")

    dashes = {
        one: tab.locator(f".diagram .line.{one}").first.evaluate(
            "line => getComputedStyle(line).strokeDasharray"
        )
        for one in ("documented", "observed", "inferred")
    }

    assert dashes["documented"] == "none"
    assert len(set(dashes.values())) == 3


def test_paper_gets_everything(visits: Visits) -> None:
    """Print is light, has no navigation, and unfolds what is folded."""
    visit = visits.at(WIDE, "dark")
    tab = visit.open("scale/lifecycles.html")
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not tab.get_by_role("navigation").first.is_visible()
    assert tab.locator("details:not([open])").count() == 0
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details:not([open])").count() > 0


def test_pages_can_be_read_without_scripts(browser: Browser, folder: Path) -> None:
    """Where scripts are off, only the search is missing."""
    with browser.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(f"{folder.as_uri()}/scale/operations.html")

        assert tab.get_by_role("heading", name="GET /v6/jobs/", exact=True).is_visible()
        assert not tab.get_by_label("Search").is_visible()
