"""Events: what happens in a session, or in all, as it happens."""

from __future__ import annotations

from mockserver.admin.desk import Desk
from mockserver.clock import SECOND
from mockserver.hub import HEADER
from mockserver.pipeline.call import Call
from mockserver.pipeline.control import Stream
from mockserver.world import World


def stream_events(desk: Desk, call: Call) -> Stream:
    """Stream the events of the session that is named, or of all."""
    session = desk.world(call).name if _names_one(call) else None

    def look() -> float | None:
        worlds = [one for one, _ in desk.hub.sessions.all()]
        dues = [
            due
            for world in worlds
            if session in {None, world.name} and (due := _settle(desk, world)) is not None
        ]
        return min(dues, default=None)

    return Stream(desk.hub.sessions.events.listen(session, look), b"text/event-stream")


def _names_one(call: Call) -> bool:
    return (
        "session" in call.query
        or "callsheet.session" in call.scope
        or any(name == HEADER for name, _ in call.scope["headers"])
    )


def _settle(desk: Desk, world: World) -> float | None:
    """Carry out what is due; return in how many seconds of the wall something is, or None."""
    desk.hub.settle(world)
    following, factor = world.next_event, world.clock.factor
    if following is None or factor == 0:
        return None
    return (following - world.clock.now()) / factor / SECOND
