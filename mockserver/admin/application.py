"""The admin API as an ASGI application: who may use it, and which function answers what."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from importlib.resources import files
from ipaddress import ip_address
from types import SimpleNamespace

from inflection import underscore

from mockserver.admin import (
    clock,
    coverage,
    events,
    faults,
    journal,
    resources,
    server,
    sessions,
    snapshots,
    state,
)
from mockserver.admin.desk import Desk
from mockserver.hub import Hub
from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.pipeline.call import Reply
from mockserver.pipeline.control import ControlStack, send_reply
from mockserver.service import make_service
from specs.contract import Contract, read

MODULES = (
    server, sessions, state, snapshots, clock, resources, faults, journal, coverage, events,
)  # fmt: skip
"""Where the handlers are, one module for each noun."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Who may use the admin API: who knows the token, or without one who is on this machine.

    A browser is on this machine too, whatever page it shows: only the pages of this server may.
    """

    token: str | None = None

    def refusal(self, scope: Scope) -> Reply | None:
        """Return the answer to somebody who may not pass, or None."""
        headers = dict(scope["headers"])
        if self.token is not None:
            given = headers.get(b"authorization", b"")
            if hmac.compare_digest(given, b"Bearer " + self.token.encode()):
                return None
            error = {"error": "say who you are: Authorization: Bearer and the admin token"}
            return Reply.json(error, 401).with_header("www-authenticate", "Bearer")
        origin = headers.get(b"origin")
        if not _is_near(scope.get("client")):
            message = "only for this machine; start the server with --admin-token for others"
        elif origin is not None and origin.partition(b"://")[2] != headers.get(b"host"):
            message = "not for the pages of other servers"
        else:
            return None
        return Reply.json({"error": message}, 403)


def _is_near(client: tuple[str, int] | None) -> bool:
    """Return whether a peer is on this machine; one without an address came by no network."""
    if client is None:
        return True
    try:
        address = ip_address(client[0].partition("%")[0])
    except ValueError:
        return not client[0]
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def contract() -> Contract:
    """Return the contract of the admin API."""
    return read(files("mockserver").joinpath("admin.yaml").read_bytes(), "admin")


class Admin:
    """Answers what is under `/__admin`."""

    def __init__(self, hub: Hub, passage: Passage, ending: App) -> None:
        service = make_service(contract(), {}, hub.options)
        handlers = SimpleNamespace()
        for name in map(underscore, service.contract.operations):
            module = next((one for one in MODULES if hasattr(one, name)), None)
            if module is None:
                raise AttributeError(f"no module of mockserver.admin has {name}")
            setattr(handlers, name, getattr(module, name))
        self._passage = passage
        self._stack = ControlStack(Desk(hub, service), ending, service, handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._passage.refusal(scope)
        if refusal is not None:
            await send_reply(refusal, send, head=scope["method"] == "HEAD")
            return
        await self._stack(scope, receive, send)
