"""Names in any case, names that nothing has, ids that nothing has, and how that is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.checks.hpcpack.job_details import change
from conformance.checks.hpcpack.listing import JOBS, NODES, tasks
from conformance.checks.hpcpack.values import shows
from conformance.checks.hpcpack.workshop import known_job, known_subtask, known_task
from conformance.drivers.hpcpack_cluster import (
    NO_PROPERTY,
    NOBODY,
    NOWHERE,
    create_job,
    order,
    path_of,
    reader_of,
    rows,
    shown,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

CASES: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.swapcase)
PICKS = st.tuples(st.sampled_from(CASES), st.integers(0, 30))

Pick = tuple[Callable[[str], str], int]


def readings(probe: Probe, pick: int, spelled: Callable[[str], str]) -> list[tuple[Answer, str]]:
    """Return answers that were asked for some properties in a spelling, and which these are."""
    found = []
    job, task, step = known_job(probe, pick), known_task(probe, pick), known_subtask(probe, pick)
    for key, names in ((job, "Id,Name,State"), (task, "TaskId,State"), (step, "TaskId,State")):
        query: dict[str, Any] = {"properties": spelled(names)}
        found.append((probe.call(reader_of(key), path=path_of(key), query=query), names))
    some = {"rowsPerRead": 5}
    query = {"properties": spelled("Id,Name,State"), **some}
    found += [(probe.call(one, query=query), "Id,Name,State") for one in ("listJobs", "listNodes")]
    query = {"properties": spelled("TaskId,State"), **some}
    path = {"jobId": task.partition(".")[0]}
    found.append((probe.call("listTasks", path=path, query=query), "TaskId,State"))
    return found


def names_in(answer: Answer) -> list[tuple[str, ...]]:
    """Return the names that an answer shows, of each resource in it."""
    body = answer.json
    if body and "Properties" in body[0]:
        return [one.names for one in rows(answer)]
    return [shown(answer).names]


@check("hpcpack/names-in-any-case", plan=PICKS, examples=2)
def names_are_understood_in_any_case(probe: Probe, plan: Pick) -> None:
    """In whatever case a property is named, to be shown, sorted by or set, it is understood."""
    spelled, pick = plan
    for answer, names in readings(probe, pick, spelled):
        wanted = {one.casefold() for one in names.split(",")}
        there = [{one.casefold() for one in row} for row in names_in(answer)] * answer.is_success
        probe.require(answer.is_success, f"{answer.exchange}, where {names} were asked for")
        probe.require(
            all(wanted <= one for one in there), f"{answer.exchange} lacks some of {names}"
        )
    asked = ("Id", "Name")
    usual = JOBS.page(probe, properties=asked, sortJobsBy="Name", rowsPerRead=30).rows
    cased = JOBS.page(probe, properties=asked, sortJobsBy=spelled("Name"), rowsPerRead=30).rows
    probe.require(
        [one["Name"] for one in usual] == [one["Name"] for one in cased]
        or [one["Id"] for one in cased] != sorted((one["Id"] for one in cased), key=int),
        f"jobs sorted by {spelled('Name')} come in the order of their ids",
    )
    if probe.mode.allows(Needs.CREATE):
        given = {spelled("Name"): "callsheet in any case"}
        shows(probe, create_job(probe, given), given)
        job = create_job(probe, order(probe, "job"))
        change(probe, job, given)
        shows(probe, job, given)
        body = [{"name": "Name", "value": "callsheet in small letters"}]
        answer = probe.call("setJobProperties", path={"jobId": job}, body=body)
        probe.require(answer.is_success, f"{answer.exchange}, with the keys name and value")
        shows(probe, job, {"Name": "callsheet in small letters"})


@check("hpcpack/canonical-names", plan=PICKS, examples=2)
def names_are_answered_in_one_case(probe: Probe, plan: Pick) -> None:
    """In whatever case a property is named, it is answered under the name that all know."""
    spelled, pick = plan
    for answer, names in readings(probe, pick, spelled):
        if not answer.is_success:
            continue
        for row in names_in(answer):
            known = {one.casefold(): one for one in names.split(",")}
            strange = [one for one in row if known.get(one.casefold(), one) != one]
            words = f"{answer.exchange} shows {', '.join(sorted(strange))}"
            probe.require(not strange, words)


def strangers(probe: Probe, pick: int) -> list[tuple[str, dict[str, Any]]]:
    """Return operations with something in the path that does not exist."""
    job, task, step = known_job(probe, pick), known_task(probe, pick), known_subtask(probe, pick)
    nobody = {"jobId": NOBODY}
    found: list[tuple[str, dict[str, Any]]] = [
        ("getNode", {"name": NOWHERE}),
        ("getJob", nobody),
        ("listTasks", nobody),
        ("getJobCustomProperties", nobody),
        ("getJobEnvironmentVariables", nobody),
        ("getTask", {"jobId": job, "taskId": NOBODY}),
        ("getTask", {**path_of(task), **nobody}),
        ("getTaskCustomProperties", {"jobId": job, "taskId": NOBODY}),
        ("getTaskEnvironmentVariables", {"jobId": job, "taskId": NOBODY}),
        ("getSubtask", {**path_of(step), "subtaskId": NOBODY}),
        ("getSubtask", {**path_of(step), "taskId": NOBODY}),
    ]
    if probe.mode.allows(Needs.CHANGE):
        found += [(one, nobody) for one in ("submitJob", "cancelJob", "finishJob", "requeueJob")]
    return found


@check("hpcpack/unknown-id-is-client-error", plan=st.integers(0, 30), examples=2)
def an_unknown_id_is_the_fault_of_the_client(probe: Probe, pick: int) -> None:
    """Whatever names a node, job, task or subtask that does not exist is answered with a 4xx."""
    for operation, path in strangers(probe, pick):
        answer = probe.call(operation, path=path)
        probe.require(
            400 <= answer.status < 500, f"{answer.exchange}, though there is no such thing"
        )


@check("hpcpack/errors-carry-a-message", plan=st.integers(0, 30), examples=1)
def an_error_says_what_is_wrong(probe: Probe, pick: int) -> None:
    """Each error has a JSON object for a body, with a text under Message."""
    answers = [probe.call(one, path=path) for one, path in strangers(probe, pick)]
    answers.append(JOBS.ask(probe, properties=NO_PROPERTY))
    answers.append(probe.call("listJobs", query={"$filter": f"{NO_PROPERTY} eq 1"}))
    errors = [one for one in answers if 400 <= one.status < 500]
    probe.assume(errors, "no error was met")
    for answer in errors:
        body = answer.json
        words = f"{answer.exchange} has the body {answer.text[:80]!r}"
        text = body.get("Message") if isinstance(body, dict) else None
        probe.require(isinstance(text, str) and text, words)


@check("hpcpack/unknown-property-refused", plan=st.integers(0, 30), examples=1)
def an_unknown_property_is_refused(probe: Probe, pick: int) -> None:
    """Whoever asks for a property that does not exist, alone or beside others, gets 400."""
    for names in (NO_PROPERTY, f"State,{NO_PROPERTY}"):
        query = {"properties": names}
        job = known_job(probe, pick)
        keys = (job, known_task(probe, pick), known_subtask(probe, pick))
        answers = [probe.call(reader_of(one), path=path_of(one), query=query) for one in keys]
        answers += [one.ask(probe, properties=names) for one in (JOBS, NODES, tasks(job))]
        for answer in answers:
            probe.require(
                answer.status == 400, f"{answer.exchange}, though there is no such property"
            )


@check("hpcpack/unknown-filter-refused", plan=st.integers(0, 30), examples=1)
def an_unknown_filter_is_refused(probe: Probe, pick: int) -> None:
    """Whoever filters a list by a name that it does not offer, alone or beside one, gets 400."""
    job = known_job(probe, pick)
    for listing, name in ((JOBS, "JobState"), (NODES, "NodeState"), (tasks(job), "TaskState")):
        for text in (f"{NO_PROPERTY} eq 1", f"{name} eq Finished and {NO_PROPERTY} eq 1"):
            text = text.replace("Finished", "Online") if listing is NODES else text  # noqa: PLW2901
            answer = probe.call(listing.operation_id, path=listing.path, query={"$filter": text})
            probe.require(
                answer.status == 400, f"{answer.exchange}, though there is no such filter"
            )
