"""Tests of how the console looks: for everybody, light and dark, on wide and narrow screens."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from mockserver.tests.admin_client import SLOW_JOB, Admin
from mockserver.tests.conftest import Server
from mockserver.tests.console_page import Desks, desks, mock
from specs.tests.chromium import NARROW, WIDE, browser, needs_chromium, violations

__all__ = ["browser", "desks", "mock"]

pytestmark = needs_chromium

ROUTES = {
    "overview": ("", ".card h2"),
    "board": ("board/scale", ".column li"),
    "many-states": ("board/deadline-cloud/Task", ".column li"),
    "resource": ("board/scale/Job/{key}", ".diagram svg"),
    "journal": ("journal", "tbody tr"),
    "request": ("journal/1", ".panel pre"),
    "faults": ("faults", "tbody tr"),
    "sessions": ("sessions", "tbody tr"),
}


@pytest.fixture(scope="module")
def busy(mock: Server) -> tuple[Admin, int]:
    """Make a session in which something of everything is to be seen; return one of its jobs."""
    admin = Admin(mock).new(name="busy", clock={"mode": "frozen"})
    key = admin.submit(SLOW_JOB)
    admin.ask("POST", f"/resources/scale/Job/{key}/move", {"target": "FAILED", "force": True})
    mock.request("POST", "/v6/jobs/requeue/", headers=admin.headers, json={"job_ids": [key]})
    admin.advance(1)
    mock.request("GET", "/v6/jobs/999999/", headers=admin.headers)
    fault = {"api": "scale", "operation": "getJob", "rate": 0.5, "do": {"kind": "throttle"}}
    admin.ask("POST", "/faults", fault, 201)
    admin.ask("POST", "/faults", {"do": {"kind": "latency", "seconds": 2}}, 201)
    admin.ask("POST", "/snapshots", {"name": "before-lunch"}, 201)
    return admin, key


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page_can_be_used_by_everybody(
    desks: Desks, busy: tuple[Admin, int], name: str, scheme: Any, width: int
) -> None:
    """No page breaks a rule of WCAG A or AA that can be checked, nor is wider than its screen."""
    admin, key = busy
    route, sign = ROUTES[name]
    viewport = {"width": width, "height": 900}
    desk = desks(admin, color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    tab = desk.open(route.format(key=key))
    expect(tab.locator(sign).first).to_be_visible()

    desk.picture(f"{name}-{scheme}-{width}")
    assert violations(desk.tab, colours_only=scheme == "dark") == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_large_diagram_and_a_message_can_be_used_by_everybody(
    desks: Desks, busy: tuple[Admin, int]
) -> None:
    """What lies over the page keeps to the same rules."""
    admin, _ = busy
    desk = desks(admin)
    desk.open("board/hpcpack/Job/1")
    desk.button("Next event").click()
    expect(desk.said()).to_contain_text("transition")
    place = desk.said().bounding_box()
    assert place is not None
    assert place["width"] > 4 * place["height"]
    desk.button("Enlarge the diagram").click()
    expect(desk.tab.get_by_role("dialog").locator("svg")).to_be_visible()

    desk.picture("large-diagram")
    assert violations(desk.tab) == []


def test_colours_follow_the_wish_of_the_reader(desks: Desks, busy: tuple[Admin, int]) -> None:
    """Dark is dark, light is light."""
    papers = []
    for scheme in ("light", "dark"):
        tab = desks(busy[0], color_scheme=scheme).open()
        papers.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert papers[0] == "rgb(246, 247, 249)"
    assert papers[1] == "rgb(18, 21, 25)"


def test_who_wants_no_motion_sees_none(desks: Desks, busy: tuple[Admin, int]) -> None:
    """Cards change their place at once where motion is not wanted."""
    admin, _ = busy
    desk = desks(admin, reduced_motion="reduce")
    key = admin.submit(SLOW_JOB)
    tab = desk.open("board/scale")
    expect(desk.card("QUEUED", key)).to_be_visible()
    tab.evaluate(
        "() => { window.moved = 0; Element.prototype.animate = () => { window.moved += 1; }; }"
    )
    admin.advance(5)

    expect(desk.card("RUNNING", key)).to_be_visible()
    assert tab.evaluate("window.moved") == 0
