"""Faults in which rows lists hold, and with which properties."""

from __future__ import annotations

from dataclasses import replace

from mockserver.apis.hpcpack import HpcPack
from mockserver.apis.hpcpack.cluster import Node
from mockserver.apis.hpcpack.listing import Asked, Listing
from mockserver.apis.hpcpack.properties import Book
from mockserver.clock import SECOND
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Condition, Query
from mockserver.store.query import within

FAULTS = Catalogue("hpcpack")

DAY = 24 * 3600 * SECOND


class Selecting(HpcPack):
    """An HPC Pack whose lists look for other rows than were asked for."""

    operation: str

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        """Return what is looked for in place of *where*."""
        raise NotImplementedError

    def list_rows(self, call: Call, book: Book, wanted: Asked, found: Listing) -> Reply:
        if call.operation_id == self.operation:
            found = replace(found, where=self.conditions(found.where, call))
        return super().list_rows(call, book, wanted, found)


def named(where: tuple[Condition, ...], column: str) -> list[Condition]:
    """Return the conditions on *column*."""
    return [one for one in where if one.column == column]


@FAULTS.add("failed-jobs-count-as-finished", "listJobs/job-state-filter-only-matching",
            FaultClass.COLLECTION)  # fmt: skip
class FailedJobsCountAsFinished(Selecting):
    """A list filtered by the state Finished holds failed jobs as well."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        wide = within("state", ["Finished", "Failed"])
        return tuple(wide if one == within("state", ["Finished"]) else one for one in where)


@FAULTS.add("newest-match-is-missing", "listJobs/filter-keeps-every-match", FaultClass.COLLECTION)
class NewestMatchIsMissing(Selecting):
    """A list filtered by NodeGroup leaves out the latest job of all that name the group."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        groups = named(where, "grouping")
        if not groups:
            return where
        latest = self.jobs.keys(Query(tuple(groups), ("-key",)))[:1]
        return (*where, Condition("key", "lt", (latest[0] if latest else 0,)))


@FAULTS.add("last-filter-wins", "listJobs/filters-are-anded", FaultClass.COLLECTION)
class LastFilterWins(Selecting):
    """Of several filters of jobs only the last counts."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        own = named(where, "owned_by")
        filters = [one for one in where if one not in own]
        del call
        return (*filters[-1:], *own)


@FAULTS.add("ids-forget-the-state", "listTasks/filters-are-anded", FaultClass.COLLECTION)
class IdsForgetTheState(Selecting):
    """Tasks filtered by TaskIds are not filtered by their state as well."""

    operation = "listTasks"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        if not named(where, "JobTaskId"):
            return where
        return tuple(one for one in where if one.column != "state")


@FAULTS.add("groups-are-taken-literally", "listJobs/filter-keeps-every-match",
            FaultClass.COLLECTION)  # fmt: skip
class GroupsAreTakenLiterally(HpcPack):
    """A list filtered by NodeGroup leaves out jobs that name another group beside it."""

    def in_group(self, text: str) -> Condition:
        return within("grouping", [text.strip().lower()])


@FAULTS.add("group-filter-is-ignored", "listJobs/node-group-filter-only-matching",
            FaultClass.COLLECTION)  # fmt: skip
class GroupFilterIsIgnored(Selecting):
    """A list filtered by NodeGroup holds jobs of every group."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        return tuple(one for one in where if one.column != "grouping")


@FAULTS.add("change-times-are-days", "listJobs/change-time-filter-only-matching",
            FaultClass.TIME)  # fmt: skip
class ChangeTimesAreDays(Selecting):
    """A list filtered by ChangeTimeFrom goes back to the beginning of that day."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        return tuple(
            Condition(one.column, "ge", (one.values[0] // DAY * DAY,))
            if one.column == "ChangeTime"
            else one
            for one in where
        )


@FAULTS.add("task-changes-reach-back", "listTasks/change-time-filter-only-matching",
            FaultClass.TIME)  # fmt: skip
class TaskChangesReachBack(Selecting):
    """A list of tasks filtered by ChangeTimeFrom holds tasks that changed an hour before."""

    operation = "listTasks"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        return tuple(
            Condition(one.column, "ge", (one.values[0] - 3600 * SECOND,))
            if one.column == "ChangeTime"
            else one
            for one in where
        )


@FAULTS.add("owners-are-ignored", "listJobs/owner-only-matching", FaultClass.COLLECTION)
class OwnersAreIgnored(Selecting):
    """A list with owner and a filter holds jobs of everybody."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        return tuple(one for one in where if one.column != "owned_by" or len(where) == 1)


