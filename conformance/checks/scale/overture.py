"""A first look at everything: few requests that most defects cannot hide from.

Nothing is judged here. What looks wrong is handed to the check of the requirement in question,
at once instead of when its turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from operator import itemgetter
from typing import Any
from urllib.parse import urljoin

from conformance.checks.scale import sight
from conformance.checks.scale.acquaintance import details, distinct
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.commands import ORDERS
from conformance.checks.scale.exemplars import input_that_takes_several
from conformance.checks.scale.filters import (
    JOB_FILTERS,
    NO_SUCH_NAME,
    NO_SUCH_NUMBER,
    TIME_FILTERS,
    Record,
    at,
)
from conformance.checks.scale.handover import right
from conformance.checks.scale.job_details import differing
from conformance.checks.scale.job_order import unsorted
from conformance.checks.scale.listing import (
    DEFAULT_SIZE,
    JOBS,
    MOST,
    Page,
    executions,
    ids,
    input_files,
)
from conformance.checks.scale.moments import spelled
from conformance.checks.scale.rules import ENDED
from conformance.failures import NotReached
from conformance.mode import Needs
from conformance.moments import instant
from conformance.probe import Probe

LIST, CREATE, DETAILS = "scale/listJobs", "scale/createJob", "scale/getJob"
PRIORITY = 77
SOME = 30
LONG = timedelta(hours=1)
MOVED = 5  # jobs that may have come or gone between two looks


def overture(probe: Probe) -> None:
    """Look at each service once, and have checked what looks wrong, until something is."""
    probe.api.found_before = len(probe.visit.findings.violations)
    answer = JOBS.ask(probe, page_size=MOST)
    if not right(probe, f"{LIST}/page-size-range", answer.is_success):
        return
    whole = Page.of(answer)
    sight.jobs(probe, whole.results)
    _pages(probe, whole)
    files = _single_jobs(probe, whole.results)
    if probe.mode.allows(Needs.CHANGE):
        _own_jobs(probe, files)
    if whole.count <= MOST:
        _queries(probe, JOBS.page(probe, page_size=MOST).results)


def _pages(probe: Probe, whole: Page) -> None:
    complete = whole.count <= MOST
    if complete:
        right(probe, f"{LIST}/count-is-total", whole.count == len(set(ids(whole.results))))
        right(probe, f"{LIST}/next-leads-on", whole.next is None)
    right(probe, f"{LIST}/previous-leads-back", whole.previous is None)
    first = JOBS.page(probe)
    wanted = min(DEFAULT_SIZE, first.count)
    right(probe, f"{LIST}/default-page-size", len(first.results) == wanted)
    if complete:
        right(probe, f"{LIST}/count-is-total", abs(first.count - whole.count) <= MOVED)
    if first.count <= DEFAULT_SIZE:
        return
    second = JOBS.page(probe, page=2)
    left = min(DEFAULT_SIZE, second.count - DEFAULT_SIZE)
    right(probe, f"{LIST}/page-size-bounds-page", len(second.results) == left)
    apart = not set(ids(first.results)) & set(ids(second.results))
    right(probe, f"{LIST}/pages-hold-each-result-once", apart)
    if complete:
        _followed(probe, whole.results)


def _followed(probe: Probe, jobs: Sequence[Record]) -> None:
    """Follow a link of a query with a repeated filter to its last page, which is full."""
    states = ["COMPLETED", "FAILED"]
    fitting = {one["id"] for one in jobs if one["status"] in states}
    size = max(1, len(fitting) // 3)
    first = JOBS.page(probe, status=states, page_size=size)
    right(probe, f"{LIST}/count-is-total", first.count >= len(fitting))
    if first.next is None:
        right(probe, f"{LIST}/next-leads-on", first.count <= size)
        return
    answer = probe.follow("listJobs", first.next)
    if not right(probe, f"{LIST}/next-leads-on", answer.is_success):
        return
    second = Page.of(answer)
    fine = len(second.results) == size and set(ids(second.results)) <= fitting
    right(probe, f"{LIST}/next-leads-on", fine and second.count == first.count)
    right(probe, f"{LIST}/previous-leads-back", second.previous is not None)


def _single_jobs(probe: Probe, jobs: Sequence[Record]) -> list[Any]:
    """Look at a job of each kind; return the ids of the files that they read."""
    chosen = {one["status"]: one for one in jobs if one["status"] in ENDED}
    replaced = next((one for one in jobs if one["is_superseded"]), None)
    successor = next((one for one in jobs if one["superseded_job"] is not None), None)
    seen: dict[Any, Record] = {}
    for job in [*chosen.values(), *(one for one in (replaced, successor) if one is not None)]:
        answer = probe.call("getJob", path={"id": job["id"]})
        if not right(probe, f"{LIST}/id-leads-to-details", answer.is_success):
            continue
        seen[job["id"]] = answer.json
        sight.details(probe, answer.json)
        right(probe, f"{DETAILS}/is-the-job-asked-for", answer.json["id"] == job["id"])
        right(probe, f"{DETAILS}/agrees-with-list", differing(job, answer.json) is None)
    if successor is not None and successor["id"] in seen:
        old = details(probe, successor["superseded_job"]["id"])
        back = at(old, "superseded_by_job", "id") == successor["id"]
        right(probe, "scale/Job/chain-leads-back", back)
    for state in ("COMPLETED", "FAILED"):
        if state in chosen and chosen[state]["id"] in seen:
            _runs(probe, seen[chosen[state]["id"]])
    inputs = [each for job in seen.values() for each in job["input"]["files"].values()]
    return sorted({one for each in inputs for one in each})


def _runs(probe: Probe, job: Record) -> None:
    """Look at the executions, the log and the files of a job that has ended."""
    found = executions(job["id"]).page(probe).results
    numbers = [one["exe_num"] for one in found]
    own = "scale/listExecutions"
    right(probe, f"{own}/newest-first", numbers == sorted(numbers, reverse=True))
    right(probe, "scale/JobExecution/exe-num-is-unique", len(set(numbers)) == len(numbers))
    latest = at(job, "execution", "exe_num") == max(numbers, default=None)
    right(probe, "scale/Job/execution-is-latest", latest)
    if not found:
        return
    of_job = all(one["job"]["id"] == job["id"] for one in found)
    right(probe, f"{own}/of-the-job", of_job)
    path = {"id": job["id"], "exe_num": found[0]["exe_num"]}
    answer = probe.call("getExecution", path=path)
    if right(probe, f"{own}/exe-num-leads-to-details", answer.is_success):
        same = all(answer.json[name] == found[0][name] for name in found[0] if name in answer.json)
        right(probe, "scale/getExecution/agrees-with-list", same)
    log = {"job_exe_id": found[0]["id"], "log_id": "combined"}
    written = probe.call("getExecutionLog", path=log)
    if written.status == 200:
        lines, name = written.json, "scale/getExecutionLog"
        cluster = {line["scale_job_exe"] for line in lines} <= {found[0]["cluster_id"]}
        right(probe, f"{name}/cluster-id-is-the-executions", cluster)
        places = {(line["@timestamp"], line["scale_order_num"]) for line in lines}
        right(probe, f"{name}/order-number-breaks-ties", len(places) == len(lines))
    files = input_files(job["id"]).page(probe).results
    given = {one for each in job["input"]["files"].values() for one in each}
    right(probe, "scale/listInputFiles/files-of-the-job", set(ids(files)) == given)
    named = {one for names in job["input_files"].values() for one in names}
    agree = named == {one["file_name"] for one in files}
    right(probe, f"{DETAILS}/input-files-agree-with-list", agree)


def _queries(probe: Probe, jobs: Sequence[Record]) -> None:
    """Ask each filter for something, where it is known what should come."""
    settled = [one for one in jobs if one["status"] in ENDED]
    for one in (*JOB_FILTERS, *TIME_FILTERS):
        values = distinct(settled, one.value)
        if not values:
            continue
        value = values[len(values) // 2]
        wanted = {job["id"] for job in jobs if one.lets_through(job, value)}
        page = JOBS.page(probe, **{one.name: value}, page_size=SOME)
        fine = set(ids(page.results)) <= wanted
        if one.bound is None:
            fine = fine and abs(page.count - len(wanted)) <= MOVED
        right(probe, f"{LIST}/{one.slug}", fine)
    for field in ("id", "-created", "num_exes", "-started", "source_sensor", "-last_modified"):
        answer = JOBS.ask(probe, order=field, page_size=SOME)
        falling, name = field.startswith("-"), field.removeprefix("-")
        found = answer.json["results"] if answer.is_success else []
        wrong = unsorted(found, itemgetter(name), falling=falling)
        right(probe, f"{LIST}/{'dash-reverses' if falling else 'order-sorts'}", wrong is None)


def _own_jobs(probe: Probe, files: list[Any]) -> None:
    """Make jobs, cancel them and put them back on the queue."""
    cast = Cast(probe)
    body = cast.body("slow")
    plain = {name: body[name] for name in body if name != "configuration"}
    answer = probe.call("createJob", body=plain)
    if not right(probe, f"{CREATE}/configuration-is-optional", answer.is_success):
        return
    job: Record = answer.json
    right(probe, f"{CREATE}/starts-queued", job["status"] == "QUEUED")
    type_fits = job["job_type"]["id"] == body["job_type_id"]
    right(probe, f"{CREATE}/job-type-as-asked", type_fits)
    location = answer.headers.get("Location", "")
    found = probe.follow("getJob", urljoin(answer.exchange.url, location))
    there = found.is_success and found.json["id"] == job["id"]
    right(probe, f"{CREATE}/location-leads-to-details", there)
    second = _rich(probe, job, body, files)
    jobs = [one for one in (job, second, *cast.made(1)) if one is not None]
    _commanded(probe, cast, jobs)


def _commanded(probe: Probe, cast: Cast, jobs: Sequence[Record]) -> None:
    """Give both commands to all jobs but the last, and to that one with filters it does not fit."""
    *taken, last = jobs
    cast.diary.look(ids(jobs))
    for order, state in zip(ORDERS, ("CANCELED", "QUEUED"), strict=True):
        own = f"scale/{order.operation_id}"
        before = cast.diary.look(ids(jobs))
        for slug, given in _misfits(last):
            answer = probe.call(order.operation_id, body={**given, "job_ids": [last["id"]]})
            right(probe, f"{own}/{slug}", answer.is_success)
        able = [one for one in taken if before[one["id"]]["status"] not in order.spares]
        answer = probe.call(order.operation_id, body={"job_ids": ids(able)})
        right(probe, f"{own}/has-no-body", not answer.body)
        right(probe, f"{own}/job-ids-filter", answer.is_success)
        try:
            if state == "CANCELED":
                cast.wait(able, ENDED)
            else:
                cast.requeued([before[one["id"]] for one in able])
        except NotReached:
            right(probe, f"{own}/job-ids-filter", condition=False)
            return
        now = cast.diary.look([last["id"]])[last["id"]]
        if order.took(before[last["id"]], now):
            for slug, _ in _misfits(last):
                right(probe, f"{own}/{slug}", condition=False)
        if state == "CANCELED":
            cast.send(order.operation_id, [last])
            cast.wait([last], ENDED)


def _misfits(job: Record) -> list[tuple[str, dict[str, Any]]]:
    """Return filters that the job does not fit, with the requirements that say so."""
    made = instant(job["created"])
    earlier = {"ended": spelled(made - LONG)} if made is not None else {}
    return [
        ("status-filter", {"status": "FAILED"}),
        ("job-type-ids-filter", {"job_type_ids": [NO_SUCH_NUMBER]}),
        ("job-type-names-filter", {"job_type_names": [NO_SUCH_NAME]}),
        ("batch-ids-filter", {"batch_ids": [NO_SUCH_NUMBER]}),
        ("recipe-ids-filter", {"recipe_ids": [NO_SUCH_NUMBER]}),
        ("error-categories-filter", {"error_categories": ["SYSTEM"]}),
        ("error-ids-filter", {"error_ids": [str(NO_SUCH_NUMBER)]}),
        ("ended-filter", earlier or {"status": "FAILED"}),
    ]


def _rich(probe: Probe, job: Record, body: Record, known: list[Any]) -> Record | None:
    """Make a job with a priority and, if its type takes them, several files for one input."""
    given = body.get("input", {})
    files = dict(given.get("files", {}))
    name = input_that_takes_several(job)
    if name is not None and known:
        files[name] = known
    configured = {**body.get("configuration", {}), "priority": PRIORITY}
    rich = {**body, "input": {**given, "files": files}, "configuration": configured}
    answer = probe.call("createJob", body=rich)
    if not answer.is_success:
        return None
    shown: Record = answer.json
    kept = at(shown, "configuration", "priority") == PRIORITY
    right(probe, f"{CREATE}/configuration-as-sent", kept, PRIORITY)
    right(probe, f"{CREATE}/input-as-sent", shown["input"]["files"] == files)
    return shown
