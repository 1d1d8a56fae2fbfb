"""Jobs that are there already: a sample of them, those in a state, those with much to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.checks.scale.filters import Record
from conformance.checks.scale.listing import JOBS, ids
from conformance.mode import Mode, Resource
from conformance.probe import Probe

SIZE = 60  # jobs of each page of a sample
SETTLED = frozenset({"COMPLETED", "FAILED", "CANCELED"})


def is_brief(probe: Probe) -> bool:
    """Whether the run is to be over in seconds."""
    return probe.mode is Mode.SMOKE


def sample(probe: Probe, **query: Any) -> list[Record]:
    """Return jobs of the first and the last page, the settled ones first."""
    first = JOBS.page(probe, **query, page_size=SIZE)
    found = list(first.results)
    if first.count > len(found) > 0 and not is_brief(probe):
        last = -(-first.count // SIZE)
        answer = JOBS.ask(probe, **query, page_size=SIZE, page=last)
        if answer.is_success:
            known = set(ids(found))
            found += [one for one in answer.json["results"] if one["id"] not in known]
    probe.assume(found, "there are no jobs")
    return sorted(found, key=lambda job: (job["status"] not in SETTLED, job["id"]))


def settled(probe: Probe, least: int = 1) -> list[Record]:
    """Return jobs that do not move by themselves."""
    found = [one for one in sample(probe) if one["status"] in SETTLED]
    probe.assume(len(found) >= least, f"fewer than {least} jobs have come to an end")
    return found


def in_state(probe: Probe, state: str) -> list[Record]:
    """Return jobs that show that state now, or nothing."""
    page = JOBS.page(probe, status=state, page_size=20)
    found = [one for one in page.results if one["status"] == state]
    if found:
        return found
    wanted = probe.known.get("jobs", {}).get(state, [])[:20]
    if not wanted:
        return []
    page = JOBS.page(probe, job_id=list(wanted), page_size=20)
    return [one for one in page.results if one["status"] == state]


def details(probe: Probe, job_id: Any) -> Record:
    """Return the details of a job."""
    found: Record = probe.ok("getJob", path={"id": job_id}).json
    return found


def may_touch(probe: Probe, job: Record) -> bool:
    """Whether this run may change a job."""
    return probe.visit.gate.owns(Resource("Job", str(job["id"])))


def distinct(records: Sequence[Record], value: Callable[[Record], Any]) -> list[Any]:
    """Return the values that records have, each once, in a fixed order."""
    found = {value(one) for one in records}
    return sorted((one for one in found if one is not None), key=lambda one: (str(type(one)), one))
