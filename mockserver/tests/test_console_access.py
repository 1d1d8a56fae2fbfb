"""Tests of the console behind a token, on a port of its own, and of the reference beside it."""

from __future__ import annotations

import socket

import pytest
import urllib3
from playwright.sync_api import expect

from mockserver.tests.admin_client import Admin
from mockserver.tests.conftest import Serve
from mockserver.tests.console_page import Desk, Desks, desk, desks, mock
from specs.tests.chromium import browser, needs_chromium

__all__ = ["browser", "desk", "desks", "mock"]

pytestmark = needs_chromium


def test_who_knows_the_token_gets_in(desks: Desks, serve: Serve) -> None:
    """The token is asked for once, kept for the tab, and sent with every call."""
    server = serve("pulp", "--clock", "frozen", "--admin-token", "sesame")
    desk = desks(Admin(server))
    tab = desk.tab
    tab.goto(desk.home)
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Admin token").fill("wrong")
    tab.keyboard.press("Enter")
    expect(dialog).to_contain_text("not the right one")
    dialog.get_by_label("Admin token").fill("sesame")
    desk.button("Go on").click()

    expect(tab.locator("#live")).to_have_text("Live")
    expect(tab.locator(".card h2")).to_have_text("Pulp v1 REST API, Tasks")
    assert all("401 (Unauthorized)" in one for one in desk.complaints)
    desk.complaints.clear()

    tab.reload()
    expect(tab.locator("#live")).to_have_text("Live")
    tab.get_by_label("Seconds").fill("1")
    desk.button("Step").click()
    expect(desk.said()).to_contain_text("transition")


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def test_on_a_port_of_its_own_it_calls_the_mock_on_the_other(desks: Desks, serve: Serve) -> None:
    """With --admin-port commands still go to the mock, and the reference shows its documents."""
    port = free_port()
    server = serve("pulp", "--clock", "frozen", "--admin-port", str(port))
    base = f"http://127.0.0.1:{port}"
    found = urllib3.request("GET", f"{base}/__admin/resources?state=running&limit=1").json()
    key = found["items"][0]["key"]
    desk = desks(Admin(server))
    tab = desk.tab
    tab.goto(f"{base}/__admin/#/board/pulp/Task/{key}")
    desk.button("Call cancelTask").first.click()
    expect(desk.said()).to_have_text(f"POST /tasks/{key}/cancel/ answered 202")

    tab.goto(f"{base}/__admin/reference/pulp")
    expect(tab.locator(".opblock").first).to_be_visible()
    assert desk.hosts == {f"127.0.0.1:{port}", f"127.0.0.1:{server.port}"}
    desk.hosts.clear()


@pytest.mark.parametrize("name", ["deadline-cloud", "hpcpack", "pulp", "scale", "thinkbox"])
def test_the_reference_shows_every_operation(desk: Desk, name: str) -> None:
    """Swagger UI shows the whole contract of each API, without anything from elsewhere."""
    tab = desk.tab
    tab.goto(f"{desk.home}reference/{name}")
    operations = next(one for one in desk.admin.get("/apis") if one["name"] == name)["operations"]

    expect(tab.locator(".opblock")).to_have_count(len(operations))
    expect(tab.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")
    desk.picture(f"reference-{name}")


def test_the_reference_tries_operations_in_the_session(desk: Desk) -> None:
    """What is tried there reaches the session of the console, and its journal."""
    tab = desk.tab
    tab.goto(f"{desk.home}reference/scale")
    tab.locator("#operations-Jobs-getJob button").first.click()
    tab.get_by_placeholder("id", exact=True).fill("1")
    desk.button("Execute").click()

    expect(tab.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    (entry,) = desk.admin.get("/journal")["items"]
    assert (entry["method"], entry["path"]) == ("GET", "/v6/jobs/1/")
