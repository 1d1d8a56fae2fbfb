"""Every way the mock refuses a request of its own accord.

* ApiError
  - NoRouteError
  - MethodError
  - CredentialsError
  - InvalidRequestError
* ConflictError

An error knows its status, not its body: each API renders errors in the shape that it documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a request does not match its contract.

    `location` is path, query, header or body; `name` the parameter, or the JSON pointer into the
    body; `code` the JSON Schema keyword that was broken, or one of: `json` (no JSON at all),
    `media-type` (another content type than declared), `missing` (required but absent).
    """

    location: str
    name: str
    code: str
    message: str
    value: Any = None


class ApiError(Exception):
    """A refusal: an HTTP status, a short code word, and a sentence."""

    status: int = HTTPStatus.BAD_REQUEST
    code: str = "BadRequest"

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if status is not None:
            self.status = status
        if code is not None:
            self.code = code


class NoRouteError(ApiError):
    """No operation has this path; `slash` says whether one has it with a slash at its end."""

    status = HTTPStatus.NOT_FOUND
    code = "NotFound"

    def __init__(self, path: str, *, slash: bool = False) -> None:
        super().__init__(f"There is nothing at {path}.")
        self.path = path
        self.slash = slash


class MethodError(ApiError):
    """The path exists, but not with this method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "MethodNotAllowed"

    def __init__(self, method: str, allow: Sequence[str]) -> None:
        super().__init__(f"Method {method} is not allowed; {', '.join(allow)} are.")
        self.method = method
        self.allow = tuple(allow)


class CredentialsError(ApiError):
    """Credentials are missing, wrong, or not enough."""

    status = HTTPStatus.FORBIDDEN
    code = "Forbidden"


class InvalidRequestError(ApiError):
    """The request does not match its contract, in one way or more."""

    code = "InvalidRequest"

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{one.name}: {one.message}" for one in violations))
        self.violations = tuple(violations)


class ConflictError(Exception):
    """Somebody else changed the row between reading and writing it."""
