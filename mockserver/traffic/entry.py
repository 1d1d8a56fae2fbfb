"""One request and its answer: what the journal holds, and as it is shown.

What is held are references to what the request path has in its hands anyway; JSON is made of them
when somebody looks.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any

import orjson

from mockserver.moment import iso
from mockserver.traffic import redaction

if TYPE_CHECKING:
    from mockserver.errors import Violation
    from mockserver.pipeline.call import Reply
    from mockserver.pipeline.operation import CompiledOperation
    from mockserver.traffic.faults import Strike
    from mockserver.world import Fired

STARTED = time_ns() - perf_counter_ns()
"""What turns a reading of `perf_counter_ns` into nanoseconds since 1970."""

OWN = 1500
"""Bytes that a request takes up besides its headers and the two bodies: about, as Python counts."""

MOVE = 250
"""Bytes that a transition takes up, about."""


class Entry:
    """One request and its answer.

    `path` is decoded and without the prefix of a session, `query` as it was sent.
    `began` is when it came (nanoseconds of `perf_counter_ns`), `nanos` how long it took, `moment`
    what the clock of the world showed then (microseconds). `raw` is its body, None if it was too
    large. `fired` are the transitions that came with it, its own or such as were due before it;
    `later` those that it caused afterwards. `reply` is None if there was no answer. `size` is in
    bytes, about.
    """

    # Most requests leave most of this as it is: what is said once here need not be said for each.
    id: int = 0
    nanos: int = 0
    moment: int = 0
    raw: bytes | None = b""
    operation: CompiledOperation | None = None
    reply: Reply | None = None
    fired: Sequence[Fired] = ()
    later: Sequence[Fired] = ()
    violations: Sequence[Violation] = ()
    strike: Strike | None = None
    size: int = OWN

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
        self.began = perf_counter_ns()

    @property
    def wall(self) -> int:
        """When it came, in microseconds since 1970."""
        return (self.began + STARTED) // 1000

    @property
    def api(self) -> str | None:
        """The name of the API that answered, or None."""
        return None if self.operation is None else self.operation.api_name

    @property
    def status(self) -> int | None:
        """The status of the answer; None if there was none."""
        return None if self.reply is None else self.reply.status

    def add_later(self, fired: Fired) -> None:
        """Note a transition that this request caused after it was answered."""
        self.later = [*self.later, fired]
        self.size += MOVE

    def summary(self) -> dict[str, Any]:
        """Return all but headers and bodies, as JSON values."""
        own = [one for one in self.fired if one.request == self.id]
        return {
            "id": self.id,
            "at": iso(self.moment),
            "wall": iso(self.wall),
            "duration_ms": round(self.nanos / 1e6, 3),
            "method": self.method,
            "path": self.path,
            "query": redaction.query(self.query.decode("latin-1")),
            "api": self.api,
            "operation": None if self.operation is None else self.operation.id,
            "status": self.status,
            "transitions": [transition(one) for one in (*own, *self.later)],
            "due": [transition(one) for one in self.fired if one.request != self.id],
            "violations": [violation(one) for one in self.violations],
            "faults": [] if self.strike is None else self.strike.ids,
        }

    def full(self) -> dict[str, Any]:
        """Return everything, as JSON values, without credentials."""
        asked = redaction.headers(self.headers)
        answer = None
        if self.reply is not None:
            said = redaction.headers(self.reply.headers)
            body = content(self.reply.body, said.get("content-type", ""))
            answer = {"status": self.reply.status, "headers": said, **body}
        body = content(self.raw or b"", asked.get("content-type", ""))
        return {**self.summary(), "request": {"headers": asked, **body}, "response": answer}


def transition(fired: Fired) -> dict[str, Any]:
    """Return a transition as JSON values."""
    shown = {
        "api": fired.api,
        "schema": fired.schema,
        "key": fired.key,
        "source": fired.source,
        "target": fired.target,
        "at": iso(fired.moment),
        "cause": fired.cause,
    }
    return shown if fired.request is None else {**shown, "journal_id": fired.request}


def violation(found: Violation) -> dict[str, Any]:
    """Return a violation as JSON values."""
    return {
        "location": found.location,
        "name": found.name,
        "code": found.code,
        "message": found.message,
    }


def content(raw: bytes, media_type: str) -> dict[str, Any]:
    """Return a body as one of: `json`, its value; `text`; `base64`; nothing if it is empty."""
    if not raw:
        return {}
    if "json" in media_type.lower():
        try:
            return {"json": orjson.loads(raw)}
        except orjson.JSONDecodeError:
            pass
    try:
        return {"text": raw.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}
