"""The two searches: what they find, in which order, and page by page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from conformance.checks.deadline_cloud.moments import is_before
from conformance.checks.deadline_cloud.patience import insist
from conformance.drivers.deadline_cloud_farm import (
    Path,
    Record,
    StepPlan,
    farm_of,
    is_created,
    known_ids,
    order,
    place,
    steps_of,
    submit,
    tasks_of,
    within,
)
from conformance.mode import Needs
from conformance.moments import instant
from conformance.probe import Probe
from conformance.registry import check

MOST_PAGES = 30
FOUND = {"searchJobs": "jobs", "searchTasks": "tasks"}
KEYS = {"searchJobs": "jobId", "searchTasks": "taskId"}
STATUSES = ("READY", "RUNNING", "SUSPENDED", "CANCELED", "FAILED", "SUCCEEDED", "NOT_COMPATIBLE")


def body_of(queues: list[str], *filters: Record, **more: Any) -> Record:
    """Return the body of a search."""
    body: Record = {"queueIds": queues, "itemOffset": 0, **more}
    if filters:
        body["filterExpressions"] = {"operator": "AND", "filters": list(filters)}
    return {name: value for name, value in body.items() if value is not None}


def search(probe: Probe, operation_id: str, farm: Path, body: Record) -> list[Record]:
    """Return the pages of a search."""
    pages: list[Record] = []
    offset: int | None = 0
    while offset is not None and len(pages) < MOST_PAGES:
        asked = {**body, "itemOffset": offset}
        pages.append(probe.ok(operation_id, path=farm, body=asked).json)
        following = pages[-1].get("nextItemOffset")
        offset = following if following is None or following > offset else None
    return pages


def matches(pages: list[Record], operation_id: str) -> list[Record]:
    """Return the matches on some pages."""
    return [one for page in pages for one in page[FOUND[operation_id]]]


def queues_of(probe: Probe) -> list[str]:
    """Return queues of the farm that have jobs, the one for jobs first."""
    farm = farm_of(probe)["farmId"]
    busy = [one["queueId"] for one in known_ids(probe, "jobs") if one["farmId"] == farm]
    return list(dict.fromkeys([place(probe)["queueId"], *busy]))[:5]


def own_tasks(probe: Probe) -> tuple[Path, StepPlan]:
    """Make a job that nothing changes, with twelve tasks."""
    space = (
        {"name": "Frame", "type": "INT", "range": "1-4"},
        {"name": "Camera", "type": "STRING", "range": ["left", "right", "leftish"]},
    )
    plan = StepPlan("Main", space=space)
    job = submit(probe, order(probe, plan))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    return job, plan


def _in_job(probe: Probe, job: Path, *filters: Record, **more: Any) -> list[Record]:
    body = body_of([job["queueId"]], *filters, jobId=job["jobId"], **more)
    return search(probe, "searchTasks", within(job, "farmId"), body)


@check("deadline-cloud/search-keeps-to-the-queues", plan=st.integers(0, 15), examples=3)
def a_search_keeps_to_its_queues(probe: Probe, turn: int) -> None:
    """A search answers only with what belongs to one of its queues."""
    queues = queues_of(probe)
    chosen = [queues[turn % len(queues)]]
    if turn % 3 == 2:
        chosen = [*dict.fromkeys([*chosen, queues[-1]])]
    farm = farm_of(probe)
    for name, key in KEYS.items():
        for one in matches(search(probe, name, farm, body_of(chosen)), name)[:300]:
            words = f"{name} in {chosen} finds {one.get(key)} of {one.get('queueId')}"
            probe.require(one.get("queueId", chosen[0]) in chosen, words)
    jobs = matches(search(probe, "searchJobs", farm, body_of(chosen)), "searchJobs")
    for job in (*jobs[:2], *jobs[-2:]):
        homes = [{**farm, "queueId": one, "jobId": job["jobId"]} for one in chosen]
        answers = [probe.call("getJob", path=one) for one in homes]
        words = f"{job['jobId']} was found in {chosen}, and is not there"
        probe.require(any(one.status != 404 for one in answers), words)


@check(
    "deadline-cloud/search-total-counts-all-matches",
    needs=Needs.CREATE, plan=st.integers(1, 7), examples=3,
)  # fmt: skip
def the_total_counts_all_matches(probe: Probe, size: int) -> None:
    """The totalResults of a search is the number of its matches over all pages."""
    job, _ = own_tasks(probe)
    own = {"parameterFilter": {"name": "Camera", "operator": "EQUAL", "value": "left"}}
    for more in ((), (own,)):
        insist(probe, lambda more=more: _miscounted(probe, job, more, min(size, 3)))  # type: ignore[misc]


def _miscounted(probe: Probe, job: Path, more: tuple[Record, ...], size: int) -> str | None:
    """Return what the totals on the pages of a search say against its matches, if anything."""
    pages = _in_job(probe, job, *more, pageSize=size)
    number = len({one.get("taskId") for one in matches(pages, "searchTasks")})
    totals = {page["totalResults"] for page in pages}
    if len(pages) >= MOST_PAGES or totals == {number}:
        return None
    return f"{number} tasks match, and totalResults is {totals}"


@check(
    "deadline-cloud/search-pages-cover-everything-once",
    needs=Needs.CREATE, plan=st.integers(1, 13), examples=3,
)  # fmt: skip
def pages_of_a_search_hold_everything_once(probe: Probe, size: int) -> None:
    """Following nextItemOffset until it is absent yields every match exactly once."""
    job, _ = own_tasks(probe)
    tasks = {
        one["taskId"] for step in steps_of(probe, job).values() for one in tasks_of(probe, step)
    }
    for each in (size, 4, 12):
        pages = _in_job(probe, job, pageSize=each)
        found = [one.get("taskId") for one in matches(pages, "searchTasks")]
        words = f"by {each}, a search yields {len(found)}, {len(set(found))} of them different"
        probe.require(len(found) == len(set(found)), words)
        lost = tasks - set(found)
        ended = len(pages) < MOST_PAGES
        probe.require(not (lost and ended), f"{words}; {sorted(lost)[:1]} is not among them")
        for page in pages:
            probe.require(len(page["tasks"]) <= each, f"a page of {each} is longer than that")


@check("deadline-cloud/search-default-page-size", needs=Needs.CREATE)
def a_page_of_a_search_holds_up_to_a_hundred(probe: Probe, _: object) -> None:
    """A search answers with up to 100 matches when pageSize is not given."""
    job = submit(probe, order(probe, StepPlan(tasks=101)))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    pages = _in_job(probe, job)
    number = len(pages[0]["tasks"])
    probe.require(number == 100, f"of 101 matches the first page without pageSize holds {number}")


@check("deadline-cloud/searchTasks/only-that-job", needs=Needs.CREATE)
def a_search_with_a_job_finds_its_tasks_only(probe: Probe, _: object) -> None:
    """With jobId, only tasks of that job are found."""
    jobs = [own_tasks(probe)[0], own_tasks(probe)[0]]
    for job in jobs:
        for one in matches(_in_job(probe, job), "searchTasks"):
            found = one.get("jobId", job["jobId"])
            words = f"a search for tasks of {job['jobId']} finds one of {found}"
            probe.require(found == job["jobId"], words)


@check(
    "deadline-cloud/searchTasks/parameter-filter",
    needs=Needs.CREATE,
    plan=st.sampled_from((("Frame", "3", 3), ("Frame", "1", 3), ("Camera", "left", 4))), examples=3,
)  # fmt: skip
def a_value_of_a_parameter_finds_its_tasks(probe: Probe, drawn: tuple[str, str, int]) -> None:
    """A parameterFilter with EQUAL finds all tasks with that value and no other."""
    name, value, number = drawn
    job, _ = own_tasks(probe)
    own = {"parameterFilter": {"name": name, "operator": "EQUAL", "value": value}}
    found = matches(_in_job(probe, job, own), "searchTasks")
    for one in found:
        shown = one.get("parameters", {}).get(name)
        words = f"{one.get('taskId')} was found by {name} {value} and has {shown}"
        probe.require(shown is None or value in shown.values(), words)
    probe.require(len(found) == number, f"{number} tasks have {name} {value}, {len(found)} found")


def _statuses(probe: Probe, queues: list[str]) -> dict[str, str]:
    """Return what the jobs of some queues show as their status, each by itself."""
    pages = search(probe, "searchJobs", farm_of(probe), body_of(queues))
    return {one["jobId"]: one.get("taskRunStatus", "") for one in matches(pages, "searchJobs")}


def _filtered(probe: Probe, own: Record, wanted: set[str]) -> None:
    queues = queues_of(probe)

    def complaint() -> str | None:
        before = _statuses(probe, queues)
        pages = search(probe, "searchJobs", farm_of(probe), body_of(queues, own))
        found = {one["jobId"] for one in matches(pages, "searchJobs")}
        after = _statuses(probe, queues)
        for key, status in before.items():
            if after.get(key) == status and (key in found) != (status in wanted):
                seen = "found" if key in found else "not found"
                return f"job {key} is {status} and {seen} among those {sorted(wanted)}"
        return None

    insist(probe, complaint)


@check("deadline-cloud/searchJobs/status-filter", plan=st.sampled_from(STATUSES), examples=4)
def jobs_of_one_status_are_found(probe: Probe, status: str) -> None:
    """A stringFilter of TASK_RUN_STATUS finds all jobs in that status and no other."""
    own = {"stringFilter": {"name": "TASK_RUN_STATUS", "operator": "EQUAL", "value": status}}
    _filtered(probe, own, {status})


@check(
    "deadline-cloud/searchJobs/status-list-filter",
    needs=Needs.CREATE, plan=st.permutations(STATUSES), examples=3,
)  # fmt: skip
def jobs_of_any_of_these_statuses_are_found(probe: Probe, statuses: list[str]) -> None:
    """A stringListFilter of TASK_RUN_STATUS finds the jobs in any of the states."""
    job, _ = own_tasks(probe)  # one that is surely SUSPENDED
    chosen = [*dict.fromkeys([*statuses[:2], "SUSPENDED"])]
    own = {"name": "TASK_RUN_STATUS", "operator": "ANY_EQUALS", "values": chosen}
    probe.assume(job, "a job is there")
    _filtered(probe, {"stringListFilter": own}, set(chosen))
    own = {**own, "values": chosen[::-1]}
    _filtered(probe, {"stringListFilter": own}, set(chosen))


@check(
    "deadline-cloud/searchJobs/sorted-by-created-at",
    plan=st.sampled_from(("ASCENDING", "DESCENDING")), examples=2,
)  # fmt: skip
def jobs_are_sorted_by_their_creation(probe: Probe, direction: str) -> None:
    """A fieldSort by CREATED_AT puts the jobs in the order that was asked for."""
    sort = [{"fieldSort": {"name": "CREATED_AT", "sortOrder": direction}}]
    body = body_of(queues_of(probe), sortExpressions=sort)
    pages = search(probe, "searchJobs", farm_of(probe), body)
    for page in pages:
        times = [one["createdAt"] for one in page["jobs"] if "createdAt" in one]
        for first, second in pairwise(times):
            wrong = (
                is_before(second, first) if direction == "ASCENDING" else is_before(first, second)
            )
            probe.require(not wrong, f"{direction}: {second} comes after {first}")


@check("deadline-cloud/searchJobs/created-at-filter", plan=st.integers(0, 15), examples=3)
def jobs_of_before_then_are_not_found(probe: Probe, turn: int) -> None:
    """A dateTimeFilter with GREATER_THAN_EQUAL_TO finds no job created before then."""
    queues, farm = queues_of(probe), farm_of(probe)
    jobs = matches(search(probe, "searchJobs", farm, body_of(queues)), "searchJobs")
    times = sorted({one["createdAt"] for one in jobs if instant(one.get("createdAt"))})
    probe.assume(times, "no job shows when it was created")
    then = times[(len(times) // 2 + turn) % len(times)]
    own = {"name": "CREATED_AT", "operator": "GREATER_THAN_EQUAL_TO", "dateTime": then}
    found = search(probe, "searchJobs", farm, body_of(queues, {"dateTimeFilter": own}))
    for one in matches(found, "searchJobs"):
        words = f"job {one.get('jobId')} of {one.get('createdAt')} is found from {then} on"
        probe.require(not is_before(one.get("createdAt"), then), words)


@check("deadline-cloud/searchJobs/term-is-contained", needs=Needs.CREATE)
def a_job_is_found_by_a_part_of_its_name(probe: Probe, _: object) -> None:
    """A searchTermFilter with CONTAINS finds a job whose name contains the term."""
    mark = f"z{int(probe.target.time.moment().timestamp() * 1e6):x}"
    job = submit(probe, order(probe, name=f"Before {mark} after"))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    for term in (mark, mark[1:-1], f"{mark} aft"):
        own = {"searchTermFilter": {"searchTerm": term, "matchType": "CONTAINS"}}
        body = body_of([job["queueId"]], own)
        found = matches(search(probe, "searchJobs", within(job, "farmId"), body), "searchJobs")
        is_found = job["jobId"] in {one.get("jobId") for one in found}
        probe.require(is_found, f"the job is not found by {term!r}, which its name contains")
