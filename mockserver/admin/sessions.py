"""Sessions: make them, list them, drop them, and lead them back to their beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.admin import snapshots
from mockserver.admin.clock import face, new_clock
from mockserver.admin.desk import Desk
from mockserver.admin.refusal import RefusalError
from mockserver.clock import FROZEN_START, Clock
from mockserver.moment import iso
from mockserver.pipeline.call import Call, Reply
from mockserver.register import TakenNameError
from mockserver.sessions import DEFAULT, Plan
from mockserver.world import World

PARTS = ("state", "clock", "faults", "journal", "coverage")

PATH = "/__admin/sessions/"


def reset_session(desk: Desk, call: Call) -> Reply:
    """Make a session, or parts of it, what it was at its beginning."""
    world = desk.world(call)
    parts = (call.body or {}).get("parts", PARTS)
    state, clock = "state" in parts, "clock" in parts
    if not state:
        desk.hub.settle(world)
    if state or clock:
        desk.hub.sessions.reset(world, state=state, clock=clock)
    if world.traffic is not None:
        world.traffic.reset({*parts} - {"state", "clock"})
    ordered = [one for one in PARTS if one in parts]
    desk.hub.tell("reset", world, parts=ordered)
    return Reply.json({"status": "reset", "parts": ordered})


def list_sessions(desk: Desk, call: Call) -> Reply:
    """List the sessions, the oldest first."""
    found = [_described(desk, call, world, facts) for world, facts in desk.hub.sessions.all()]
    return Reply.json(found)


def create_session(desk: Desk, call: Call) -> Reply:
    """Make a session: from a seed, from another session, or from a snapshot."""
    body = call.body or {}
    desk.hub.sessions.sweep()
    try:
        world = _make(desk, body)
    except TakenNameError as error:
        raise RefusalError(str(error), 409) from None
    desk.hub.settle(world)
    desk.hub.tell("session", world, change="created")
    reply = Reply.json(_one(desk, call, world), 201)
    return reply.with_header("location", f"{call.scope.get('root_path', '')}{PATH}{world.name}")


def _make(desk: Desk, body: Mapping[str, Any]) -> World:
    sessions = desk.hub.sessions
    plan = Plan(
        body.get("name"),
        body.get("seed"),
        body.get("scenario"),
        None,
        body.get("idle_seconds"),
    )
    if "from_session" in body:
        source = desk.session(body["from_session"])
        desk.hub.settle(source)
        clock = _clock(body, source.clock.now())
        plan = Plan(plan.name, source.seed, source.scenario, clock, plan.idle)
        return sessions.fork(plan, source)
    if "from_snapshot" in body:
        document = snapshots.document(desk, body["from_snapshot"])
        world = sessions.create(Plan(plan.name, 1, "empty", None, plan.idle))
        snapshots.put(desk, world, document)
        if "clock" in body:
            world.clock.set_factor(new_clock(body["clock"], None).factor)
            sessions.keep(world)
        sessions.keep_beginning(world)
        return world
    clock = _clock(body, None)
    return sessions.create(Plan(plan.name, plan.seed, plan.scenario, clock, plan.idle))


def _clock(body: Mapping[str, Any], start: int | None) -> Clock | None:
    """Return the clock that is asked for; one that stands still begins where all such do."""
    if "clock" not in body:
        return None
    clock = new_clock(body["clock"], start)
    return Clock(0.0, FROZEN_START) if start is None and clock.factor == 0 else clock


def get_session(desk: Desk, call: Call) -> Reply:
    """Describe a session."""
    return Reply.json(_one(desk, call, desk.session(call.path["name"])))


def delete_session(desk: Desk, call: Call) -> Reply:
    """Drop a session; the default one stays."""
    world = desk.session(call.path["name"])
    if world.name == DEFAULT:
        raise RefusalError("the default session cannot be dropped; reset it instead", 409)
    desk.hub.sessions.drop(world.name)
    desk.hub.tell("session", world, change="dropped")
    return Reply.empty(204)


def _one(desk: Desk, call: Call, world: World) -> dict[str, Any]:
    return _described(desk, call, world, desk.hub.sessions.facts(world))


def _described(desk: Desk, call: Call, world: World, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": world.name,
        "seed": world.seed,
        "scenario": world.scenario,
        "created": iso(facts["made"]),
        "idle_seconds": facts["idle"],
        "base_url": desk.base_url(call, world.name),
        "clock": face(world),
    }
