"""Subtasks one by one: how a sweep turns into them, how they are read and changed."""

from __future__ import annotations

from itertools import islice

from hypothesis import strategies as st

from conformance.checks.hpcpack.task_details import ALWAYS, NAMES, PICKS, look, numbered, shows_all
from conformance.checks.hpcpack.values import TEXTS, not_as_named, shows
from conformance.checks.hpcpack.workshop import job_with_tasks, known_subtask
from conformance.drivers.hpcpack_cluster import (
    add_task,
    brought,
    create_job,
    order,
    path_of,
    read,
    settings,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check


@check("hpcpack/getSubtask/shows-the-subtask-asked-for", plan=PICKS, examples=3)
def a_subtask_has_the_numbers_asked_for(probe: Probe, pick: int) -> None:
    """When a subtask is read by its numbers, it shows them as JobTaskId and InstanceId."""
    key = known_subtask(probe, pick)
    words = numbered(key, look(probe, key))
    probe.require(words is None, words or "")


@check("hpcpack/getSubtask/only-named-properties", plan=NAMES, examples=4)
def a_subtask_shows_what_is_named(probe: Probe, plan: tuple[list[str], int]) -> None:
    """With properties, a subtask shows those and no others."""
    names, pick = plan
    words = not_as_named(names, look(probe, known_subtask(probe, pick), *names), ALWAYS)
    probe.require(words is None, words or "")


@check("hpcpack/getSubtask/all-properties-by-default", plan=PICKS, examples=2)
def a_subtask_shows_all_by_default(probe: Probe, pick: int) -> None:
    """Without properties, a subtask shows each property that it shows if it is named."""
    shows_all(probe, known_subtask(probe, pick))


@check("hpcpack/getSubtask/only-sweeps-have-subtasks", plan=st.integers(0, 3), examples=2)
def a_plain_task_has_no_subtask(probe: Probe, step: int) -> None:
    """No subtask of a task that is no sweep can be read, whether or not the task has run."""
    keys = [f"{one[0]}.{one[1]}" for one in probe.known.get("tasks", {}).get("Finished", ())]
    sweeps = {f"{one[0]}.{one[1]}" for one in probe.known.get("sweeps", ())}
    some = (one for one in keys[:6] if one not in sweeps and _is_plain(probe, one))
    plain = list(islice(some, 1))
    if probe.mode.allows(Needs.CREATE):
        plain.append(f"{job_with_tasks(probe, 1)}.1")
    probe.assume(plain, "no plain task is known")
    for key in plain:
        for number in dict.fromkeys((step, 1)):
            answer = probe.call("getSubtask", path={**path_of(key), "subtaskId": number})
            words = f"{answer.exchange}, though task {key} is no sweep"
            probe.require(not answer.is_success or not answer.json, words)


def _is_plain(probe: Probe, key: str) -> bool:
    return read(probe, key).get("Type", "").casefold() == "basic"


@check(
    "hpcpack/getSubtask/unexpanded-is-client-error",
    needs=Needs.CREATE,
    plan=st.integers(1, 4),
    examples=2,
)
def a_subtask_is_refused_before_it_is_there(probe: Probe, step: int) -> None:
    """No subtask can be read before its job is submitted, which is a client's error."""
    job = create_job(probe, order(probe, "job"))
    key = f"{add_task(probe, job, order(probe, 'sweep'))}.{step}"
    answer = probe.call("getSubtask", path=path_of(key))
    probe.require(400 <= answer.status < 500, f"{answer.exchange}, before it can be expanded")


@check(
    "hpcpack/setSubtaskProperties/values-are-set",
    needs=Needs.CHANGE,
    plan=st.tuples(TEXTS, st.sampled_from(["echo hull", "echo keel | sort"])),
    examples=3,
)
def a_subtask_shows_what_was_set(probe: Probe, plan: tuple[str, str]) -> None:
    """When properties of a waiting subtask are set, it shows them, and the next one does not."""
    given = {"Name": plan[0], "CommandLine": plan[1]}
    key = str(probe.subject("Subtask").reach(probe, "Queued"))
    brought(probe, key, "Queued", "Configuring")
    master, _, number = key.rpartition(".")
    other = f"{master}.{int(number) + 1}"
    before = look(probe, other)["CommandLine"]
    answer = probe.call("setSubtaskProperties", path=path_of(key), body=settings(given))
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    shows(probe, key, given)
    after = look(probe, other)["CommandLine"]
    words = f"{key} was set, and the command line of {other} went from {before!r} to {after!r}"
    probe.require(before == after, words)
