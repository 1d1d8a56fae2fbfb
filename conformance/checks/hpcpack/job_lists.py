"""The list of jobs: filters, owners, properties, orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause, joined
from conformance.checks.hpcpack.listing import JOBS
from conformance.checks.hpcpack.moments import later, read_format
from conformance.checks.hpcpack.patience import insist
from conformance.checks.hpcpack.sorting import disorder
from conformance.checks.hpcpack.workshop import owner_of
from conformance.drivers.hpcpack_cluster import (
    NO_PROPERTY,
    Properties,
    create_job,
    number_in,
    order,
    rows,
    user,
)
from conformance.drivers.hpcpack_subjects import JOB_XML, send
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

STATES = ("Configuring", "Submitted", "Validating", "ExternalValidation", "Queued", "Running",
          "Finishing", "Finished", "Failed", "Canceling", "Canceled")  # fmt: skip
PROPERTIES = ("Id", "Name", "Owner", "State", "Priority", "CreateTime", "ErrorMessage")
SHORT = 4  # rows of a small page


def snapshot(probe: Probe, *names: str, **query: Any) -> dict[str, Properties]:
    """Return every job by its id, with the properties named."""
    found = JOBS.whole(probe, properties=("Id", *names), **query)
    return {one["Id"]: one for one in found}


def filtered(probe: Probe, where: Sequence[Clause], names: Sequence[str], **query: Any) -> set[str]:
    """Return the ids in the filtered list that are there both in one page and in small ones."""
    asked: dict[str, Any] = {"properties": ("Id", *names), **query}
    whole = {one["Id"] for one in JOBS.whole(probe, where, **asked)}
    if len(whole) <= SHORT or len(whole) > 8 * SHORT:
        return whole
    pages = JOBS.pages(probe, where, rowsPerRead=SHORT, **asked)
    return whole & {one["Id"] for page in pages for one in page.rows}


def lost(before: dict[str, Properties], found: set[str], after: dict[str, Properties],
         clauses: Sequence[Clause]) -> str | None:  # fmt: skip
    """Return a complaint about a job that matched all the while and was not found."""
    for key, row in before.items():
        still = after.get(key)
        if still is None or key in found:
            continue
        if all(one.matches(row) and one.matches(still) for one in clauses):
            return f"job {key} ({row}) is missing where {joined(clauses)}"
    return None


@check("hpcpack/listJobs/lists-every-job", needs=Needs.CREATE, plan=st.booleans(), examples=2)
def a_new_job_is_in_the_list(probe: Probe, is_canceled: bool) -> None:  # noqa: FBT001 - a plan
    """Each job that was made, of properties or of XML, is in the list, also when it has ended."""
    made = [create_job(probe, order(probe, "job")) for _ in range(2)]
    made.append(number_in(probe.ok("createJobFromXml", body=JOB_XML.format("echo callsheet"))))
    if is_canceled:
        send(probe, "cancelJob", made[0], query={"forced": True})

    def complaint() -> str | None:
        missing = set(made) - set(snapshot(probe))
        return f"job {', '.join(sorted(missing))} is not in the list of jobs" if missing else None

    insist(probe, complaint)


@check("hpcpack/listJobs/job-state-filter-only-matching")
def a_filter_by_job_state_shows_no_other(probe: Probe, _: None) -> None:
    """For each state, the list filtered by it shows only jobs in that state, on two pages."""
    seen = 0
    for state in STATES:
        asked: dict[str, Any] = {"properties": ("Id", "State"), "rowsPerRead": SHORT}
        page = JOBS.page(probe, [Clause("JobState", state)], **asked)
        seen += len(page.rows)
        if page.continuation:
            asked["queryId"] = page.continuation
            JOBS.page(probe, [Clause("JobState", state)], **asked)
    probe.assume(seen, "no job is in any state")


@check("hpcpack/listJobs/node-group-filter-only-matching", plan=st.integers(0, 5), examples=3)
def a_filter_by_node_group_shows_no_other(probe: Probe, pick: int) -> None:
    """For a node group, the list filtered by it shows only jobs that name it."""
    groups = [str(one) for one in probe.known.get("node_groups", ())]
    probe.assume(groups, "no node group is known")
    for index in range(2):
        where = [Clause("NodeGroup", groups[(pick + index) % len(groups)])]
        JOBS.page(probe, where, properties=("Id", "NodeGroups"), rowsPerRead=50)


def since(probe: Probe, text: str) -> list[Clause]:
    """Return the clauses that ask for changes from a shown time on: as shown, as clients write."""
    form = read_format(probe)
    probe.assume(form.read(text) is not None, f"{text!r} is not a time that can be understood")
    return [
        Clause("ChangeTimeFrom", written, form, text) for written in (text, later(text, form, 0))
    ]


def change_times(found: Sequence[Properties]) -> list[str]:
    """Return the different times of change among some rows, in their order."""
    return list(dict.fromkeys(one["ChangeTime"] for one in found if one.get("ChangeTime")))


NAMES = ("Id", "State", "ChangeTime", "NodeGroups")


@check("hpcpack/listJobs/change-time-filter-only-matching", plan=st.integers(0, 40), examples=3)
def a_filter_by_change_shows_nothing_older(probe: Probe, pick: int) -> None:
    """With ChangeTimeFrom, the list shows only jobs that changed then or later."""
    before = list(snapshot(probe, "ChangeTime").values())
    times = change_times(before)
    probe.assume(len(times) > 1, "all jobs changed at the same time")
    clauses = since(probe, times[pick % len(times)])

    def complaint() -> str | None:
        wrong = [_older(probe, one) for one in clauses]
        accepted = [one for one in wrong if one is not None]
        probe.assume(accepted, "the target takes the time in no form that is tried")
        return accepted[0] if all(accepted) else None  # else one form was not understood

    insist(probe, complaint)


def _older(probe: Probe, clause: Clause) -> str | None:
    """Return what is older than it should be, an empty text if nothing is, None if refused."""
    answer = JOBS.ask(probe, [clause], properties=("Id", "ChangeTime"), rowsPerRead=500)
    if not answer.is_success:
        return None
    for row in rows(answer):
        if clause.matches(row) is False:
            return f"{clause.text} lists job {row['Id']}, changed at {row['ChangeTime']}"
    return ""


@check("hpcpack/listJobs/filters-are-anded", plan=st.integers(0, 40), examples=3)
def each_clause_of_a_filter_counts(probe: Probe, pick: int) -> None:
    """Whatever two or three clauses are joined, each row matches each of them."""
    before = list(snapshot(probe, *NAMES[1:]).values())
    grouped = [one for one in before if one.get("NodeGroups")]
    probe.assume(before, "there are no jobs")
    chosen = (grouped or before)[pick % len(grouped or before)]
    state = Clause("JobState", chosen["State"])
    other = Clause("JobState", "Canceled" if chosen["State"] == "Finished" else "Finished")
    groups = [one.strip() for one in chosen.get("NodeGroups", "").split(",") if one.strip()]
    where = [[state, Clause("NodeGroup", one)] for one in groups[:1]]
    where += [[Clause("NodeGroup", one), other] for one in groups[-1:]]
    times = change_times(before)
    if times:
        moment = _accepted(probe, times[pick % len(times)])
        if moment is not None:
            where += [[moment, other], [state, moment]]
            where += [[Clause("NodeGroup", one), moment, state] for one in groups[:1]]
    probe.assume(where, "there is nothing to combine")
    for clauses in where:
        JOBS.page(probe, clauses, properties=NAMES, rowsPerRead=100)


def _accepted(probe: Probe, text: str) -> Clause | None:
    """Return the clause for a time in the first form that works as it should."""
    for one in since(probe, text):
        if _older(probe, one) == "":
            return one
    return None


@check("hpcpack/listJobs/filter-keeps-every-match", plan=st.integers(0, 40), examples=2)
def a_filter_loses_no_job(probe: Probe, pick: int) -> None:
    """Each job that matches a filter all the while is in the filtered list."""
    groups = [str(one) for one in probe.known.get("node_groups", ())]
    first = snapshot(probe, *NAMES[1:])
    probe.assume(first, "there are no jobs")
    chosen = list(first.values())[pick % len(first)]
    there = list(dict.fromkeys(one["State"] for one in first.values()))
    where = [[Clause("JobState", one)] for one in there]
    where += [[Clause("NodeGroup", one)] for one in groups[:2]]
    where += [
        [Clause("JobState", chosen["State"]), Clause("NodeGroup", one.strip())]
        for one in chosen.get("NodeGroups", "").split(",")
        if one.strip()
    ]
    moment = _accepted(probe, chosen["ChangeTime"]) if chosen.get("ChangeTime") else None
    if moment is not None:
        where.append([moment])

    def complaint() -> str | None:
        before = snapshot(probe, *NAMES[1:])
        found = [filtered(probe, one, NAMES[1:]) for one in where]
        after = snapshot(probe, *NAMES[1:])
        wrong = (
            lost(before, *pair) for pair in zip(found, [after] * len(where), where, strict=True)
        )
        return next((one for one in wrong if one is not None), None)

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
            found = filtered(probe, (), ("Owner",), owner=owner)
            missing = [key for key, one in before.items()
                       if one["Owner"] == owner and key not in found]  # fmt: skip
            if missing:
                return f"owner={owner} leaves out job {', '.join(missing)}"
            where = [Clause("JobState", "Configuring")]
            found = filtered(probe, where, ("Owner", "State"), owner=owner)
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
