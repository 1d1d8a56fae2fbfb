"""The movement of the contract: every operation is fuzzed, and every answer judged."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.events import ContradictionConfirmed, Progress
from conformance.fuzzer import Fuzzer
from conformance.gate import Allowance
from conformance.mode import Mode
from conformance.tour import Tour
from specs.contract import Kind

NAME = "contract"
EXAMPLES = 12  # of each operation, beside its examples and edge cases
SECONDS = {Mode.READ_ONLY: 20.0, Mode.SAFE: 25.0, Mode.FULL: 30.0}
CREATIONS = 25  # resources that fuzzing may make


def play(tour: Tour) -> Iterator[Progress | ContradictionConfirmed]:
    """Fuzz each operation whose answers are wanted; what is forbidden is passed over."""
    visit = tour.visit
    if visit.mode is Mode.SMOKE:  # it has looked at the sights, and that is all
        return
    operations = [
        one
        for one in visit.contract.operations.values()
        if (one.is_safe or visit.mode is not Mode.READ_ONLY)
        and not visit.target.lacks(one.id)
        and any(
            requirement.kind is Kind.RESPONSE
            and requirement.operation_id == one.id
            and tour.wants(requirement.id)
            for requirement in visit.contract.requirements.values()
        )
    ]
    if not operations:
        return
    fuzzer = Fuzzer(tour, [one.id for one in operations], EXAMPLES, SECONDS[visit.mode])
    steps, allowance, done = fuzzer.run(), Allowance(CREATIONS), 0
    while True:
        with visit.gate.limited(allowance):
            what = next(steps, None)
        if what is None:
            break
        done = min(done + 1, len(operations))
        yield Progress(NAME, done, len(operations), what, visit.gate.traffic.requests)
        if tour.fail_fast:
            yield from tour.confirm_new()
    yield from tour.confirm_new()
