"""Faults in what is remembered."""

from __future__ import annotations

from typing import Any

from mockserver.apis.hpcpack import HpcPack
from mockserver.apis.hpcpack.directory import ADMINISTRATOR, User
from mockserver.apis.hpcpack.properties import settings
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.mutants.hpcpack.wire import revised
from mockserver.pipeline.call import Call, Reply

FAULTS = Catalogue("hpcpack")

DELAY = 3.0
"""Seconds until a delayed change shows."""


def first_only(call: Call) -> None:
    """Have *call* set nothing but the first of several properties."""
    if isinstance(call.body, list):
        call.body = call.body[:1]


@FAULTS.add("most-cores-are-forgotten", "createJob/takes-over-properties", FaultClass.DATA)
class MostCoresAreForgotten(HpcPack):
    """A new job does not have the MaxCores that it was given."""

    def create_job(self, call: Call) -> Reply:
        if call.body:
            given = settings(call.body)
            kept = [(name, value) for name, value in given if name.lower() != "maxcores"]
            call.body = [{"Name": name, "Value": value} for name, value in kept]
        return super().create_job(call)


@FAULTS.add("administrator-owns-all", "createJob/owner-is-the-caller", FaultClass.DATA)
class AdministratorOwnsAll(HpcPack):
    """Without x-ms-as-user a new job belongs to the administrator, whoever made it."""

    def caller(self, call: Call) -> User:
        user = super().caller(call)
        creates = call.operation_id == "createJob" and call.header("x-ms-as-user") is None
        return ADMINISTRATOR if creates else user


@FAULTS.add("work-directory-is-lost", "addTask/takes-over-properties", FaultClass.DATA)
class WorkDirectoryIsLost(HpcPack):
    """The WorkDirectory of a new task is lost."""

    def add_task(self, call: Call) -> Reply:
        reply = super().add_task(call)
        number = self.job(call).facts["tasks"]
        task = self.tasks.get(f"{call.path['jobId']}.{number}")
        assert task is not None
        task.columns["WorkDirectory"] = ""
        self.tasks.update(task)
        return reply


@FAULTS.add("third-task-repeats-a-number", "addTask/id-is-new", FaultClass.DATA)
class ThirdTaskRepeatsANumber(HpcPack):
    """From the third task of a job on, the number of the one before is answered."""

    def add_task(self, call: Call) -> Reply:
        return revised(super().add_task(call), lambda number: number - 1 if number > 2 else number)


@FAULTS.add("last-task-of-xml-is-lost", "createJobFromXml/tasks-come-along", FaultClass.DATA)
class LastTaskOfXmlIsLost(HpcPack):
    """Of several tasks in job XML the last is left out."""

    def create_job_from_xml(self, call: Call) -> Reply:
        if isinstance(call.body, str) and call.body.count("<Task ") > 1:
            head, _, tail = call.body.rpartition("<Task ")
            call.body = f"{head}<Tusk {tail.replace('</Task>', '</Tusk>', 1)}"
        return super().create_job_from_xml(call)


@FAULTS.add(
    "xml-attribute-is-lost", "createJobFromXml/attributes-become-properties", FaultClass.DATA
)
class XmlAttributeIsLost(HpcPack):
    """The MinCores of a Job element is not taken over."""

    def create_job_from_xml(self, call: Call) -> Reply:
        if isinstance(call.body, str):
            call.body = call.body.replace("MinCores=", "LeastCores=", 1)
        return super().create_job_from_xml(call)


@FAULTS.add("only-the-first-is-set", "setJobProperties/values-are-set", FaultClass.DATA)
class OnlyTheFirstIsSet(HpcPack):
    """Of several properties of a job that are set at once only the first is."""

    def set_job_properties(self, call: Call) -> Reply:
        first_only(call)
        return super().set_job_properties(call)


@FAULTS.add("submission-forgets-properties", "submitJob/sets-given-properties", FaultClass.DATA)
class SubmissionForgetsProperties(HpcPack):
    """The properties that a submission gives are not set."""

    def submit_job(self, call: Call) -> Reply:
        call.body = None
        return super().submit_job(call)


@FAULTS.add("task-changes-show-late", "setTaskProperties/values-are-set", FaultClass.TIME)
class TaskChangesShowLate(HpcPack):
    """What is set on a task shows seconds after the answer."""

    def set_task_properties(self, call: Call) -> Reply:
        before = dict(self.task(call).columns)
        reply = super().set_task_properties(call)
        task = self.task(call)
        late = {name: value for name, value in task.columns.items() if before[name] != value}
        task.columns |= {name: before[name] for name in late}
        self.tasks.update(task)
        self.world.later(self.NAME, "set", [task.key, late], DELAY)
        return reply

    def perform(self, kind: str, payload: Any, moment: int) -> None:
        del kind, moment
        task = self.tasks.get(payload[0])
        assert task is not None
        task.columns |= payload[1]
        self.tasks.update(task)


@FAULTS.add("old-custom-values-stay", "setJobCustomProperties/values-are-set", FaultClass.DATA)
class OldCustomValuesStay(HpcPack):
    """A custom property of a job that has a value already keeps it."""

    def set_job_custom_properties(self, call: Call) -> Reply:
        old = self.job(call).facts["custom"]
        new = [one for one in settings(call.body) if one[0] not in old]
        call.body = [{"Name": name, "Value": value} for name, value in new]
        return super().set_job_custom_properties(call)


@FAULTS.add("variables-are-replaced", "setTaskEnvironmentVariables/others-stay", FaultClass.DATA)
class VariablesAreReplaced(HpcPack):
    """Setting one variable of a task takes the others away."""

    def set_task_environment_variables(self, call: Call) -> Reply:
        reply = super().set_task_environment_variables(call)
        task = self.task(call)
        task.facts["variables"] = dict(settings(call.body))
        self.tasks.update(task)
        return reply
