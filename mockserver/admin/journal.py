"""The journal: what clients have asked a session, found, counted and waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.admin.desk import Desk
from mockserver.admin.refusal import RefusalError
from mockserver.pipeline.call import Call, Reply
from mockserver.traffic.journal import Search
from mockserver.traffic.selection import Selection, UnknownNameError
from mockserver.world import World


def list_journal(desk: Desk, call: Call) -> Reply:
    """List the latest entries that fit, without headers and bodies."""
    world = desk.world(call)
    journal = world.traffic.journal
    search = _search(world, call.query)
    items = [one.summary() for one in journal.find(search, call.query["limit"])]
    return Reply.json({"count": journal.count(search), "dropped": journal.dropped, "items": items})


def clear_journal(desk: Desk, call: Call) -> Reply:
    """Forget all entries."""
    desk.world(call).traffic.journal.clear()
    return Reply.empty(204)


def count_journal(desk: Desk, call: Call) -> Reply:
    """Count the entries that fit."""
    world = desk.world(call)
    return Reply.json({"count": world.traffic.journal.count(_search(world, call.query))})


async def wait_for_journal(desk: Desk, call: Call) -> Reply:
    """Wait until enough entries fit, or the time is over."""
    world = desk.world(call)
    wanted = call.body.get("count", 1)
    seconds = call.body.get("timeout_seconds", 10)
    found = await world.traffic.journal.wait(_search(world, call.body), wanted, seconds)
    return Reply.json(
        {
            "satisfied": len(found) >= wanted,
            "count": len(found),
            "items": [one.summary() for one in found],
        }
    )


def get_journal_entry(desk: Desk, call: Call) -> Reply:
    """Return one entry with headers and bodies."""
    journal = desk.world(call).traffic.journal
    entry = journal.get(call.path["id"])
    if entry is None:
        first = journal.last_id - len(journal) + 1
        held = f"ids {first} to {journal.last_id} are" if len(journal) else "nothing is"
        raise RefusalError(f"there is no entry {call.path['id']}: {held} remembered", 404)
    return Reply.json(entry.full())


def _search(world: World, asked: Mapping[str, Any]) -> Search:
    selection = Selection(
        asked.get("api"), asked.get("operation"), asked.get("method"), asked.get("path")
    )
    try:
        selection.check({name: api.contract for name, api in world.apis.items()})
    except UnknownNameError as error:
        raise RefusalError(str(error), 404, error.known) from None
    return Search(selection, asked.get("status"), asked.get("since_id", 0))
