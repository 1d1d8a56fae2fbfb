"""The admin API under `/__admin`: for people and tools who steer the mock, not for its clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from mockserver.clock import SECOND
from mockserver.hub import Hub
from mockserver.moment import iso
from mockserver.pipeline.stack import App, Receive, Scope, Send
from mockserver.world import World

PREFIX = "/__admin"

Answer = tuple[int, Any]


class Admin:
    """Answers under `/__admin` and hands everything else to the mock."""

    def __init__(self, app: App, hub: Hub) -> None:
        self._app = app
        self._hub = hub
        self._routes: dict[tuple[str, str], Callable[[Scope, bytes], Answer]] = {
            ("GET", "health"): self._health,
            ("POST", "reset"): self._reset,
            ("GET", "clock"): self._clock,
            ("POST", "clock/advance"): self._advance,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        message = await receive()
        status, value = self._answer(scope, message.get("body", b""))
        await _send_json(send, status, value)

    def _answer(self, scope: Scope, body: bytes) -> Answer:
        path = scope["path"][len(PREFIX) :].strip("/")
        if path.startswith("targets/"):
            if scope["method"] != "GET":
                return 405, {"error": "only GET"}
            return self._target(path.removeprefix("targets/"), scope)
        handler = self._routes.get((scope["method"], path))
        if handler is not None:
            return handler(scope, body)
        methods = [method for method, known in self._routes if known == path]
        if methods:
            return 405, {"error": f"only {', '.join(methods)}"}
        known = sorted(
            {f"{PREFIX}/{name}" for _, name in self._routes} | {f"{PREFIX}/targets/{{api}}"}
        )
        return 404, {"error": f"there is nothing at {scope['path']}", "known": known}

    def _health(self, _scope: Scope, _body: bytes) -> Answer:
        return 200, {"status": "ok", "apis": list(self._hub.default.apis)}

    def _reset(self, _scope: Scope, _body: bytes) -> Answer:
        self._hub.reset()
        return 200, {"status": "reset"}

    def _clock(self, _scope: Scope, _body: bytes) -> Answer:
        clock = self._hub.default.clock
        return 200, {"now": iso(clock.now()), "factor": clock.factor}

    def _advance(self, _scope: Scope, body: bytes) -> Answer:
        try:
            seconds = float(orjson.loads(body)["seconds"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return 400, {"error": 'say how far: {"seconds": 60}'}
        if not 0 <= seconds < 1e15:
            return 400, {"error": "seconds must be 0 or more: a clock never runs backwards"}
        world = self._hub.default
        try:
            world.clock.move_to(world.clock.now() + int(seconds * SECOND))
        except ValueError as error:
            return 400, {"error": str(error)}
        self._hub.clock_moved(world)
        return 200, {"now": iso(world.clock.now()), "fired": _fired(world)}

    def _target(self, name: str, scope: Scope) -> Answer:
        world = self._hub.default
        if name not in world.apis:
            return 404, {"error": f"no API is named {name}", "known": list(world.apis)}
        world.settle()
        host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
        api = world.apis[name]
        base = f"{scope.get('scheme', 'http')}://{host}{api.contract.base_paths[0]}"
        return 200, {"base_url": base, **api.target()}


def _fired(world: World) -> list[dict[str, Any]]:
    """Carry out what is due and return the transitions that it took."""
    world.fired.clear()
    world.settle()
    fired = [
        {
            "api": one.api,
            "schema": one.schema,
            "key": one.key,
            "source": one.source,
            "target": one.target,
            "at": iso(one.moment),
            "cause": one.cause,
        }
        for one in world.fired
    ]
    world.fired.clear()
    return fired


async def _send_json(
    send: Callable[[dict[str, Any]], Awaitable[None]], status: int, value: Any
) -> None:
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
