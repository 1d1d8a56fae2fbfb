"""Faults in how jobs are made and shown: none of it is documented, all of it observed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.apis.deadline_cloud import DeadlineCloud
from mockserver.apis.deadline_cloud.layouts import ACTIONS, JOBS, TASKS
from mockserver.apis.deadline_cloud.views import iso
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("deadline-cloud")


@FAULTS.add("last-set-is-lost", "createJob/one-task-per-parameter-set", FaultClass.DATA)
class LastSetIsLost(DeadlineCloud):
    """A step with three sets of parameter values or more has no task for the last one."""

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        if name == JOBS.name and resource.state == "CREATE_COMPLETE" and "plan" in resource.facts:
            for step in resource.facts["plan"]["steps"]:
                if len(step["tasks"]) > 2:
                    step["tasks"].pop()
        super().arrive(name, resource, source, moment)


@FAULTS.add("name-override-is-ignored", "createJob/name-override-wins", FaultClass.DATA)
class NameOverrideIsIgnored(DeadlineCloud):
    """A job has the name of its template in spite of nameOverride."""

    def create_job(self, call: Call) -> Reply:
        call.body = {name: one for name, one in call.body.items() if name != "nameOverride"}
        return super().create_job(call)


@FAULTS.add("second-setting-is-lost", "updateJob/settings-change", FaultClass.DATA)
class SecondSettingIsLost(DeadlineCloud):
    """An update that names a priority and a name changes only the priority."""

    def update_job(self, call: Call) -> Reply:
        if {"priority", "name"} <= call.body.keys():
            call.body = {name: one for name, one in call.body.items() if name != "name"}
        return super().update_job(call)


@FAULTS.add("limits-are-reset", "updateJob/unnamed-settings-stay", FaultClass.DATA)
class LimitsAreReset(DeadlineCloud):
    """An update that names a priority sets maxFailedTasksCount back to its default."""

    def update_job(self, call: Call) -> Reply:
        if "priority" in call.body:
            call.body = {"maxFailedTasksCount": 100, **call.body}
        return super().update_job(call)


@FAULTS.add("retry-makes-another", "retried-create-is-recognized", FaultClass.TIME)
class RetryMakesAnother(DeadlineCloud):
    """createJob makes a job each time that it is sent, whatever the client token."""

    def create_job(self, call: Call) -> Reply:
        unheard = f"{call.scope['path']}/{self.next_ordinal(self.jobs)}"
        call.scope = {**call.scope, "path": unheard}  # under which no token was ever used
        return super().create_job(call)


class Misjudged(DeadlineCloud):
    """Shows a job wrongly wherever it is shown."""

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        views = super().render(name, resource)
        if name == JOBS.name:
            for view in views.values():
                self.spoil(view, resource)
        return views

    def spoil(self, shown: dict[str, Any], job: Resource) -> None:
        """Change *shown*, a view of *job*, to what it should not be."""
        raise NotImplementedError


@FAULTS.add("suspended-tasks-do-not-count", "Job/counts-add-up-to-the-tasks", FaultClass.DATA)
class SuspendedTasksDoNotCount(Misjudged):
    """The counts of a job leave its SUSPENDED tasks out."""

    def spoil(self, shown: dict[str, Any], job: Resource) -> None:  # noqa: ARG002
        shown["taskRunStatusCounts"] = {**shown["taskRunStatusCounts"], "SUSPENDED": 0}


@FAULTS.add("suspended-is-the-end", "Job/end-only-when-finished", FaultClass.TIME)
class SuspendedIsTheEnd(Misjudged):
    """A job all of whose tasks are SUSPENDED shows an endedAt."""

    def spoil(self, shown: dict[str, Any], job: Resource) -> None:
        if shown.get("taskRunStatus") == "SUSPENDED":
            shown["endedAt"] = iso(job.columns["created"])


@FAULTS.add("tasks-update-their-job", "Job/task-changes-keep-updated-at", FaultClass.TIME)
class TasksUpdateTheirJob(DeadlineCloud):
    """Every change of a task's status changes the updatedAt of its job."""

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:
        super().moved(name, resource, source, moment)
        if name == TASKS.name:
            self.parents.job(resource.columns["job_id"]).columns["updated"] = moment


@FAULTS.add("requeue-starts-over", "Job/requeue-keeps-started-at", FaultClass.TIME)
class RequeueStartsOver(DeadlineCloud):
    """Requeuing a job forgets its startedAt."""

    def update_job(self, call: Call) -> Reply:
        with self.parents.gathered():
            reply = super().update_job(call)
            job = self.jobs.get(call.path["jobId"])
            if call.body.get("targetTaskRunStatus") == "PENDING" and job is not None:
                self.parents.job(job.key).columns["started"] = None
        return reply


@FAULTS.add(
    "action-says-nothing-of-its-session", "SessionAction/id-carries-the-session", FaultClass.DATA
)
class ActionSaysNothingOfItsSession(DeadlineCloud):
    """The sessionId of a session action is another one than its id is made of."""

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        views = super().render(name, resource)
        if name == ACTIONS.name:
            session = views["detail"]["sessionId"]
            views["detail"]["sessionId"] = f"session-{session[-32:][::-1]}"
        return views
