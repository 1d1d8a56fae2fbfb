"""The clock of a session: tell it, set its pace, move it forward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.admin.desk import Desk
from mockserver.admin.places import Place, find
from mockserver.admin.refusal import RefusalError
from mockserver.clock import SECOND, Clock
from mockserver.hub import Hub
from mockserver.moment import iso
from mockserver.pipeline.call import Call, Reply
from mockserver.traffic.entry import transition
from mockserver.world import Fired, World

SHOWN = 1000
"""How many transitions an answer holds at most."""

LIMIT = 86_400
"""For how many seconds a state is waited for unless the call says otherwise."""

PACES: Mapping[str, float] = {"real": 1.0, "frozen": 0.0}


def get_clock(desk: Desk, call: Call) -> Reply:
    """Tell the time."""
    world = desk.world(call)
    desk.hub.settle(world)
    return Reply.json(face(world))


def set_clock(desk: Desk, call: Call) -> Reply:
    """Set how fast the clock runs from now on."""
    world = desk.world(call)
    factor = pace(call.body)
    desk.hub.settle(world)
    world.clock.set_factor(factor)
    desk.hub.sessions.keep(world)
    desk.hub.tell("clock", world, **face(world))
    return Reply.json(face(world))


def advance_clock(desk: Desk, call: Call) -> Reply:
    """Move the clock and carry out all that happens on the way."""
    world = desk.world(call)
    body = call.body
    fired, reached = desk.hub.settle(world), True
    if "seconds" in body:
        fired += _go(desk.hub, world, world.clock.now() + int(body["seconds"] * SECOND))
    elif "to" in body:
        reached = world.next_event is not None
        if world.next_event is not None:
            fired += _go(desk.hub, world, world.next_event)
    else:
        place = _awaited(desk, world, body["until"])
        limit = body.get("limit_seconds", LIMIT)
        more, reached = _wait(desk.hub, world, place, body["until"]["state"], limit)
        fired += more
    desk.hub.sessions.keep(world)
    desk.hub.tell("clock", world, **face(world))
    return Reply.json(
        {
            "now": iso(world.clock.now()),
            "fired": [transition(one) for one in fired[:SHOWN]],
            "count": len(fired),
            "reached": reached,
        }
    )


def _go(hub: Hub, world: World, moment: int) -> list[Fired]:
    """Move the clock to *moment*, unless it has passed, and carry out what is due."""
    try:
        world.clock.move_to(max(moment, world.clock.now()))
    except ValueError as error:
        raise RefusalError(str(error), 409) from None
    return hub.settle(world)


def _awaited(desk: Desk, world: World, until: Mapping[str, Any]) -> Place:
    """Return the place of the resource that is waited for; refuse if it never can be there."""
    api = desk.api(world, until["api"])
    place = find(api, until.get("schema"), until["key"])
    if until["state"] not in place.states:
        known = f"a {place.schema} is one of {', '.join(place.states)}"
        raise RefusalError(f"there is no state {until['state'][:64]!r}: {known}", 404, place.states)
    return place


def _wait(
    hub: Hub, world: World, place: Place, state: str, seconds: float
) -> tuple[list[Fired], bool]:
    """Go from event to event until the resource is in *state*, or *seconds* are over."""
    end = world.clock.now() + int(seconds * SECOND)
    fired: list[Fired] = []
    while (resource := place.fetch()) is None or resource.state != state:
        following = world.next_event
        if resource is None or following is None or following > end:
            if resource is not None:
                fired += _go(hub, world, end)
                resource = place.fetch()
            return fired, resource is not None and resource.state == state
        fired += _go(hub, world, following)
        if any(
            (one.api, one.schema, one.key, one.target)
            == (place.api.NAME, place.schema, place.key, state)
            for one in fired[-SHOWN:]
        ):
            break
    return fired, True


def pace(body: Mapping[str, Any]) -> float:
    """Return the factor that is asked for, as a number or by a word."""
    return float(body["factor"]) if "factor" in body else PACES[body["mode"]]


def new_clock(body: Mapping[str, Any], start: int | None) -> Clock:
    """Return a clock that runs as asked for from *start*, or from now."""
    return Clock(pace(body), start)


def mode(factor: float) -> str:
    """Return the word for a factor."""
    return next((name for name, one in PACES.items() if one == factor), "factor")


def face(world: World) -> dict[str, Any]:
    """Return what the clock of *world* shows, as JSON."""
    factor, following = world.clock.factor, world.next_event
    return {
        "now": iso(world.clock.now()),
        "factor": factor,
        "mode": mode(factor),
        "next_event": None if following is None else iso(following),
    }
