"""How to get each declared answer of Scale on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.answer import Answer
from conformance.drivers import Recipe
from conformance.failures import NotReached, Violation
from conformance.mode import Needs
from conformance.probe import Probe

UNKNOWN_ID = 999_999_999
FOUND_FAR = 1_000_000  # a page that no list has
READERS = (
    "listJobs",
    "getJob",
    "listInputFiles",
    "listExecutions",
    "getExecution",
    "getExecutionLog",
)
COMMANDS = ("cancelJobs", "requeueJobs")
BAD_TOKEN = {"Authorization": "Token x"}
NO_JSON_WANTED = {"Accept": "application/xml"}
RESTED = frozenset({"CANCELED", "COMPLETED", "FAILED"})
PLAIN_TEXT = {"Content-Type": "text/plain"}


def recipes() -> Iterator[Recipe]:
    """Return a recipe for each answer that is declared."""
    for name in READERS:
        yield Recipe(name, "200", _Reading(name))
        yield Recipe(name, "403", _Reading(name, headers=BAD_TOKEN))
        yield Recipe(name, "406", _Reading(name, headers=NO_JSON_WANTED))
    for name in ("listJobs", "listInputFiles", "listExecutions"):
        yield Recipe(name, "404", _Reading(name, query={"page": FOUND_FAR}))
    for name in ("getJob", "getExecution", "getExecutionLog"):
        yield Recipe(name, "404", _Reading(name, path={"id": UNKNOWN_ID, "job_exe_id": UNKNOWN_ID}))
    for name in ("listJobs", "listInputFiles", "getExecutionLog"):
        yield Recipe(name, "400", _Reading(name, query={"started": "not-a-time"}))
    yield Recipe("listExecutions", "400", _Reading("listExecutions", query={"node_id": "one"}))
    yield Recipe("getExecutionLog", "204", log_of_nothing, Needs.READ)
    yield from _creating()
    for name in COMMANDS:
        yield from _commanding(name)


def _creating() -> Iterator[Recipe]:
    yield Recipe("createJob", "201", creation, Needs.CREATE)
    yield Recipe("createJob", "400", _Creating({"job_type_id": "one"}), Needs.CREATE)
    yield Recipe("createJob", "403", _Creating(headers=BAD_TOKEN), Needs.CREATE)
    yield Recipe("createJob", "404", _Creating({"job_type_id": UNKNOWN_ID}), Needs.CREATE)
    yield Recipe("createJob", "406", _Creating(headers=NO_JSON_WANTED), Needs.CREATE)
    yield Recipe("createJob", "415", _Creating(headers=PLAIN_TEXT), Needs.CREATE)


def _commanding(name: str) -> Iterator[Recipe]:
    yield Recipe(name, "202", _Commanding(name), Needs.CHANGE)
    yield Recipe(name, "202", _Repeating(name), Needs.CHANGE)
    yield Recipe(name, "400", _Commanding(name, {"started": "not-a-time"}), Needs.CHANGE)
    yield Recipe(name, "403", _Commanding(name, headers=BAD_TOKEN), Needs.CHANGE)
    yield Recipe(name, "406", _Commanding(name, headers=NO_JSON_WANTED), Needs.CHANGE)
    yield Recipe(name, "415", _Commanding(name, headers=PLAIN_TEXT), Needs.CHANGE)


class _Reading:
    """A GET of something that exists, except for what is given."""

    def __init__(
        self,
        operation_id: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._operation_id = operation_id
        self._path, self._query, self._headers = path or {}, query or {}, headers or {}

    def __call__(self, probe: Probe) -> Answer:
        needed = probe.contract.operations[self._operation_id].path
        path = dict(self._path) | {"log_id": "combined"}
        if "{id}" in needed and "id" not in path:
            path["id"] = a_job_that_ran(probe)
        if "{exe_num}" in needed:
            path["exe_num"] = 1
            if path["id"] != UNKNOWN_ID:
                path["exe_num"] = an_execution(probe, path["id"])["exe_num"]
        if "{job_exe_id}" in needed and "job_exe_id" not in path:
            path["job_exe_id"] = an_execution(probe, a_job_that_ran(probe))["id"]
        return probe.call(
            self._operation_id, path=path, query=self._query, headers=dict(self._headers)
        )


class _Creating:
    """A body that would make a job, except for what is given."""

    def __init__(
        self,
        change: Mapping[str, object] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._change, self._headers = change or {}, headers or {}

    def __call__(self, probe: Probe) -> Answer:
        body = {**probe.api.order(probe), **self._change}
        return probe.call("createJob", body=body, headers=dict(self._headers))


class _Commanding:
    """A command to a job that was made for it."""

    def __init__(
        self,
        operation_id: str,
        change: Mapping[str, object] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._operation_id = operation_id
        self._change, self._headers = change or {}, headers or {}

    def __call__(self, probe: Probe) -> Answer:
        job_id = int(probe.subject("Job").create(probe))
        return probe.call(
            self._operation_id,
            body={**self._change, "job_ids": [job_id]},
            headers=dict(self._headers),
        )


class _Repeating:
    """A command to a job that it does not act on any more: it is accepted nevertheless."""

    def __init__(self, operation_id: str) -> None:
        self._operation_id = operation_id

    def __call__(self, probe: Probe) -> Answer:
        job = probe.subject("Job")
        key = job.create(probe)
        job.fire(probe, "cancelJobs", key)
        try:
            probe.eventually(lambda: job.state(probe, key) in RESTED)
        except Violation as violation:
            if violation.requirement is not None:
                raise
            raise NotReached("a job that was to be canceled is not at rest yet") from None
        return job.fire(probe, self._operation_id, key)


def creation(probe: Probe) -> Answer:
    """Make a job."""
    return probe.call("createJob", body=probe.api.order(probe))


def a_job_that_ran(probe: Probe) -> Any:
    """Return the id of a job that has had an execution."""
    for state in ("COMPLETED", "FAILED", "RUNNING"):
        for job_id in probe.known.get("jobs", {}).get(state, ())[:3]:
            answer = probe.call("listExecutions", path={"id": job_id})
            if answer.is_success and answer.json["results"]:
                return job_id
    for state in probe.known.get("jobs", {}):
        for job_id in probe.known["jobs"][state][:1]:
            return job_id
    probe.assume(False, "there is no job to look at")  # noqa: FBT003 - the condition
    return None


def an_execution(probe: Probe, job_id: Any) -> Mapping[str, Any]:
    """Return an execution of that job."""
    results = probe.ok("listExecutions", path={"id": job_id}).json["results"]
    probe.assume(results, f"job {job_id} has had no execution")
    found: Mapping[str, Any] = results[0]
    return found


def log_of_nothing(probe: Probe) -> Answer:
    """Ask for messages of the future, of which there are none."""
    execution = an_execution(probe, a_job_that_ran(probe))
    return probe.call(
        "getExecutionLog",
        path={"job_exe_id": execution["id"], "log_id": "combined"},
        query={"started": "2199-12-31T00:00:00Z"},
    )
