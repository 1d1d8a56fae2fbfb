"""From a request for an operation to the answer of its API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.answers import question
from mockserver.api import Api
from mockserver.errors import ApiError, Violation
from mockserver.pipeline.asgi import Scope
from mockserver.pipeline.call import Call, Reply
from mockserver.pipeline.operation import CompiledOperation
from mockserver.service import Validate
from mockserver.traffic.entry import Entry
from mockserver.world import World


def answer(scope: Scope, world: World, texts: Mapping[str, str], entry: Entry) -> Reply:
    """Read and check a request, have its handler called, and check what that says."""
    operation = entry.operation
    assert operation is not None
    world.settle()
    entry.moment = world.seen
    api = world.apis[operation.api_name]
    if entry.raw is None:
        call = Call(scope, operation.id)
        return api.render_error(ApiError("The body is too large.", 413, "TooLarge"), call)
    if not operation.is_safe:
        world.answers.forget()
    if not (operation.is_safe and api.IS_STEADY):
        return _work_out(scope, world, texts, entry)
    asked = question(scope)
    reply = world.answers.find(asked)
    if reply is None:
        began = world.answers.begin()
        reply = _work_out(scope, world, texts, entry)
        if not entry.violations:
            world.answers.keep(asked, reply, began)
    return reply


def _work_out(scope: Scope, world: World, texts: Mapping[str, str], entry: Entry) -> Reply:
    """Have the handler of an operation called for a request, and check what it says."""
    operation = entry.operation
    assert operation is not None
    assert entry.raw is not None
    api = world.apis[operation.api_name]
    call, violations = operation.read(scope, texts, entry.raw)
    try:
        api.authenticate(call)
        if violations:
            refusal = _weigh(api, call, violations, entry)
            if refusal is not None:
                return _answer_anyway(operation, world, call, refusal)
        if operation.is_safe:
            reply = operation.handler(api, call)
        else:
            with world.database.transaction():
                reply = operation.handler(api, call)
    except ApiError as error:
        reply = api.render_error(error, call)
    if operation.checks_responses:
        operation.check(reply)
    return reply


def _weigh(api: Api, call: Call, violations: Sequence[Violation], entry: Entry) -> ApiError | None:
    """Refuse a request that breaks the contract, or return the refusal that it is spared.

    None means that the API itself lets it through.
    """
    mode = api.service.options.validate_requests
    if mode is not Validate.OFF:
        entry.violations = violations
    try:
        api.refuse(call, violations)
    except ApiError as refusal:
        if mode is Validate.ENFORCE:
            raise
        return refusal
    return None


def _answer_anyway(
    operation: CompiledOperation, world: World, call: Call, refusal: ApiError
) -> Reply:
    """Let a request through that breaks the contract; refuse it if the handler cannot go on.

    What the handler has changed until then is undone.
    """
    api = world.apis[operation.api_name]
    try:
        with world.database.transaction():
            reply = operation.handler(api, call)
            if operation.checks_responses:
                operation.check(reply)
            return reply
    except ApiError as error:
        return api.render_error(error, call)
    except Exception:  # noqa: BLE001 - a handler may rely on all that the contract promises
        return api.render_error(refusal, call)
