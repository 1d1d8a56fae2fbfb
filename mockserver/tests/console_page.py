"""The console in a real browser, and what went wrong or out while somebody used it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab

from mockserver.tests.admin_client import Admin
from mockserver.tests.conftest import Serve, Server
from specs.tests.chromium import WIDE, picture

PATIENCE = 40_000
"""Milliseconds that a page is given at most: machines that run tests are busy."""

expect.set_options(timeout=PATIENCE)


@dataclass
class Desk:
    """A tab on the console of one session, and the clients of that session."""

    tab: Tab
    admin: Admin
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tab.on("console", self._heard)
        self.tab.on("pageerror", lambda one: self.complaints.append(str(one)))
        self.tab.on("request", lambda one: self.hosts.add(urlsplit(one.url).netloc))
        self.tab.set_default_timeout(PATIENCE)

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    @property
    def server(self) -> Server:
        """The mock that the console belongs to."""
        return self.admin.server

    @property
    def home(self) -> str:
        """The address of the console."""
        prefix = "" if self.admin.session is None else f"/s/{self.admin.session}"
        return f"{self.server.base_url}{prefix}/__admin/"

    def open(self, route: str = "") -> Tab:
        """Show a page and wait until it follows what happens."""
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.home}#/{route}")
        expect(self.tab.locator("#live")).to_have_text("Live")
        return self.tab

    def column(self, state: str) -> Locator:
        """Return the column of a state on the board."""
        return self.tab.locator(f'.column[data-state="{state}"]')

    def card(self, state: str, key: object) -> Locator:
        """Return the card of a resource in the column of a state."""
        return self.column(state).locator(f'li[data-key="{key}"] a')

    def button(self, name: str) -> Locator:
        """Return a button by its name."""
        return self.tab.get_by_role("button", name=name, exact=True)

    def said(self) -> Locator:
        """Return where the console says what came of a deed."""
        return self.tab.locator("#says")

    def picture(self, name: str) -> None:
        """Leave a picture of the page, if pictures are wanted."""
        picture(self.tab, f"console-{name}", whole=True)


class Desks:
    """Opens tabs, each on a session of its own unless told otherwise."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser = browser
        self._server = server
        self.made: list[Desk] = []

    def __call__(self, admin: Admin | None = None, **how: Any) -> Desk:
        """Open a tab; *how* is said to the browser."""
        admin = admin or Admin(self._server).new(clock={"mode": "frozen"})
        how.setdefault("viewport", {"width": WIDE, "height": 900})
        tab = self._browser.new_context(**how).new_page()
        desk = Desk(tab, admin)
        self.made.append(desk)
        return desk


@pytest.fixture(scope="module")
def mock(serve: Serve) -> Server:
    """Serve all five APIs."""
    return serve("--clock", "frozen")


@pytest.fixture
def desks(browser: Browser, mock: Server) -> Iterator[Desks]:
    """Open tabs; in the end nothing must have gone wrong in them, or out to another host."""
    found = Desks(browser, mock)
    yield found
    for desk in found.made:
        desk.tab.context.close()
    for desk in found.made:
        assert desk.complaints == []
        assert desk.hosts <= {urlsplit(desk.server.base_url).netloc, ""}


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """Open a tab on a session of its own, whose clock stands still."""
    return desks()
