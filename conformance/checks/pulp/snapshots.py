"""Snapshots: which tasks have one, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.drivers.pulp_tasks import (
    Task,
    has_ended,
    ids_of,
    listed,
    moment_of_life,
    owned,
    read,
    read_snapshots,
    snapshot_of,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

SAMPLE = 6
Snapshot = dict[str, Any]


def of_steady_tasks(probe: Probe) -> Iterator[tuple[Task, Snapshot]]:
    """Return tasks with their snapshots, those that were the same before and after the look."""
    found = False
    having = [entry["id"] for entry in read_snapshots(probe)]
    running = [task["id"] for task in listed(probe) if task["state"] == "running"]
    both = [one for one in running if one in having]
    for one in dict.fromkeys([*both[:SAMPLE], *running[:SAMPLE]]):
        before = read(probe, one)
        snapshot = snapshot_of(probe, one)
        after = read(probe, one)
        if before is None or snapshot is None or after is None:
            continue
        if moment_of_life(before) == moment_of_life(after):
            found = True
            yield after, snapshot
    probe.assume(found, "no task was seen with its snapshot")


@check("pulp/listTaskSnapshots/entry-can-be-read-alone")
def each_snapshot_can_be_read(probe: Probe, _: None) -> None:
    """Each snapshot that is listed can be read by the ID of its task, as long as that runs."""
    snapshots = read_snapshots(probe)
    probe.assume(snapshots, "no task has a snapshot")
    for one in [entry["id"] for entry in snapshots][:SAMPLE]:
        if snapshot_of(probe, one) is not None:
            continue
        there = one in ids_of(read_snapshots(probe)) and snapshot_of(probe, one) is None
        task = read(probe, one)  # if it is not the ID of a task, that is for another check
        there = there and task is not None and task["state"] == "running"
        still = there and one in ids_of(read_snapshots(probe))
        probe.require(not still, f"the snapshot of {one} is listed and cannot be read")


@check("pulp/getTaskSnapshot/only-a-running-task-has-one")
def what_has_ended_has_no_snapshot(probe: Probe, _: None) -> None:
    """A task that has ended, one in each such state, has no snapshot."""
    read_snapshots(probe)
    ended = {task["state"]: task["id"] for task in listed(probe) if has_ended(task)}
    probe.assume(ended, "no task has ended")
    judged = False
    for one in ended.values():
        snapshot = snapshot_of(probe, one)
        now = read(probe, one)
        if now is None or not has_ended(now):
            continue
        judged = True
        probe.require(snapshot is None, f"{one} is {now['state']} and has a snapshot")
    probe.assume(judged, "each task that had ended has begun again")


def one_of_ours(probe: Probe) -> str:
    """Return a running task of ours that has a snapshot."""
    there = ids_of(read_snapshots(probe))
    ours = sorted(task["id"] for task in owned(probe, "running") if task["id"] in there)
    probe.assume(ours, "no task with a snapshot is lent to the run")
    return str(ours[0])


@check("pulp/deleteTaskSnapshot/snapshot-is-gone", needs=Needs.CHANGE)
def a_deleted_snapshot_is_gone(probe: Probe, _: None) -> None:
    """A snapshot that was deleted can be neither read nor deleted again."""
    task = one_of_ours(probe)
    answer = probe.ok("deleteTaskSnapshot", path={"id": task})
    probe.require(snapshot_of(probe, task) is None, f"{answer.exchange}, and it is still there")
    again = probe.call("deleteTaskSnapshot", path={"id": task})
    probe.require(again.status == 404, f"{again.exchange}, though it was deleted before")


@check("pulp/deleteTaskSnapshot/task-is-not-touched", needs=Needs.CHANGE)
def the_task_of_a_deleted_snapshot_stays(probe: Probe, _: None) -> None:
    """A task whose snapshot was deleted can still be read, and was not stopped."""
    task = one_of_ours(probe)
    probe.ok("deleteTaskSnapshot", path={"id": task})
    now = read(probe, task)
    probe.require(now is not None, f"{task} is gone, of which the snapshot was deleted")
    assert now is not None
    probe.require(now["state"] != "canceled", f"{task} is canceled, its snapshot was deleted")


@check("pulp/Task/snapshot-has-its-id-in-the-task")
def a_task_names_its_snapshot(probe: Probe, _: None) -> None:
    """A task whose snapshot can be read has a snapshot_id."""
    for task, _snapshot in of_steady_tasks(probe):
        named = task.get("snapshot_id")
        probe.require(named, f"{task['id']} has a snapshot and no snapshot_id")


@check("pulp/Task/snapshot-id-is-that-of-the-snapshot")
def a_task_names_the_right_snapshot(probe: Probe, _: None) -> None:
    """The snapshot_id of a running task is the _id of its snapshot."""
    judged = False
    for task, snapshot in of_steady_tasks(probe):
        if task["state"] != "running" or "_id" not in snapshot:
            continue
        judged = True
        named = task.get("snapshot_id")
        probe.require(named == snapshot["_id"], f"{task['id']} names the snapshot {named}")
    probe.assume(judged, "no running task was seen with a snapshot that has an _id")


@check("pulp/TaskSnapshot/id-is-that-of-the-task")
def a_snapshot_has_the_id_of_its_task(probe: Probe, _: None) -> None:
    """The ID of a snapshot is that of the task for which it was asked."""
    for task, snapshot in of_steady_tasks(probe):
        named = snapshot["id"]
        probe.require(named == task["id"], f"the snapshot of {task['id']} has the ID {named}")


@check("pulp/TaskSnapshot/names-are-those-of-the-task")
def a_snapshot_has_the_names_of_its_task(probe: Probe, _: None) -> None:
    """A snapshot has the class and the method of its task, read alone and in the list."""
    listed_ones = {entry["id"]: entry for entry in read_snapshots(probe)}
    for task, snapshot in of_steady_tasks(probe):
        for name in ("class_name", "method_name"):
            for kept in (snapshot, listed_ones.get(task["id"], snapshot)):
                message = f"{name} of {task['id']} is {task[name]!r}, its snapshot {kept[name]!r}"
                probe.require(kept[name] == task[name], message)
