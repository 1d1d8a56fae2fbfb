"""The fast stack and plain Connexion over two equal worlds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from mockserver.app import Setting, create_app
from mockserver.clock import parse
from mockserver.pipeline.asgi import App
from mockserver.store import Query
from mockserver.tests.in_process import run
from mockserver.tests.plain import application
from mockserver.tests.plain.exchange import Exchange
from mockserver.tests.plain.wire import JSON, Answer, Request, exchange
from specs.contract import Contract


class Side:
    """One world and its application, on a clock that stands still."""

    def __init__(self, names: Sequence[str], state: str = "") -> None:
        self.app, self.hub = create_app(Setting(names, clock=parse("frozen"), state=state))

    def known(self, name: str) -> dict[str, Any]:
        """Return what a suite may know of an API's part of the world, with the keys of all rows."""
        api = self.hub.default.apis[name]
        keys = {one.name: one.keys(Query())[:8] for one in api.collections.values()}
        return {**api.target(), "keys": keys}

    def answer(self, request: Request) -> Answer:
        """Return the answer to one request."""
        return run(exchange(self.app, request))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        body = b'{"seconds": %f}' % seconds
        answer = self.answer(Request("POST", "/__admin/clock/advance", "", JSON, body))
        assert answer.status == 200, answer

    def close(self) -> None:
        """Let go of the world."""
        self.hub.default.database.close()


class Returning(Side):
    """A world in SQLite that can be had again as it was at the beginning."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self._connection: sqlite3.Connection = self.hub.default.database._connection
        self._kept = sqlite3.connect(":memory:")
        self._connection.backup(self._kept)
        self._changes = self._connection.total_changes

    def rewind(self) -> None:
        """Put everything back, if anything was written."""
        if self._connection.total_changes != self._changes:
            self._kept.backup(self._connection)
            self.hub.open(self.hub.default.clock, self.hub.default.seed)
            self._changes = self._connection.total_changes

    def close(self) -> None:
        """Let go of the world."""
        self._kept.close()
        super().close()


class Pair:
    """All APIs on the fast stack, and each on a plain one, over two equal worlds."""

    def __init__(self, names: Sequence[str]) -> None:
        self._fast, self._plain = self._sides = Returning(names), Returning(names)
        self._plain_apps: dict[str, App] = {}

    def contract(self, name: str) -> Contract:
        """Return the contract of an API."""
        return self._fast.hub.services[name].contract

    def known(self, name: str) -> dict[str, Any]:
        """Return what a suite may know of an API's part of the world."""
        return self._fast.known(name)

    def rewind(self) -> None:
        """Begin anew with two equal worlds."""
        for one in self._sides:
            one.rewind()

    def advance(self, seconds: float) -> None:
        """Let as much time pass in both worlds."""
        for one in self._sides:
            one.advance(seconds)

    def exchange(self, name: str, request: Request, restated: Request | None = None) -> Exchange:
        """Send a request to one API through both stacks, *restated* for the plain one."""
        if name not in self._plain_apps:
            self._plain_apps[name] = application.create(name, self._plain.hub)
        told = restated or request

        async def both() -> tuple[Answer, Answer]:
            fast = await exchange(self._fast.app, request)
            return fast, await exchange(self._plain_apps[name], told)

        return Exchange(self.contract(name), request, told, *run(both()))

    def close(self) -> None:
        """Let go of both worlds."""
        for one in self._sides:
            one.close()
