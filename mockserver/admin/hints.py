"""What to say where a body fits none of the forms that an operation takes."""

from __future__ import annotations

from collections.abc import Mapping

HINTS: Mapping[str, str] = {
    "createSession": "a session comes from one of from_session, from_snapshot, or seed and "
    'scenario; its clock is {"mode": "real"}, {"mode": "frozen"} or {"factor": 60}',
    "setClock": 'say how fast: {"mode": "real"}, {"mode": "frozen"} or {"factor": 60}',
    "advanceClock": "say one of seconds, to (next-event) and until: how far, or what to wait for; "
    "limit_seconds belongs to until",
    "createFault": "do.kind is status (with status, body, retry_after), throttle (the same), "
    "latency (seconds, spread), reset, truncate or stuck (schema, key); what is stuck is told by "
    "api, state and do alone",
}
"""OperationId -> the forms, in a sentence."""
