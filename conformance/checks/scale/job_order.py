"""The order of the job list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st

from conformance.checks.scale import acquaintance, exemplars
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import Record, at
from conformance.checks.scale.listing import JOBS, Page
from conformance.failures import NotReached
from conformance.mode import Needs
from conformance.moments import instant
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

SIZE = 50
FIELDS = (
    "id", "created", "last_modified", "queued", "started", "ended", "last_status_change",
    "num_exes", "source_started", "source_ended", "source_sensor_class", "source_sensor",
    "source_collection", "source_task",
)  # fmt: skip
SORTABLE = 4  # of the following: how flags and states are sorted among themselves is not said
TIED = (
    "source_sensor_class",
    "source_collection",
    "source_task",
    "num_exes",
    "is_superseded",
    "status",
)
UNTIED = ("id", "created")


def precedes(one: Any, other: Any) -> bool:
    """Whether a value surely stands before another in every reasonable order of texts."""
    if instant(one) is not None and instant(other) is not None:
        return bool(instant(one) < instant(other))  # type: ignore[operator]
    if isinstance(one, str) and isinstance(other, str):
        for left, right in zip(one, other, strict=False):
            if left != right:
                return left < right and _alike(left, right)
        return len(one) < len(other)
    return bool(one < other)


def _alike(left: str, right: str) -> bool:
    """Whether no language sorts these two characters the other way round."""
    both = left + right
    if not both.isascii():
        return False
    return both.isdigit() or (both.isalpha() and (both.islower() or both.isupper()))


def unsorted(
    results: Sequence[Record], value: Callable[[Record], Any], *, falling: bool
) -> str | None:
    """Complain if two results that have a value stand the wrong way round."""
    having = [one for one in results if value(one) is not None]
    for first, second in pairwise(having):
        early, late = (second, first) if not falling else (first, second)
        if precedes(value(early), value(late)):
            return f"{value(first)!r} of job {first['id']} stands before {value(second)!r}"
    return None


def _sorted(probe: Probe, order: str, value: Callable[[Record], Any], *, falling: bool) -> bool:
    """Insist that two pages are sorted; return whether there was anything to sort."""
    values: set[Any] = set()
    refused: list[int] = []

    def complaint() -> str | None:
        answer = JOBS.ask(probe, order=order, page_size=SIZE)
        if not answer.is_success:
            refused.append(answer.status)
            return None
        first = Page.of(answer)
        results, last = list(first.results), -(-first.count // SIZE)
        if last > 1:
            further = JOBS.ask(probe, order=order, page_size=SIZE, page=last)
            results += Page.of(further).results if further.is_success else []
        values.update(value(one) for one in results)
        wrong = unsorted(results, value, falling=falling)
        return None if wrong is None else f"with order={order}, {wrong}"

    insist(probe, complaint)
    return not refused and len(values - {None}) > 1


def _different(probe: Probe) -> None:
    """See that there are jobs with one execution and others with several, if that can be had."""
    try:
        exemplars.with_executions(probe)
        if probe.mode.allows(Needs.CREATE):
            Cast(probe).made(1)
    except NotReached:
        return


@check("scale/listJobs/order-sorts")
def results_ascend_by_the_field_asked_for(probe: Probe, _: None) -> None:
    """With order=field, the results ascend by that field."""
    _different(probe)
    fields = FIELDS[:3] if acquaintance.is_brief(probe) else FIELDS
    told = [_sorted(probe, one, itemgetter(one), falling=False) for one in fields]
    probe.assume(any(told), "no field can be ordered by in which jobs differ")


@check("scale/listJobs/dash-reverses")
def results_descend_with_a_dash(probe: Probe, _: None) -> None:
    """With a dash before the field, the results descend by it."""
    _different(probe)
    fields = FIELDS[:3] if acquaintance.is_brief(probe) else FIELDS
    told = [_sorted(probe, f"-{one}", itemgetter(one), falling=True) for one in fields]
    probe.assume(any(told), "no field can be ordered by in which jobs differ")


@check(
    "scale/listJobs/orders-nest",
    plan=st.tuples(st.sampled_from(UNTIED), st.sampled_from(["", "-"]), st.integers(0, 5)),
    examples=2,
)
def equal_results_are_sorted_by_the_next_field(probe: Probe, drawn: tuple[str, str, int]) -> None:
    """With order several times, results that are equal by one field are sorted by the next."""
    last, sign, turn = drawn
    told = []
    for index in range(len(TIED)):
        first, second = TIED[(turn + index) % len(TIED)], TIED[(turn + index + 1) % SORTABLE]
        told.append(_nested(probe, [f"{sign}{first}", last]))
        told.append(_nested(probe, [first, f"-{last}"]))
        if index < 2 and first != second:
            told.append(_nested(probe, [first, f"{sign}{second}", last]))
    probe.assume(any(told), "no two jobs are equal by a field that can be ordered by")


def _nested(probe: Probe, orders: Sequence[str]) -> bool:
    """Insist that results which all but the last field leave equal are sorted by the last."""
    names = [one.removeprefix("-") for one in orders]
    told: list[bool] = []

    def complaint() -> str | None:
        answer = JOBS.ask(probe, order=list(orders), page_size=SIZE)
        if not answer.is_success:
            return None
        results = answer.json["results"]
        for level in range(1, len(names)):
            for first, second in pairwise(results):
                tied = all(
                    first[name] == second[name] and first[name] is not None
                    for name in names[:level]
                )
                if not tied or first[names[level]] is None or second[names[level]] is None:
                    continue
                told.append(True)
                falling = orders[level].startswith("-")
                wrong = unsorted([first, second], lambda job: job[names[level]], falling=falling)  # noqa: B023
                if wrong is not None:
                    return f"with order={'&order='.join(orders)}, {wrong}"
        return None

    insist(probe, complaint)
    return bool(told)


@check("scale/listJobs/default-order")
def results_ascend_by_last_modified_by_default(probe: Probe, _: None) -> None:
    """Without order, the results ascend by last_modified."""

    def complaint() -> str | None:
        results = list(JOBS.page(probe, page_size=SIZE).results)
        wrong = unsorted(results, lambda job: job["last_modified"], falling=False)
        return None if wrong is None else f"without order, {wrong}"

    insist(probe, complaint)


@check("scale/listJobs/order-by-job-type")
def results_ascend_by_the_name_of_their_job_type(probe: Probe, _: None) -> None:
    """With order=job_type, the results ascend by the name of their job type."""
    told = _sorted(probe, "job_type", lambda job: at(job, "job_type", "name"), falling=False)
    probe.assume(told, "the target refuses order=job_type, or all jobs are of one type")


@check("scale/listJobs/unknown-order-is-400")
def order_by_no_field_is_refused(probe: Probe, _: None) -> None:
    """An order that names no field of a job is answered 400."""
    acquaintance.sample(probe)
    answer = JOBS.ask(probe, order="no_such_field")
    probe.require(answer.status == 400, f"{answer.exchange}")
