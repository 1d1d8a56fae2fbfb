"""The movement of the lifecycles: walks to each declared transition, and planned ones at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from conformance import oracle
from conformance.events import ContradictionConfirmed, Progress
from conformance.failures import Unanswered, UsageError
from conformance.findings import Play
from conformance.mode import Mode, Needs, Resource
from conformance.movements import walks
from conformance.movements.walker import Steps, Walker
from conformance.movements.walks import Walk
from conformance.probe import Probe
from conformance.tour import TRIES, Ending, Tour
from specs.contract import Lifecycle

NAME = "lifecycles"
WANDERINGS = 8  # planned walks for each lifecycle
LONGEST_PLAN = 6
FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.1


@dataclass(slots=True)
class Errand:
    """One walk for one requirement."""

    requirement: str
    cycle: Lifecycle
    walk: Walk
    tries: int = 0
    steps: Steps | None = None
    probe: Probe | None = None
    due: float = 0.0
    pause: float = FIRST_PAUSE


@dataclass(slots=True)
class _Claims:
    """The resources that walks are using; a repetition from scratch has its own."""

    now: set[Resource] = field(default_factory=set)


def play(tour: Tour) -> Iterator[Progress | ContradictionConfirmed]:
    """Walk the lifecycles that can be driven here, as far as the mode allows."""
    tour.visit.target.time.rest()
    yield from _walked(tour, _errands(tour))


def _walked(tour: Tour, errands: list[Errand]) -> Iterator[Progress | ContradictionConfirmed]:
    total = len(errands)
    claims = _Claims()
    for done, errand in enumerate(_run(tour, errands, claims), 1):
        requests = tour.visit.gate.traffic.requests
        yield Progress(NAME, done, total, errand.requirement, requests)
        if tour.fail_fast:
            yield from tour.confirm_new()
        if tour.is_over:
            break
    yield from tour.confirm_new()


def trace(tour: Tour) -> Iterator[Progress | ContradictionConfirmed]:
    """Walk the declared commands only, in search of what lies behind another failure."""
    subjects = tour.visit.driver.subjects()
    errands = [
        errand
        for cycle in tour.visit.contract.lifecycles.values()
        if cycle.schema in subjects
        for errand in _directed(cycle, f"{tour.visit.contract.name}/{cycle.schema}")
        if tour.wants(errand.requirement)
    ]
    yield from _walked(tour, errands)


def _errands(tour: Tour) -> list[Errand]:
    contract, mode = tour.visit.contract, tour.visit.mode
    subjects = tour.visit.driver.subjects()
    errands: list[Errand] = []
    for cycle in contract.lifecycles.values():
        prefix = f"{contract.name}/{cycle.schema}"
        if cycle.schema not in subjects or mode is Mode.SMOKE:
            continue
        if mode.allows(Needs.CHANGE):
            errands += _directed(cycle, prefix)
            errands += _wanderings(tour, cycle, prefix)
            errands += _departures(cycle, prefix)
        errands.append(Errand(f"{prefix}/closed", cycle, walks.watching))
    return [one for one in errands if _is_wanted(tour, one)]


def _is_wanted(tour: Tour, errand: Errand) -> bool:
    if tour.wants(errand.requirement):
        return True
    # a walk also decides the alternatives of its command, and the moves by themselves
    prefix = errand.requirement.rpartition("/")[0]
    names = tour.visit.contract.requirements
    if errand.requirement.endswith("/closed"):
        return any(name.startswith(f"{prefix}/spontaneous/") and tour.wants(name) for name in names)
    source = errand.requirement.rpartition("/")[2].partition("-")[0]
    return any(name.startswith(f"{prefix}/{source}-") and tour.wants(name) for name in names)


def _directed(cycle: Lifecycle, prefix: str) -> Iterator[Errand]:
    for creator in cycle.creators:
        yield Errand(f"{prefix}/{creator}/initial", cycle, walks.creation(creator))
    for word in cycle.commands():
        sources = oracle.sources_of(cycle, word)
        for source in sources:
            target = oracle.targets_of(cycle, word, source)[0]
            name = f"{prefix}/{word}/{source}-{target}"
            yield Errand(name, cycle, walks.command(word, source))
        for state in cycle.states:
            if state not in sources:
                yield Errand(f"{prefix}/{word}/refusal", cycle, walks.refusal(word, state))


def _departures(cycle: Lifecycle, prefix: str) -> Iterator[Errand]:
    for one in cycle.transitions:
        if one.trigger is None:
            name = f"{prefix}/{one.command}/{one.source}-{one.target}"
            yield Errand(name, cycle, walks.departure(one.source, one.target))


def _wanderings(tour: Tour, cycle: Lifecycle, prefix: str) -> Iterator[Errand]:
    if not cycle.creators or not cycle.commands():
        return
    for plan in planned(cycle.commands(), tour.seed_for(f"{prefix}/closed")):
        yield Errand(f"{prefix}/closed", cycle, walks.wandering(plan))


def planned(commands: Sequence[str], number: int) -> list[list[tuple[str, int]]]:
    """Return the plans of some walks: commands, and how many looks follow each."""
    plans: list[list[tuple[str, int]]] = []
    step = st.tuples(st.sampled_from(list(commands)), st.integers(0, 3))

    @seed(number)
    @settings(
        max_examples=WANDERINGS, database=None, deadline=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(st.lists(step, min_size=1, max_size=LONGEST_PLAN))
    def draw(plan: list[tuple[str, int]]) -> None:
        if plan not in plans:
            plans.append(plan)

    draw()
    return plans


def _run(tour: Tour, errands: Sequence[Errand], claims: _Claims) -> Iterator[Errand]:
    """Walk all errands side by side, waiting only when each of them waits."""
    waiting, clock = list(errands), tour.visit.target.time
    while waiting:
        now = clock.now()
        due = [one for one in waiting if one.due <= now]
        if not due:
            clock.wait(max(0.0, min(one.due for one in waiting) - now))
            continue
        for errand in due:
            if tour.is_over:
                return
            if _step(tour, errand, claims):
                waiting.remove(errand)
                yield errand


def _step(tour: Tour, errand: Errand, claims: _Claims) -> bool:
    """Take an errand one step further; return whether it has ended."""
    name, first = errand.requirement, errand.steps is None
    if errand.probe is None or errand.steps is None:
        errand.probe = Probe(tour.visit, tour.recording(name, _alone(errand)))
        errand.steps = _steps(errand, errand.probe, claims.now)
    try:
        if first:
            more = _advance(errand.steps)
        else:
            with tour.visit.gate.polling():
                more = _advance(errand.steps)
    except Unanswered as outcome:
        errand.tries += 1
        errand.probe = errand.steps = None
        if errand.tries < TRIES:
            return False
        tour.visit.findings.errors.setdefault(name, outcome.reason)
        return True
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - a subject is foreign code; a run goes on
        _conclude(tour, name, *tour.ended(name, errand.probe, error))
        return True
    if not more:
        _conclude(tour, name, Ending.JUDGED, "")
        return True
    errand.due = tour.visit.target.time.now() + errand.pause
    errand.pause = min(errand.pause * 1.5, LONGEST_PAUSE)
    return False


def _steps(errand: Errand, probe: Probe, claimed: set[Resource]) -> Steps:
    walker = Walker(probe, errand.cycle, claimed)
    try:
        yield from errand.walk(walker)
    finally:
        walker.release()


def _advance(steps: Steps) -> bool:
    """Take one step; return whether there are more."""
    try:
        next(steps)
    except StopIteration:
        return False
    return True


def _alone(errand: Errand) -> Play:
    """Return the whole walk as one action, for a repetition from scratch."""

    def play_alone(probe: Probe) -> None:
        pause = FIRST_PAUSE
        for _ in _steps(errand, probe, set()):
            probe.target.time.wait(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    return play_alone


def _conclude(tour: Tour, name: str, ending: Ending, reason: str) -> None:
    findings = tour.visit.findings
    match ending:
        case Ending.JUDGED:
            if not name.endswith("/closed") and "/spontaneous/" not in name:
                findings.witness(name, "held")
        case Ending.UNSUPPORTED:
            findings.unsupported.setdefault(name, reason)
        case Ending.ERROR:
            findings.errors.setdefault(name, reason)
        case Ending.NOT_REACHED | Ending.FORBIDDEN:
            findings.unreached.setdefault(name, reason)
