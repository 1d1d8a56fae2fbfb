"""Faults in which task getTask finds, and in how it refuses."""

from __future__ import annotations

from typing import Any

from mockserver.apis.deadline_cloud import DeadlineCloud
from mockserver.apis.deadline_cloud.refusals import (
    AccessDeniedError,
    NotFoundError,
    ThrottlingError,
    ValidationError,
)
from mockserver.errors import ApiError, Violation
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply

FAULTS = Catalogue("deadline-cloud")


class Elsewhere(DeadlineCloud):
    """Finds a task whatever the request says of one of the things that it is connected to."""

    ignored: str
    """The name of the id that is not looked at, as the path has it."""

    def get_task(self, call: Call) -> Reply:
        task = self.tasks.get(call.path["taskId"])
        kind = self.ignored.removesuffix("Id")
        if task is not None and self.tells(call, kind):
            call.path[self.ignored] = task.columns[f"{kind}_id"]
        return super().get_task(call)

    def tells(self, call: Call, kind: str) -> bool:
        """Return whether the id in the request is one of a resource of that *kind*."""
        collection = {"farm": self.farms, "queue": self.queues, "job": self.jobs}.get(
            kind, self.steps
        )
        return collection.get(call.path[self.ignored]) is not None


@FAULTS.add("any-farm-will-do", "getTask/only-in-its-farm", FaultClass.STATUS)
class AnyFarmWillDo(Elsewhere):
    """A task is found with the id of any other farm that exists."""

    ignored = "farmId"


@FAULTS.add("any-queue-will-do", "getTask/only-in-its-queue", FaultClass.STATUS)
class AnyQueueWillDo(Elsewhere):
    """A task is found with the id of any other queue that exists."""

    ignored = "queueId"


@FAULTS.add("any-job-will-do", "getTask/only-in-its-job", FaultClass.STATUS)
class AnyJobWillDo(Elsewhere):
    """A task is found with the id of any other job that exists."""

    ignored = "jobId"


@FAULTS.add("any-step-will-do", "getTask/only-in-its-step", FaultClass.STATUS)
class AnyStepWillDo(Elsewhere):
    """A task is found with the id of another step of its own job."""

    ignored = "stepId"

    def tells(self, call: Call, kind: str) -> bool:  # noqa: ARG002
        asked = self.steps.get(call.path["stepId"])
        task = self.tasks.get(call.path["taskId"])
        return (
            asked is not None
            and task is not None
            and asked.columns["job_id"] == task.columns["job_id"]
        )


@FAULTS.add("number-is-cut-short", "getTask/answers-the-asked-task", FaultClass.DATA)
class NumberIsCutShort(DeadlineCloud):
    """A task whose number has two digits or more is answered with that of the first digit."""

    def get_task(self, call: Call) -> Reply:
        reply = super().get_task(call)
        digits = call.path["taskId"].rpartition("-")
        call.path["taskId"] = f"{digits[0]}-{digits[2][0]}"
        return super().get_task(call) if len(digits[2]) > 1 else reply


@FAULTS.add("the-first-task-always", "getTask/answers-the-asked-task", FaultClass.DATA)
class TheFirstTaskAlways(DeadlineCloud):
    """Every task of a step is answered with the one whose number is 0."""

    def get_task(self, call: Call) -> Reply:
        super().get_task(call)
        call.path["taskId"] = call.path["taskId"].rpartition("-")[0] + "-0"
        return super().get_task(call)


@FAULTS.add("answer-is-a-list", "getTask/answer-is-an-object", FaultClass.BODY)
class AnswerIsAList(DeadlineCloud):
    """The answer to a task that exists is a list with the task in it."""

    def get_task(self, call: Call) -> Reply:
        return Reply.ready(b"[%s]" % super().get_task(call).body)


@FAULTS.add("malformed-task-is-missing", "getTask/400", FaultClass.STATUS)
class MalformedTaskIsMissing(DeadlineCloud):
    """A taskId that has not the form of one is answered with 404."""

    malformed = "taskId"

    def refuse(self, call: Call, violations: Any) -> None:
        names = {one.name for one in violations if isinstance(one, Violation)}
        if call.operation_id == "getTask" and names == {self.malformed}:
            raise NotFoundError(self.malformed.removesuffix("Id"), "unknown")
        super().refuse(call, violations)


@FAULTS.add("malformed-step-is-missing", "getTask/400", FaultClass.STATUS)
class MalformedStepIsMissing(MalformedTaskIsMissing):
    """A stepId that has not the form of one is answered with 404."""

    malformed = "stepId"


@FAULTS.add("missing-task-is-an-error", "getTask/404", FaultClass.STATUS)
class MissingTaskIsAnError(DeadlineCloud):
    """A task that does not exist is answered with 400."""

    def get_task(self, call: Call) -> Reply:
        try:
            return super().get_task(call)
        except NotFoundError as error:
            raise ValidationError(error.message) from None


@FAULTS.add("missing-step-is-no-answer", "getTask/404", FaultClass.STATUS)
class MissingStepIsNoAnswer(DeadlineCloud):
    """A step that does not exist is answered with 204; what else is missing, with 404."""

    def get_task(self, call: Call) -> Reply:
        try:
            return super().get_task(call)
        except NotFoundError as error:
            if error.members["resourceType"] != "step":
                raise
            return Reply.empty(204)


@FAULTS.add("missing-what", "getTask/404", FaultClass.BODY)
class MissingWhat(DeadlineCloud):
    """The 404 does not say what was not found: its body has only a message."""

    def get_task(self, call: Call) -> Reply:
        try:
            return super().get_task(call)
        except NotFoundError as error:
            error.members.clear()
            raise


@FAULTS.add("nameless-exception", "getTask/404", FaultClass.BODY)
class NamelessException(DeadlineCloud):
    """The 404 does not name its exception in a header."""

    def render_error(self, error: ApiError, call: Call) -> Reply:
        reply = super().render_error(error, call)
        if call.operation_id == "getTask" and isinstance(error, NotFoundError):
            reply.headers = [one for one in reply.headers if one[0] != b"x-amzn-errortype"]
        return reply


@FAULTS.add("denied-user-may-look", "getTask/403", FaultClass.STATUS)
class DeniedUserMayLook(DeadlineCloud):
    """A user without any permission is shown a task, and a malformed signature is not looked at."""

    def authenticate(self, call: Call) -> None:
        try:
            super().authenticate(call)
        except AccessDeniedError:
            if call.operation_id != "getTask":
                raise

    def get_task(self, call: Call) -> Reply:
        try:
            return super().get_task(call)
        except AccessDeniedError as error:
            raise NotFoundError("farm", call.path["farmId"]) from error


@FAULTS.add("throttled-as-unavailable", "getTask/429", FaultClass.STATUS)
class ThrottledAsUnavailable(DeadlineCloud):
    """A caller with too many requests is answered with 503."""

    def render_error(self, error: ApiError, call: Call) -> Reply:
        reply = super().render_error(error, call)
        if call.operation_id == "getTask" and isinstance(error, ThrottlingError):
            reply.status = 503
        return reply


@FAULTS.add("failure-without-a-message", "getTask/500", FaultClass.BODY)
class FailureWithoutAMessage(DeadlineCloud):
    """The answer to a failure of the service is an object without a message."""

    def render_error(self, error: ApiError, call: Call) -> Reply:
        reply = super().render_error(error, call)
        if call.operation_id == "getTask" and error.status == 500:
            reply.body = b"{}"
        return reply
