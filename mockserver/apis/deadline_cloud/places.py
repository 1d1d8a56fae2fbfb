"""Where a resource is: every id in a path has to fit the ones before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.apis.deadline_cloud.refusals import (
    AccessDeniedError,
    InternalServerError,
    NotFoundError,
    QuotaError,
    ServiceError,
    ThrottlingError,
)
from mockserver.store import Collection, Query, Resource
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

KINDS = ("farm", "queue", "job", "step", "task", "sessionAction")

COLUMNS = {
    "task": ("farm_id", "queue_id", "job_id", "step_id"),
    "step": ("farm_id", "queue_id", "job_id"),
    "job": ("farm_id", "queue_id"),
    "queue": ("farm_id",),
    "farm": (),
    "sessionAction": ("job_id",),
}
"""The columns that say where a resource of each kind is."""


def reserved_farm(number: int) -> str:
    """Return the id of the farm that answers everything with the status *number*."""
    return f"farm-{number:032}"


def _reserved() -> dict[str, ServiceError]:
    quota = {
        "reason": "SERVICE_QUOTA_EXCEEDED_EXCEPTION",
        "resourceType": "farm",
        "serviceCode": "deadline",
        "quotaCode": "L-0A1B2C3D",
    }
    denied = AccessDeniedError("You are not authorized to see this farm.")
    return {
        reserved_farm(402): QuotaError("The account has as many as it may have.", quota),
        reserved_farm(403): denied,
        reserved_farm(429): ThrottlingError("Too many requests.", {"serviceCode": "deadline"}),
        reserved_farm(500): InternalServerError("Something went wrong on our side."),
    }


RESERVED = _reserved()
"""Farms that exist to be refused: so a client can be shown every error that is documented."""

CREATES_BELOW = frozenset({"createQueue", "createJob"})
"""The operations on a farm that may meet a quota."""


def view(api: DeadlineState, kind: str, ids: Mapping[str, Any], name: str = "detail") -> bytes:
    """Return a view of the resource of *kind* that *ids* name, or refuse: it is not there."""
    page = _collection(api, kind).page(_query(kind, ids), name, 1)
    if not page:
        raise missing(api, kind, ids)
    return page[0]


def resource(api: DeadlineState, kind: str, ids: Mapping[str, Any]) -> Resource:
    """Return the resource of *kind* that *ids* name, or refuse: it is not there."""
    found = _collection(api, kind).find(_query(kind, ids), 1)
    if not found:
        raise missing(api, kind, ids)
    return found[0]


def require(api: DeadlineState, kind: str, ids: Mapping[str, Any], operation: str = "") -> None:
    """Refuse if the resource of *kind* that *ids* name is not there."""
    if not _collection(api, kind).keys(_query(kind, ids)):
        raise missing(api, kind, ids, operation)


def missing(
    api: DeadlineState, kind: str, ids: Mapping[str, Any], operation: str = ""
) -> ServiceError:
    """Return the refusal of *ids*: it names the outermost that is not there."""
    refusal = RESERVED.get(ids["farmId"])
    if refusal is not None and (refusal.status != 402 or operation in CREATES_BELOW):
        return refusal
    for one in (*KINDS[: KINDS.index(kind)], kind):
        if f"{one}Id" in ids and not _collection(api, one).keys(_query(one, ids)):
            return NotFoundError(one, ids[f"{one}Id"])
    raise LookupError(f"the {kind} is there")


def _collection(api: DeadlineState, kind: str) -> Collection:
    return {
        "farm": api.farms,
        "queue": api.queues,
        "job": api.jobs,
        "step": api.steps,
        "task": api.tasks,
        "sessionAction": api.actions,
    }[kind]


def _query(kind: str, ids: Mapping[str, Any]) -> Query:
    where = [within("key", [ids[f"{kind}Id"]])]
    where += [within(one, [ids[f"{one.removesuffix('_id')}Id"]]) for one in COLUMNS[kind]]
    return Query(tuple(where))
