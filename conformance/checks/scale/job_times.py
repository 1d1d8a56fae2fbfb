"""The ranges of time in the job list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from conformance.checks.scale import acquaintance
from conformance.checks.scale.acquaintance import distinct
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import TIME_FILTERS, Filter, Query, Record, unsound
from conformance.checks.scale.listing import JOBS, MOST, ids
from conformance.checks.scale.moments import DURATIONS, LONG_AGO, LONG_BEFORE_THAT, ZONES, spelled
from conformance.mode import Needs
from conformance.moments import instant
from conformance.patience import Unsteady, insist
from conformance.probe import Probe
from conformance.registry import check

BOUNDS = ("started", "ended", "source_started", "source_ended")
RANGES = (("started", "ended"), ("source_started", "source_ended"))
SLACK = timedelta(seconds=2)
past = st.datetimes(datetime(1990, 1, 1), datetime(2015, 1, 1))  # noqa: DTZ001 - the zone is added


def middling(times: Sequence[str], drawn: int) -> str:
    """Return one of the times: that in the middle for 0, so that there are some on each side."""
    return times[(len(times) // 2 + drawn * 7) % len(times)]


@check("scale/listJobs/accepts-datetimes", plan=past, examples=1)
def each_bound_takes_dates_and_times(probe: Probe, drawn: datetime) -> None:
    """Each of the four time parameters takes an ISO-8601 date and time with its zone."""
    JOBS.page(probe, page_size=1)
    moment = drawn.replace(tzinfo=UTC)
    for index, name in enumerate(BOUNDS):
        for text in (spelled(moment.replace(microsecond=0)), spelled(moment, ZONES[index])):
            _taken(probe, name, text)
    for zone in ZONES[1:]:
        _taken(probe, "started", spelled(moment.replace(microsecond=0), zone))


@check("scale/listJobs/accepts-durations", plan=st.integers(0, 3), examples=1)
def each_bound_takes_durations(probe: Probe, drawn: int) -> None:
    """Each of the four time parameters takes an ISO-8601 duration."""
    JOBS.page(probe, page_size=1)
    for index, name in enumerate(BOUNDS):
        for text in (DURATIONS[(drawn + index) % len(DURATIONS)], "PT3H0M0S"):
            _taken(probe, name, text)
    for text in DURATIONS:
        _taken(probe, BOUNDS[drawn], text)


def _taken(probe: Probe, name: str, text: str) -> None:
    answer = JOBS.ask(probe, **{name: text}, page_size=1)
    probe.require(answer.is_success, f"{answer.exchange}")


@check("scale/listJobs/duration-counts-back", plan=st.integers(1, 70), examples=2)
def duration_is_a_time_before_the_request(probe: Probe, hours: int) -> None:
    """A duration stands for the moment that lies so long before the request."""
    known = acquaintance.sample(probe)
    newest = max(instant(one["last_modified"]) or datetime.min.replace(tzinfo=UTC) for one in known)
    page = JOBS.page(probe, started=f"PT{hours}H", page_size=MOST)
    for job in page.results:  # now is not before the latest change, so the bound is not either
        modified = instant(job["last_modified"])
        late = modified is None or modified >= newest - timedelta(hours=hours)
        probe.require(late, f"started=PT{hours}H lets through a change of {job['last_modified']}")
    everything = JOBS.page(probe, started="P9999D", page_size=1)
    probe.require(everything.count > 0, "started=P9999D lets no job through")
    if probe.mode.allows(Needs.CREATE) and page.count <= len(page.results):
        now = instant(Cast(probe).made(1, "")[0]["created"])
        assert now is not None
        for job in known:
            modified = instant(job["last_modified"])
            if modified is not None and modified > now - timedelta(hours=hours) + SLACK:
                there = job["id"] in ids(page.results)
                probe.require(there, f"started=PT{hours}H lacks a change of {job['last_modified']}")


@check("scale/listJobs/zone-is-required")
def time_without_a_zone_is_refused(probe: Probe, _: None) -> None:
    """A time without a zone is answered 400."""
    for name in BOUNDS:
        answer = JOBS.ask(probe, **{name: LONG_AGO.removesuffix("Z")})
        probe.require(answer.status == 400, f"{answer.exchange}")


@check("scale/listJobs/range-in-order")
def range_that_does_not_begin_before_its_end_is_refused(probe: Probe, _: None) -> None:
    """A range whose start is not before its end is answered 400."""
    for start, end in RANGES:
        for first, second in ((LONG_AGO, LONG_BEFORE_THAT), (LONG_AGO, LONG_AGO)):
            answer = JOBS.ask(probe, **{start: first, end: second})
            probe.require(answer.status == 400, f"{answer.exchange}")


def _one_sided(name: str, slug: str, place: str, clause: str) -> None:
    """Register the claim that a bound keeps out what lies wholly on its other side."""
    bound = next(one for one in TIME_FILTERS if one.name == name)

    @check(f"scale/listJobs/{slug}", plan=st.integers(0, 60), examples=2)
    def bound_keeps_out_what_lies_beyond(probe: Probe, drawn: int) -> None:
        known = acquaintance.sample(probe)
        times = distinct(known, lambda job: job[place])
        probe.assume(times, f"no known job has a value for {place}")
        moment = instant(middling(times, drawn))
        assert moment is not None
        for zone in (*ZONES, *ZONES[2:]):
            query = {name: spelled(moment, zone)}
            moment = moment.replace(microsecond=0)  # also without a fraction of a second
            if zone != ZONES[0] and not JOBS.ask(probe, **query, page_size=1).is_success:
                continue  # which is another requirement's matter
            insist(probe, lambda query=query: _beyond(probe, bound, query))  # type: ignore[misc]

    bound_keeps_out_what_lies_beyond.__doc__ = f"With {name}, no job {clause} is among the results."


def _beyond(probe: Probe, bound: Filter, query: Query) -> str | None:
    page = JOBS.page(probe, **query, page_size=50)
    found = list(page.results)
    if page.count > 50:
        found += JOBS.page(probe, **query, page_size=50, page=2).results
    wrong = unsound([bound], query, found)
    return None if wrong is None else wrong[1]


_one_sided(
    "started", "started-filter", "last_modified", "that was last modified before that moment"
)
_one_sided("ended", "ended-filter", "created", "that was created after that moment")
_one_sided(
    "source_started", "source-started-filter", "source_ended",
    "whose source_ended lies before that moment",
)  # fmt: skip
_one_sided(
    "source_ended", "source-ended-filter", "source_started",
    "whose source_started lies after that moment",
)  # fmt: skip


def _in_range(job: Record, first: str, last: str, bounds: tuple[datetime, datetime]) -> bool:
    begun, over = instant(job[first]), instant(job[last])
    return begun is not None and over is not None and bounds[0] <= begun and over <= bounds[1]


def _two_sided(slug: str, names: tuple[str, str], places: tuple[str, str], claim: str) -> None:
    """Register the claim that a range holds exactly what lies in it."""

    @check(
        f"scale/listJobs/{slug}", plan=st.tuples(st.integers(0, 50), st.integers(0, 50)), examples=2
    )
    def range_holds_exactly_what_lies_in_it(probe: Probe, drawn: tuple[int, int]) -> None:
        known = acquaintance.sample(probe)
        times = distinct(known, lambda job: job[places[0]])
        times += distinct(known, lambda job: job[places[1]])
        times = sorted(set(times))
        probe.assume(len(times) > 1, f"no two known jobs differ in {places[0]}")
        first, second = sorted(one * len(times) // 51 for one in drawn)
        second = max(second, min(first + 1, len(times) - 1))
        first = min(first, second - 1)
        lower, upper = instant(times[first]), instant(times[second])
        assert lower is not None
        assert upper is not None
        query = {names[0]: spelled(lower), names[1]: spelled(upper)}

        def complaint() -> str | None:
            page = JOBS.page(probe, **query, page_size=MOST)
            for job in page.results:
                if not _in_range(job, *places, (lower, upper)):
                    return f"{query} lets through job {job['id']} with {job[places[0]]}"
            inside = timedelta(milliseconds=1)  # what is shown may be cut off
            narrow = lower, upper - inside
            found = set(ids(page.results))
            for job in known if page.count <= len(found) else ():
                if _in_range(job, *places, narrow) and job["id"] not in found:
                    now = acquaintance.details(probe, job["id"])
                    if now["last_modified"] == job["last_modified"]:
                        return f"{query} lacks job {job['id']} with {job[places[0]]}"
            return None

        insist(probe, complaint)

    range_holds_exactly_what_lies_in_it.__doc__ = claim


_two_sided(
    "range-is-of-last-modified", ("started", "ended"), ("last_modified", "last_modified"),
    "With started and ended, the results are exactly the jobs last modified in between.",
)  # fmt: skip
_two_sided(
    "source-range-encloses", ("source_started", "source_ended"), ("source_started", "source_ended"),
    "With both bounds, the results are exactly the jobs whose source times lie between them.",
)  # fmt: skip


@check("scale/listJobs/ended-defaults-to-now", plan=st.integers(0, 60), examples=2)
def range_without_an_end_ends_now(probe: Probe, drawn: int) -> None:
    """With started alone, the results are those of the same query up to the present moment."""
    known = acquaintance.sample(probe)
    times = distinct(known, lambda job: job["last_modified"])
    start = middling(times[-40:], drawn)  # not too many come after it

    def complaint() -> str | None:
        open_ended = JOBS.whole(probe, started=start)
        bounded = JOBS.whole(probe, started=start, ended=spelled(_soon(probe, known)))
        if sorted(ids(open_ended.results)) == sorted(ids(bounded.results)):
            return None
        if JOBS.whole(probe, started=start).versions != open_ended.versions:
            raise Unsteady("the jobs keep changing")
        return f"started={start} alone gives {open_ended.count} jobs, up to now {bounded.count}"

    insist(probe, complaint)


@check("scale/listJobs/source-ended-defaults-to-now", plan=st.integers(0, 60), examples=2)
def source_range_without_an_end_ends_now(probe: Probe, drawn: int) -> None:
    """With source_started alone, no job is found whose source_started lies in the future."""
    known = acquaintance.sample(probe)
    times = distinct(known, lambda job: job["source_started"])
    probe.assume(times, "no known job has a value for source_started")
    query = {"source_started": middling(times, drawn)}
    latest = _soon(probe, known)
    found = list(JOBS.page(probe, **query, page_size=MOST).results)
    probe.assume(found, "no job is in that range")
    for job in found:
        begun = instant(job["source_started"])
        past_begun = begun is None or begun <= latest
        probe.require(past_begun, f"{query} lets through {job['source_started']}, which is to come")


def _soon(probe: Probe, known: list[Record]) -> datetime:
    """Return a moment that is not before now, by the target's clock or by ours."""
    times = [instant(one["last_modified"]) for one in known]
    latest = max([probe.target.time.moment(), *(one for one in times if one is not None)])
    return latest + timedelta(days=2)
