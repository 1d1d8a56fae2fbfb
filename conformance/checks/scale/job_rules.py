"""What holds of every job and of every execution, wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from conformance.checks.scale import acquaintance, exemplars
from conformance.checks.scale.acquaintance import details
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import Record, at
from conformance.checks.scale.listing import JOBS, MOST, executions, ids
from conformance.checks.scale.rules import DETAIL_RULES, ENDED, EXECUTION_RULES, STATES, Rule
from conformance.failures import NotReached
from conformance.mode import Needs
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

EACH = 3  # jobs whose details are looked at
RUNNERS = 5  # jobs that are followed to their ends at a time
ROUNDS = 4  # how often that is done until one of them was seen while it ran

Source = Callable[[Probe], Iterable[Record]]


def _everywhere(probe: Probe) -> list[Record]:
    """Return jobs in all states there are, and the details of one of each."""
    found = acquaintance.sample(probe)
    for state in ("RUNNING", "QUEUED"):
        found += acquaintance.in_state(probe, state)
    of_state = {one["status"]: one for one in found}
    return [*found, *(details(probe, one["id"]) for one in of_state.values())]


def _running(probe: Probe) -> list[Record]:
    """Return jobs that are RUNNING or COMPLETED, as their details show them."""
    known = [exemplars.running(probe), *acquaintance.in_state(probe, "COMPLETED")[:EACH]]
    return [details(probe, one["id"]) for one in known]


def _queued_and_running(probe: Probe) -> list[Record]:
    return [*_everywhere(probe), exemplars.running(probe)]


def _failed(probe: Probe) -> list[Record]:
    return [*_everywhere(probe), exemplars.failed(probe)]


def _with_successor(probe: Probe) -> list[Record]:
    page = JOBS.page(probe, is_superseded=True, page_size=20)
    return [details(probe, one["id"]) for one in page.results[:8]]


def _executions(probe: Probe) -> list[Record]:
    """Return executions of jobs in all states, in lists and in detail."""
    found: list[Record] = []
    veteran, own = exemplars.with_executions(probe)
    found += own
    jobs = [one for state in STATES for one in acquaintance.in_state(probe, state)[:2]]
    with suppress(NotReached):
        jobs += [exemplars.running(probe), exemplars.failed(probe)]
    for job in jobs:
        if job["id"] == veteran["id"]:
            continue
        listed = executions(job["id"]).page(probe).results
        found += listed
        for one in listed[:1]:
            path = {"id": job["id"], "exe_num": one["exe_num"]}
            answer = probe.call("getExecution", path=path)
            found += [answer.json] if answer.is_success else []
    return found


def _upheld(one: Rule, source: Source) -> None:
    """Register the claim that a rule holds of whatever can be seen."""

    @check(one.requirement)
    def rule_holds_wherever_it_is_seen(probe: Probe, _: None) -> None:
        """What the requirement says holds of every job or execution that is looked at."""
        told = 0

        def complaint() -> str | None:
            nonlocal told
            records = [record for record in source(probe) if one.applies(record)]
            told += len(records)
            found = (one.complaint(record) for record in records)
            return next((words for words in found if words is not None), None)

        insist(probe, complaint)
        probe.assume(told, "nothing was found of which the requirement says anything")


SOURCES: dict[str, Source] = {
    "scale/Job/running-has-started": _queued_and_running,
    "scale/Job/waiting-has-not-ended": _queued_and_running,
    "scale/Job/failed-has-error": _failed,
    "scale/Job/finished-has-ended": _failed,
    "scale/Job/successor-means-superseded": _with_successor,
    "scale/JobExecution/times-are-the-jobs": _running,
    "scale/JobExecution/status-is-the-jobs": _running,
}

for _rule in DETAIL_RULES:
    _upheld(_rule, SOURCES.get(_rule.requirement, _everywhere))
for _rule in EXECUTION_RULES:
    _upheld(_rule, _executions)


@check("scale/Job/id-is-unique")
def ids_of_jobs_differ(probe: Probe, _: None) -> None:
    """No two jobs have the same id."""

    def complaint() -> str | None:
        found = ids(JOBS.page(probe, page_size=MOST).results)
        double = next((one for one in found if found.count(one) > 1), None)
        return None if double is None else f"two jobs have the id {double}"

    insist(probe, complaint)
    if probe.mode.allows(Needs.CREATE):
        made = ids(Cast(probe).made(2))
        probe.require(made[0] != made[1], f"two new jobs have the id {made[0]}")


@check("scale/Job/chain-leads-back")
def superseded_job_names_its_successor(probe: Probe, _: None) -> None:
    """The superseded_job of a job has that job as its superseded_by_job."""
    known = [one for one in acquaintance.sample(probe) if one["superseded_job"] is not None]
    successors = [at(old, "superseded_by_job", "id") for old in _with_successor(probe)]
    known += [details(probe, one) for one in successors if one is not None]
    chained = {one["id"]: one for one in known if one["superseded_job"] is not None}
    probe.assume(chained, "no known job has a superseded_job")
    for job in list(chained.values())[:6]:

        def complaint(job: Record = job) -> str | None:
            before = at(details(probe, job["id"]), "superseded_job", "id")
            if before is None:
                return None
            back = at(details(probe, before), "superseded_by_job", "id")
            if back == job["id"]:
                return None
            return f"job {job['id']} has superseded {before}, whose superseded_by_job is {back}"

        insist(probe, complaint)


def _seen_to_complete(cast: Cast) -> None:
    """Follow new jobs to their ends until one has been seen while it ran and when it was done."""
    for _ in range(ROUNDS):
        jobs = ids(cast.made(RUNNERS, ""))
        seen: set[tuple[int, str]] = set()

        def are_over(jobs: list[int] = jobs, seen: set[tuple[int, str]] = seen) -> bool:
            now = cast.diary.look(jobs)
            seen.update((key, one["status"]) for key, one in now.items())
            return all(one["status"] in ENDED for one in now.values())

        cast.reached(are_over, "the new jobs did not come to an end in time")
        if any({(key, "RUNNING"), (key, "COMPLETED")} <= seen for key in jobs):
            return


def _followed(requirement: str, claim: str, *, runs: bool) -> None:
    """Register a claim about what becomes of a job between two looks at it."""

    @check(requirement, needs=Needs.CHANGE)
    def holds_while_a_job_lives(probe: Probe, _: None) -> None:
        cast = Cast(probe)
        known = ids(acquaintance.sample(probe)[-6:])
        jobs = cast.made(2)
        cast.diary.look(known)
        cast.diary.read(jobs[0]["id"])
        if runs:
            cast.wait(jobs, {"RUNNING", *ENDED})
            _seen_to_complete(cast)
        cast.send("cancelJobs", jobs)
        now = cast.wait(jobs, ENDED)
        cast.diary.read(jobs[0]["id"])
        again = [one for one in now.values() if one["status"] != "COMPLETED"]
        probe.assume(again, "the new jobs had completed before they could be canceled")
        cast.send("requeueJobs", again)
        cast.requeued(again)
        cast.diary.read(again[0]["id"])
        cast.diary.look(known)

    holds_while_a_job_lives.__doc__ = claim


_followed("scale/Job/created-stays", "The time in created never changes.", runs=False)
_followed(
    "scale/Job/status-change-is-dated",
    "When status changes, last_status_change becomes later.",
    runs=True,
)
_followed(
    "scale/Job/status-change-only-then",
    "As long as status and num_exes stay the same, so does last_status_change.",
    runs=False,
)
_followed(
    "scale/Job/change-is-saved", "When a job changes, its last_modified becomes later.", runs=False
)


@check("scale/Job/num-exes-counts-queueing", needs=Needs.CHANGE)
def num_exes_grows_by_one_with_each_queueing(probe: Probe, _: None) -> None:
    """Each time a job is queued, its num_exes grows by one."""
    cast = Cast(probe)
    jobs = cast.in_state("CANCELED", 2)
    cast.send("requeueJobs", jobs)
    now = cast.requeued(jobs)
    for job in jobs:
        later = now[job["id"]]
        if later["status"] not in {"QUEUED", "RUNNING"} or later["num_exes"] == job["num_exes"] + 1:
            continue
        earlier = executions(job["id"]).whole(probe).results
        itself = any(
            one["exe_num"] > job["num_exes"] and one["status"] == "FAILED" for one in earlier
        )
        said = f"num_exes of job {job['id']} went from {job['num_exes']} to {later['num_exes']}"
        probe.require(itself, said)


@check("scale/Job/retries-end", needs=Needs.CREATE)
def job_is_not_tried_again_for_ever(probe: Probe, _: None) -> None:
    """The num_exes of a job that no one has requeued is at most max_tries plus one."""
    cast = Cast(probe)
    fails = probe.known.get("failing_job_type_id") is not None
    jobs = cast.made(3, "")
    most = {job["id"]: details(probe, job["id"])["max_tries"] + 1 for job in jobs[:1]}
    if fails:
        first, *others = cast.made(12, "failing")
        most[first["id"]] = details(probe, first["id"])["max_tries"] + 1
        jobs += [first, *others]

    def is_over() -> bool:
        now = cast.diary.look(ids(jobs)).values()
        for job in now:
            limit = most.get(job["id"], max(most.values()))
            said = f"job {job['id']} has had {job['num_exes']} executions, at most {limit} are due"
            probe.require(job["num_exes"] <= limit, said)
        return all(job["status"] in ENDED for job in now)

    cast.reached(is_over, "the new jobs did not come to an end in time")
