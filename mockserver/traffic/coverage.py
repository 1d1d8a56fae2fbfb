"""Which operations, statuses and transitions the clients of one session have exercised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.traffic.stuck import ADMIN

if TYPE_CHECKING:
    from mockserver.world import Fired
    from specs.contract import Contract, Lifecycle, Transition

NOWHERE = b"-"
"""Stands for the operation of a request that is for none."""


class Coverage:
    """What has been counted: answers by operation and status, transitions by what took them.

    An operation is told by its signature: API, slash, id.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[bytes, int], int] = {}
        self.moves: dict[tuple[str, str, str, str, str], int] = {}

    def moved(self, fired: Iterable[Fired]) -> None:
        """Count transitions, but for those that somebody forced."""
        for one in fired:
            if one.cause != ADMIN:
                key = one.api, one.schema, one.source, one.target, one.cause
                self.moves[key] = self.moves.get(key, 0) + 1

    def clear(self) -> None:
        """Forget everything."""
        self.answers.clear()
        self.moves.clear()


@dataclass(frozen=True, slots=True)
class Count:
    """How much of something has been exercised."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """The share in percent, rounded down: 100 is all."""
        return 100 if not self.total else 100 * self.done // self.total

    def shown(self) -> dict[str, int]:
        """Return it as JSON values."""
        return {"exercised": self.done, "total": self.total}


@dataclass(frozen=True, slots=True)
class OperationCoverage:
    """How often an operation was called, and how often it answered what.

    `statuses` are the declared ones, `others` those that no contract declares.
    """

    id: str
    method: str
    path: str
    statuses: Mapping[str, int]
    others: Mapping[str, int]

    @property
    def count(self) -> int:
        """How often it was called."""
        return sum(self.statuses.values()) + sum(self.others.values())


@dataclass(frozen=True, slots=True)
class TransitionCoverage:
    """How often a declared transition was taken."""

    schema: str
    source: str
    target: str
    command: str
    count: int


@dataclass(frozen=True, slots=True)
class ApiCoverage:
    """What of one API has been exercised.

    `strays` are transitions that no lifecycle declares: those of a mutant.
    """

    name: str
    title: str
    operations: tuple[OperationCoverage, ...]
    transitions: tuple[TransitionCoverage, ...]
    strays: tuple[TransitionCoverage, ...]

    @property
    def counts(self) -> dict[str, Count]:
        """How many of the operations, of their declared statuses and of the transitions."""
        statuses = [number for one in self.operations for number in one.statuses.values()]
        return {
            "operations": _count(one.count for one in self.operations),
            "statuses": _count(statuses),
            "transitions": _count(one.count for one in self.transitions),
        }

    def shown(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "title": self.title,
            **{name: one.shown() for name, one in self.counts.items()},
            "by_operation": {
                one.id: {
                    "method": one.method,
                    "path": one.path,
                    "count": one.count,
                    "statuses": dict(one.statuses),
                    "undeclared": dict(one.others),
                }
                for one in self.operations
            },
            "by_transition": [_transition(one) for one in self.transitions],
            "undeclared_transitions": [_transition(one) for one in self.strays],
        }


def report(coverage: Coverage, contracts: Mapping[str, Contract]) -> list[ApiCoverage]:
    """Return what of each API has been exercised."""
    return [_api(coverage, contract) for contract in contracts.values()]


def lost(coverage: Coverage) -> int:
    """Return how many requests were for no operation."""
    return sum(number for (name, _), number in coverage.answers.items() if name == NOWHERE)


def _api(coverage: Coverage, contract: Contract) -> ApiCoverage:
    operations = []
    for name, operation in contract.operations.items():
        signature = f"{contract.name}/{name}".encode()
        seen = {
            str(status): number
            for (one, status), number in coverage.answers.items()
            if one == signature
        }
        declared = {status: seen.pop(status, 0) for status in operation.responses}
        method, path = operation.method.upper(), contract.base_paths[0] + operation.path
        operations.append(OperationCoverage(name, method, path, declared, seen))
    taken: dict[tuple[str, int], int] = {}
    strays = []
    for (api, schema, source, target, cause), number in coverage.moves.items():
        if api != contract.name:
            continue
        index = _index(contract.lifecycles.get(schema), source, target, cause)
        if index is None:
            strays.append(TransitionCoverage(schema, source, target, cause, number))
        else:
            taken[schema, index] = taken.get((schema, index), 0) + number
    transitions = tuple(
        TransitionCoverage(
            schema, one.source, one.target, one.command, taken.get((schema, index), 0)
        )
        for schema, lifecycle in contract.lifecycles.items()
        for index, one in enumerate(lifecycle.transitions)
    )
    return ApiCoverage(contract.name, contract.title, tuple(operations), transitions, tuple(strays))


def _index(lifecycle: Lifecycle | None, source: str, target: str, cause: str) -> int | None:
    """Return the number of the declared transition that was taken, or None if there is none.

    What the transition of its parent or its child brought about is the scheduler's own doing.
    """
    if lifecycle is None:
        return None
    fitting = [
        (index, one)
        for index, one in enumerate(lifecycle.transitions)
        if (one.source, one.target) == (source, target)
    ]
    for index, one in fitting:
        if cause in _names(one):
            return index
    for index, one in fitting:
        if one.trigger is None:
            return index
    return fitting[0][0] if fitting else None


def _names(transition: Transition) -> set[str | None]:
    """Return the causes that are this transition's: its label, or else its trigger."""
    return {transition.label, transition.trigger} - {None}


def _count(numbers: Iterable[int]) -> Count:
    every = list(numbers)
    return Count(sum(1 for one in every if one), len(every))


def _transition(one: TransitionCoverage) -> dict[str, Any]:
    return {
        "schema": one.schema,
        "source": one.source,
        "target": one.target,
        "command": one.command,
        "count": one.count,
    }
