"""The filters of cancel and requeue: each alone beside job_ids, repeated and together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.checks.scale import acquaintance
from conformance.checks.scale.acquaintance import distinct
from conformance.checks.scale.commands import ORDERS, Drill, Order
from conformance.checks.scale.exemplars import alike
from conformance.checks.scale.filters import NO_SUCH_NAME, NO_SUCH_NUMBER, Record, at
from conformance.checks.scale.moments import LONG_AGO
from conformance.failures import NotReached
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A field of a command's body: what it is for a job of ours, and what for others."""

    name: str
    slug: str
    own: Callable[[Record], Any]  # the value that fits a job; None: jobs of ours have none
    others: Callable[[list[Record], Record], list[Any]]  # values that do not fit it
    state: str = ""  # of jobs that have a value, where not all have


def _plural(*place: str, as_text: bool = False, unused: Any = None) -> tuple[Any, Any]:
    def spelled(value: Any) -> Any:
        return str(value) if as_text else value

    def own(job: Record) -> list[Any] | None:
        value = at(job, *place)
        return None if value is None else [spelled(value)]

    def others(known: list[Record], job: Record) -> list[Any]:
        values = distinct(known, lambda one: at(one, *place))
        found = [[spelled(one)] for one in values if one != at(job, *place)]
        return found[:2] or ([[spelled(unused)]] if unused is not None else [])

    return own, others


def _pair(job: Record) -> dict[str, Any]:
    return {"name": job["job_type"]["name"], "version": job["job_type"]["version"]}


def _other_pairs(known: list[Record], job: Record) -> list[Any]:
    """Return other job types that exist; the same name in another version first."""
    own = _pair(job)
    pairs = {(one["job_type"]["name"], one["job_type"]["version"]) for one in known}
    found = [{"name": name, "version": version} for name, version in sorted(pairs)]
    found = [one for one in found if one != own]
    found.sort(key=lambda one: one["name"] != own["name"])
    return [[one] for one in found[:2]]


def _other_states(_known: list[Record], job: Record) -> list[Any]:
    return [one for one in ("FAILED", "CANCELED", "COMPLETED", "RUNNING") if one != job["status"]][
        :3
    ]


NARROWINGS = (
    Narrowing("status", "status-filter", lambda job: job["status"], _other_states, "FAILED"),
    Narrowing(
        "job_type_ids", "job-type-ids-filter", *_plural("job_type", "id", unused=NO_SUCH_NUMBER)
    ),
    Narrowing("job_types", "job-types-filter", lambda job: [_pair(job)], _other_pairs),
    Narrowing(
        "job_type_names", "job-type-names-filter", *_plural("job_type", "name", unused=NO_SUCH_NAME)
    ),
    Narrowing("batch_ids", "batch-ids-filter", *_plural("batch", "id", unused=NO_SUCH_NUMBER)),
    Narrowing("recipe_ids", "recipe-ids-filter", *_plural("recipe", "id", unused=NO_SUCH_NUMBER)),
    Narrowing(
        "error_categories", "error-categories-filter", *_plural("error", "category"), state="FAILED"
    ),
    Narrowing(
        "error_ids",
        "error-ids-filter",
        *_plural("error", "id", as_text=True, unused=NO_SUCH_NUMBER),
        state="FAILED",
    ),
    Narrowing(
        "error_ids",
        "error-ids-as-integers",
        *_plural("error", "id", unused=NO_SUCH_NUMBER),
        state="FAILED",
    ),
    Narrowing(
        "is_superseded",
        "is-superseded-filter",
        lambda job: job["is_superseded"],
        lambda _known, job: [not job["is_superseded"]],
    ),
)


def _narrowed(order: Order, one: Narrowing) -> None:
    """Register the claim that a command takes only jobs that fit a filter."""

    @check(f"scale/{order.operation_id}/{one.slug}", needs=Needs.CHANGE)
    def only_jobs_that_fit_are_taken(probe: Probe, _: None) -> None:
        """Of the jobs named, the command takes exactly those that fit the other filter as well."""
        known = acquaintance.sample(probe)
        if one.name.startswith("error"):
            known += acquaintance.in_state(probe, "FAILED")
        drill = Drill(probe, order)
        first, fitting, last = _three(drill, one)
        fits = [one.own(job) for job in (first, last)]
        values = [value for value in one.others(known, fitting) if value not in fits]
        for value in values:
            drill.accepted([first, last], **{one.name: value})
        own = one.own(fitting)
        given = {} if own is None else {one.name: own}
        drill.accepted([fitting], **given)
        drill.taken([fitting], f"it fits {given or 'job_ids'}")
        drill.left([first, last], f"it does not fit {one.name} {values}")
        if one.name == "job_types":
            _of_another_version(drill)


def _of_another_version(drill: Drill) -> None:
    """Name one version of a job type beside the id of a job of another version."""
    kinds = alike(drill.probe, drill.cast.body())
    if len(kinds) < 2:
        return
    try:
        (job,) = drill.jobs_of(kinds[0])
    except NotReached:
        return
    control = drill.jobs(1)
    pair = {"name": kinds[1]["name"], "version": kinds[1]["version"]}
    drill.accepted([job], job_types=[pair])
    drill.accepted(control)
    drill.taken(control, "nothing else is asked for")
    drill.left([job], f"it is of version {kinds[0]['version']}, and {pair} was asked for")


