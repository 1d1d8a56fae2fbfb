"""Pulp's tasks as it shows them: in the queue, in the history, and as snapshots."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mockserver.clock import SECOND
from mockserver.moment import iso
from mockserver.store import Resource

JsonObject = dict[str, Any]

NOTHING = "N."
"""Python's None, in pickle."""


def time(moment: int | None) -> str | None:
    """Return *moment* to the second, as Pulp writes it."""
    return None if moment is None else iso(moment // SECOND * SECOND)


def task(resource: Resource, now: int) -> JsonObject:
    """Return a task of the queue as it is at *now*: one that runs gets on."""
    facts = resource.facts
    return {
        "id": resource.key,
        "job_id": facts["job"],
        "class_name": facts["class"],
        "method_name": facts["method"],
        "args": facts["args"],
        "state": resource.state,
        "scheduler": facts["scheduler"],
        "scheduled_time": time(facts["scheduled"]),
        "start_time": time(facts["started"]),
        "finish_time": time(facts["finished"]),
        "progress": progress(resource, now),
        "result": facts["result"],
        "exception": facts["exception"],
        "traceback": facts["traceback"],
        "snapshot_id": facts["snapshot"],
    }


def brief(resource: Resource, now: int) -> JsonObject:
    """Return a task as the commands on it answer it: without its snapshot."""
    shown = task(resource, now)
    del shown["snapshot_id"]
    return shown


def progress(resource: Resource, now: int) -> JsonObject | None:
    """Return how far a synchronization has come; other calls do not tell."""
    total, due = resource.facts["items"], resource.due
    if resource.state != "running" or not total:
        return None
    done = 0
    if due is not None and due > resource.since:
        done = min(total * (now - resource.since) // (due - resource.since), total)
    step = "Downloading packages" if done < total else "Updating metadata"
    return {"step": step, "items_left": total - done, "items_total": total}


def entry(resource: Resource) -> JsonObject:
    """Return a task as the history keeps it."""
    facts = resource.facts
    return {
        "id": resource.columns["task"],
        "job_id": facts["job"],
        "class_name": facts["class"],
        "method_name": facts["method"],
        "args": facts["args"],
        "kwargs": {},
        "state": resource.state,
        "scheduled_time": time(facts["scheduled"]),
        "start_time": time(facts["started"]),
        "finish_time": time(facts["finished"]),
        "progress": None,
        "result": facts["result"],
        "exception": facts["exception"],
        "traceback": facts["traceback"],
        "consecutive_failures": facts["failures"],
        "task_type": "Task",
        "task_string": _line(resource.columns["task"], facts),
        "_id": resource.key,
        "_ns": "task_history",
    }


def _line(task_id: str, facts: Mapping[str, Any]) -> str:
    name = f"{facts['class']}.{facts['method']}" if facts["class"] else facts["method"]
    return f"Task {task_id}: {name}({', '.join(str(one) for one in facts['args'])}, )"


def snapshot(resource: Resource) -> JsonObject:
    """Return the snapshot of a task: taken when it was about to run."""
    facts = resource.facts
    limit = _pickled(None if facts["limit"] is None else timedelta(seconds=facts["limit"]))
    return {
        "id": resource.key,
        "class_name": facts["class"],
        "method_name": facts["method"],
        "state": "waiting",
        "failure_threshold": facts["failure_threshold"],
        "cancel_attempts": facts["cancel_attempts"],
        "callable": f"cpulp.server.api.{facts['module']}\n{facts['method']}\np0\n.",
        "args": _pickled(facts["args"]),
        "kwargs": _pickled({}),
        "progress": None,
        "timeout": limit,
        "schedule_threshold": _pickled(timedelta(seconds=300)),
        "_progress_callback": NOTHING,
        "start_time": NOTHING,
        "finish_time": NOTHING,
        "result": NOTHING,
        "exception": NOTHING,
        "traceback": NOTHING,
        "job_id": facts["job"],
        "consecutive_failures": facts["failures"],
        "weight": 1,
        "timeout_delta": limit,
        "task_class": "cpulp.server.tasking.task\nTask\np0\n.",
        "hooks": _pickled({}),
        "_id": facts["snapshot"],
        "_ns": "task_snapshots",
    }


def _pickled(value: Any) -> str:
    """Return a value in the form of pickle that is text."""
    return pickle.dumps(value, protocol=0).decode("latin-1")
