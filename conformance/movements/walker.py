"""One walker: takes resources of one lifecycle through their states, and judges each look.

Its longer methods are generators: they yield whenever there is nothing to do but wait, so that
many walks share the waiting.
"""

from __future__ import annotations

from collections.abc import Generator

from conformance import oracle
from conformance.answer import Answer
from conformance.drivers import Subject
from conformance.failures import Forbidden, NotReached, Outcome, Unsupported, Violation
from conformance.mode import Resource
from conformance.oracle import Belief
from conformance.probe import Probe
from specs.contract import Lifecycle

FRESH = 6  # resources made, at most, to see one of them in a certain state
Steps = Generator[None, None, None]


class Walker:
    """Follows resources of one lifecycle with the oracle's beliefs."""

    def __init__(self, probe: Probe, cycle: Lifecycle, claimed: set[Resource]) -> None:
        self.probe = probe
        self.cycle = cycle
        self.subject: Subject = probe.subject(cycle.schema)
        self._claimed = claimed  # by walks that go on at the same time
        self._mine: list[Resource] = []
        self._beliefs: dict[str, Belief] = {}
        self._last: dict[str, str | None] = {}  # state last seen, if nothing was sent since
        self.blame: str | None = None  # what a wrong move after a command contradicts
        self._culprits: dict[str, str] = {}  # the same, for the last command to each resource

    def address(self, *parts: str) -> str:
        """Return the id of a requirement of this lifecycle."""
        return "/".join((self.probe.contract.name, self.cycle.schema, *parts))

    def look(self, key: str) -> str:
        """Read the state of a resource, and hold it against what is possible."""
        state = self.subject.state(self.probe, key)
        findings = self.probe.visit.findings
        before, self._last[key] = self._last.get(key), state
        belief = self._beliefs.get(key)
        if belief is None:
            self._beliefs[key] = oracle.certain([state])
            return state
        now = oracle.seen(self.cycle, belief, state)
        if now:
            self._beliefs[key] = now
            if before is not None:
                findings.witness(self.address("closed"), "no undeclared move was seen")
                if before != state:
                    self._witness_permission(before, state)
            return state
        self._beliefs[key] = oracle.certain([state])  # adopt what was seen, and go on
        pending = any(commands for _, commands in belief)
        origin = before or " or ".join(sorted(oracle.states(belief)))
        message = f"{self.cycle.schema} {key} went from {origin} to {state}"
        culprit = self._culprits.pop(key, None)
        if culprit is not None and (pending or before is None):
            raise Violation(f"{message}, which the last command does not explain", culprit)
        self.probe.violated(self.address("closed"), f"{message}, which is no declared way")
        return state

    def _witness_permission(self, before: str, state: str) -> None:
        for one in self.cycle.leaving(before):
            if one.trigger is None and one.target == state:
                name = self.address(one.command, f"{before}-{state}")
                self.probe.visit.findings.witness(name, "seen")

    def fire(self, command: str, key: str) -> Answer:
        """Send a command, and hold it possible that it takes effect from now on."""
        answer = self.subject.fire(self.probe, command, key)
        belief = self._beliefs.get(key, frozenset())
        self._last[key] = None
        if self.cycle.refusal is not None and answer.status == self.cycle.refusal:
            kept = oracle.refused(self.cycle, belief, command)
            self._beliefs[key] = kept or belief
            self._culprits[key] = self.address(command, "refusal")
        else:
            self._beliefs[key] = oracle.sent(belief, command)
            self._culprits[key] = self.blame or self.address("closed")
        return answer

    def start(self, creator: str = "") -> str:
        """Make a resource; the oracle expects it in an initial state, or past it."""
        key = self.subject.create(self.probe, creator)
        self._beliefs[key] = oracle.certain(self.cycle.initial)
        self._last[key] = None
        return key

    def bring(self, state: str) -> Generator[None, None, str]:
        """Return the key of a resource in *state* that may be changed.

        Made for it if commands alone lead there; otherwise one that is given or, failing that,
        new ones until one gets there by itself. Raises `NotReached`.
        """
        by_command = any(
            (path := oracle.way(self.cycle, start, state)) is not None
            and all(one.trigger for one in path)
            for start in self.cycle.initial
        )
        if not by_command:
            given = self._given(state)
            if given is not None:
                return given
        problem: Outcome = NotReached(f"no {self.cycle.schema} was seen in {state}")
        deadline = self.probe.target.time.now() + self.probe.target.budget.reach
        for _ in range(FRESH):
            try:
                key = yield from self._led(state, deadline)
            except (NotReached, Unsupported, Forbidden) as outcome:
                problem = outcome
                break
            if key is not None:
                return key
            if self.probe.target.time.now() >= deadline:
                break
        given = self._given(state)
        if given is None:
            raise problem
        return given

    def aim(self, source: str, target: str, deadline: float) -> Generator[None, None, str | None]:
        """Return the key of a new resource in *source* that may go on to *target* by itself."""
        key = self.subject.reach(self.probe, target)
        return (yield from self._led(source, deadline, key))

    def _given(self, state: str) -> str | None:
        """Return a known resource that may be changed, is not in use and shows that state."""
        gate = self.probe.visit.gate
        for key in self.subject.known(self.probe, state):
            resource = Resource(self.cycle.schema, key)
            if resource in self._claimed or not gate.owns(resource):
                continue
            try:
                shown = self.look(key)
            except NotReached:
                continue
            if shown == state:
                self._claimed.add(resource)
                self._mine.append(resource)
                return key
        return None

    def _led(
        self, state: str, deadline: float, key: str | None = None
    ) -> Generator[None, None, str | None]:
        """Make a resource and lead it to *state*; None if it went elsewhere for good."""
        key = key or self.subject.reach(self.probe, state)
        goes_by_itself = key is not None
        if key is None:
            if all(oracle.way(self.cycle, one, state) is None for one in self.cycle.initial):
                raise NotReached(f"nothing leads a new {self.cycle.schema} to {state}")
            key = self.start()
        commanded: tuple[str, str] | None = None
        while True:
            shown = self.look(key)
            if shown == state:
                return key
            path = oracle.way(self.cycle, shown, state)
            late = self.probe.target.time.now() >= deadline
            if path is None or late:
                return None
            step = path[0]
            if goes_by_itself and state in oracle.reachable(self.cycle, shown):
                yield  # a command might lead it elsewhere
                continue
            if step.trigger is not None and commanded != (shown, step.command):
                commanded = shown, step.command
                self.fire(step.command, key)
                continue
            yield

    def is_taken(self, key: str) -> bool:
        """Whether another walk is sending commands to a resource."""
        resource = Resource(self.cycle.schema, key)
        return resource in self._claimed and resource not in self._mine

    def release(self) -> None:
        """Let other walks use what this one had claimed."""
        self._claimed.difference_update(self._mine)
