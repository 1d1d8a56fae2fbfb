"""Mutants that nobody thought of: made from what a contract declares, one small edit each.

Their ids say what they do, as `scale/auto/lose/Job/requeueJobs/FAILED`, so that each can be made
again from its id alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inflection import underscore

from mockserver.api import Api
from mockserver.machine import Machine
from mockserver.mutants import FaultClass, Mutant
from mockserver.mutants.edit import Apply, answer, instead
from specs.contract import Contract, Lifecycle, load

if TYPE_CHECKING:
    from mockserver.errors import ApiError
    from mockserver.pipeline.call import Call, Reply
    from mockserver.service import Service
    from mockserver.world import World

SWAPS = {"400": 404, "401": 403, "403": 401, "404": 400, "409": 400, "501": 500}
"""The status that stands in the place of another; in that of all others: 500."""

MARK = "auto"

Target = Callable[[str, str], str | None]
"""Where a command leads from a state: a function of state and command."""


def of(api: str) -> tuple[Mutant, ...]:
    """Return all automatic mutants of *api*."""
    contract = load(api)
    return tuple(
        one for make in (_transitions, _statuses, _parameters, _lists) for one in make(contract)
    )


def _mutant(
    contract: Contract, way: str, requirement: str, told: tuple[FaultClass, str], apply: Apply
) -> Mutant:
    kind, statement = told
    name = contract.name
    return Mutant(f"{name}/{MARK}/{way}", f"{name}/{requirement}", kind, statement, apply)


# -- lifecycles --------------------------------------------------------------------------------


def _transitions(contract: Contract) -> Iterator[Mutant]:
    for schema, cycle in contract.lifecycles.items():
        for command in cycle.commands():
            for state in cycle.states:
                for way, requirement, statement, target in _twists(cycle, command, state):
                    yield _mutant(
                        contract,
                        f"{way}/{schema}/{command}/{state}",
                        f"{schema}/{command}/{requirement}",
                        (FaultClass.LIFECYCLE, statement),
                        _twisted(schema, command, state, target),
                    )


def _twists(
    cycle: Lifecycle, command: str, state: str
) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield what may be wrong with a command in a state, and where it leads then."""
    ways = [one for one in cycle.transitions if one.trigger and one.command == command]
    right = [one.target for one in ways if one.source == state]
    if not right:
        target = ways[0].target
        if target != state:
            yield "gain", "refusal", f"In {state} {command} leads to {target}.", target
        return
    name = f"{state}-{right[0]}"
    yield "lose", name, f"In {state} {command} changes nothing.", None
    wrong = next((one for one in cycle.states if one not in {*right, state}), None)
    if wrong is not None:
        yield "redirect", name, f"In {state} {command} leads to {wrong}.", wrong


def _twisted(schema: str, command: str, state: str, target: str | None) -> Apply:
    def apply(good: type[Api]) -> type[Api]:
        class Twisted(good):  # type: ignore[misc, valid-type]
            def __init__(self, service: Service, world: World) -> None:
                machine = _Twisted(service.machines[schema], (state, command), target)
                machines = {**service.machines, schema: machine}
                super().__init__(replace(service, machines=machines), world)

        return Twisted

    return apply


class _Twisted(Machine):
    """A machine in which one command leads elsewhere from one state."""

    def __init__(self, good: Machine, edge: tuple[str, str], twisted: str | None) -> None:
        super().__init__(good.lifecycle, good.pace)
        self._edge = edge
        self._twisted = twisted

    def target(self, state: str, command: str) -> str | None:
        return self._twisted if (state, command) == self._edge else super().target(state, command)


# -- answers, parameters, lists ----------------------------------------------------------------


def _statuses(contract: Contract) -> Iterator[Mutant]:
    for operation in contract.operations.values():
        for status in operation.responses:
            if status[0] not in "45" or not status.isdecimal():
                continue
            other = SWAPS.get(status, 500)
            yield _mutant(
                contract,
                f"swap/{operation.id}/{status}",
                f"{operation.id}/{status}",
                (FaultClass.STATUS, f"{operation.id} refuses with {other} instead of {status}."),
                _swapped(operation.id, int(status), other),
            )


def _swapped(operation_id: str, status: int, other: int) -> Apply:
    def apply(good: type[Api]) -> type[Api]:
        class Swapped(good):  # type: ignore[misc, valid-type]
            def render_error(self, error: ApiError, call: Call) -> Reply:
                reply: Reply = super().render_error(error, call)
                if call.operation_id == operation_id and reply.status == status:
                    reply.status = other
                return reply

        return Swapped

    return apply


def _parameters(contract: Contract) -> Iterator[Mutant]:
    for operation in contract.operations.values():
        for parameter in operation.parameters:
            if parameter.get("in") != "query":
                continue
            name = str(parameter["name"])
            yield _mutant(
                contract,
                f"deaf/{operation.id}/{name}",
                f"{operation.id}/{next(iter(operation.responses))}",
                (FaultClass.COLLECTION, f"{operation.id} ignores the parameter {name}."),
                instead(underscore(operation.id), _without(name)),
            )


def _without(name: str) -> Callable[..., Any]:
    def deaf(original: Callable[[Call], Reply], _: Api, call: Call) -> Reply:
        call.query.pop(name, None)
        kept = [pair for pair in call.pairs if pair[0] != name]
        call.pairs = []
        call.add_pairs(kept)
        return original(call)

    return deaf


def _lists(contract: Contract) -> Iterator[Mutant]:
    for operation in contract.operations.values():
        if operation.method == "get":
            yield _mutant(
                contract,
                f"shorten/{operation.id}",
                f"{operation.id}/{next(iter(operation.responses))}",
                (FaultClass.COLLECTION, f"The first list that {operation.id} gives lacks its end."),
                answer(underscore(operation.id), _shortened),
            )


def _shortened(_: Api, __: Call, body: Any) -> Any:
    if isinstance(body, list):
        return body[:-1]
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, list) and value:
                return {**body, name: value[:-1]}
    return body
