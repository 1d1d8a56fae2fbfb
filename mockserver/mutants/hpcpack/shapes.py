"""Faults in what answers look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.apis.hpcpack import HpcPack, markup
from mockserver.apis.hpcpack.layouts import TASKS
from mockserver.moment import iso
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.mutants.hpcpack.wire import revised, seen, with_value
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("hpcpack")


@FAULTS.add("numbers-are-numbers", "getJob/200", FaultClass.BODY)
class NumbersAreNumbers(HpcPack):
    """The Id of a job is shown as a JSON number."""

    def get_job(self, call: Call) -> Reply:
        key = call.path["jobId"]
        return revised(super().get_job(call), lambda value: with_value(value, "Id", key))


@FAULTS.add("rows-are-lists", "listJobs/200", FaultClass.BODY)
class RowsAreLists(HpcPack):
    """The rows of the list of jobs are lists of properties, and no objects."""

    def list_jobs(self, call: Call) -> Reply:
        return revised(super().list_jobs(call), lambda rows: [one["Properties"] for one in rows])


@FAULTS.add("new-id-is-a-text", "createJob/200", FaultClass.BODY)
class NewIdIsAText(HpcPack):
    """The id of a new job is answered as a text."""

    def create_job(self, call: Call) -> Reply:
        return revised(super().create_job(call), str)


@FAULTS.add("node-keys-are-small", "listNodes/200", FaultClass.BODY)
class NodeKeysAreSmall(HpcPack):
    """The keys of the list of nodes are written in lower case."""

    def list_nodes(self, call: Call) -> Reply:
        def small(value: Any) -> Any:
            if isinstance(value, dict):
                return {key.lower(): small(one) for key, one in value.items()}
            return [small(one) for one in value] if isinstance(value, list) else value

        return revised(super().list_nodes(call), small)


@FAULTS.add("version-is-wrapped", "getVersion/200", FaultClass.BODY)
class VersionIsWrapped(HpcPack):
    """The version is answered inside an object."""

    def get_version(self, call: Call) -> Reply:
        return revised(super().get_version(call), lambda text: {"Version": text})


@FAULTS.add("added-task-is-shown", "addTask/200", FaultClass.BODY)
class AddedTaskIsShown(HpcPack):
    """Adding a task answers a property with the new number, and not the number."""

    def add_task(self, call: Call) -> Reply:
        return revised(
            super().add_task(call), lambda number: [{"Name": "TaskId", "Value": str(number)}]
        )


@FAULTS.add("groups-lack-descriptions", "listNodeGroups/name-and-description", FaultClass.BODY)
class GroupsLackDescriptions(HpcPack):
    """The last of the node groups is shown without a Description."""

    def list_node_groups(self, call: Call) -> Reply:
        def change(rows: Any) -> Any:
            return [*rows[:-1], {"Properties": rows[-1]["Properties"][:1]}]

        return revised(super().list_node_groups(call), change)


@FAULTS.add("task-lists-ignore-xml", "answers-in-xml", FaultClass.BODY)
class TaskListsIgnoreXml(HpcPack):
    """The list of tasks comes in JSON even for those who take nothing but XML."""

    def answer(self, call: Call, body: bytes, root: str = markup.PROPERTIES) -> Reply:
        return (
            Reply.ready(body)
            if call.operation_id == "listTasks"
            else super().answer(call, body, root)
        )


class Seen(HpcPack):
    """An HPC Pack whose tasks look different."""

    def look(self, task: Resource, properties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what is shown in place of *properties*."""
        raise NotImplementedError

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        views = super().render(name, resource)
        if name != TASKS.name:
            return views
        return seen(views, lambda properties: self.look(resource, properties))


@FAULTS.add("task-id-lacks-the-job", "Task/task-id-names-its-job", FaultClass.DATA)
class TaskIdLacksTheJob(HpcPack):
    """The TaskId of a plain task is shown as its number alone by getTask."""

    def get_task(self, call: Call) -> Reply:
        number = str(call.path["taskId"])
        return revised(super().get_task(call), lambda value: with_value(value, "TaskId", number))


@FAULTS.add("subtasks-have-their-masters-id", "Subtask/task-id-names-its-task", FaultClass.DATA)
class SubtasksHaveTheirMastersId(HpcPack):
    """The TaskId of a subtask, read by itself, is that of its master task."""

    def get_subtask(self, call: Call) -> Reply:
        master = f"{call.path['jobId']}.{call.path['taskId']}"
        return revised(super().get_subtask(call), lambda value: with_value(value, "TaskId", master))


@FAULTS.add("plain-tasks-count-from-one", "Task/plain-task-has-instance-zero", FaultClass.DATA)
class PlainTasksCountFromOne(Seen):
    """The InstanceId of a task that is no sweep is 1."""

    def look(self, task: Resource, properties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if task.columns["is_step"] or task.columns["Type"] == "ParametricSweep":
            return properties
        return with_value(properties, "InstanceId", "1")


@FAULTS.add("end-times-are-iso", "getDateTimeFormat/times-follow-the-format", FaultClass.TIME)
class EndTimesAreIso(Seen):
    """The EndTime of a task is written as ISO 8601 has it, all other times as announced."""

    def look(self, task: Resource, properties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        moment = task.columns["EndTime"]
        return with_value(properties, "EndTime", "" if moment is None else iso(moment))


@FAULTS.add("no-date-time-format", "getDateTimeFormat/200", FaultClass.BODY)
class NoDateTimeFormat(HpcPack):
    """The format of dates and times is null."""

    def get_date_time_format(self, call: Call) -> Reply:
        return revised(super().get_date_time_format(call), lambda _: None)
