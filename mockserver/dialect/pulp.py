"""Pulp v1, where it contradicts its guide."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.apis.pulp import Pulp, queue
from mockserver.dialect import Account
from mockserver.pipeline.call import UNDECLARED, Call, Reply
from mockserver.store import Query, Resource
from mockserver.store.query import within

UNKNOWN = ("suspended", "reset")
"""States of the document in which Pulp never has a task."""

UNLIMITED = 1
"""The threshold that the mock gives, for lack of a null, to calls that may fail at any time."""

JsonObject = dict[str, Any]


class ObservedPulp(Pulp):
    """What Pulp v1 does otherwise than its guide says."""

    def list_tasks(self, call: Call) -> Reply:
        """Return tasks, in Pulp's spelling."""
        return _spelled(super().list_tasks(call))

    def get_task(self, call: Call) -> Reply:
        """Return a task, in Pulp's spelling."""
        return _spelled(super().get_task(call))

    def delete_task(self, call: Call) -> Reply:
        """Remove a task, and return it in Pulp's spelling."""
        return _spelled(super().delete_task(call))

    def cancel_task(self, call: Call) -> Reply:
        """Stop a task, and return it in Pulp's spelling."""
        return _spelled(super().cancel_task(call))

    def list_task_snapshots(self, call: Call) -> Reply:
        """Return snapshots, in Pulp's spelling."""
        return _spelled(super().list_task_snapshots(call))

    def get_task_snapshot(self, call: Call) -> Reply:
        """Return a snapshot, in Pulp's spelling."""
        return _spelled(super().get_task_snapshot(call))

    def delete_task_snapshot(self, call: Call) -> Reply:
        """Delete a snapshot, and return it in Pulp's spelling."""
        return _spelled(super().delete_task_snapshot(call))

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a task shows in its new state; how its snapshot was called, it never forgets."""
        snapshot = resource.facts.get("snapshot")
        super().arrive(name, resource, source, moment)
        if name == queue.TASKS.name and resource.state in queue.ENDED:
            resource.facts["snapshot"] = snapshot

    def seed(self, scenario: str) -> None:
        """Fill the queue and the history, without states that Pulp does not know."""
        super().seed(scenario)
        for task in self.tasks.find(Query((within("state", UNKNOWN),))):
            self.tasks.delete(task)


def _spelled(reply: Reply) -> Reply:
    """Return an answer in Pulp's spelling, which the contract does not have."""
    if reply.status < 300 and reply.body:
        said = orjson.loads(reply.body)
        told = [_spell(one) for one in said] if isinstance(said, list) else _spell(said)
        if told != said:
            reply.body, reply.value = orjson.dumps(told), UNDECLARED
    return reply


def _spell(said: JsonObject) -> JsonObject:
    told = dict(said)
    if told.get("_ns") == "task_snapshots":
        del told["timeout"]
        if told["failure_threshold"] == UNLIMITED:
            told["failure_threshold"] = None
        return told
    told["state"] = told["state"].replace("timed_out", "timed out")
    if isinstance(told["traceback"], str):
        told["traceback"] = told["traceback"].splitlines(keepends=True)
    return told


ACCOUNT = Account(
    implementation="pulp-v1",
    over=ObservedPulp,
    played=frozenset(
        {
            'Writes "timed out" for timed_out, which the schema of a task refuses.',
            'Writes "timed out" with a space where the document has timed_out.',
            "Answers the traceback as an array of lines, which the schema of a task refuses.",
            "Answers an array with the lines of the trace.",
            "Has no state reset, and never puts a task into suspended.",
            "Keeps the ID after the task has ended and its snapshot is gone.",
            "Answers null for a task that may fail any number of times.",
            "Calls the property timeout_delta.",
        }
    ),
    anyway={
        "Gives every task a scheduled_time until it ends, also one that is to run at once.": (
            "The document says when a scheduled_time means something, not when there is one."
        ),
    },
)
