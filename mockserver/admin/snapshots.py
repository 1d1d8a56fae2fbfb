"""Snapshots: documents of state that the server keeps, for all sessions."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from mockserver import state
from mockserver.admin.desk import Desk
from mockserver.admin.refusal import RefusalError, unknown
from mockserver.moment import iso
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Collection, Query, Resource
from mockserver.world import World

PATH = "/__admin/snapshots/"


def list_snapshots(desk: Desk, _call: Call) -> Reply:
    """List the snapshots by name."""
    return Reply.json([_listed(one) for one in _shelf(desk).all()])


def create_snapshot(desk: Desk, call: Call) -> Reply:
    """Keep the state of a session."""
    world = desk.world(call)
    desk.hub.settle(world)
    shelf = _shelf(desk)
    name = (call.body or {}).get("name") or _free_name(shelf)
    if shelf.get(name) is not None:
        raise RefusalError(f"there is a snapshot {name!r} already", 409, _names(desk))
    kept = _keep(desk, name, state.dump(world), world.name)
    reply = Reply.json(_listed(kept), 201)
    return reply.with_header("location", f"{call.scope.get('root_path', '')}{PATH}{name}")


def download_snapshot(desk: Desk, call: Call) -> Reply:
    """Return a snapshot as a file."""
    name = call.path["name"]
    reply = Reply.json(document(desk, name))
    return reply.with_header("content-disposition", f'attachment; filename="{name}.json"')


def upload_snapshot(desk: Desk, call: Call) -> Reply:
    """Keep a document that comes from elsewhere."""
    try:
        kept = _keep(desk, call.path["name"], call.body, None)
    except state.StateError as error:
        raise RefusalError(str(error)) from None
    return Reply.json(_listed(kept))


def delete_snapshot(desk: Desk, call: Call) -> Reply:
    """Forget a snapshot."""
    _shelf(desk).delete(_find(desk, call.path["name"]))
    return Reply.empty(204)


def restore_snapshot(desk: Desk, call: Call) -> Reply:
    """Make a session what a snapshot says."""
    found = document(desk, call.path["name"])
    put(desk, desk.world(call), found)
    return Reply.empty(204)


def put(desk: Desk, world: World, found: Any) -> None:
    """Make *world* what a document says; refuse if it does not fit."""
    try:
        state.load(desk.hub.sessions, world, found)
    except state.StateError as error:
        raise RefusalError(str(error), 404 if error.known else 400, error.known) from None
    desk.hub.tell("reset", world, parts=["state", "clock"])


def document(desk: Desk, name: str) -> Any:
    """Return the document of a snapshot; refuse if there is none."""
    return _find(desk, name).facts["document"]


def _keep(desk: Desk, name: str, found: Any, session: str | None) -> Resource:
    shelf = _shelf(desk)
    before = shelf.get(name)
    if before is not None:
        shelf.delete(before)
    facts = {
        "session": session,
        "created": iso(time.time_ns() // 1000),
        "now": iso(state.moment(found)),
        "resources": state.size(found),
        "document": found,
    }
    latest = shelf.find(Query(order=("-ordinal",)), 1)
    ordinal = latest[0].columns["ordinal"] + 1 if latest else 1
    kept = Resource(name, "kept", ordinal, columns={"ordinal": ordinal}, facts=facts)
    shelf.insert(kept)
    return kept


def _listed(kept: Resource) -> dict[str, Any]:
    names = ("session", "created", "now", "resources")
    return {"name": kept.key, **{name: kept.facts[name] for name in names}}


def _find(desk: Desk, name: str) -> Resource:
    found = _shelf(desk).get(name)
    if found is None:
        raise unknown("snapshot", name, _names(desk))
    return found


def _names(desk: Desk) -> Iterable[str]:
    return [str(one) for one in _shelf(desk).keys(Query(order=("key",)))]


def _free_name(shelf: Collection) -> str:
    taken = set(shelf.keys(Query()))
    return next(
        name for number in range(1, len(taken) + 2) if (name := f"snapshot-{number}") not in taken
    )


def _shelf(desk: Desk) -> Collection:
    return desk.hub.sessions.snapshots
