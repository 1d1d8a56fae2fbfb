"""The history: what state=archived lists, and that nothing else lists it."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import strategies as st

from conformance.checks.pulp.times import moment
from conformance.drivers.pulp_tasks import FILTERS, UNENDED, ids_of, listed, read
from conformance.probe import Probe
from conformance.registry import check

PICKS = st.integers(0, 60)


@check("pulp/listTasks/history-only-if-archived")
def the_history_is_listed_only_as_archived(probe: Probe, _: None) -> None:
    """A task that only the history has is in no list but that of state=archived."""
    strays: set[str] = set()
    for attempt in range(3):
        history = ids_of(listed(probe, state="archived"))
        current = {one for word in FILTERS for one in ids_of(listed(probe, state=word))}
        past = history - current
        if not attempt:
            probe.assume(past, "the history has nothing that is not current as well")
        plain = ids_of(listed(probe)) | ids_of(listed(probe, state="current"))
        past |= ids_of(listed(probe, state="archived")) - current  # it may have grown
        strays = {one for one in plain & past if not is_current(probe, one)}
        if not strays:
            return
    probe.require(not strays, f"{sorted(strays)[:3]} are listed, which are in the history")


def is_current(probe: Probe, task: str) -> bool:
    """Whether one of the four filters lists a task, which may move on between two of them."""
    return any(task in ids_of(listed(probe, state=word)) for _ in range(3) for word in FILTERS)


@check("pulp/listTasks/archived-lists-the-history")
def the_history_holds_what_has_ended(probe: Probe, _: None) -> None:
    """No entry of the history waits or runs."""
    entries = listed(probe, state="archived")
    probe.assume(entries, "the history is empty")
    for task in entries:
        probe.require(task["state"] not in UNENDED, f"{task['id']} is {task['state']}")


@check("pulp/listTasks/archived-newest-first")
def the_history_begins_with_the_latest(probe: Probe, _: None) -> None:
    """The entries of the history are ordered by the time they finished, the latest first."""
    times = [moment(task.get("finish_time")) for task in listed(probe, state="archived")]
    known = [one for one in times if one is not None]
    probe.assume(len(known) > 1, "the history has fewer than two times")
    for earlier, later in itertools.pairwise(known):
        probe.require(earlier >= later, f"{later} comes after {earlier}")


@check("pulp/listTasks/id-narrows-archived", plan=PICKS, examples=3)
def an_id_narrows_the_history(probe: Probe, pick: int) -> None:
    """With an ID the history is narrowed to the entries with that ID."""
    before = Counter(task["id"] for task in listed(probe, state="archived"))
    probe.assume(before, "the history is empty")
    wanted = sorted(before)[pick % len(before)]
    entries = listed(probe, state="archived", id=wanted)
    after = Counter(task["id"] for task in listed(probe, state="archived"))
    others = sorted(ids_of(entries) - {wanted})
    probe.require(not others, f"asked for {wanted} the history lists {others[:3]}")
    probe.assume(before[wanted] == after[wanted], "the history has changed in the meantime")
    message = f"of {before[wanted]} entries of {wanted} {len(entries)} are listed"
    probe.require(len(entries) == before[wanted], message)


@check("pulp/getTask/archived-task-can-be-read", plan=PICKS, examples=4)
def a_task_of_the_history_can_be_read(probe: Probe, pick: int) -> None:
    """A task that the history has, and best one that nothing else has, can be read."""
    history = list(dict.fromkeys(task["id"] for task in listed(probe, state="archived")))
    probe.assume(history, "the history is empty")
    current = ids_of(listed(probe))
    past = [one for one in history if one not in current] or history
    wanted = past[pick % len(past)]
    if read(probe, wanted) is not None:
        return
    there = wanted in ids_of(listed(probe, state="archived", id=wanted))
    probe.assume(there, f"{wanted} has left the history")
    probe.require(read(probe, wanted) is not None, f"{wanted} is in the history and unreadable")
