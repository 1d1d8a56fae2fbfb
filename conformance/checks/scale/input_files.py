"""The input files of a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from conformance.checks.scale import exemplars
from conformance.checks.scale.acquaintance import details, distinct
from conformance.checks.scale.filters import NO_SUCH_NAME, Record
from conformance.checks.scale.job_details import some
from conformance.checks.scale.listing import Listing, ids, input_files
from conformance.checks.scale.moments import DURATIONS, ZONES, is_exact, spelled
from conformance.drivers.scale_answers import UNKNOWN_ID
from conformance.moments import grain, instant
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

PREFIX = "scale/listInputFiles"
past = st.datetimes(datetime(1990, 1, 1), datetime(2015, 1, 1))  # noqa: DTZ001 - the zone is added


def _case(probe: Probe) -> tuple[Listing, list[Record], Record]:
    """Return a list of input files, all that is in it, and the job they belong to."""
    job = exemplars.with_input_files(probe)
    listing = input_files(job["id"])
    return listing, list(listing.whole(probe).results), job


def _same(probe: Probe, listing: Listing, query: dict[str, Any], wanted: list[Any]) -> None:
    """Insist that a query gets exactly the files with those ids."""

    def complaint() -> str | None:
        found = ids(listing.whole(probe, **query).results)
        if sorted(found) == sorted(wanted):
            return None
        return f"{query} gives the files {sorted(found)}, not {sorted(wanted)}"

    insist(probe, complaint)


@check(f"{PREFIX}/files-of-the-job", plan=st.integers(0, 50), examples=1)
def results_are_the_files_in_the_input_of_the_job(probe: Probe, drawn: int) -> None:
    """The results are exactly the files whose ids stand in the input of the job."""
    rich = exemplars.with_input_files(probe)
    for job in [rich, *(details(probe, one["id"]) for one in some(probe, drawn, 3))]:
        given = {one for each in job["input"]["files"].values() for one in each}
        _same(probe, input_files(job["id"]), {}, sorted(given))


@check(f"{PREFIX}/accepts-datetimes", plan=past, examples=1)
def both_bounds_take_dates_and_times(probe: Probe, drawn: datetime) -> None:
    """Both started and ended take an ISO-8601 date and time with its zone."""
    listing, _, _ = _case(probe)
    for zone in ZONES:
        for name in ("started", "ended"):
            text = spelled(drawn.replace(tzinfo=UTC), zone)
            answer = listing.ask(probe, **{name: text})
            probe.require(answer.is_success, f"{answer.exchange}")


@check(f"{PREFIX}/accepts-durations")
def both_bounds_take_durations(probe: Probe, _: None) -> None:
    """Both started and ended take an ISO-8601 duration."""
    listing, _files, _job = _case(probe)
    for text in DURATIONS:
        for name in ("started", "ended"):
            answer = listing.ask(probe, **{name: text})
            probe.require(answer.is_success, f"{answer.exchange}")


@check(f"{PREFIX}/time-field-defaults-to-last-modified", plan=st.integers(0, 20), examples=2)
def time_field_is_last_modified_by_default(probe: Probe, drawn: int) -> None:
    """Without time_field, the answer is the same as with time_field=last_modified."""
    listing, files, _ = _case(probe)
    times = distinct(files, lambda one: one.get("last_modified"))
    queries: list[dict[str, Any]] = [{}]
    if times:
        moment = times[drawn % len(times)]
        queries += [{"started": moment}, {"ended": moment}]
    for query in queries:
        wanted = listing.whole(probe, **query, time_field="last_modified")
        _same(probe, listing, query, ids(wanted.results))


def _bounded(slug: str, query: dict[str, str], bounds: tuple[str | None, str | None]) -> None:
    """Register the claim which files a bound of time lets through."""
    first, last = bounds

    def places() -> list[tuple[str, str, Callable[[datetime, datetime], bool]]]:
        found: list[tuple[str, str, Callable[[datetime, datetime], bool]]] = []
        if first is not None:
            found.append(("started", first, lambda time, bound: time >= bound))
        if last is not None:
            found.append(("ended", last, lambda time, bound: time <= bound))
        return found

    @check(f"{PREFIX}/{slug}", plan=st.integers(0, 20), examples=2)
    def files_lie_on_the_right_side(probe: Probe, drawn: int) -> None:
        listing, files, _ = _case(probe)
        told = 0
        for name, place, fits in places():
            times = distinct(files, lambda one: one.get(place))  # noqa: B023 - used at once
            if not times:
                continue
            text = times[drawn % len(times)]
            moment = instant(text)
            assert moment is not None
            step = max(grain(text), timedelta(microseconds=1))
            tried = [moment + step, moment - step] + [moment] * is_exact(text)
            for bound in tried:
                wanted = [
                    one["id"]
                    for one in files
                    if (time := instant(one.get(place))) is not None and fits(time, bound)
                ]
                _same(probe, listing, {**query, name: spelled(bound)}, wanted)
                told += 1
        probe.assume(told, "no input file shows the time in question")

    files_lie_on_the_right_side.__doc__ = (
        "The results are the files whose time lies on the right side of the bound, and no others."
    )


_bounded("started-filter", {}, ("last_modified", None))
_bounded("ended-filter", {}, (None, "last_modified"))
_bounded("time-field-source", {"time_field": "source"}, ("source_started", "source_ended"))
_bounded("time-field-data", {"time_field": "data"}, ("data_started", "data_ended"))


@check(f"{PREFIX}/unknown-time-field-is-400")
def unknown_time_field_is_refused(probe: Probe, _: None) -> None:
    """A time_field that is none of the choices is answered 400."""
    listing, _files, _job = _case(probe)
    answer = listing.ask(probe, time_field="no_such_field", started="PT1H")
    probe.require(answer.status == 400, f"{answer.exchange}")


@check(f"{PREFIX}/file-name-filter", plan=st.integers(0, 20), examples=2)
def files_have_the_name_asked_for(probe: Probe, drawn: int) -> None:
    """With file_name, the results are the input files of that name and no others."""
    listing, files, _ = _case(probe)
    names = distinct(files, lambda one: one["file_name"])
    name = names[drawn % len(names)]
    wanted = [one["id"] for one in files if one["file_name"] == name]
    _same(probe, listing, {"file_name": name}, wanted)
    _same(probe, listing, {"file_name": NO_SUCH_NAME}, [])


@check(f"{PREFIX}/job-input-filter")
def files_are_those_of_the_input_asked_for(probe: Probe, _: None) -> None:
    """With job_input, the results are the files for that input, each once, and no others."""
    listing, _files, job = _case(probe)
    for name, given in job["input"]["files"].items():
        _same(probe, listing, {"job_input": name}, sorted(set(given)))
    _same(probe, listing, {"job_input": NO_SUCH_NAME}, [])


@check(f"{PREFIX}/default-order")
def files_ascend_by_last_modified(probe: Probe, _: None) -> None:
    """The results ascend by last_modified."""
    listing, _files, _job = _case(probe)

    def complaint() -> str | None:
        times = [instant(one.get("last_modified")) for one in listing.whole(probe).results]
        shown = [one for one in times if one is not None]
        return None if shown == sorted(shown) else "the files do not ascend by last_modified"

    insist(probe, complaint)


@check(f"{PREFIX}/unknown-job-is-404")
def unknown_job_has_no_list(probe: Probe, _: None) -> None:
    """For an id that no job has, the answer is 404."""
    answer = input_files(UNKNOWN_ID).ask(probe)
    probe.require(answer.status == 404, f"{answer.exchange}")
