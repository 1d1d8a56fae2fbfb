"""What a run tells while it goes on: small facts in their order, consumed by every report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.mode import Mode, Resource
from conformance.verdict import Overall, Result
from specs.contract import Contract, Requirement


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The target answers, and the run begins."""

    contract: Contract
    target: str
    mode: Mode
    seed: int
    requirements: int


@dataclass(frozen=True, slots=True)
class Progress:
    """One more piece of a movement is played."""

    movement: str
    done: int
    total: int
    what: str
    requests: int


@dataclass(frozen=True, slots=True)
class ContradictionConfirmed:
    """A contradiction has been repeated from scratch; the verdict on it is known."""

    result: Result
    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RequirementJudged:
    """The verdict on one requirement; there is exactly one for each that was chosen."""

    result: Result


@dataclass(frozen=True, slots=True)
class Safety:
    """What the run has done to the target."""

    methods: Mapping[str, int]
    forbidden: int
    touched: tuple[Resource, ...]
    created: tuple[Resource, ...]
    left: tuple[Resource, ...]
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is to be said once the run is over."""

    contract: Contract
    target: str
    mode: Mode
    seed: int
    overall: Overall
    results: tuple[Result, ...]
    uncheckable: tuple[Requirement, ...]
    requests: int
    retries: int
    duration: float
    digest: str
    safety: Safety
    notes: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()  # expired and unused waivers, a run cut short
    first_failure: tuple[str, int, float] | None = None  # id, requests, seconds
    named: str = ""  # what the contract was asked for by: a name or a path
    only: tuple[str, ...] = ()  # patterns of the requirements that were asked for
    shard: tuple[int, int] = (1, 1)  # which part of how many
    strict: bool = False
    besides: tuple[Result, ...] = ()  # what was seen of other shards' requirements
    ended: str = ""  # the moment, in UTC


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over."""

    report: Report


Event = RunStarted | Progress | ContradictionConfirmed | RequirementJudged | RunFinished
