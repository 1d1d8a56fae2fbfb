"""Faults in what is shown of nodes, jobs and tasks."""

from __future__ import annotations

from typing import Any

from mockserver.apis.hpcpack import HpcPack
from mockserver.apis.hpcpack.properties import listed
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.mutants.hpcpack.wire import revised, with_value, without
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("hpcpack")


class Shown(HpcPack):
    """An HPC Pack that shows other variables and custom properties than were asked for."""

    operation: str

    def list_variables(self, call: Call, resource: Resource) -> Reply:
        reply = super().list_variables(call, resource)
        if call.operation_id != self.operation:
            return reply
        return revised(reply, lambda shown: self.changed(shown, resource.facts["variables"]))

    def list_custom(self, call: Call, resource: Resource) -> Reply:
        reply = super().list_custom(call, resource)
        if call.operation_id != self.operation:
            return reply
        return revised(reply, lambda shown: self.changed(shown, resource.facts["custom"]))

    def changed(self, shown: Any, known: dict[str, str]) -> Any:
        """Return what is answered in place of *shown*, of all that are *known*."""
        raise NotImplementedError


@FAULTS.add(
    "unknown-variables-are-left-out",
    "getJobEnvironmentVariables/unknown-name-is-empty",
    FaultClass.DATA,
)
class UnknownVariablesAreLeftOut(Shown):
    """A variable that the job does not have is left out of the answer."""

    operation = "getJobEnvironmentVariables"

    def changed(self, shown: Any, known: dict[str, str]) -> Any:
        return [one for one in shown if one["Name"] in known]


@FAULTS.add(
    "unknown-variables-have-a-value",
    "getTaskEnvironmentVariables/unknown-name-is-empty",
    FaultClass.DATA,
)
class UnknownVariablesHaveAValue(Shown):
    """If several variables of a task are asked for, an unknown one is shown as null in words."""

    operation = "getTaskEnvironmentVariables"

    def changed(self, shown: Any, known: dict[str, str]) -> Any:
        if len(shown) < 2:
            return shown
        return [one if one["Name"] in known else one | {"Value": "null"} for one in shown]


@FAULTS.add("all-custom-properties", "getTaskCustomProperties/only-named", FaultClass.DATA)
class AllCustomProperties(Shown):
    """All custom properties of a task are shown, whichever are named."""

    operation = "getTaskCustomProperties"

    def changed(self, shown: Any, known: dict[str, str]) -> Any:
        del shown
        return listed(known, known)


@FAULTS.add(
    "first-custom-property-is-missing", "getJobCustomProperties/all-by-default", FaultClass.DATA
)
class FirstCustomPropertyIsMissing(Shown):
    """Of three custom properties of a job, or more, the first is not shown."""

    operation = "getJobCustomProperties"

    def changed(self, shown: Any, known: dict[str, str]) -> Any:
        return shown[1:] if len(shown) > 2 and len(shown) == len(known) else shown


@FAULTS.add("state-comes-unasked", "getSubtask/only-named-properties", FaultClass.DATA)
class StateComesUnasked(HpcPack):
    """A subtask is shown with its State, whichever properties are named."""

    def get_subtask(self, call: Call) -> Reply:
        state = {"Name": "State", "Value": self.subtask(call).state}
        reply = super().get_subtask(call)
        return revised(reply, lambda shown: [*without(shown, "State"), state])


@FAULTS.add("output-is-left-out", "getTask/all-properties-by-default", FaultClass.DATA)
class OutputIsLeftOut(HpcPack):
    """The Output of a task is shown only to those who name it."""

    def get_task(self, call: Call) -> Reply:
        reply = super().get_task(call)
        if call.query.get("properties"):
            return reply
        return revised(reply, lambda shown: without(shown, "Output"))


@FAULTS.add("priorities-differ", "getJob/agrees-with-list", FaultClass.DATA)
class PrioritiesDiffer(HpcPack):
    """A job of the highest priority is shown by itself with the priority Normal."""

    def get_job(self, call: Call) -> Reply:
        if self.job(call).columns["Priority"] != "Highest":
            return super().get_job(call)
        return revised(super().get_job(call), lambda shown: with_value(shown, "Priority", "Normal"))


@FAULTS.add("node-id-differs", "getNode/agrees-with-list", FaultClass.DATA)
class NodeIdDiffers(HpcPack):
    """A node that is offline has another Id by itself than in the list."""

    def get_node(self, call: Call) -> Reply:
        def change(shown: Any) -> Any:
            offline = {"Name": "State", "Value": "Offline"} in shown
            return with_value(shown, "Id", "99") if offline else shown

        return revised(super().get_node(call), change)


@FAULTS.add("states-come-unasked", "listJobs/only-named-properties", FaultClass.DATA)
class StatesComeUnasked(HpcPack):
    """With properties each job in the list is shown with its State, named or not."""

    def list_jobs(self, call: Call) -> Reply:
        if call.query.get("properties") and call.values("properties"):
            call.pairs = [
                (name, f"{text},State" if name == "properties" and text.strip(", ") else text)
                for name, text in call.pairs
            ]
            call.add_pairs([])
        return super().list_jobs(call)


@FAULTS.add("defaults-lack-the-instance", "listTasks/default-properties", FaultClass.DATA)
class DefaultsLackTheInstance(HpcPack):
    """Without properties tasks are listed without their InstanceId."""

    def list_tasks(self, call: Call) -> Reply:
        reply = super().list_tasks(call)
        if call.values("properties"):
            return reply

        def change(rows: Any) -> Any:
            return [{"Properties": one["Properties"][:-1]} for one in rows]

        return revised(reply, change)


@FAULTS.add("members-include-a-ghost", "listNodeGroupMembers/members-are-nodes", FaultClass.DATA)
class MembersIncludeAGhost(HpcPack):
    """The compute nodes include one that is not found."""

    def list_node_group_members(self, call: Call) -> Reply:
        reply = super().list_node_group_members(call)
        if call.path["name"].lower() != "computenodes":
            return reply
        return revised(reply, lambda names: [*names, "NORTH-CN99"])
