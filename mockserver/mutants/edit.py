"""How a mutant is made: a subclass of an API in which one method is not what it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from mockserver.api import Api
    from mockserver.pipeline.call import Call, Reply

Apply = Callable[[type["Api"]], type["Api"]]
Change = Callable[[Any, "Call", Any], Any]


def instead(method: str, replacement: Callable[..., Any]) -> Apply:
    """Return what puts *replacement* in the place of *method*.

    It is called with the method that it replaces, the API, and the arguments of the call.
    """

    def apply(api: type[Api]) -> type[Api]:
        original = getattr(api, method)

        def replaced(self: Api, *arguments: Any) -> Any:
            return replacement(partial(original, self), self, *arguments)

        return type(f"{api.__name__}With{replacement.__name__.title()}", (api,), {method: replaced})

    return apply


def answer(handler: str, change: Change) -> Apply:
    """Return what sends each JSON answer of *handler* through *change*, unless it is a refusal.

    *change* takes the API, the call and the body, and returns another body.
    """

    def changed(original: Callable[[Call], Reply], api: Api, call: Call) -> Reply:
        reply = original(call)
        if reply.status < 300 and reply.body:
            reply.body = orjson.dumps(change(api, call, orjson.loads(reply.body)))
        return reply

    changed.__name__ = change.__name__
    return instead(handler, changed)


def request(handler: str, change: Change) -> Apply:
    """Return what sends the JSON object that *handler* is given through *change*.

    *change* takes the API, the call and the body, and returns another body.
    """

    def changed(original: Callable[[Call], Reply], api: Api, call: Call) -> Reply:
        if isinstance(call.body, dict):
            call.body = change(api, call, dict(call.body))
        return original(call)

    changed.__name__ = change.__name__
    return instead(handler, changed)
