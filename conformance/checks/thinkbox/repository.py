"""The jobs of the repository: listed, read at once, deleted."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.drivers.thinkbox_repository import (
    ABSENT,
    NOBODY,
    create_job,
    read_jobs,
    submission,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

NUMBERS = {"Active": 1, "Suspended": 2, "Completed": 3, "Failed": 4, "Pending": 6}


def some_jobs(probe: Probe, number: int) -> list[str]:
    """Return jobs of ours that nobody is going to render."""
    body = submission(probe, "1-2")
    body["JobInfo"]["InitialStatus"] = "Suspended"
    return [create_job(probe, body) for _ in range(number)]


@check(
    "thinkbox/listJobs/job-id-answers-those-jobs",
    needs=Needs.CREATE,
    plan=st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True),
    examples=4,
)
def asked_for_jobs_by_id_it_lists_those(probe: Probe, places: list[int]) -> None:
    """The jobs that are asked for by their IDs are listed, each once, and no others."""
    jobs = some_jobs(probe, 3)
    asked = [jobs[place] for place in places]
    listed = [one["_id"] for one in read_jobs(probe, asked)]
    probe.require(sorted(listed) == sorted(asked), f"asked for {asked} it lists {listed}")


@check("thinkbox/listJobs/unknown-job-is-no-job")
def an_unknown_job_is_no_job(probe: Probe, _: None) -> None:
    """Asked for a job that does not exist, it lists none."""
    answer = probe.call("listJobs", query={"JobID": [NOBODY]})
    if answer.status in ABSENT - {404}:
        probe.unsupported(f"jobs cannot be read here: {answer.exchange}")
    if answer.status == 404 and probe.call("listJobs", query={"IdOnly": True}).status == 404:
        probe.unsupported("jobs cannot be read here")
    probe.require(answer.status == 200, f"{answer.exchange}, not an empty list")
    probe.require(answer.json == [], f"{answer.exchange} lists something")


@check("thinkbox/listJobs/id-only-answers-texts")
def ids_of_jobs_are_texts(probe: Probe, _: None) -> None:
    """With IdOnly the jobs are listed by their IDs alone."""
    ids: object = read_jobs(probe, IdOnly=True)
    assert isinstance(ids, list)
    strange = [one for one in list(ids) if not isinstance(one, str)]
    probe.require(not strange, f"among the IDs there is {str(strange[:1])[:80]}")


@check(
    "thinkbox/listJobs/states-answer-those-jobs",
    plan=st.lists(st.sampled_from(sorted(NUMBERS)), min_size=1, max_size=3, unique=True),
    examples=6,
)
def asked_for_states_it_lists_such_jobs(probe: Probe, words: list[str]) -> None:
    """Asked for jobs in certain states, it lists only jobs in one of these."""
    wanted = {NUMBERS[word] for word in words}
    for job in read_jobs(probe, States=words):
        shown = job.get("Stat", min(wanted))
        probe.require(shown in wanted, f"with {words} the job {job['_id']} is listed, in {shown}")


@check("thinkbox/createJob/job-can-be-read-at-once", needs=Needs.CREATE)
def a_new_job_can_be_read(probe: Probe, _: None) -> None:
    """A job that was just submitted is found by its ID."""
    job = some_jobs(probe, 1)[0]
    listed = [one["_id"] for one in read_jobs(probe, [job])]
    probe.require(listed == [job], f"the new job {job} is listed as {listed}")


@check(
    "thinkbox/deleteJobs/deleted-job-is-gone",
    needs=Needs.CHANGE,
    plan=st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True),
    examples=3,
)
def deleted_jobs_are_gone(probe: Probe, places: list[int]) -> None:
    """Jobs that were deleted, one or two at a time, are no longer listed; the others are."""
    jobs = some_jobs(probe, 3)
    goners = [jobs[place] for place in places]
    answer = probe.call("deleteJobs", query={"JobID": goners})
    if answer.status in ABSENT - {404}:
        probe.unsupported(f"jobs cannot be deleted here: {answer.exchange}")
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    kept = sorted(set(jobs) - set(goners))

    def is_so() -> bool:
        return sorted(one["_id"] for one in read_jobs(probe, jobs)) == kept

    probe.eventually(is_so, message=f"after {goners} were deleted others than {kept} are listed")