def _three(drill: Drill, one: Narrowing) -> tuple[Record, Record, Record]:
    """Return three jobs that a command could take, all with a value for the filter if possible."""
    if one.state:
        try:
            first, fitting, last = drill.jobs(3, one.state)
        except NotReached:
            if one.name == "status":
                raise
        else:
            return first, fitting, last
    first, fitting, last = drill.jobs(3)
    return first, fitting, last


for _order in ORDERS:
    for _one in NARROWINGS:
        _narrowed(_order, _one)


def _listed(order: Order) -> None:
    """Register the claims about lists in the body of a command."""
    prefix = f"scale/{order.operation_id}"

    @check(f"{prefix}/job-ids-filter", needs=Needs.CHANGE)
    def only_the_jobs_named_are_taken(probe: Probe, _: None) -> None:
        """With job_ids, the jobs with these ids are taken and no others."""
        drill = Drill(probe, order)
        jobs = drill.jobs(5)
        drill.accepted(jobs[1:4])
        drill.taken(jobs[1:4], "its id is in job_ids")
        drill.left([jobs[0], jobs[4]], "its id is not in job_ids")

    @check(f"{prefix}/lists-fit-any", needs=Needs.CHANGE)
    def job_fits_a_list_if_it_fits_any_value(probe: Probe, _: None) -> None:
        """A job fits a list if it fits any of its values, wherever that stands."""
        known = acquaintance.sample(probe)
        drill = Drill(probe, order)
        lists = [
            one for one in NARROWINGS if one.name in {"job_type_ids", "job_types", "job_type_names"}
        ]
        jobs = drill.jobs(2 * len(lists))
        for index, one in enumerate(lists):
            early, late = jobs[2 * index : 2 * index + 2]
            strange = [value for values in one.others(known, early) for value in values]
            drill.accepted([early], **{one.name: [*one.own(early), *strange]})
            drill.accepted([late], **{one.name: [*strange, *one.own(late)]})
        several = drill.jobs(3)
        drill.accepted(several)
        drill.taken([*jobs, *several], "it fits a value of each list")


def _combined(order: Order) -> None:
    """Register the claim that filters narrow each other down."""
    prefix = f"scale/{order.operation_id}"

    @check(f"{prefix}/filters-combine", needs=Needs.CHANGE)
    def job_has_to_fit_every_filter(probe: Probe, _: None) -> None:
        """A job is taken only if it fits all the filters in the body."""
        known = acquaintance.sample(probe)
        drill = Drill(probe, order)
        usual = [one for one in NARROWINGS if not one.state and one.slug != "is-superseded-filter"]
        jobs = drill.jobs(2 * len(usual) + 1)
        left = []
        for index, one in enumerate(usual):
            job = jobs[index]
            own = {"is_superseded": False, "started": LONG_AGO}
            if one.name != "job_types":  # which a server may join with job_type_ids
                own["job_type_ids"] = [job["job_type"]["id"]]
            for value in one.others(known, job)[:1]:
                drill.accepted([job], **{**own, one.name: value})
                left.append(job)
        reverse = jobs[len(usual) : 2 * len(usual)]
        others = NARROWINGS[1].others(known, reverse[0])[0]
        for job, one in zip(reverse, usual, strict=True):
            fitting = one.own(job)
            if fitting is not None and one.name not in {"job_type_ids", "job_types"}:
                wrong = {one.name: fitting, "job_type_ids": others, "is_superseded": False}
                drill.accepted([job], **wrong)
                left.append(job)
        drill.accepted(jobs[:1], status="FAILED")
        last = jobs[-1]
        full = {one.name: one.own(last) for one in usual if one.own(last) is not None}
        drill.accepted([last], **full, is_superseded=False)
        drill.taken([last], "it fits every filter")
        drill.left(left, "it does not fit one of the filters")


def _odd(order: Order) -> None:
    """Register the claims about fields that make no sense."""
    prefix = f"scale/{order.operation_id}"

    @check(f"{prefix}/unknown-keys-are-ignored", needs=Needs.CHANGE)
    def unknown_key_changes_nothing(probe: Probe, _: None) -> None:
        """A key in the body that names no filter changes nothing."""
        drill = Drill(probe, order)
        other, named = drill.jobs(2)
        drill.accepted([named], no_such_filter=["x"])
        drill.taken([named], "an unknown key changes nothing")
        drill.left([other], "its id is not in job_ids")

    @check(f"{prefix}/unknown-job-type-is-400", needs=Needs.CHANGE)
    def unknown_job_type_is_refused(probe: Probe, _: None) -> None:
        """A pair in job_types that names no job type is answered 400."""
        drill = Drill(probe, order)
        answer = drill.give(drill.jobs(1), job_types=[{"name": NO_SUCH_NAME, "version": "1.0.0"}])
        probe.require(answer.status == 400, f"{answer.exchange} for a job type that is unknown")


for _order in ORDERS:
    _listed(_order)
    _combined(_order)
    _odd(_order)
