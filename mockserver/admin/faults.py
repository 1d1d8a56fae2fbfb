"""Faults: make something go wrong for the clients of a session, look what it did, end it."""

from __future__ import annotations

from mockserver.admin.desk import Desk
from mockserver.admin.refusal import RefusalError, unknown
from mockserver.pipeline.call import Call, Reply
from mockserver.traffic.fault import Fault, FaultError
from mockserver.traffic.selection import UnknownNameError

PATH = "/__admin/faults/"


def list_faults(desk: Desk, call: Call) -> Reply:
    """List the faults of a session, the oldest first."""
    return Reply.json([one.shown() for one in desk.world(call).traffic.faults])


def create_fault(desk: Desk, call: Call) -> Reply:
    """Make a fault; refuse one that could never strike."""
    world = desk.world(call)
    try:
        fault = world.traffic.faults.add(call.body)
    except UnknownNameError as error:
        raise RefusalError(str(error), 404, error.known) from None
    except FaultError as error:
        raise RefusalError(str(error)) from None
    desk.hub.tell("fault", world, change="created", id=fault.id)
    reply = Reply.json(fault.shown(), 201)
    return reply.with_header("location", f"{call.scope.get('root_path', '')}{PATH}{fault.id}")


def delete_faults(desk: Desk, call: Call) -> Reply:
    """End all faults of a session."""
    world = desk.world(call)
    ended = [one.id for one in world.traffic.faults]
    world.traffic.faults.clear()
    for number in ended:
        desk.hub.tell("fault", world, change="ended", id=number)
    return Reply.empty(204)


def get_fault(desk: Desk, call: Call) -> Reply:
    """Describe a fault, and what it has done."""
    return Reply.json(_find(desk, call).shown())


def delete_fault(desk: Desk, call: Call) -> Reply:
    """End a fault."""
    world, number = desk.world(call), _find(desk, call).id
    world.traffic.faults.remove(number)
    desk.hub.tell("fault", world, change="ended", id=number)
    return Reply.empty(204)


def _find(desk: Desk, call: Call) -> Fault:
    faults = desk.world(call).traffic.faults
    try:
        return faults.get(call.path["id"])
    except UnknownNameError as error:
        raise unknown("fault", call.path["id"], error.known) from None
