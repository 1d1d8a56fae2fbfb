"""The three requests that read: task IDs, one task, all tasks of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.drivers.thinkbox_answers import job_to_read
from conformance.drivers.thinkbox_repository import (
    create_job,
    read_job,
    read_task,
    read_tasks,
    single,
    submission,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

PICKS = st.integers(0, 11)  # which of the known jobs, those in different states first
TRIES = 3  # of what a change on the target may disturb


def task_ids(probe: Probe, answer: Answer) -> list[int]:
    """Return the IDs in an answer to IdOnly: an array, or an object with one array in it."""
    body = answer.json
    arrays = [one for one in body.values() if isinstance(one, list)] if _is_object(body) else [body]
    probe.require(
        len(arrays) == 1 and isinstance(arrays[0], list),
        f"{answer.exchange} does not hold one array of task IDs",
    )
    ids: list[int] = arrays[0]
    strange = [one for one in ids if isinstance(one, bool) or not isinstance(one, int)]
    probe.require(not strange, f"{answer.exchange} holds {str(strange[:1])[:80]}, which is no ID")
    return ids


def _is_object(body: object) -> bool:
    return isinstance(body, Mapping)


def _ids_only(probe: Probe, job: str) -> Answer:
    answer = probe.raw("GET", "/api/tasks", query={"JobID": job, "IdOnly": True})
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    return answer


@check("thinkbox/getTasks/id-only-answers-integers", plan=PICKS, examples=4)
def ids_only_are_integers(probe: Probe, pick: int) -> None:
    """With IdOnly the answer holds integers and nothing else of the tasks."""
    task_ids(probe, _ids_only(probe, job_to_read(probe, pick)))


@check("thinkbox/getTasks/id-only-answers-an-array", plan=PICKS, examples=2)
def ids_only_are_an_array(probe: Probe, pick: int) -> None:
    """With IdOnly the answer is an array by itself."""
    answer = _ids_only(probe, job_to_read(probe, pick))
    probe.require(isinstance(answer.json, list), f"{answer.exchange} is no array")


@check("thinkbox/getTasks/ids-are-those-of-the-tasks", plan=PICKS, examples=6)
def ids_only_name_each_task(probe: Probe, pick: int) -> None:
    """The IDs are those of all tasks of the job, each once."""
    job = job_to_read(probe, pick)

    def told() -> tuple[list[int], list[int]]:
        ids = sorted(task_ids(probe, _ids_only(probe, job)))
        return ids, sorted(task["TaskID"] for task in read_tasks(probe, job))

    ids, tasks = told()
    if ids != tasks:
        probe.assume(told() == (ids, tasks), f"the tasks of the job {job} come and go")
    for one in sorted(set(ids) - set(tasks)):  # unless it is the list of tasks that lacks it
        alone = probe.call("getTasks", query={"JobID": job, "TaskID": one})
        probe.require(alone.is_success, f"the job {job} has no task {one}, which is among its IDs")
    missing = sorted(set(tasks) - set(ids))
    probe.require(not missing, f"the IDs of the job {job} lack {missing[:5]}")
    twice = sorted({one for one in ids if ids.count(one) > 1})
    probe.require(not twice, f"the IDs of the job {job} have {twice[:5]} several times")


@check(
    "thinkbox/getTasks/id-only-false-is-no-id-only",
    plan=st.tuples(PICKS, st.booleans()),
    examples=3,
)
def a_switch_that_is_off_does_nothing(probe: Probe, plan: tuple[int, bool]) -> None:
    """With IdOnly=false the answer has all tasks, or the one that is asked for, as without."""
    pick, asks_for_one = plan
    job = job_to_read(probe, pick)
    tasks = read_tasks(probe, job)
    probe.assume(tasks, f"the job {job} has no task")
    task = tasks[-1]["TaskID"]
    query = {"JobID": job, "IdOnly": False, "TaskID": task if asks_for_one else None}
    answer = probe.ok("getTasks", query=query)
    if asks_for_one:
        probe.require(single(probe, answer)["TaskID"] == task, f"{answer.exchange} is another task")
        return
    body = answer.json
    found = body.get("Tasks") if isinstance(body, Mapping) else None
    shown = [one.get("TaskID") for one in found or () if isinstance(one, Mapping)]
    expected = {one["TaskID"] for one in tasks}
    probe.require(set(shown) >= expected, f"{answer.exchange} does not hold all tasks")


@check(
    "thinkbox/getTasks/task-id-answers-that-task",
    plan=st.tuples(PICKS, st.integers(0, 30)),
    examples=5,
)
def a_task_id_gets_that_task(probe: Probe, plan: tuple[int, int]) -> None:
    """TaskID gets the task with that number: the first, the last and any between them."""
    pick, between = plan
    job = job_to_read(probe, pick)
    ids = sorted(one["TaskID"] for one in read_tasks(probe, job))
    probe.assume(ids, f"the job {job} has no task")
    for wanted in dict.fromkeys((ids[0], ids[-1], ids[between % len(ids)])):
        answer = probe.call("getTasks", query={"JobID": job, "TaskID": wanted})
        if not answer.is_success:
            there = {one["TaskID"] for one in read_tasks(probe, job)}
            probe.assume(wanted in there, f"the task {wanted} is gone from the job {job}")
        probe.require(answer.is_success, f"{answer.exchange}, though there is such a task")
        task = single(probe, answer)
        probe.require(task["TaskID"] == wanted, f"{answer.exchange} is the task {task['TaskID']}")
        probe.require(task.get("JobID", job) == job, f"{answer.exchange} is of {task.get('JobID')}")


@check("thinkbox/getTasks/all-tasks-are-of-the-job", plan=PICKS, examples=8)
def all_tasks_name_the_job(probe: Probe, pick: int) -> None:
    """Each of the tasks that are answered names the job that was asked for."""
    job = job_to_read(probe, pick)
    tasks = [one for one in read_tasks(probe, job) if "JobID" in one]
    probe.assume(tasks, f"no task of the job {job} names a job")
    for task in tasks:
        named = task["JobID"]
        probe.require(named == job, f"the task {task['TaskID']} is of {named}, not of {job}")


@check("thinkbox/getTasks/each-task-once", plan=PICKS, examples=8)
def no_task_comes_twice(probe: Probe, pick: int) -> None:
    """No TaskID comes twice among the tasks of a job."""
    job = job_to_read(probe, pick)
    ids = [task["TaskID"] for task in read_tasks(probe, job)]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    probe.require(not twice, f"the job {job} has several tasks {twice[:3]}")


@check(
    "thinkbox/getTasks/task-agrees-with-all-tasks",
    plan=st.tuples(PICKS, st.integers(0, 30)),
    examples=6,
)
def a_task_alone_is_as_among_all(probe: Probe, plan: tuple[int, int]) -> None:
    """A task read alone has the job, the number and the frames that it has among all tasks."""
    pick, between = plan
    job = job_to_read(probe, pick)
    tasks: dict[int, Mapping[str, Any]] = {one["TaskID"]: one for one in read_tasks(probe, job)}
    probe.assume(tasks, f"the job {job} has no task")
    ids = sorted(tasks)
    for number in dict.fromkeys((ids[0], ids[-1], ids[between % len(ids)])):
        alone = read_task(probe, job, number)
        for name in ("JobID", "TaskID", "Frames"):
            if name not in alone or name not in tasks[number] or alone[name] == tasks[number][name]:
                continue
            listed = {one["TaskID"]: one for one in read_tasks(probe, job)}.get(number, {})
            probe.assume(listed.get(name) == tasks[number][name], "the frames have been changed")
            probe.require(
                condition=False,
                message=f"{name} of the task {number} is {alone[name]!r} alone, "
                f"and {listed[name]!r} among all",
            )


@check("thinkbox/getTasks/all-tasks-are-there", plan=PICKS, examples=8)
def all_tasks_are_as_many_as_the_job_says(probe: Probe, pick: int) -> None:
    """All tasks are as many as the job has by its own property."""
    job = job_to_read(probe, pick)
    number, found = _number(probe, job), len(read_tasks(probe, job))
    if number != found:
        again = _number(probe, job), len(read_tasks(probe, job))
        probe.assume(again == (number, found), f"the tasks of the job {job} come and go")
    probe.require(number == found, f"the job {job} says {number} tasks and has {found}")


def _number(probe: Probe, job: str) -> int:
    properties = read_job(probe, job).get("Props", {})
    if "Tasks" not in properties:
        probe.unsupported("a job does not say how many tasks it has")
    return int(properties["Tasks"])


@check("thinkbox/getTasks/envelope-names-the-job", plan=PICKS, examples=4)
def the_envelope_names_the_job(probe: Probe, pick: int) -> None:
    """What holds all tasks says of which job they are."""
    job = job_to_read(probe, pick)
    answer = probe.ok("getTasks", query={"JobID": job})
    named = answer.json.get("ID")
    probe.require(named == job, f"{answer.exchange} names {named!r}, not {job!r}")


@check(
    "thinkbox/createJob/chunks-of-frames-make-tasks",
    needs=Needs.CREATE,
    plan=st.tuples(st.integers(0, 200), st.integers(1, 45), st.integers(1, 12)),
    examples=8,
)
def each_chunk_of_frames_is_a_task(probe: Probe, plan: tuple[int, int, int]) -> None:
    """A new job has a task for each full chunk of frames and one for the rest."""
    first, frames, chunk = plan
    last = first + frames - 1
    body = submission(probe, f"{first}-{last}" if frames > 1 else str(first), chunk)
    body["JobInfo"]["InitialStatus"] = "Suspended"
    job = create_job(probe, body)
    found = len(read_tasks(probe, job))
    expected = -(-frames // chunk)
    probe.require(
        found == expected,
        f"{frames} frames in chunks of {chunk} make {found} tasks, not {expected}",
    )
