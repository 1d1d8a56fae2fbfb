"""Client tokens: a request that is sent again has no second effect and gets the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from mockserver.apis.deadline_cloud.refusals import StateConflictError, invalid_field
from mockserver.pipeline.call import JSON, Call, Reply
from mockserver.store import Resource

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

HEADER = "x-amz-client-token"

Api = TypeVar("Api", bound="DeadlineState")


def once(operation: Callable[[Api, Call], Reply]) -> Callable[[Api, Call], Reply]:
    """Return *operation* such that the second call with one client token repeats its answer."""

    def repeatable(self: Api, call: Call) -> Reply:
        given = call.header(HEADER)
        if given is None:
            return operation(self, call)
        key = f"{call.operation_id} {call.scope['path']} {given}"
        digest = _digest(call.body)
        used = self.tokens.get(key)
        if used is None:
            reply = operation(self, call)
            facts = {"digest": digest, "status": reply.status, "body": reply.body.decode()}
            self.tokens.insert(Resource(key, "USED", self.world.clock.now(), facts=facts))
            return reply
        if used.facts["digest"] != digest:
            raise _reused(self, call)
        body = used.facts["body"].encode()
        return Reply(used.facts["status"], body, JSON if body else None)

    return repeatable


def _digest(body: Any) -> str:
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _reused(api: DeadlineState, call: Call) -> Exception:
    """Return the refusal of a token that belongs to another request."""
    if "409" in api.contract.operations[call.operation_id].responses:
        kind = call.operation_id.removeprefix("update").lower()
        return StateConflictError(
            "The client token belongs to another request.",
            "CONFLICT_EXCEPTION",
            (kind, call.path[f"{kind}Id"]),
        )
    return invalid_field("X-Amz-Client-Token", "belongs to another request")
