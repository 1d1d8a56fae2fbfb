"""Requests that Deadline answers with an error, and with which."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.drivers.thinkbox_answers import FAR, job_to_read
from conformance.drivers.thinkbox_repository import (
    NOBODY,
    NOBODY_TOO,
    known_jobs,
    order,
    read_tasks,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

DOCUMENTED = ("requeue", "complete", "suspend", "fail", "resumefailed", "pend", "releasepending")
QUERIES: tuple[dict[str, object], ...] = ({}, {"TaskID": 0}, {"IdOnly": True})
LISTS: tuple[dict[str, object], ...] = ({}, {"TaskList": [0]}, {"TaskList": 0})

WITHOUT_JOB = tuple(("getTasks", query) for query in QUERIES) + tuple(
    ("commandTasks", {"Command": word, **(LISTS[index % 3])})
    for index, word in enumerate(DOCUMENTED)
)


def asked(probe: Probe, operation_id: str, content: dict[str, Any]) -> Answer:
    """Send what is in the query of a GET, and in the body of a PUT."""
    if operation_id == "getTasks":
        return probe.call(operation_id, query=content)
    return probe.call(operation_id, body=content)


@check("thinkbox/no-job-id-is-400", plan=st.sampled_from(WITHOUT_JOB), examples=len(WITHOUT_JOB))
def a_request_without_a_job_is_bad(probe: Probe, request: tuple[str, dict[str, object]]) -> None:
    """A GET or a PUT that names no job is answered with 400."""
    answer = asked(probe, *request)
    probe.require(answer.status == 400, f"{answer.exchange}, though no JobID was given")


@check(
    "thinkbox/unknown-job-is-500",
    plan=st.tuples(st.sampled_from(DOCUMENTED), st.booleans()),
    examples=2 * len(DOCUMENTED),
)
def a_job_that_does_not_exist_is_trouble(probe: Probe, plan: tuple[str, bool]) -> None:
    """A GET or a PUT that names a job which does not exist is answered with 500."""
    word, is_similar = plan
    jobs = known_jobs(probe)
    job = jobs[0] + NOBODY_TOO if is_similar and jobs else NOBODY
    requests = [("getTasks", query) for query in QUERIES]
    if probe.mode.allows(Needs.CHANGE):
        requests += [("commandTasks", {"Command": word, **more}) for more in LISTS[:2]]
    for operation_id, content in requests:
        answer = asked(probe, operation_id, {"JobID": job, **content})
        probe.require(answer.status == 500, f"{answer.exchange}, though there is no job {job}")


WRONG_REQUESTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("getTasks", {}),
    ("getTasks", {"query": {"JobID": NOBODY}}),
    ("commandTasks", {}),
    ("commandTasks", {"body": {"Command": "suspend"}}),
    ("commandTasks", {"body": {"Command": "suspend", "JobID": NOBODY}}),
    ("postTasks", {}),
    ("deleteTasks", {}),
)


@check(
    "thinkbox/error-is-a-short-text",
    plan=st.sampled_from(WRONG_REQUESTS),
    examples=len(WRONG_REQUESTS),
)
def an_error_says_something(probe: Probe, request: tuple[str, dict[str, Any]]) -> None:
    """An answer that reports an error has a body with some text."""
    operation_id, content = request
    answer = probe.call(operation_id, **content)
    probe.assume(answer.status >= 400, f"{answer.exchange} is no error")
    probe.require(answer.text.strip(), f"{answer.exchange} has an empty body")


WORDS_NOT_NUMBERS = st.one_of(
    st.sampled_from(["x", "1x", "x1", "1.5", "one", "0x", "null"]),
    st.text("abcdefghijklmnopqrstuvwyz", min_size=1, max_size=6),
)


@check("thinkbox/getTasks/task-id-not-an-integer-is-400", plan=WORDS_NOT_NUMBERS, examples=8)
def a_task_id_in_words_is_bad(probe: Probe, text: str) -> None:
    """A TaskID that is no integer is answered with 400, for a job that exists."""
    query = {"JobID": job_to_read(probe), "TaskID": text}
    answer = probe.call("getTasks", query=query)
    probe.require(answer.status == 400, f"{answer.exchange}, though {text!r} is no integer")


@check("thinkbox/getTasks/empty-task-id-is-400")
def a_task_id_without_a_value_is_bad(probe: Probe, _: None) -> None:
    """A TaskID that is there and empty is answered with 400, for a job that exists."""
    answer = probe.call("getTasks", query={"JobID": job_to_read(probe), "TaskID": ""})
    probe.require(answer.status == 400, f"{answer.exchange}, though TaskID is empty")


@check("thinkbox/getTasks/unknown-task-is-refused", plan=st.sampled_from([0, 1, FAR]), examples=3)
def a_task_beyond_the_last_is_not_answered(probe: Probe, distance: int) -> None:
    """A TaskID that is one, two or many beyond the last one of the job gets 404 or 500."""
    job = job_to_read(probe)

    def there() -> set[int]:
        ids = probe.ok("getTasks", query={"JobID": job, "IdOnly": True}).json
        told = {one for one in ids if isinstance(one, int)} if isinstance(ids, list) else set()
        return told | {one["TaskID"] for one in read_tasks(probe, job)}

    task = max(there(), default=-1) + 1 + distance
    answer = probe.call("getTasks", query={"JobID": job, "TaskID": task})
    probe.assume(task not in there(), f"the job {job} has got a task {task} in the meantime")
    probe.require(answer.status in {404, 500}, f"{answer.exchange}, though there is no such task")


@check(
    "thinkbox/commandTasks/empty-body-is-400",
    needs=Needs.CHANGE,
    plan=st.sampled_from([None, "application/json", "text/plain"]),
    examples=3,
)
def a_command_without_a_body_is_bad(probe: Probe, kind: str | None) -> None:
    """A PUT that carries nothing is answered with 400, whatever it says its content is."""
    headers = {} if kind is None else {"Content-Type": kind}
    answer = probe.call("commandTasks", headers=headers)
    probe.require(answer.status == 400, f"{answer.exchange}, though there was no body")


@check(
    "thinkbox/commandTasks/no-command-is-400",
    needs=Needs.CHANGE,
    plan=st.sampled_from([*LISTS, {"TaskList": [0, 1]}]),
    examples=4,
)
def a_body_without_a_command_is_bad(probe: Probe, content: dict[str, object]) -> None:
    """A PUT that names a job, and tasks perhaps, and no command is answered with 400."""
    job = probe.api.job_to_change(probe, 2)
    answer = probe.call("commandTasks", body={"JobID": job, **content})
    probe.require(answer.status == 400, f"{answer.exchange}, though there was no Command")


@check(
    "thinkbox/commandTasks/unknown-command-is-500",
    needs=Needs.CHANGE,
    plan=st.sampled_from(["explode", "restart", "delete", "cancel"]),
    examples=3,
)
def a_command_that_does_not_exist_is_trouble(probe: Probe, word: str) -> None:
    """A PUT with a Command that Deadline does not know is answered with 500."""
    answer = order(probe, word, probe.api.job_to_change(probe, 2))
    probe.require(answer.status == 500, f"{answer.exchange}, though there is no command {word}")


POSTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nothing", {}),
    ("nothing", {"body": {}}),
    ("nothing", {"body": {"Frames": "1-10"}, "query": {"IdOnly": True}}),
    ("nobody", {"body": {"Command": "requeue", "TaskList": [0]}}),
    ("nobody", {"query": {"TaskID": 0}}),
    ("ours", {"body": {"Command": "requeue", "TaskList": [0]}}),
    ("ours", {"body": {"TaskID": 7, "Frames": "1-10"}}),
    ("ours", {"query": {"TaskID": 0}}),
)
"""Which job a POST names, and what else it carries."""

DELETES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nothing", {}),
    ("nothing", {"query": {"TaskID": 0}}),
    ("nothing", {"query": {"IdOnly": True}}),
    ("nobody", {"query": {}}),
    ("nobody", {"query": {"TaskID": "x"}}),
    ("ours", {"query": {}}),
    ("ours", {"query": {"TaskID": 0}}),
)
"""Which job a DELETE names, and what else it carries."""


def is_never_implemented(
    probe: Probe, method: str, requests: tuple[tuple[str, dict[str, Any]], ...]
) -> None:
    """Send each of the requests, about a job of ours or none; each must be answered with 501."""
    ours: str = probe.api.job_to_change(probe, 2)
    jobs = {"nobody": NOBODY, "ours": ours}
    for whose, content in requests:
        named = {"JobID": jobs[whose]} if whose in jobs else {}
        parts = {name: {**named, **part} for name, part in content.items()}
        answer = probe.raw(method, "/api/tasks", **parts)
        probe.require(answer.status == 501, f"{answer.exchange}, but that is not implemented")


@check("thinkbox/postTasks/is-never-implemented", needs=Needs.CHANGE)
def a_post_is_not_implemented(probe: Probe, _: None) -> None:
    """A POST is answered with 501, whatever it carries."""
    is_never_implemented(probe, "POST", POSTS)


@check("thinkbox/deleteTasks/is-never-implemented", needs=Needs.CHANGE)
def a_delete_is_not_implemented(probe: Probe, _: None) -> None:
    """A DELETE is answered with 501, whatever its query."""
    is_never_implemented(probe, "DELETE", DELETES)


@check("thinkbox/deleteTasks/deletes-nothing", needs=Needs.CHANGE)
def a_delete_leaves_the_tasks(probe: Probe, _: None) -> None:
    """After a DELETE of the first task, of the last, or of all, a job of ours has its tasks."""
    job = probe.api.job_to_change(probe, 3, InitialStatus="Suspended")
    before = sorted(one["TaskID"] for one in read_tasks(probe, job))
    for task in (before[0], before[-1], None):
        answer = probe.call("deleteTasks", query={"JobID": job, "TaskID": task})
        probe.assume(answer.status == 501, f"{answer.exchange} is judged elsewhere")
        after = probe.call("getTasks", query={"JobID": job})
        left = sorted(one["TaskID"] for one in after.json["Tasks"]) if after.is_success else []
        probe.require(left == before, f"of the tasks {before} a DELETE has left {left}")
