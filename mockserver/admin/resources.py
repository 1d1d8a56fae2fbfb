"""The resources of a session: list them, explain one, take it to another state."""

from __future__ import annotations

from typing import Any

from mockserver.admin import command
from mockserver.admin.desk import Desk
from mockserver.admin.places import Place, Shelf, find, shelves, shown
from mockserver.admin.refusal import RefusalError, unknown
from mockserver.admin.server import statement
from mockserver.moment import iso
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource
from mockserver.traffic.entry import transition
from mockserver.world import Fired, World
from specs.contract import Transition

ADMIN = "admin"
"""The cause of what the admin API moves."""


def list_resources(desk: Desk, call: Call) -> Reply:
    """Return a page of the resources that fit, and how many there are in each state."""
    world = desk.world(call)
    asked = call.query
    names = [asked["api"]] if "api" in asked else list(world.apis)
    wanted = [one for name in names for one in shelves(desk.api(world, name))]
    if "schema" in asked:
        known = dict.fromkeys(one.schema for one in wanted)
        wanted = [one for one in wanted if one.schema == asked["schema"]]
        if not wanted:
            raise unknown("schema", asked["schema"], known)
    desk.hub.settle(world)
    states: dict[str, dict[str, dict[str, int]]] = {}
    items: list[dict[str, Any]] = []
    total, left, skip = 0, asked["limit"], asked["offset"]
    for shelf in wanted:
        counts = _counts(shelf)
        states.setdefault(shelf.api.NAME, {})[shelf.schema] = counts
        fitting = _fitting(counts, asked.get("state"))
        total += fitting
        if left and skip < fitting:
            query = shelf.query(asked.get("state"), (asked["order"],))
            found = shelf.collection.find(query, left, skip)
            items += [shown(shelf, one) for one in found]
            left -= len(found)
        skip = max(skip - fitting, 0)
    return Reply.json({"count": total, "items": items, "states": states})


def _counts(shelf: Shelf) -> dict[str, int]:
    """Return how many resources of a shelf are in each state in which there are any."""
    if not shelf.where:
        return shelf.collection.states()
    counts = {one: shelf.collection.count(shelf.query(one)) for one in shelf.states}
    return {state: count for state, count in counts.items() if count}


def _fitting(counts: dict[str, int], state: str | None) -> int:
    return sum(counts.values()) if state is None else counts.get(state, 0)


def explain_resource(desk: Desk, call: Call) -> Reply:
    """Say what led a resource where it is, and what can come next."""
    world = desk.world(call)
    desk.hub.settle(world)
    place, resource = _fetch(desk, world, call)
    return Reply.json(
        {
            **shown(place.shelf, resource),
            "view": place.view(),
            "history": _history(world, place),
            "next": _next(place, resource),
        }
    )


def move_resource(desk: Desk, call: Call) -> Reply:
    """Take a resource to another state, and whatever depends on it along."""
    world = desk.world(call)
    desk.hub.settle(world)
    place, resource = _fetch(desk, world, call)
    target = call.body["target"]
    if not place.states:
        message = f"a {place.schema} has no life cycle of its own: it follows others"
        raise RefusalError(message, 409)
    if target not in place.states:
        message = f"a {place.schema} has no state {target[:64]!r}"
        raise RefusalError(message, 409, place.states)
    legal = dict.fromkeys(one.target for one in _leaving(place, resource))
    if target == resource.state and target not in legal:
        raise RefusalError(f"it is {target} already", 409, legal)
    if target not in legal and not call.body.get("force"):
        message = f"no transition leads from {resource.state} to {target}; force takes it there"
        raise RefusalError(message, 409, legal)
    place.api.force(place.shelf.collection, resource, target, world.clock.now(), ADMIN)
    fired = desk.hub.settle(world)
    return Reply.json({"fired": [transition(one) for one in fired]})


def _fetch(desk: Desk, world: World, call: Call) -> tuple[Place, Resource]:
    api = desk.api(world, call.path["api"])
    place = find(api, call.path["schema"], call.path["key"])
    resource = place.fetch()
    assert resource is not None
    return place, resource


def _leaving(place: Place, resource: Resource) -> tuple[Transition, ...]:
    cycle = place.api.contract.lifecycles.get(place.schema)
    return () if cycle is None else cycle.leaving(resource.state)


def _history(world: World, place: Place) -> list[dict[str, Any]]:
    """Return the transitions of a resource that the world remembers, the oldest first."""
    wanted = place.api.NAME, place.schema, place.key
    return [_step(place, one) for one in world.history if (one.api, one.schema, one.key) == wanted]


def _step(place: Place, fired: Fired) -> dict[str, Any]:
    step = {
        "at": iso(fired.moment),
        "source": fired.source,
        "target": fired.target,
        "cause": fired.cause,
        "statement": _backing(place, fired),
    }
    return step if fired.request is None else {**step, "journal_id": fired.request}


def _backing(place: Place, fired: Fired) -> dict[str, str] | None:
    """Return the statement of the contract that a transition followed, or None.

    Of several between the same two states it is the one of its cause; what neither time nor an
    operation has caused follows a parent or child, as a spontaneous transition or a command.
    """
    cycle = place.api.contract.lifecycles.get(place.schema)
    if cycle is None:
        return None
    ways = [one for one in cycle.leaving(fired.source) if one.target == fired.target]
    if not ways:
        return None
    own = [one for one in ways if fired.cause in {one.trigger, one.label}]
    spontaneous = [one for one in ways if one.trigger is None]
    best = (*own, *spontaneous, *ways)[0]
    return {
        "id": statement(place.api.NAME, place.schema, best),
        "provenance": str(best.provenance),
    }


def _next(place: Place, resource: Resource) -> list[dict[str, Any]]:
    """Return the ways out of the state of a resource, and how to go each of them."""
    return [
        {
            "target": one.target,
            "trigger": one.trigger,
            "command": one.command,
            "statement": statement(place.api.NAME, place.schema, one),
            "provenance": str(one.provenance),
            "how": _how(place, resource, one),
            "request": command.request(place, resource, one),
        }
        for one in _leaving(place, resource)
    ]


def _how(place: Place, resource: Resource, way: Transition) -> str:
    """Return what brings a transition about: the request, or the moment if it is planned."""
    if way.trigger is not None:
        contract = place.api.contract
        operation = contract.operations[way.trigger]
        said = f"{operation.method.upper()} {contract.base_paths[0]}{operation.path}"
        return f"{said} ({way.label})" if way.label else said
    if resource.upcoming == way.target and resource.due is not None:
        return f"by itself at {iso(resource.due)}"
    return "by itself, but not as things stand"
