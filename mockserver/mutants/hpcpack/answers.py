"""Faults in what is carried out, and how it is answered."""

from __future__ import annotations

from mockserver.apis.hpcpack import HpcPack, directory
from mockserver.apis.hpcpack.directory import User
from mockserver.apis.hpcpack.faults import Code, SchedulerError, unknown, wrong
from mockserver.apis.hpcpack.properties import settings
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply

FAULTS = Catalogue("hpcpack")


@FAULTS.add("setting-answers-200", "setJobProperties/204", FaultClass.STATUS)
class SettingAnswers200(HpcPack):
    """Setting properties of a job is answered 200."""

    def set_job_properties(self, call: Call) -> Reply:
        super().set_job_properties(call)
        return Reply.empty(200)


@FAULTS.add("subtask-requeue-answers-202", "requeueSubtask/204", FaultClass.STATUS)
class SubtaskRequeueAnswers202(HpcPack):
    """Requeueing a subtask is answered 202; all other commands are answered 204."""

    def requeue_subtask(self, call: Call) -> Reply:
        super().requeue_subtask(call)
        return Reply.empty(202)


@FAULTS.add("credentials-of-a-job-refused", "submitJob/takes-credentials", FaultClass.STATUS)
class CredentialsOfAJobRefused(HpcPack):
    """A submission that gives a Password is refused."""

    def submit_job(self, call: Call) -> Reply:
        if any(name.lower() == "password" for name, _ in settings(call.body)):
            raise wrong("There is no property Password.")
        return super().submit_job(call)


@FAULTS.add("cores-are-validated", "submitJob/validates-nothing", FaultClass.STATUS)
class CoresAreValidated(HpcPack):
    """A job that asks for more cores than there are is refused when it is submitted."""

    def submit_job(self, call: Call) -> Reply:
        if self.job(call).columns["MinCores"] > self.cluster.cores:
            raise wrong("The cluster has fewer cores.")
        return super().submit_job(call)


@FAULTS.add("tasks-need-a-body", "bodies-are-optional", FaultClass.STATUS)
class TasksNeedABody(HpcPack):
    """A task cannot be added without a body; all other bodies are optional."""

    def add_task(self, call: Call) -> Reply:
        if call.body is None:
            raise wrong("A body is required.")
        return super().add_task(call)


@FAULTS.add("anybody-acts-for-others", "as-user-needs-an-administrator", FaultClass.STATUS)
class AnybodyActsForOthers(HpcPack):
    """The header x-ms-as-user works for everybody."""

    def caller(self, call: Call) -> User:
        name = call.header("x-ms-as-user")
        strict = self.service.options.demand_credentials
        user = directory.signed_in(call.header("authorization"), strict=strict)
        return directory.acting(directory.ADMINISTRATOR, name, strict=strict) if name else user


@FAULTS.add("as-user-is-ignored", "as-user-acts-for-that-user", FaultClass.DATA)
class AsUserIsIgnored(HpcPack):
    """A job made with x-ms-as-user belongs to whoever signed in."""

    def caller(self, call: Call) -> User:
        user = super().caller(call)
        if call.operation_id != "createJob":
            return user
        strict = self.service.options.demand_credentials
        return directory.signed_in(call.header("authorization"), strict=strict)


@FAULTS.add("plain-users-stay-out", "basic-credentials-open-the-door", FaultClass.STATUS)
class PlainUsersStayOut(HpcPack):
    """Right credentials are refused to plain users, for whatever changes something."""

    def authenticate(self, call: Call) -> None:
        super().authenticate(call)
        given = call.header("authorization")
        strict = self.service.options.demand_credentials
        if given and call.method != "GET":
            user = directory.signed_in(given, strict=strict)
            if not user.is_administrator:
                raise directory.refusal("The user name or password is wrong.")


@FAULTS.add("templates-are-a-job", "literal-paths-win", FaultClass.STATUS)
class TemplatesAreAJob(HpcPack):
    """The path of the templates is read as that of a job, which is not found."""

    def list_job_templates(self, call: Call) -> Reply:
        del call
        raise unknown("job", "templates", Code.INVALID_JOB_ID)


@FAULTS.add("every-task-has-subtasks", "getSubtask/only-sweeps-have-subtasks", FaultClass.STATUS)
class EveryTaskHasSubtasks(HpcPack):
    """A task that is no sweep is shown as any subtask of its own."""

    def get_subtask(self, call: Call) -> Reply:
        task = self.task(call)
        plain = task.columns["Type"] != "ParametricSweep"
        return self.get_task(call) if plain else super().get_subtask(call)


@FAULTS.add(
    "broker-nodes-are-not-found", "listNodeGroupMembers/knows-every-group", FaultClass.STATUS
)
class BrokerNodesAreNotFound(HpcPack):
    """One of the node groups that are listed is not found."""

    def list_node_group_members(self, call: Call) -> Reply:
        if call.path["name"].lower() == "wcfbrokernodes":
            raise unknown("node group", call.path["name"], Code.INVALID_OPERATION)
        return super().list_node_group_members(call)


@FAULTS.add("validating-jobs-are-hidden", "submitJob/submitted-job-is-readable", FaultClass.TIME)
class ValidatingJobsAreHidden(HpcPack):
    """A job that has just been submitted is not found until it is queued."""

    def get_job(self, call: Call) -> Reply:
        job = self.job(call)
        if job.state in {"Submitted", "Validating"}:
            raise unknown("job", job.key, Code.INVALID_JOB_ID)
        return super().get_job(call)


@FAULTS.add("cancel-answers-200", "cancelJob/204", FaultClass.STATUS)
class CancelAnswers200(HpcPack):
    """Canceling a job is answered 200."""

    def cancel_job(self, call: Call) -> Reply:
        super().cancel_job(call)
        return Reply.empty(200)


@FAULTS.add("xml-sweeps-are-refused", "createJobFromXml/200", FaultClass.STATUS)
class XmlSweepsAreRefused(HpcPack):
    """Job XML in which a sweep stands is refused."""

    def create_job_from_xml(self, call: Call) -> Reply:
        if isinstance(call.body, str) and "ParametricSweep" in call.body:
            raise SchedulerError(Code.INVALID_OPERATION, "Sweeps are not understood.")
        return super().create_job_from_xml(call)
