"""A client that speaks Scale."""

from __future__ import annotations

from typing import Any

import httpx

from mockserver.dialect import Dialect
from mockserver.service import Options
from mockserver.tests.client import Client

FAILING, SLOW = 5, 6
"""The job types whose jobs always fail, and run for ten minutes."""

INPUT = {"files": {"INPUT_FILE": [1]}, "json": {}}


class ScaleClient(Client):
    """Scale in this process."""

    def __init__(
        self,
        mutant: str | None = None,
        dialect: Dialect = Dialect.DOCUMENTED,
        **options: Any,
    ) -> None:
        options.setdefault("validate_responses", mutant is None)
        super().__init__("scale", mutant=mutant, dialect=dialect, options=Options(**options))

    def jobs(self, **query: Any) -> list[dict[str, Any]]:
        """Return all jobs that fit, up to 1000."""
        found: list[dict[str, Any]] = self.get("/v6/jobs/", page_size=1000, **query)["results"]
        return found

    def ids(self, **query: Any) -> list[int]:
        """Return the ids of all jobs that fit, in their order."""
        return [one["id"] for one in self.jobs(**query)]

    def job(self, key: int) -> dict[str, Any]:
        """Return the details of a job."""
        found: dict[str, Any] = self.get(f"/v6/jobs/{key}/")
        return found

    def executions(self, key: int, **query: Any) -> list[dict[str, Any]]:
        """Return the executions of a job."""
        found: list[dict[str, Any]] = self.get(f"/v6/jobs/{key}/executions/", **query)["results"]
        return found

    def create(self, job_type: int = 1, **more: Any) -> httpx.Response:
        """Queue a new job."""
        body = {"job_type_id": job_type, "input": INPUT, "configuration": {}} | more
        return self.post("/v6/jobs/", body)

    def created(self, job_type: int = 1, **more: Any) -> int:
        """Queue a new job and return its id."""
        return int(self.create(job_type, **more).json()["id"])

    def command(self, name: str, **where: Any) -> httpx.Response:
        """Cancel or requeue jobs, and wait until it has taken effect."""
        answer = self.post(f"/v6/jobs/{name}/", where)
        self.advance(0.3)
        return answer

    def failed(self, times: int = 1) -> int:
        """Return the id of a new job that has failed *times* times."""
        key = self.created(FAILING)
        self.advance(5)
        for _ in range(times - 1):
            self.command("requeue", job_ids=[key])
            self.advance(5)
        return key

    def running(self) -> int:
        """Return the id of a new job that goes on running."""
        key = self.created(SLOW)
        self.advance(5)
        return key
