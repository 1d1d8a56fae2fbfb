"""What must hold between two looks at the same job, whatever happened to it in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from conformance.checks.scale import sight
from conformance.checks.scale.filters import Record
from conformance.checks.scale.listing import JOBS
from conformance.checks.scale.moments import is_before
from conformance.moments import grain, instant
from conformance.patience import persistent
from conformance.probe import Probe

TICK = timedelta(milliseconds=50)  # of a clock that is coarser than the times it is shown with

DATES = ("queued", "started", "ended")  # each set at the moment of a change of status

Judgement = Callable[[Record], str | None]


@dataclass(slots=True)
class _Seen:
    """The last look at a job, and since when it has looked like that."""

    job: Record
    since: float
    until: float


class Diary:
    """Follows jobs, and holds every look at one against the look before."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._seen: dict[int, _Seen] = {}

    def read(self, job_id: int) -> Record:
        """Return the details of a job as they are now."""
        job = self._details(job_id)
        sight.details(self._probe, job)
        self.note(job)
        return job

    def look(self, job_ids: Iterable[int]) -> dict[int, Record]:
        """Return jobs as a list shows them now, or their details where it does not."""
        wanted = list(job_ids)
        page = JOBS.page(self._probe, job_id=wanted, page_size=max(len(wanted), 1))
        found = {one["id"]: one for one in page.results}
        for job_id in wanted:
            if job_id in found:
                self.note(found[job_id], self._listed)
            else:
                found[job_id] = self.read(job_id)
        return {job_id: found[job_id] for job_id in wanted}

    def note(self, job: Record, again: Callable[[int], Record] | None = None) -> None:
        """Hold a job against what was seen of it before; *again* reads it once more."""
        now = self._probe.target.time.now()
        seen = self._seen.get(job["id"])
        if seen is None:
            self._seen[job["id"]] = _Seen(job, now, now)
            return
        changed = _mark(seen.job) != _mark(job)
        self._seen[job["id"]] = _Seen(job, now if changed else seen.since, now)
        read = again or self._details
        self._claim("scale/Job/created-stays", job, read, _kept(seen.job, "created"))
        if changed:
            lasted = timedelta(seconds=seen.until - seen.since)
            if seen.job["status"] != job["status"]:
                later = _later(seen.job, "last_status_change", lasted)
                self._claim("scale/Job/status-change-is-dated", job, read, later)
            later = _later(seen.job, "last_modified", lasted)
            self._claim("scale/Job/change-is-saved", job, read, later)
        elif job["status"] not in {"PENDING", "BLOCKED"}:  # which may come and go unseen
            kept = _kept(seen.job, "last_status_change", only_unmoved=True)
            self._claim("scale/Job/status-change-only-then", job, read, kept)

    def _details(self, job_id: int) -> Record:
        job: Record = self._probe.ok("getJob", path={"id": job_id}).json
        return job

    def _listed(self, job_id: int) -> Record:
        results = self._probe.ok("listJobs", query={"job_id": job_id}).json["results"]
        found: Record | None = next((one for one in results if one["id"] == job_id), None)
        return found or self._details(job_id)

    def _claim(
        self, requirement: str, job: Record, read: Callable[[int], Record], judge: Judgement
    ) -> None:
        if requirement in self._probe.violations or judge(job) is None:
            return
        lasting = persistent(self._probe, lambda: judge(read(job["id"])))
        if lasting is not None:
            self._probe.violated(requirement, lasting)


def _mark(job: Record) -> tuple[object, ...]:
    return tuple(job[name] for name in ("status", "num_exes", "queued", "started", "ended"))


def _kept(before: Record, name: str, *, only_unmoved: bool = False) -> Judgement:
    def judge(now: Record) -> str | None:
        if now[name] == before[name] or (only_unmoved and _mark(now) != _mark(before)):
            return None
        state = f" while it stayed {before['status']}" if only_unmoved else ""
        return f"{name} of job {before['id']} went from {before[name]} to {now[name]}{state}"

    return judge


def _later(before: Record, name: str, lasted: timedelta) -> Judgement:
    told = grain(before[name]) + TICK
    former = instant(before[name])

    def judge(now: Record) -> str | None:
        if _mark(now) == _mark(before):
            return None
        changed = [instant(now[one]) for one in DATES if now[one] != before[one]]
        apart = lasted > told or any(
            one is not None and former is not None and one - former > told for one in changed
        )
        if not is_before(now[name], before[name]) and not (apart and now[name] == before[name]):
            return None
        change = f"went from {before['status']} to {now['status']}"
        if now["status"] == before["status"]:
            change = f"changed while it was {now['status']}"
        return f"job {now['id']} {change}, and its {name} from {before[name]} to {now[name]}"

    return judge
