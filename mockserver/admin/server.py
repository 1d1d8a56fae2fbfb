"""The server as a whole: whether it is up, what it serves, what a suite may know of it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from mockserver.admin.desk import Desk
from mockserver.admin.refusal import RefusalError
from mockserver.api import Api
from mockserver.moment import iso
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Service
from specs.contract import Lifecycle, Transition

PACE = 60
"""How many seconds a clock that stands still is moved by where a suite would wait for one."""


def get_health(desk: Desk, _call: Call) -> Reply:
    """Say that the server is up."""
    return Reply.json(
        {
            "status": "ok",
            "version": version("callsheet"),
            "apis": list(desk.hub.services),
            "sessions": desk.hub.sessions.count(),
            "started": iso(desk.hub.started),
        }
    )


def list_apis(desk: Desk, call: Call) -> Reply:
    """Describe each API: its life cycles and operations."""
    base = desk.base_url(call)
    return Reply.json([_served(one, base) for one in desk.hub.services.values()])


def get_target(desk: Desk, call: Call) -> Reply:
    """Return the target file of one API in one session."""
    world = desk.world(call)
    api = desk.api(world, call.path["api"])
    desk.hub.settle(world)
    base = desk.base_url(call, None if "session" not in call.query else world.name)
    target = {"base_url": base + api.contract.base_paths[0], **_known(api)}
    if world.clock.factor == 0:  # nothing would ever happen unless the suite moves it
        query = f"?session={world.name}" if "session" in call.query else ""
        advance = f"{call.url('/__admin/clock/advance')}{query}"
        target["clock"] = {"advance": advance, "pace": PACE, "now": iso(world.clock.now())}
    return Reply.json(target)


def _known(api: Api) -> dict[str, Any]:
    try:
        return api.target()
    except (LookupError, ValueError):
        message = f"{api.NAME} has nothing in this session that a suite could start from"
        raise RefusalError(message, 409) from None


def _served(service: Service, base: str) -> dict[str, Any]:
    contract = service.contract
    first = next(iter(contract.operations.values()))
    return {
        "name": contract.name,
        "title": contract.title,
        "base_path": contract.base_paths[0],
        "url": f"{base}{contract.base_paths[0]}{first.path}",
        "lifecycles": {
            name: described(contract.name, one) for name, one in contract.lifecycles.items()
        },
        "operations": [
            {"id": one.id, "method": one.method.upper(), "path": one.path}
            for one in contract.operations.values()
        ],
    }


def described(api: str, lifecycle: Lifecycle) -> dict[str, Any]:
    """Return a life cycle as JSON."""
    return {
        "states": list(lifecycle.states),
        "names": dict(lifecycle.names),
        "initial": list(lifecycle.initial),
        "final": list(lifecycle.final),
        "transitions": [
            {
                "source": one.source,
                "target": one.target,
                "trigger": one.trigger,
                "command": one.command,
                "statement": statement(api, lifecycle.schema, one),
                "provenance": str(one.provenance),
            }
            for one in lifecycle.transitions
        ],
    }


def statement(api: str, schema: str, transition: Transition) -> str:
    """Return the id of the requirement that a transition is."""
    return f"{api}/{schema}/{transition.command}/{transition.source}-{transition.target}"
