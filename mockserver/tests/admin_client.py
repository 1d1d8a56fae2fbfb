"""A client of the admin API over real connections, and of the mock beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3

from mockserver.tests.conftest import Server

JOB = {"job_type_id": 1, "input": {"files": {"INPUT_FILE": [1]}, "json": {}}, "configuration": {}}
SLOW_JOB = {**JOB, "job_type_id": 6}


class Admin:
    """The admin API of one session of a server."""

    def __init__(self, server: Server, session: str | None = None) -> None:
        self.server = server
        self.session = session
        self.headers = {} if session is None else {"X-Callsheet-Session": session}

    def call(self, method: str, path: str, body: Any = None) -> urllib3.BaseHTTPResponse:
        """Send one request."""
        more = {} if body is None else {"json": body}
        return self.server.request(method, f"/__admin{path}", headers=self.headers, **more)

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send one request that is answered with *status*, and return the JSON of the answer."""
        answer = self.call(method, path, body)
        assert answer.status == status, answer.data
        return answer.json() if answer.data else None

    def get(self, path: str) -> Any:
        """Return what a GET gives."""
        return self.ask("GET", path)

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, list[str]]:
        """Send a request that is refused in one sentence; return the status and what is known."""
        answer = self.call(method, path, body)
        value = answer.json()
        assert isinstance(value["error"], str)
        assert "\n" not in value["error"]
        return answer.status, value.get("known", [])

    def advance(self, seconds: float) -> list[dict[str, Any]]:
        """Move the clock and return what happened."""
        fired: list[dict[str, Any]] = self.ask("POST", "/clock/advance", {"seconds": seconds})[
            "fired"
        ]
        return fired

    def new(self, **how: Any) -> Admin:
        """Make a session and return its admin API."""
        return Admin(self.server, self.ask("POST", "/sessions", how, 201)["name"])

    def submit(self, job: Any = JOB) -> int:
        """Queue a job of Scale and return its id."""
        answer = self.server.request("POST", "/v6/jobs/", headers=self.headers, json=job)
        assert answer.status == 201, answer.data
        return int(answer.json()["id"])

    def jobs(self) -> int:
        """Return how many jobs Scale has."""
        answer = self.server.request("GET", "/v6/jobs/?page_size=1", headers=self.headers)
        return int(answer.json()["count"])

    def status(self, key: int) -> str:
        """Return the status of a job of Scale."""
        answer = self.server.request("GET", f"/v6/jobs/{key}/", headers=self.headers)
        return str(answer.json()["status"])


@contextmanager
def own_session(server: Server, **how: Any) -> Iterator[Admin]:
    """Make a session that is dropped in the end."""
    whole = Admin(server)
    session = whole.new(**how)
    yield session
    whole.ask("DELETE", f"/sessions/{session.session}", status=204)