@FAULTS.add("owners-lose-drafts", "listJobs/owner-keeps-every-match", FaultClass.COLLECTION)
class OwnersLoseDrafts(Selecting):
    """A list with owner leaves out the jobs that are Configuring."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        if not named(where, "owned_by"):
            return where
        states = self.service.machines["Job"].lifecycle.states
        return (*where, within("state", [one for one in states if one != "Configuring"]))


@FAULTS.add("canceled-jobs-are-not-listed", "listJobs/lists-every-job", FaultClass.COLLECTION)
class CanceledJobsAreNotListed(Selecting):
    """The list of all jobs leaves out those that are Canceled."""

    operation = "listJobs"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        states = self.service.machines["Job"].lifecycle.states
        return where or (within("state", [one for one in states if one != "Canceled"]),)


@FAULTS.add("tasks-of-the-job-before", "listTasks/only-tasks-of-the-job", FaultClass.COLLECTION)
class TasksOfTheJobBefore(Selecting):
    """A list of tasks holds those of the job before as well."""

    operation = "listTasks"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        job = call.path["jobId"]
        wide = within("ParentJobId", [job, max(job - 1, 1)])
        return tuple(wide if one.column == "ParentJobId" else one for one in where)


@FAULTS.add("masters-with-their-subtasks", "listTasks/unexpanded-shows-master-only",
            FaultClass.COLLECTION)  # fmt: skip
class MastersWithTheirSubtasks(Selecting):
    """With expandParametric=false subtasks are listed as well."""

    operation = "listTasks"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        return tuple(one for one in where if one.column != "shown_unexpanded")


@FAULTS.add("subtasks-with-their-master", "listTasks/expanded-hides-master",
            FaultClass.COLLECTION)  # fmt: skip
class SubtasksWithTheirMaster(Selecting):
    """With expandParametric=true, said or not, master tasks are listed as well."""

    operation = "listTasks"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        del call
        return tuple(one for one in where if one.column != "shown_expanded")


@FAULTS.add("sweeps-are-folded", "listTasks/expanded-by-default", FaultClass.COLLECTION)
class SweepsAreFolded(HpcPack):
    """Without expandParametric a sweep is listed as its master task."""

    def list_tasks(self, call: Call) -> Reply:
        if not call.values("expandParametric"):
            call.query["expandParametric"] = False
        return super().list_tasks(call)


@FAULTS.add("last-subtask-is-missing", "listTasks/expanded-shows-subtasks", FaultClass.COLLECTION)
class LastSubtaskIsMissing(Selecting):
    """The last step of a sweep is not listed."""

    operation = "listTasks"

    def conditions(self, where: tuple[Condition, ...], call: Call) -> tuple[Condition, ...]:
        steps = [one for one in self.tasks_of(call.path["jobId"]) if one.columns["is_step"]]
        if not steps or not named(where, "shown_expanded"):
            return where
        ranks = [one.columns["rank"] for one in self.tasks_of(call.path["jobId"])]
        last = steps[-1].columns["rank"]
        return (*where, within("rank", [one for one in ranks if one != last]))


@FAULTS.add("all-nodes-are-online", "listNodes/node-state-filter-only-matching",
            FaultClass.COLLECTION)  # fmt: skip
class AllNodesAreOnline(HpcPack):
    """A list filtered by the NodeState Online holds nodes in every state."""

    def asked_nodes(self, call: Call) -> Asked:
        wanted = super().asked_nodes(call)
        online = wanted.filter.lower().endswith(" online")
        return replace(wanted, filter="") if online else wanted


@FAULTS.add("node-filter-loses-the-head", "listNodes/filter-keeps-every-match",
            FaultClass.COLLECTION)  # fmt: skip
class NodeFilterLosesTheHead(HpcPack):
    """A list of nodes filtered by NodeState leaves out the first that matches."""

    def matching_nodes(self, text: str) -> list[Node]:
        found = super().matching_nodes(text)
        return found[1:] if text else found
