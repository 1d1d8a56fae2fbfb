"""A client of a mock in this process: real requests through the real application, no socket."""

from __future__ import annotations

from typing import Any

import httpx

from mockserver.app import Setting, create_app
from mockserver.clock import parse
from mockserver.tests.in_process import InProcess


class Client:
    """An application of its own, on a frozen clock, and what is needed to talk to it."""

    def __init__(self, *names: str, **more: Any) -> None:
        self.app, self.hub = create_app(Setting(names, clock=parse("frozen"), **more))
        self._way = httpx.Client(transport=InProcess(self.app), base_url="http://mock")

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request and return the answer; redirects are not followed."""
        answer = self._way.request(method, path, **more)
        self._way.cookies.clear()
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON body of a GET that succeeds."""
        answer = self.send("GET", path, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> httpx.Response:
        """Post a JSON body."""
        return self.send("POST", path, json=body)

    def advance(self, seconds: float) -> list[dict[str, Any]]:
        """Let time pass and return the transitions that it brought."""
        answer = self.post("/__admin/clock/advance", {"seconds": seconds})
        assert answer.status_code == 200, answer.text
        fired: list[dict[str, Any]] = answer.json()["fired"]
        return fired

    def reset(self) -> None:
        """Make the world anew."""
        assert self.post("/__admin/reset", None).status_code == 200
