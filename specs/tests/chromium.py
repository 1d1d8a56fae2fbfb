"""Debian's Chromium, for tests of pages: what is seen in it, and what keeps people out.

With CALLSHEET_SCREENSHOTS=DIR tests leave pictures there, to be looked at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
WIDE, NARROW = 1280, 400
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of these levels that look at colours."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for the tests of a module."""
    with sync_playwright() as playwright:
        # Chromium has no sandbox for root, which CI often is.
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def violations(page: Page, *, preload: bool = True, colours_only: bool = False) -> list[str]:
    """Return what axe-core finds against WCAG A and AA, and where.

    *preload*: style sheets are fetched once more, which a page that is a file may not.
    *colours only*: the page is looked at in another scheme besides, which changes nothing else.
    """
    rules = {"type": "rule", "values": COLOURS} if colours_only else LEVELS
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": preload}
    found: dict[str, Any] = Axe().run(page, options=options).response
    assert found["passes"]
    return [
        f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]
    ]


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Leave a picture of what the page shows, or of all of it, if somebody wants to look."""
    if place := os.environ.get("CALLSHEET_SCREENSHOTS"):
        Path(place).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(place) / f"{name}.png", full_page=whole)
