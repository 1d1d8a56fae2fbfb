"""Cancelling and deleting tasks that are lent to the run."""

from __future__ import annotations

import datetime
import email.utils

from conformance.answer import Answer
from conformance.checks.pulp.endings import comes_to_an_end
from conformance.checks.pulp.sources import shown
from conformance.checks.pulp.times import moment
from conformance.drivers.pulp_tasks import (
    ENDED,
    Task,
    has_ended,
    lent,
    listed,
    owned,
    read,
    require_offered,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

SOON = datetime.timedelta(seconds=120)


def sent(probe: Probe, operation_id: str, task: Task) -> Answer:
    """Send a command to a task; not reached if it is refused."""
    answer = probe.call(operation_id, path={"id": task["id"]})
    require_offered(probe, answer, 404, 409)
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    return answer


def waiting_for_long(probe: Probe) -> Task:
    """Return a task of ours whose time has not come for a good while."""
    now = _now(probe)
    late = [
        task
        for task in owned(probe, "waiting")
        if (due := moment(task.get("scheduled_time"))) is not None and due > now + SOON
    ]
    probe.assume(late, "no task that waits for long is lent to the run")
    return min(late, key=lambda task: str(task["id"]))


def _now(probe: Probe) -> datetime.datetime:
    """Return the time by the target's own clock, or else by ours."""
    if probe.target.time.is_steered:
        return probe.target.time.moment()
    date = probe.call("listTasks").headers.get("Date")
    try:
        return email.utils.parsedate_to_datetime(date or "")
    except ValueError:
        return datetime.datetime.now(datetime.UTC)


@check("pulp/cancelTask/answers-the-state-before", needs=Needs.CHANGE)
def cancelling_answers_what_was(probe: Probe, _: None) -> None:
    """Cancelling a running task answers the task still running."""
    task = lent(probe, "running")
    answer = sent(probe, "cancelTask", task)
    state = answer.json["state"]
    by_itself = has_ended(answer.json) and state != "canceled"
    probe.assume(not by_itself, f"the task had become {state} before it was canceled")
    probe.require(state == "running", f"{answer.exchange} shows the task {state}")


@check("pulp/cancelTask/canceled-task-has-a-finish-time")
def what_was_canceled_has_finished(probe: Probe, _: None) -> None:
    """A task that ran and was canceled has a finish_time."""
    seen = [
        task
        for source in ("list", "archived")
        for task in shown(probe, source, lambda task: task["state"] == "canceled")
        if task.get("start_time") is not None
    ]
    for task in seen:
        probe.require(task.get("finish_time"), f"{task['id']} is canceled without a finish_time")
    if probe.mode.allows(Needs.CHANGE) and owned(probe, "running"):
        ours = lent(probe, "running")["id"]
        answer = probe.call("cancelTask", path={"id": ours})
        if answer.is_success:
            ended = comes_to_an_end(probe, ours)
            if ended is not None:
                probe.require(ended.get("finish_time"), f"{ours} has ended without a finish_time")
                seen.append(ended)
    probe.assume(seen, "no task was seen that ran and was canceled")


@check("pulp/cancelTask/waiting-task-goes-on-waiting", needs=Needs.CHANGE)
def what_waits_goes_on_waiting(probe: Probe, _: None) -> None:
    """A task that waits, and is canceled long before its time, still waits."""
    task = waiting_for_long(probe)
    sent(probe, "cancelTask", task)
    now = read(probe, task["id"])
    probe.require(now is not None, f"{task['id']} is gone after it was canceled")
    assert now is not None
    probe.require(now["state"] == "waiting", f"{task['id']} is {now['state']} after that")


@check("pulp/deleteTask/waiting-task-is-gone", needs=Needs.CHANGE)
def what_waited_is_gone(probe: Probe, _: None) -> None:
    """A task that waited, and has no history, is no longer there after it was deleted."""
    task = waiting_for_long(probe)
    past = {entry["id"] for entry in listed(probe, state="archived")}
    probe.assume(task["id"] not in past, "the task is in the history as well")
    sent(probe, "deleteTask", task)
    for _attempt in range(2):
        now = read(probe, task["id"])
        probe.require(now is None, f"{task['id']} can be read after it was deleted")
    there = task["id"] in {entry["id"] for entry in listed(probe)}
    probe.require(not there, f"{task['id']} is listed after it was deleted")


@check("pulp/deleteTask/running-task-runs-on", needs=Needs.CHANGE)
def what_runs_runs_on(probe: Probe, _: None) -> None:
    """A task that runs is not stopped when it is deleted."""
    task = lent(probe, "running", last=True)
    sent(probe, "deleteTask", task)
    until = probe.target.time.now() + probe.target.budget.watch

    def watched() -> bool:
        now = read(probe, task["id"])
        probe.require(now is not None, f"{task['id']} ran and is gone after it was deleted")
        assert now is not None
        stopped = now["state"] in {"canceled", "waiting"} and now["state"] != task["state"]
        probe.require(not stopped, f"{task['id']} ran and is {now['state']} after that")
        return probe.target.time.now() > until or has_ended(now)

    probe.eventually(watched, within=10 * probe.target.budget.watch + 1)


@check("pulp/deleteTask/ended-task-stays-readable", needs=Needs.CHANGE)
def what_has_ended_stays(probe: Probe, _: None) -> None:
    """A task that had ended when it was deleted can still be read."""
    if not owned(probe, *ENDED):
        ours = lent(probe, "running")
        sent(probe, "cancelTask", ours)
        ended = comes_to_an_end(probe, ours["id"])
        probe.assume(ended, f"{ours['id']} is not canceled in time")
    task = lent(probe, *ENDED)
    sent(probe, "deleteTask", task)
    probe.require(read(probe, task["id"]), f"{task['id']} had ended and can no longer be read")


@check("pulp/deleteTask/repeats-no-more", needs=Needs.CHANGE)
def what_is_deleted_is_not_repeated(probe: Probe, _: None) -> None:
    """The answer to a deletion shows a task that is not repeated."""
    answer = sent(probe, "deleteTask", lent(probe, "running", *ENDED, last=True))
    scheduler = answer.json.get("scheduler")
    probe.require(scheduler == "immediate", f"{answer.exchange} shows the scheduler {scheduler}")
