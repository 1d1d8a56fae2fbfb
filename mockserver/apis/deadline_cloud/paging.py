"""Pages by nextToken: a token says after which entry of which list it goes on, and is signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

import orjson

from mockserver.apis.deadline_cloud.refusals import ServiceError, invalid_field
from mockserver.clock import SECOND
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Collection, Condition, Query

if TYPE_CHECKING:
    from mockserver.apis.deadline_cloud.state import DeadlineState

PAGE_SIZE = 100
LIFETIME = 24 * 3600 * SECOND
"""How long a token is good for."""


def page(
    api: DeadlineState,
    call: Call,
    member: str,
    listed: tuple[Collection, tuple[Condition, ...], str],
) -> Reply:
    """Return one page of a list as *member*: of the collection, the rows that fit, in that view."""
    collection, where, view = listed
    size = call.query.get("maxResults", PAGE_SIZE)
    after = position(api, call)
    conditions = where if after is None else (*where, Condition("ordinal", "gt", (after,)))
    query = Query(conditions, ("ordinal",))
    rows = collection.page(query, view, size + 1)
    body = b'{"%s":[%s]' % (member.encode(), b",".join(rows[:size]))
    if len(rows) > size:
        last = collection.find(query, size)[-1].columns["ordinal"]
        body += b',"nextToken":"%s"' % token(api, call, last).encode()
    return Reply.ready(body + b"}")


def token(api: DeadlineState, call: Call, ordinal: int) -> str:
    """Return what asks for the entries after *ordinal* of the list that *call* is about."""
    payload = orjson.dumps([ordinal, api.world.clock.now()])
    return base64.urlsafe_b64encode(_signature(api, call, payload) + payload).decode()


def position(api: DeadlineState, call: Call) -> int | None:
    """Return after which entry *call* wants to go on, or None; refuse a token we did not give."""
    text = call.query.get("nextToken")
    if text is None:
        return None
    try:
        raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise _invalid() from None
    signature, payload = raw[:16], raw[16:]
    if signature != _signature(api, call, payload):
        raise _invalid()
    ordinal, given = orjson.loads(payload)
    if api.world.clock.now() - given > LIFETIME:
        raise _invalid()
    return int(ordinal)


def _signature(api: DeadlineState, call: Call, payload: bytes) -> bytes:
    scope = repr((api.world.seed, call.operation_id, sorted(call.path.items()))).encode()
    return hashlib.blake2b(scope + payload, digest_size=16).digest()


def _invalid() -> ServiceError:
    return invalid_field("nextToken", "is not a token of this list, or has expired")
