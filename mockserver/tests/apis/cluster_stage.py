"""An HPC Pack cluster on a clock that stands still, and short words for what is said to it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import httpx

from mockserver.tests.apis.stage import Stage


def properties(**values: str) -> list[dict[str, str]]:
    """Return a body that sets properties."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def as_dict(shown: Any) -> dict[str, str]:
    """Return a list of properties as a dictionary."""
    return {one["Name"]: one["Value"] for one in shown}


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    """Return the rows of a list as dictionaries."""
    assert answer.status_code == 200, answer.text
    return [as_dict(one["Properties"]) for one in answer.json()]


def signed(user: dict[str, str]) -> dict[str, str]:
    """Return the header with which a user signs in."""
    token = b64encode(f"{user['name']}:{user['password']}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


class ClusterStage(Stage):
    """A mock of HPC Pack whose time passes only in `advance`."""

    def __init__(self, **more: Any) -> None:
        super().__init__("hpcpack", **more)

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request to a path below /hpc."""
        return self.request(method, f"/hpc{path}", **more)

    def command(self, path: str, body: Any = None, **query: Any) -> int:
        """Return the status that a POST is answered with."""
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.call("POST", path, params=query or None, **more).status_code

    def new_job(self, *tasks: list[dict[str, str]], submit: bool = False, **values: str) -> int:
        """Return the id of a new job with these tasks."""
        answer = self.call("POST", "/jobs", json=properties(**values))
        assert answer.status_code == 200, answer.text
        job = int(answer.text)
        for task in tasks:
            assert self.command(f"/jobs/{job}/tasks", task) == 200
        if submit:
            assert self.command(f"/jobs/{job}/submit") == 204
        return job

    def show(self, path: str, names: str = "") -> dict[str, str]:
        """Return the properties of a job, task or subtask."""
        query = {"properties": names} if names else None
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return as_dict(answer.json())

    def state(self, path: str) -> str:
        """Return the state of a job, task or subtask."""
        return self.show(path, "State")["State"]

    def until(self, path: str, state: str) -> None:
        """Let time pass until a job, task or subtask is in *state*."""
        for _ in range(200):
            if self.state(path) == state:
                return
            self.advance(0.1)
        raise AssertionError(f"{path} is {self.state(path)}")

    def page(self, path: str, **query: Any) -> list[dict[str, str]]:
        """Return the rows of one page of a list."""
        return rows(self.call("GET", path, params=_query(query)))

    def every(self, path: str, **query: Any) -> list[dict[str, str]]:
        """Return the rows of all pages of a list."""
        found: list[dict[str, str]] = []
        more = _query(query)
        while True:
            answer = self.call("GET", path, params=more)
            found += rows(answer)
            token = answer.headers.get("x-ms-continuation-queryId")
            if token is None:
                return found
            more = {**more, "queryId": token}


def _query(given: dict[str, Any]) -> dict[str, Any]:
    """Return query parameters; `where` stands for `$filter`, which Python cannot spell."""
    return {"$filter" if name == "where" else name: value for name, value in given.items()}
