"""AWS Deadline Cloud: handlers for `specs/deadline-cloud.yaml`, one method per operationId."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.apis.deadline_cloud import caller, known, paging, places, refusals, seed
from mockserver.apis.deadline_cloud.refusals import ServiceError
from mockserver.apis.deadline_cloud.tasks import TaskOperations
from mockserver.errors import ApiError, MethodError, NoRouteError, Violation
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Condition
from mockserver.store.query import within


class DeadlineCloud(TaskOperations):
    """One account of Deadline Cloud. Its operations are in the classes that this one is made of."""

    def list_sessions(self, call: Call) -> Reply:
        """Return a page of the sessions of a job."""
        places.require(self, "job", call.path)
        where = (within("job_id", [call.path["jobId"]]),)
        return paging.page(self, call, "sessions", (self.sessions, where, "detail"))

    def list_session_actions(self, call: Call) -> Reply:
        """Return a page of the session actions of a job."""
        places.require(self, "job", call.path)
        where: tuple[Condition, ...] = (within("job_id", [call.path["jobId"]]),)
        for name, column in {"sessionId": "session_id", "taskId": "task_id"}.items():
            if name in call.query:
                where = (*where, within(column, [call.query[name]]))
        return paging.page(self, call, "sessionActions", (self.actions, where, "summary"))

    def get_session_action(self, call: Call) -> Reply:
        """Return one session action."""
        places.require(self, "job", call.path)
        return Reply.ready(places.view(self, "sessionAction", call.path))

    def seed(self, scenario: str) -> None:
        """Fill the world with farms, queues and jobs in all states."""
        seed.fill(self, scenario)

    def target(self) -> dict[str, Any]:
        """Return what a suite may use: see `known`."""
        return {"known": known.known(self)}

    # -- how it says no ------------------------------------------------------------------------

    def authenticate(self, call: Call) -> None:
        """Check the form of a signature; demand one if the server was started so."""
        caller.check(call, demanded=self.service.options.demand_credentials)

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:  # noqa: ARG002
        """Refuse everything that breaks the contract."""
        raise refusals.of_violations(violations)

    def render_error(self, error: ApiError, call: Call) -> Reply:  # noqa: ARG002
        """Return the exception that *error* is, by name."""
        match error:
            case ServiceError():
                return refusals.reply(error)
            case NoRouteError():
                shown = ServiceError(
                    "There is no such operation.", code="UnknownOperationException"
                )
                shown.status = error.status
                return refusals.reply(shown)
            case MethodError():
                shown = ServiceError(error.message, code="MethodNotAllowedException")
                shown.status = error.status
                return refusals.reply(shown).with_header("Allow", ", ".join(error.allow))
        if error.status == 413:
            return refusals.reply(refusals.ValidationError(error.message))
        shown = ServiceError(error.message, code=f"{error.code}Exception")
        shown.status = error.status
        return refusals.reply(shown)
