"""The list of jobs: who is in it, what it shows of them, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause, joined
from conformance.checks.hpcpack.listing import JOBS
from conformance.checks.hpcpack.moments import read_format
from conformance.checks.hpcpack.sorting import disorder
from conformance.checks.hpcpack.workshop import owner_of
from conformance.drivers.hpcpack_cluster import (
    NO_PROPERTY,
    Properties,
    create_job,
    number_in,
    order,
    user,
)
from conformance.drivers.hpcpack_subjects import JOB_XML, send
from conformance.mode import Needs
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

PROPERTIES = ("Id", "Name", "Owner", "State", "Priority", "CreateTime", "ErrorMessage")
SHORT = 4  # rows of a small page


def snapshot(probe: Probe, *names: str, **query: Any) -> dict[str, Properties]:
    """Return every job by its id, with the properties named."""
    found = JOBS.whole(probe, properties=("Id", *names), **query)
    return {one["Id"]: one for one in found}


def filtered(
    probe: Probe, where: Sequence[Clause], *names: str, in_parts: bool = True, **query: Any
) -> set[str]:
    """Return the ids in a filtered list; *in_parts*, those that small pages show as well."""
    asked: dict[str, Any] = {"properties": ("Id", *names), **query}
    whole = {one["Id"] for one in JOBS.whole(probe, where, **asked)}
    if not in_parts or len(whole) <= SHORT or len(whole) > 8 * SHORT:
        return whole
    pages = JOBS.pages(probe, where, rowsPerRead=SHORT, **asked)
    return whole & {one["Id"] for page in pages for one in page.rows}


@check("hpcpack/listJobs/lists-every-job", needs=Needs.CREATE)
def a_new_job_is_in_the_list(probe: Probe, _: None) -> None:
    """Each job that was made, of properties or of XML, is in the list, also when it has ended."""
    made = [create_job(probe, order(probe, "job")) for _again in range(2)]
    made.append(number_in(probe.ok("createJobFromXml", body=JOB_XML.format("echo callsheet"))))
    send(probe, "cancelJob", made[0], query={"forced": True})

    def complaint() -> str | None:
        missing = set(made) - set(snapshot(probe))
        return f"job {', '.join(sorted(missing))} is not in the list of jobs" if missing else None

    insist(probe, complaint)


def owners(probe: Probe) -> list[str]:
    """Return the owners that jobs have."""
    found = snapshot(probe, "Owner").values()
    probe.assume(found, "there are no jobs")
    return list(dict.fromkeys(one["Owner"] for one in found))


@check("hpcpack/listJobs/owner-only-matching", needs=Needs.CREATE)
def an_owner_sees_only_the_own_jobs(probe: Probe, _: None) -> None:
    """With owner, alone or beside a filter, no job that somebody else made is listed."""
    mine, yours = _two_jobs(probe)
    names = ("Id", "Owner", "State")
    for owner in owners(probe)[:3]:
        JOBS.page(probe, owner=owner, properties=names, rowsPerRead=50)
        JOBS.page(probe, [Clause("JobState", "Finished")], owner=owner, properties=names)
    if yours is None:
        return
    for job, other in ((mine, yours), (yours, mine)):
        owner = owner_of(probe, job)
        for where in ([], [Clause("JobState", "Configuring")]):
            found = {one["Id"] for one in JOBS.whole(probe, where, owner=owner, properties=names)}
            probe.require(other not in found, f"owner={owner} lists {other}, a job of another")


def _two_jobs(probe: Probe) -> tuple[str, str | None]:
    """Return a job of ours and, if the target file gives a plain user, one of that user."""
    mine = create_job(probe, order(probe, "job"))
    other = user(probe, "user")
    yours = None if other is None else create_job(probe, order(probe, "job"), other)
    if yours is not None and owner_of(probe, mine) == owner_of(probe, yours):
        yours = None
    return mine, yours


@check("hpcpack/listJobs/owner-keeps-every-match", needs=Needs.CREATE)
def an_owner_sees_all_the_own_jobs(probe: Probe, _: None) -> None:
    """With owner, each job that shows this owner is listed, on small pages as well."""
    made = [one for one in _two_jobs(probe) if one is not None]

    def complaint() -> str | None:
        before = snapshot(probe, "Owner", "State")
        some = dict.fromkeys([*(before[one]["Owner"] for one in made), *owners(probe)[:3]])
        for owner in some:
            found = filtered(probe, (), "Owner", owner=owner)
            missing = [key for key, one in before.items()
                       if one["Owner"] == owner and key not in found]  # fmt: skip
            if missing:
                return f"owner={owner} leaves out job {', '.join(missing)}"
            where = [Clause("JobState", "Configuring")]
            found = filtered(probe, where, "Owner", "State", owner=owner)
            for one in made:
                if before[one]["Owner"] == owner and one not in found:
                    return f"owner={owner} where {joined(where)} leaves out job {one}"
        return None

    insist(probe, complaint)


@check(
    "hpcpack/listJobs/only-named-properties",
    plan=st.lists(st.sampled_from(PROPERTIES), min_size=1, max_size=4, unique=True),
    examples=4,
)
def jobs_show_what_is_named(probe: Probe, names: list[str]) -> None:
    """With properties, jobs show those and no others, on each page."""
    pages = JOBS.pages(probe, properties=tuple(names), rowsPerRead=40)
    probe.assume(pages[0].rows, "there are no jobs")


@check("hpcpack/listJobs/default-properties")
def jobs_show_five_properties_by_default(probe: Probe, _: None) -> None:
    """Without properties, jobs show Id, Owner, Name, State and Priority, and no others."""
    pages = JOBS.pages(probe, rowsPerRead=40)
    probe.assume(pages[0].rows, "there are no jobs")
    JOBS.page(probe, [Clause("JobState", "Finished")])


@check(
    "hpcpack/listJobs/sorted-by-named-property",
    plan=st.sampled_from(["Name", "Priority", "Owner", "State", "CreateTime"]),
    examples=5,
)
def jobs_are_sorted_as_wished(probe: Probe, name: str) -> None:
    """Jobs come in the order of the property that sortJobsBy names, over all pages."""
    _sorted(probe, name, sortJobsBy=name)


@check("hpcpack/listJobs/sorted-by-id-by-default")
def jobs_are_sorted_by_id(probe: Probe, _: None) -> None:
    """Without sortJobsBy, jobs come in the order of their ids, over all pages."""
    _sorted(probe, "Id")


@check("hpcpack/listJobs/sorted-by-id-if-property-unknown")
def an_unknown_order_of_jobs_is_that_of_ids(probe: Probe, _: None) -> None:
    """With a sortJobsBy that no job has, jobs come in the order of their ids."""
    _sorted(probe, "Id", sortJobsBy=NO_PROPERTY)


def _sorted(probe: Probe, name: str, **query: Any) -> None:
    form = read_format(probe) if name.endswith("Time") else None

    def complaint() -> str | None:
        for size in (500, 15):
            if size < 500 and name == "State":
                break  # it changes from page to page
            pages = JOBS.pages(probe, properties=("Id", name, "State"), rowsPerRead=size, **query)
            found = [row for page in pages for row in page.rows]
            words = disorder(name, [row[name] for row in found], form)
            if words is not None:
                return f"in pages of {size} the rows are {words}"
        return None

    insist(probe, complaint)
