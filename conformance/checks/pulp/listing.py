"""The list of all current tasks, and the filter by ID."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.checks.pulp.steadiness import require_same
from conformance.drivers.pulp_tasks import (
    FILTERS,
    NOBODY,
    UNENDED,
    Task,
    ids_of,
    known_ids,
    listed,
    read,
)
from conformance.probe import Probe
from conformance.registry import check

SAMPLE = 8  # tasks that are read one by one
PICKS = st.integers(0, 60)


def some_of_each(entries: Sequence[Task]) -> list[str]:
    """Return the tasks in each state that started first and last; the former are likely to stay."""
    ordered = sorted(entries, key=lambda task: str(task.get("start_time")))
    chosen = {task["state"]: task["id"] for task in ordered}
    chosen_too = {task["state"]: task["id"] for task in reversed(ordered)}
    return [*chosen.values(), *chosen_too.values()]


@check("pulp/listTasks/all-current-tasks-are-listed")
def no_current_task_is_missing(probe: Probe, _: None) -> None:
    """Each task that is known and waits or runs is in the list without filters."""
    there = ids_of(listed(probe))
    told = ids_of(listed(probe, state="waiting")) | ids_of(listed(probe, state="running"))
    snapshots = probe.call("listTaskSnapshots")  # running tasks have one, if the target shows them
    if snapshots.is_success:
        told |= ids_of(snapshots.json)
    suspects = [
        one for one in dict.fromkeys([*sorted(told), *known_ids(probe)]) if one not in there
    ]
    judged = bool(told & there)
    for one in suspects[:SAMPLE]:
        for attempt in range(3):
            task = read(probe, one)
            if task is None or task["state"] not in UNENDED:
                break
            if one in ids_of(listed(probe)):
                judged = True
                break
            again = read(probe, one)
            if again is None or again["state"] not in UNENDED:
                break
            probe.require(attempt < 2, f"the task {one} is {task['state']} and is not listed")
    probe.assume(judged, "no task waits or runs")


@check("pulp/listTasks/each-task-once")
def no_task_is_listed_twice(probe: Probe, _: None) -> None:
    """No ID comes twice in the list without filters."""
    ids = [task["id"] for task in listed(probe)]
    probe.assume(ids, "there is no task")
    twice = sorted({one for one in ids if ids.count(one) > 1})
    probe.require(not twice, f"{twice[:3]} come several times")


@check("pulp/listTasks/entry-agrees-with-task", plan=PICKS, examples=4)
def an_entry_is_the_task(probe: Probe, pick: int) -> None:
    """Entries of the list, one in each state and one more, have the names of the task itself."""
    entries = listed(probe)
    probe.assume(entries, "there is no task")
    by_id = {task["id"]: task for task in entries}
    chosen = [*some_of_each(entries), entries[pick % len(entries)]["id"], entries[-1]["id"]]
    compared = 0
    for entry in [by_id[one] for one in dict.fromkeys(chosen)]:
        alone = read(probe, entry["id"])
        if alone is None or alone["id"] != entry["id"]:
            continue
        for name in ("job_id", "class_name", "method_name"):
            compared += name in entry and name in alone
            probe.require(
                entry.get(name) == alone.get(name) or not (name in entry and name in alone),
                f"{name} of {entry['id']} is {entry.get(name)!r} in the list, "
                f"and {alone.get(name)!r} alone",
            )
    probe.assume(compared, "no task of the list could be read")


@check(
    "pulp/listTasks/id-filter-lists-nothing-else",
    plan=PICKS,
    examples=4,
)
def the_id_filter_lists_nothing_else(probe: Probe, pick: int) -> None:
    """With the ID of a task, one in each state, and perhaps a filter, no entry has another ID."""
    entries = listed(probe)
    probe.assume(entries, "there is no task")
    chosen = some_of_each(entries)
    picked = entries[pick % len(entries)]["id"]
    asked = [(one, None) for one in dict.fromkeys([*chosen, picked])]
    asked_more = [(picked, word) for word in (*FILTERS, "current", "archived")]
    for wanted, state in (*asked, *asked_more):
        others = sorted(ids_of(listed(probe, id=wanted, state=state)) - {wanted})
        message = f"asked for {wanted} with the state {state} it lists {others[:3]}"
        probe.require(not others, message)


@check("pulp/listTasks/id-filter-lists-the-task", plan=PICKS, examples=3)
def the_id_filter_lists_the_task(probe: Probe, pick: int) -> None:
    """With the ID of a current task, of one in each state and one more, that task is listed."""
    entries = listed(probe)
    probe.assume(entries, "there is no task")
    chosen = some_of_each(entries)
    for wanted in dict.fromkeys([*chosen, entries[pick % len(entries)]["id"]]):
        if wanted in ids_of(listed(probe, id=wanted)):
            continue
        the_four = {one for word in FILTERS for one in ids_of(listed(probe, state=word))}
        there = wanted in the_four and wanted not in ids_of(listed(probe, id=wanted))
        still = there and wanted in ids_of(listed(probe))
        probe.require(not still, f"asked for {wanted}, which is current, it is not listed")


@check("pulp/listTasks/unmatched-id-is-nothing-or-404", plan=st.uuids(version=4), examples=3)
def an_id_of_nobody_lists_nothing(probe: Probe, unknown: uuid.UUID) -> None:
    """With an ID that no task has the list is empty, or there is none: 404."""
    answer = probe.call("listTasks", query={"id": str(unknown)})
    empty = answer.status == 200 and answer.json == []
    probe.require(empty or answer.status == 404, f"{answer.exchange} for an ID that no task has")


@check("pulp/listTasks/unmatched-id-is-an-empty-list")
def an_id_of_nobody_lists_an_empty_list(probe: Probe, _: None) -> None:
    """With an ID that no task has the list is empty."""
    answer = probe.call("listTasks", query={"id": NOBODY})
    probe.require(answer.status == 200 and answer.json == [], f"{answer.exchange} is no empty list")


@check(
    "pulp/listTasks/ids-add-up",
    plan=st.lists(PICKS, min_size=1, max_size=3, unique=True),
    examples=4,
)
def several_ids_list_what_each_would(probe: Probe, picks: list[int]) -> None:
    """With several IDs, one of them nobody's, the list holds the tasks that have one of them."""
    entries = listed(probe)
    probe.assume(entries, "there is no task")
    wanted = list(dict.fromkeys(entries[pick % len(entries)]["id"] for pick in picks))

    def alone() -> set[str]:
        return {one for wish in wanted for one in ids_of(listed(probe, id=wish))}

    def together() -> set[str]:
        return ids_of(listed(probe, id=[NOBODY, *wanted]))

    require_same(probe, alone, together, ("each ID alone", "all of them together"))


@check(
    "pulp/listTasks/unknown-parameter-is-ignored",
    plan=st.sampled_from(["colour", "limit", "method_name", "page", "sort"]),
    examples=3,
)
def what_nobody_knows_is_ignored(probe: Probe, name: str) -> None:
    """A parameter that is no filter changes nothing."""

    def plain() -> set[str]:
        return ids_of(listed(probe))

    def with_more() -> set[str]:
        return ids_of(listed(probe, **{name: "1"}))

    require_same(probe, plain, with_more, ("the list", f"the list with {name}=1"))
