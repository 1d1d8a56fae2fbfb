"""The state of a session as one document: read it, replace it, compare it."""

from __future__ import annotations

from typing import Any

from mockserver import state
from mockserver.admin import snapshots
from mockserver.admin.desk import Desk
from mockserver.pipeline.call import Call, Reply


def get_state(desk: Desk, call: Call) -> Reply:
    """Return everything in a session."""
    world = desk.world(call)
    desk.hub.settle(world)
    return Reply.json(state.dump(world))


def replace_state(desk: Desk, call: Call) -> Reply:
    """Replace everything in a session, or nothing if something does not fit."""
    snapshots.put(desk, desk.world(call), call.body)
    return Reply.empty(204)


def compare_state(desk: Desk, call: Call) -> Reply:
    """Return what a session has more, less and otherwise than another or a snapshot."""
    world = desk.world(call)
    desk.hub.settle(world)
    return Reply.json(state.differences(state.dump(world), _other(desk, call)))


def _other(desk: Desk, call: Call) -> Any:
    name = call.body.get("from_session")
    if name is None:
        return snapshots.document(desk, call.body["from_snapshot"])
    other = desk.session(name)
    desk.hub.settle(other)
    return state.dump(other)
