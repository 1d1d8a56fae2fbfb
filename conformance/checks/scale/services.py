"""What holds of all of Scale's job services."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from conformance.checks.scale import acquaintance, exemplars, sight
from conformance.checks.scale.listing import JOBS, MOST, Listing, Page, executions, ids, input_files
from conformance.checks.scale.overture import overture
from conformance.failures import NotReached
from conformance.patience import Unsteady, insist
from conformance.probe import Probe
from conformance.registry import check

FINISHED = ("COMPLETED", "FAILED", "CANCELED")


@check("scale/jobs-of-every-age", opens=True)
def every_service_tells_of_running_and_of_finished_jobs(probe: Probe, _: None) -> None:
    """The details and executions of a job are there, whether it is running or has finished."""
    with suppress(NotReached):
        overture(probe)
    jobs = [one for state in FINISHED for one in acquaintance.in_state(probe, state)[:1]]
    probe.assume(jobs, "no finished job was found")
    for job in [*jobs, exemplars.running(probe)]:
        path = {"id": job["id"]}
        for name in ("getJob", "listExecutions", "listInputFiles"):
            answer = probe.call(name, path=path)
            if answer.status == 404 and not JOBS.page(probe, job_id=job["id"]).results:
                continue  # it has been removed since
            found = f"a {job['status']} job is in the list, and {answer.exchange}"
            probe.require(answer.is_success, found)
            if name == "getJob":
                sight.details(probe, answer.json)
            elif name == "listExecutions":
                sight.executions(probe, answer.json["results"])


@check("scale/missing-slash-redirects")
def path_without_its_last_slash_is_redirected(probe: Probe, _: None) -> None:
    """A path without its last slash is answered 301 to the path with it, the query kept."""
    job = acquaintance.settled(probe)[0]
    paths = ["/v6/jobs", f"/v6/jobs/{job['id']}", f"/v6/jobs/{job['id']}/executions",
             f"/v6/jobs/{job['id']}/input_files"]  # fmt: skip
    found = executions(job["id"]).page(probe).results
    if found:
        paths.append(f"/v6/jobs/{job['id']}/executions/{found[0]['exe_num']}")
        paths.append(f"/v6/job-executions/{found[0]['id']}/logs/combined")
    for path in paths:
        answer = probe.raw("GET", path, query={"page_size": 3})
        probe.require(answer.status == 301, f"{answer.exchange}, not 301")
        place = urlsplit(answer.headers.get("Location", ""))
        right = place.path.endswith(f"{path}/") and place.query == "page_size=3"
        probe.require(right, f"{answer.exchange} leads to {answer.headers.get('Location')!r}")


@check("scale/last-page-by-name")
def page_called_last_is_the_last(probe: Probe, _: None) -> None:
    """The page called last holds what the page with the highest number holds."""
    size = max(1, -(-JOBS.page(probe).count // 3))

    def complaint() -> str | None:
        named = JOBS.page(probe, page_size=size, page="last")
        numbered = JOBS.by_number(probe, size)[-1]
        if ids(named.results) == ids(numbered.results):
            return None
        again = JOBS.page(probe, page_size=size, page="last")
        if again.versions != named.versions:
            raise Unsteady("the jobs keep changing")
        return "page=last is not the page with the highest number"

    insist(probe, complaint)


@check("scale/odd-page-size-is-no-error")
def odd_page_size_counts_as_the_nearest_sensible(probe: Probe, _: None) -> None:
    """A page_size above 1000 counts as 1000, and one that is no positive integer as none."""
    for size, most in ((MOST + 1, MOST), (10**6, MOST), (0, 100), (-3, 100), ("many", 100)):

        def complaint(size: object = size, most: int = most) -> str | None:
            answer = JOBS.ask(probe, page_size=size)
            if not answer.is_success:
                return f"{answer.exchange}, where another page_size should be assumed"
            page = Page.of(answer)
            wanted = min(most, page.count)
            number = len(page.results)
            return None if number == wanted else f"page_size={size} gives {number}, not {wanted}"

        insist(probe, complaint)


@check("scale/unknown-parameters-change-nothing")
def unknown_parameter_leaves_the_answer_as_it_is(probe: Probe, _: None) -> None:
    """A list, details and executions are the same with a parameter that nobody knows."""
    job = acquaintance.settled(probe)[0]
    odd = {"no_such_parameter": "1"}
    for listing in (JOBS, executions(job["id"]), input_files(job["id"])):

        def complaint(listing: Listing = listing) -> str | None:
            before = listing.page(probe)
            answer = listing.ask(probe, **odd)
            if not answer.is_success:
                return f"{answer.exchange} because of a parameter that it does not know"
            if ids(Page.of(answer).results) == ids(before.results):
                return None
            if listing.page(probe).versions != before.versions:
                raise Unsteady("the list keeps changing")
            return f"{answer.exchange} has other results than without the parameter"

        insist(probe, complaint)

    def details() -> str | None:
        before = acquaintance.details(probe, job["id"])
        answer = probe.call("getJob", path={"id": job["id"]}, query=odd)
        if answer.is_success and answer.json == before:
            return None
        if acquaintance.details(probe, job["id"]) != before:
            raise Unsteady("the job keeps changing")
        return f"{answer.exchange} is not the same as without the parameter"

    insist(probe, details)
