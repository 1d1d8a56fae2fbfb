"""What the handlers of the admin API work with."""

from __future__ import annotations

from collections.abc import Awaitable
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import urlsplit

from mockserver.admin.hints import HINTS
from mockserver.admin.refusal import RefusalError, unknown
from mockserver.api import Api
from mockserver.errors import ApiError, InvalidRequestError, MethodError, NoRouteError, Violation
from mockserver.hub import Hub
from mockserver.pipeline.call import Call, Reply
from mockserver.register import UnknownSessionError
from mockserver.service import Service
from mockserver.world import World


class Desk:
    """The hub, and the ways to what a call is about.

    `service` is the admin API's own contract.
    """

    def __init__(self, hub: Hub, service: Service) -> None:
        self.hub = hub
        self.service = service

    def world(self, call: Call) -> World:
        """Return the world of the session that a call is about; refuse if there is none."""
        named = call.query.get("session")
        if named is not None:
            return self.session(named)
        try:
            return self.hub.world(call.scope)  # type: ignore[arg-type]
        except UnknownSessionError as error:
            raise unknown("session", error.name, error.known) from None

    def session(self, name: str) -> World:
        """Return the world of a session; refuse if there is none."""
        try:
            return self.hub.sessions.find(name)
        except UnknownSessionError as error:
            raise unknown("session", name, error.known) from None

    def api(self, world: World, name: str) -> Api:
        """Return an API of a world; refuse if it is not served."""
        found = world.apis.get(name)
        if found is None:
            raise unknown("API", name, world.apis)
        return found

    def base_url(self, call: Call, name: str | None = None) -> str:
        """Return what stands before all paths for clients of a session: that of the call."""
        own: str = call.scope.get("root_path", "")
        url = urlsplit(call.url("").removesuffix(own))
        host = url.netloc
        if self.hub.public_port is not None:
            host = f"{host.removesuffix(f':{url.port}')}:{self.hub.public_port}"
        return f"{url.scheme}://{host}{own if name is None else f'/s/{name}'}"

    def run(self, handler: Any, call: Call, *, is_safe: bool) -> Reply | Awaitable[Reply]:
        """Call a handler; what it writes takes effect together, or not at all.

        A coroutine sees to that itself: others get their turn while it waits.
        """
        if is_safe or iscoroutinefunction(handler):
            found: Reply | Awaitable[Reply] = handler(self, call)
            return found
        with self.hub.sessions.tables.database.transaction():
            reply: Reply = handler(self, call)
        return reply

    def render_error(self, error: ApiError, call: Call) -> Reply:
        """Return what went wrong in one sentence, and what there is instead."""
        value: dict[str, Any] = {"error": error.message}
        if isinstance(error, RefusalError) and error.known:
            value["known"] = error.known
        elif isinstance(error, InvalidRequestError):
            value["error"] = "; ".join(_said(one, call) for one in error.violations)
        elif isinstance(error, NoRouteError):
            base = self.service.contract.base_paths[0]
            paths = dict.fromkeys(one.path for one in self.service.contract.operations.values())
            value["known"] = [base + one for one in paths]
        reply = Reply.json(value, error.status)
        if isinstance(error, MethodError):
            allow = [*error.allow, *(["HEAD"] if "GET" in error.allow else [])]
            return reply.with_header("allow", ", ".join(allow))
        return reply


def _said(violation: Violation, call: Call) -> str:
    """Return what is wrong; of a body that has none of several forms, which there are."""
    message = violation.message
    if violation.code == "oneOf":
        message = HINTS.get(call.operation_id, message)
    return f"{violation.location} {violation.name or '/'}: {message}"
