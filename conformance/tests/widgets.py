"""A real server of an invented API, sound or with one fault, and the checks for it."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import strategies as st

from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check
from specs.contract import Contract, read

CONTRACT = Path(__file__).with_name("widgets.yaml")
PACE = 0.15  # seconds in each state

FAULTS = {
    "no-owner": "widgets/makeWidget/201",
    "text-id": "widgets/makeWidget/201",
    "created-200": "widgets/makeWidget/201",
    "no-location": "widgets/makeWidget/201",
    "unknown-is-500": "widgets/getWidget/404",
    "page-of-4": "widgets/listWidgets/default-page-size",
    "size-ignored": "widgets/listWidgets/size-is-honoured",
    "owner-lost": "widgets/listWidgets/owner-is-kept",
    "starts-running": "widgets/Widget/makeWidget/initial",
    "cancel-ignored": "widgets/Widget/cancelWidget/queued-canceled",
    "running-cancel-ignored": "widgets/Widget/cancelWidget/running-canceled",
    "requeue-ignored": "widgets/Widget/requeueWidget/canceled-queued",
    "done-is-canceled": "widgets/Widget/cancelWidget/refusal",
    "done-refuses-with-202": "widgets/Widget/cancelWidget/refusal",
    "goes-back": "widgets/Widget/closed",
}


def contract() -> Contract:
    """Return the contract of the widgets."""
    return read(CONTRACT.read_bytes(), "widgets")


@check("widgets/listWidgets/default-page-size", needs=Needs.CREATE)
def page_holds_at_most_3(probe: Probe, _: None) -> None:
    """Without size a page holds at most 3 widgets."""
    for _number in range(4):
        probe.ok("makeWidget", body={"owner": "me"})
    answer = probe.ok("listWidgets")
    probe.require(len(answer.json["results"]) <= 3, "a page without size holds more than 3")


@check("widgets/listWidgets/size-is-honoured", needs=Needs.CREATE, plan=st.integers(1, 9))
def page_is_of_the_size_asked_for(probe: Probe, size: int) -> None:
    """Pages hold as many widgets as size says, or all."""
    probe.ok("makeWidget", body={"owner": "me"})
    body = probe.ok("listWidgets", query={"size": size}).json
    found = len(body["results"])
    probe.require(found == min(size, body["count"]), f"size {size} gives {found}")


@check(
    "widgets/listWidgets/owner-is-kept",
    needs=Needs.CREATE,
    plan=st.text("abcdefgh", min_size=1, max_size=20),
)
def owner_is_shown(probe: Probe, owner: str) -> None:
    """Show in lists the owner that was given."""
    made = probe.ok("makeWidget", body={"owner": owner}).json
    listed = probe.ok("listWidgets", query={"size": 50}).json["results"]
    mine = [one for one in listed if one["id"] == made["id"]]
    probe.assume(mine, "the new widget is not on the first page")
    probe.require(mine[0]["owner"] == owner, f"the owner {owner} is shown as {mine[0]['owner']}")


@check("widgets/listWidgets/colour-is-blue")
def widgets_are_blue(probe: Probe, _: None) -> None:
    """Every widget listed is blue."""
    results = probe.ok("listWidgets").json["results"]
    probe.assume(results, "there are no widgets")
    probe.require(all(one["colour"] == "blue" for one in results), "a widget is not blue")


class Shop:
    """The widgets of one server, moved on by time when they are looked at."""

    def __init__(self, fault: str = "", pace: float = PACE) -> None:
        self.fault = fault
        self.pace = pace
        self.lock = threading.Lock()
        self.widgets: dict[int, dict[str, Any]] = {}
        self.seen: list[tuple[str, str]] = []  # every request that reached the socket
        self.credentials: list[str | None] = []  # of each request
        self.hiccups = 0  # connections still to drop
        self.stall = 0  # widgets after which a list is not answered any more
        self.stalled = threading.Event()
        self.resumed = threading.Event()
        self.pages: dict[str, Any] = {}  # other things to serve
        self.busy = 0  # times still to answer 503
        self._number = 0

    def make(self, owner: str) -> dict[str, Any]:
        self._number += 1
        state = "running" if self.fault == "starts-running" else "queued"
        shown = "someone" if self.fault == "owner-lost" and len(owner) > 2 else owner
        widget = {
            "id": self._number,
            "state": state,
            "owner": shown,
            "colour": "blue",
            "made": "2026-01-01T00:00:00Z",
            "node": None,
            "_since": time.monotonic(),
        }
        self.widgets[self._number] = widget
        return widget

    def look(self, widget: dict[str, Any]) -> dict[str, Any]:
        while widget["state"] in {"queued", "running"}:
            if time.monotonic() - widget["_since"] < self.pace:
                break
            widget["_since"] += self.pace
            widget["state"] = "running" if widget["state"] == "queued" else "done"
        idle = time.monotonic() - widget["_since"]
        if self.fault == "goes-back" and widget["state"] == "done" and idle > self.pace:
            widget["state"], widget["_since"] = "queued", time.monotonic()
        shown = {name: value for name, value in widget.items() if not name.startswith("_")}
        if self.fault == "no-owner":
            del shown["owner"]
        if self.fault == "text-id":
            shown["id"] = str(shown["id"])
        return shown

    def command(self, widget: dict[str, Any], word: str) -> int:
        self.look(widget)
        state, fault = widget["state"], self.fault
        if word == "cancel" and state == "done" and fault == "done-is-canceled":
            widget["state"] = "canceled"
            return 409
        if word == "cancel" and state == "done" and fault == "done-refuses-with-202":
            return 202
        allowed = {"cancel": {"queued", "running"}, "requeue": {"canceled"}}[word]
        if state not in allowed:
            return 409
        if word == "cancel" and (
            fault == "cancel-ignored" or (fault == "running-cancel-ignored" and state == "running")
        ):
            return 202
        if word == "requeue" and fault == "requeue-ignored":
            return 202
        widget["state"] = {"cancel": "canceled", "requeue": "queued"}[word]
        widget["_since"] = time.monotonic()
        return 202


class Handler(BaseHTTPRequestHandler):
    """Answers for the shop of its server."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Keep quiet."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_PUT = do_HEAD = do_OPTIONS = do_PATCH = do_GET  # noqa: N815 - names of http.server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        shop = self.server.shop
        with shop.lock:
            shop.seen.append((self.command, self.path))
            shop.credentials.append(self.headers.get("Authorization"))
            drops = shop.fault == "drops-one-in-20" and len(shop.seen) % 20 == 0
            if shop.hiccups or drops:
                shop.hiccups = max(0, shop.hiccups - 1)
                self.close_connection = True
                return
            if shop.busy:
                shop.busy -= 1
                status, headers, answer = 503, {"Retry-After": "0"}, None
            else:
                status, headers, answer = self._answer(shop, body)
        if answer is not None:
            headers.setdefault("Content-Type", "application/json")
        content = b"" if answer is None else json.dumps(answer, default=repr).encode()
        if isinstance(answer, bytes):
            content = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _answer(  # noqa: PLR0911 - one for each route
        self, shop: Shop, body: bytes
    ) -> tuple[int, dict[str, str], Any]:
        if self.path in shop.pages:
            page = shop.pages[self.path]
            kind = "text/html" if isinstance(page, bytes) else "application/json"
            return 200, {"Content-Type": kind}, page
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/w")
        if path == "/widgets" and self.command == "GET":
            return self._list(shop, parse_qs(parts.query))
        if path == "/widgets" and self.command == "POST":
            return self._make(shop, body)
        if path == "/scrap" and self.command == "POST":
            shop.widgets.clear()
            return 204, {}, None
        match = re.fullmatch(r"/widgets/(-?\d+)(?:/(cancel|requeue))?", path)
        if match is None:
            return 404, {}, {"error": "no such page"}
        widget = shop.widgets.get(int(match[1]))
        if widget is None:
            return (500 if shop.fault == "unknown-is-500" else 404), {}, {"error": "unknown"}
        if match[2] and self.command == "POST":
            return shop.command(widget, match[2]), {}, None
        if not match[2] and self.command == "GET":
            return 200, {}, shop.look(widget)
        if not match[2] and self.command == "DELETE":
            del shop.widgets[widget["id"]]
            return 204, {}, None
        return 405, {}, None

    def _list(self, shop: Shop, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        if shop.stall and len(shop.widgets) >= shop.stall:
            shop.stalled.set()
            shop.resumed.wait(30)
        self.server.lists += 1
        wrong = shop.fault == "page-of-4"
        wrong = wrong or (shop.fault == "sometimes-page-of-4" and self.server.lists % 2 == 1)
        size = 4 if wrong else 3
        if "size" in query:
            text = query["size"][0]
            if not text.isdecimal() or not 1 <= int(text) <= 50:
                return 400, {}, None
            size = 5 if shop.fault == "size-ignored" and int(text) > 5 else int(text)
        newest = sorted(shop.widgets.values(), key=lambda one: -int(one["id"]))
        shown = [shop.look(one) for one in newest[:size]]
        return 200, {}, {"count": len(newest), "results": shown}

    def _make(self, shop: Shop, body: bytes) -> tuple[int, dict[str, str], Any]:
        try:
            owner = json.loads(body)["owner"]
        except (ValueError, KeyError, TypeError):
            return 400, {}, None
        if not isinstance(owner, str) or len(owner) > 20:
            return 400, {}, None
        widget = shop.make(owner)
        headers = {"Location": f"/w/widgets/{widget['id']}"}
        if shop.fault == "no-location":
            headers = {}
        return (200 if shop.fault == "created-200" else 201), headers, shop.look(widget)


class Server(ThreadingHTTPServer):
    """A server with a shop of its own."""

    daemon_threads = True

    def __init__(self, shop: Shop) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.shop = shop
        self.lists = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(fault: str = "", pace: float = PACE) -> Iterator[Server]:
    """Serve widgets on a free port for as long as the context lasts."""
    server = Server(Shop(fault, pace))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
