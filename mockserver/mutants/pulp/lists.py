"""Faults in which tasks the list holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mockserver.apis.pulp import Pulp, queue
from mockserver.errors import ApiError
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply

FAULTS = Catalogue("pulp")

Entry = dict[str, Any]


def wanted(call: Call) -> list[str]:
    """Return the state filters of a call, in small letters."""
    return [one.lower() for one in call.values("state")]


class Listing(Pulp):
    """A Pulp that changes the list before it is answered."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        """Return what is answered in place of *entries*."""
        raise NotImplementedError

    def list_tasks(self, call: Call) -> Reply:
        reply = super().list_tasks(call)
        return Reply.json(self.changed(orjson.loads(reply.body), call))

    def more(self, *states: str) -> list[Entry]:
        """Return the tasks of the queue in those states."""
        return [orjson.loads(one) for one in self.queued(states, None)]


@FAULTS.add("a-task-is-listed-twice", "listTasks/each-task-once", FaultClass.COLLECTION)
class ATaskIsListedTwice(Listing):
    """The last entry of a list without filters stands there twice."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if call.values("state") or call.values("id"):
            return entries
        return entries + entries[-1:]


@FAULTS.add(
    "running-task-of-a-job-is-not-listed",
    "listTasks/all-current-tasks-are-listed",
    FaultClass.COLLECTION,
)
class RunningTaskOfAJobIsNotListed(Pulp):
    """A running task that belongs to a job is in no list that is not filtered by ID."""

    def queued(self, states: Sequence[str], ids: Sequence[str] | None) -> list[bytes]:
        rows = super().queued(states, ids)
        return rows if ids is not None else [one for one in rows if not self.is_hidden(one)]

    def is_hidden(self, row: bytes) -> bool:
        """Return whether a row is left out."""
        task = orjson.loads(row)
        return task["state"] == "running" and task["job_id"] is not None


@FAULTS.add("entries-hide-the-job", "listTasks/entry-agrees-with-task", FaultClass.DATA)
class EntriesHideTheJob(Listing):
    """The entries of a list say of every task that it belongs to no job."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        del call
        return [one | {"job_id": None} for one in entries]


@FAULTS.add("state-filter-hides-the-id", "listTasks/id-filter-lists-nothing-else", FaultClass.DATA)
class StateFilterHidesTheId(Listing):
    """With id and state=waiting together the id has no effect."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        return self.more("waiting") if wanted(call) == ["waiting"] else entries


@FAULTS.add(
    "id-filter-lists-another", "listTasks/id-filter-lists-nothing-else", FaultClass.COLLECTION
)
class IdFilterListsAnother(Listing):
    """With the id of a running task the list holds another running task as well."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if not call.values("id") or call.values("state"):
            return entries
        running = [one for one in entries if one["state"] == "running"]
        others = [one for one in self.more("running") if one not in running]
        return entries + others[:1] if running else entries


@FAULTS.add("id-filter-misses-running", "listTasks/id-filter-lists-the-task", FaultClass.COLLECTION)
class IdFilterMissesRunning(Listing):
    """With the id of a running task and no state the list is empty."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if not call.values("id") or call.values("state"):
            return entries
        return [one for one in entries if one["state"] != "running"]


@FAULTS.add("unmatched-id-is-400", "listTasks/unmatched-id-is-nothing-or-404", FaultClass.STATUS)
class UnmatchedIdIs400(Listing):
    """An id that no task has is answered with 400."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if call.values("id") and not call.values("state") and not entries:
            raise ApiError("Unknown id")
        return entries


@FAULTS.add(
    "waiting-lists-suspended", "listTasks/waiting-lists-nothing-else", FaultClass.COLLECTION
)
class WaitingListsSuspended(Listing):
    """With state=waiting the list also holds suspended tasks."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        plain = wanted(call) == ["waiting"] and not call.values("id")
        return entries + self.more("suspended") if plain else entries


@FAULTS.add(
    "waiting-misses-scheduled", "listTasks/waiting-lists-all-waiting", FaultClass.COLLECTION
)
class WaitingMissesScheduled(Listing):
    """With state=waiting alone the list lacks the tasks that wait for their one turn."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if wanted(call) != ["waiting"]:
            return entries
        return [one for one in entries if one["scheduler"] != "at"]


@FAULTS.add("running-lists-canceled", "listTasks/running-lists-nothing-else", FaultClass.COLLECTION)
class RunningListsCanceled(Listing):
    """With state=running the list also holds canceled tasks."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        plain = wanted(call) == ["running"] and not call.values("id")
        return entries + self.more("canceled") if plain else entries


@FAULTS.add("running-misses-one", "listTasks/running-lists-all-running", FaultClass.COLLECTION)
class RunningMissesOne(Listing):
    """With state=running the list lacks the first of several running tasks."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        return entries[1:] if wanted(call) == ["running"] and len(entries) > 1 else entries


@FAULTS.add(
    "timed-out-is-incomplete-too",
    "listTasks/complete-and-incomplete-share-no-task",
    FaultClass.COLLECTION,
)
class TimedOutIsIncompleteToo(Listing):
    """With state=incomplete the list also holds the tasks that timed out."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        plain = wanted(call) == ["incomplete"] and not call.values("id")
        return entries + self.more("timed_out") if plain else entries


@FAULTS.add("no-state-hides-errors", "listTasks/no-state-is-current", FaultClass.COLLECTION)
class NoStateHidesErrors(Listing):
    """The list without filters lacks the tasks that met an error."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if call.values("state") or call.values("id"):
            return entries
        return [one for one in entries if one["state"] != "error"]


@FAULTS.add("current-hides-canceled", "listTasks/current-is-all-four", FaultClass.COLLECTION)
class CurrentHidesCanceled(Listing):
    """Neither state=current nor the list without state holds canceled tasks."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if wanted(call) not in ([], ["current"]):
            return entries
        return [one for one in entries if one["state"] != "canceled"]


@FAULTS.add("history-leaks", "listTasks/history-only-if-archived", FaultClass.TIME)
class HistoryLeaks(Listing):
    """Without state, and with state=current, the list also holds one entry of the history."""

    def changed(self, entries: list[Entry], call: Call) -> list[Entry]:
        if wanted(call) not in ([], ["current"]) or call.values("id"):
            return entries
        listed = {one["id"] for one in self.more(*queue.UNENDED, *queue.ENDED)}
        old = [one for one in map(orjson.loads, self.archived(None)) if one["id"] not in listed]
        return entries + old[:1]
