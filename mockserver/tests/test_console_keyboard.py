"""Tests of the console by keyboard alone: everything can be reached, and nothing holds one back."""

from __future__ import annotations

from playwright.sync_api import expect

from mockserver.tests.admin_client import SLOW_JOB
from mockserver.tests.console_page import Desk, desk, desks, mock
from specs.tests.chromium import browser, needs_chromium

__all__ = ["browser", "desk", "desks", "mock"]

pytestmark = needs_chromium

FOCUSED = "document.activeElement.textContent.trim().slice(0, 60)"
IS_SEEN = """() => {
  const one = document.activeElement;
  return one === document.body || one.matches(":focus-visible")
    && getComputedStyle(one).outlineStyle !== "none";
}"""


def tab_to(desk: Desk, wanted: str) -> None:
    """Press Tab until what is named has the focus; each stop on the way must be visible."""
    for _ in range(150):
        desk.tab.keyboard.press("Tab")
        assert desk.tab.evaluate(IS_SEEN), desk.tab.evaluate(FOCUSED)
        if desk.tab.evaluate(FOCUSED).startswith(wanted):
            return
    raise AssertionError(f"{wanted} cannot be reached by Tab")


def test_a_job_is_found_and_canceled_by_keyboard(desk: Desk) -> None:
    """From the top of the first page to a command on a job and back, without a mouse."""
    key = desk.admin.submit(SLOW_JOB)
    tab = desk.open()
    expect(tab.locator(".card")).to_have_count(5)
    tab_to(desk, "scale")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_be_focused()
    card = desk.card("QUEUED", key)
    expect(card).to_be_visible()

    tab_to(desk, (card.text_content() or "").split("→")[0])
    expect(card).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#resource-title")).to_be_focused()
    expect(tab.locator(".position .badge")).to_have_text("QUEUED")

    tab_to(desk, "Call cancelJobs")
    tab.keyboard.press("Enter")
    expect(desk.said()).to_have_text("POST /v6/jobs/cancel/ answered 202")
    desk.admin.advance(5)
    expect(tab.locator(".position .badge")).to_have_text("CANCELED")
    assert desk.admin.status(key) == "CANCELED"

    tab.locator(".panel .close").focus()
    tab.keyboard.press("Enter")
    expect(desk.card("CANCELED", key)).to_be_focused()


def test_the_clock_is_set_by_keyboard(desk: Desk) -> None:
    """A number is typed, Enter steps."""
    tab = desk.open()
    tab.get_by_label("Seconds").focus()
    tab.keyboard.press("Control+A")
    tab.keyboard.type("42")
    tab.keyboard.press("Enter")

    expect(desk.said()).not_to_be_empty()
    assert desk.admin.get("/clock")["now"] == "2026-01-01T00:00:42Z"


def test_a_diagram_is_enlarged_and_left_by_keyboard(desk: Desk) -> None:
    """The large diagram opens over the page, and Escape leads back to where one was."""
    tab = desk.open("board/hpcpack/Job/1")
    button = desk.button("Enlarge the diagram")
    button.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_be_visible()
    expect(tab.get_by_role("dialog").locator(".current")).to_have_count(1)

    tab.keyboard.press("Escape")

    expect(tab.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_nothing_holds_the_keyboard_back(desk: Desk) -> None:
    """Tab leads through the whole page and out of it, and what moves does not take the focus."""
    tab = desk.open("faults")
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement === document.body"):
            break
    else:
        raise AssertionError("Tab never leaves the page")

    tab.get_by_label("Path").focus()
    tab.keyboard.type("/v6/")
    desk.admin.ask("POST", "/faults", {"do": {"kind": "reset"}, "path": "/x"}, 201)
    desk.server.request("GET", "/v6/jobs/", headers=desk.admin.headers)
    expect(tab.get_by_role("row").nth(1)).to_be_visible()
    tab.keyboard.type("jobs/*")
    expect(tab.get_by_label("Path")).to_have_value("/v6/jobs/*")


def test_the_skip_button_leads_past_the_head(desk: Desk) -> None:
    """The first stop on the page is a way to its content."""
    tab = desk.open()
    tab.keyboard.press("Tab")
    expect(desk.button("Skip to content")).to_be_focused()
    tab.keyboard.press("Enter")

    expect(tab.locator("#main")).to_be_focused()
