"""Why HPC Pack says no: the error codes of its scheduler, and the refusals that carry them."""

from __future__ import annotations

from enum import IntEnum

from mockserver.errors import ApiError

FIRST = -2147220992
"""The number from which the scheduler counts its error codes."""


class Code(IntEnum):
    """An error code of the scheduler."""

    ONLY_CONFIGURING_JOBS_ARE_SUBMITTED = FIRST + 2
    PROPERTY_IS_READ_ONLY = FIRST + 3
    ARGUMENT_OUT_OF_RANGE = FIRST + 5
    INVALID_JOB_ID = FIRST + 6
    INVALID_TASK_ID = FIRST + 7
    INVALID_CANCEL_JOB_STATE = FIRST + 8
    INVALID_CANCEL_TASK_STATE = FIRST + 9
    ONLY_ENDED_JOBS_ARE_REQUEUED = FIRST + 10
    PERMISSION_DENIED = FIRST + 11
    AUTHENTICATION_FAILURE = FIRST + 12
    INVALID_NODE_ID = FIRST + 14
    INVALID_OPERATION = FIRST + 15
    JOB_STATE_FORBIDS_CHANGE = FIRST + 31
    INVALID_ROW_ENUMERATION = FIRST + 57
    INVALID_FILTER_PROPERTY = FIRST + 67
    TASK_STATE_FORBIDS_CHANGE = FIRST + 71
    ONLY_ENDED_TASKS_ARE_REQUEUED = FIRST + 76
    TASK_ADDED_IN_WRONG_STATE = FIRST + 82


class SchedulerError(ApiError):
    """A refusal with an error code of the scheduler."""

    def __init__(self, number: Code, message: str, status: int = 400) -> None:
        super().__init__(message, status, number.name)
        self.number = number


def unknown(kind: str, name: object, number: Code) -> SchedulerError:
    """Return the refusal for what does not exist."""
    return SchedulerError(number, f"There is no {kind} {name}.", 404)


def wrong(message: str) -> SchedulerError:
    """Return the refusal for a value that does not fit."""
    return SchedulerError(Code.ARGUMENT_OUT_OF_RANGE, message)
