"""A Deadline Cloud account on a clock that stands still, and short ways to do things in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from mockserver.tests.apis.stage import Stage

VERSION = "/2023-10-12"

Answer = dict[str, Any]


class Farm(Stage):
    """One farm and one queue of the seeded world, known by their ids."""

    def __init__(self, *, seed: int = 1, mutant: str | None = None, **options: Any) -> None:
        super().__init__("deadline-cloud", seed=seed, mutant=mutant, **options)
        self.facts = self.known
        self.farm = f"{VERSION}/farms/{self.facts['farmId']}"
        self.queue = f"{self.farm}/queues/{self.facts['queueId']}"

    def reset(self) -> None:
        """Make the world anew; its clock goes on."""
        assert self.request("POST", "/__admin/reset").status_code == 200

    def json(self, path: str, **query: Any) -> Answer:
        """Return the body of a GET that succeeds."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        found: Answer = answer.json()
        return found

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Post a JSON body."""
        return self.request("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Patch with a JSON body."""
        return self.request("PATCH", path, json=body, headers=headers)

    def submit(self, kind: str, queue: str = "", **more: Any) -> str:
        """Create a job of a known kind; return its path when it has been made."""
        queue = queue or self.queue
        answer = self.post(f"{queue}/jobs", {**self.facts["createJob"][kind], **more})
        assert answer.status_code == 201, answer.text
        path = f"{queue}/jobs/{answer.json()['jobId']}"
        self.until(lambda: self.json(path)["lifecycleStatus"] != "CREATE_IN_PROGRESS")
        return path

    def until(self, holds: Callable[[], object], seconds: float = 60) -> None:
        """Let time pass until *holds* is true."""
        for _ in range(int(seconds * 5)):
            if holds():
                return
            self.advance(0.2)
        raise AssertionError(f"it does not come about in {seconds} s")

    def tasks(self, job: str, step: int = 0) -> list[Answer]:
        """Return the tasks of one step of a job."""
        steps = self.json(f"{job}/steps")["steps"]
        found: list[Answer] = self.json(f"{job}/steps/{steps[step]['stepId']}/tasks")["tasks"]
        return found

    def states(self, job: str, step: int = 0) -> list[str]:
        """Return the states of the tasks of one step of a job."""
        return [one["runStatus"] for one in self.tasks(job, step)]

    def task_paths(self, job: str, step: int = 0) -> list[str]:
        """Return the paths of the tasks of one step of a job."""
        steps = self.json(f"{job}/steps")["steps"]
        root = f"{job}/steps/{steps[step]['stepId']}/tasks"
        return [f"{root}/{one['taskId']}" for one in self.json(root)["tasks"]]

    def command(self, path: str, target: str) -> None:
        """Ask one task for a run status."""
        answer = self.patch(path, {"targetRunStatus": target})
        assert (answer.status_code, answer.content) == (200, b""), answer.text

    def command_all(self, path: str, target: str) -> None:
        """Ask all tasks of a job or of a step for a run status."""
        answer = self.patch(path, {"targetTaskRunStatus": target})
        assert (answer.status_code, answer.content) == (200, b""), answer.text

    def running(self, job: str, step: int = 0) -> None:
        """Let time pass until all tasks of a step run."""
        self.until(lambda: set(self.states(job, step)) == {"RUNNING"})


def task_path(ids: dict[str, str]) -> str:
    """Return the path of the task with these five ids."""
    return (
        f"{VERSION}/farms/{ids['farmId']}/queues/{ids['queueId']}/jobs/{ids['jobId']}"
        f"/steps/{ids['stepId']}/tasks/{ids['taskId']}"
    )
