"""How Deadline Cloud says no: exceptions by name, each with its status and its members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.errors import ApiError, Violation
from mockserver.pipeline.call import Reply

RETRY_AFTER = 2
"""Seconds that a client is told to wait before it tries again."""


class ServiceError(ApiError):
    """An exception of the service: `code` is its name, `members` what its body has."""

    def __init__(
        self, message: str, members: Mapping[str, Any] | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.members = dict(members or {})


class AccessDeniedError(ServiceError):
    """The caller may not do this, or did not say who they are."""

    status = 403
    code = "AccessDeniedException"


class InternalServerError(ServiceError):
    """The service failed."""

    status = 500
    code = "InternalServerErrorException"


class ThrottlingError(ServiceError):
    """There are too many requests."""

    status = 429
    code = "ThrottlingException"


class QuotaError(ServiceError):
    """The account has as many of these as it may have."""

    status = 402
    code = "ServiceQuotaExceededException"


class MediaTypeError(ServiceError):
    """The body is not sent as JSON."""

    status = 415
    code = "UnsupportedMediaTypeException"


class ValidationError(ServiceError):
    """The request has not the form that the operation takes."""

    status = 400
    code = "ValidationException"

    def __init__(
        self, message: str, reason: str = "OTHER", fields: Sequence[tuple[str, str]] = ()
    ) -> None:
        members: dict[str, Any] = {"reason": reason}
        if fields:
            members["fieldList"] = [{"name": name, "message": text} for name, text in fields]
        super().__init__(message, members)


class NotFoundError(ServiceError):
    """The resource of that kind and id is not where the request says."""

    status = 404
    code = "ResourceNotFoundException"

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(
            f"Resource of type {kind} with id {key} does not exist.",
            {"resourceId": key, "resourceType": kind},
        )


class StateConflictError(ServiceError):
    """The state of a resource forbids the request, or a client token is another request's."""

    status = 409
    code = "ConflictException"

    def __init__(
        self, message: str, reason: str, resource: tuple[str, str], state: str = ""
    ) -> None:
        members: dict[str, Any] = {
            "reason": reason,
            "resourceType": resource[0],
            "resourceId": resource[1],
        }
        if state:
            members["context"] = {"status": state}
        super().__init__(message, members)


def invalid_field(name: str, message: str) -> ValidationError:
    """Return the refusal of one member of a request."""
    return ValidationError("One field is not valid.", "FIELD_VALIDATION_FAILED", [(name, message)])


def of_violations(violations: Sequence[Violation]) -> ServiceError:
    """Return the refusal of a request that breaks the contract."""
    for one in violations:
        if one.code == "media-type":
            return MediaTypeError(f"The body must be application/json: {one.message}.")
    for one in violations:
        if one.code == "json":
            return ValidationError("The body is not JSON.", "CANNOT_PARSE")
    fields: dict[str, str] = {}
    for one in violations:
        name = one.name.strip("/").replace("/", ".") if one.location == "body" else one.name
        fields.setdefault(name or "body", one.message[:500])
    count = "One field is" if len(fields) == 1 else f"{len(fields)} fields are"
    return ValidationError(f"{count} not valid.", "FIELD_VALIDATION_FAILED", list(fields.items()))


def reply(error: ServiceError) -> Reply:
    """Return the answer that *error* makes."""
    body = {"message": error.message, **error.members}
    answer = Reply.json(body, error.status).with_header("x-amzn-ErrorType", error.code)
    if error.status in {429, 500}:
        answer.with_header("Retry-After", str(RETRY_AFTER))
    return answer
