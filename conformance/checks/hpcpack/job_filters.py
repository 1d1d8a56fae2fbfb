"""The list of jobs, filtered by state, node group and time of change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause, joined
from conformance.checks.hpcpack.job_lists import SHORT, filtered, snapshot
from conformance.checks.hpcpack.listing import JOBS, Listing
from conformance.checks.hpcpack.moments import later, read_format
from conformance.drivers.hpcpack_cluster import Properties, rows
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

STATES = ("Configuring", "Submitted", "Validating", "ExternalValidation", "Queued", "Running",
          "Finishing", "Finished", "Failed", "Canceling", "Canceled")  # fmt: skip


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
    form = read_format(probe)
    times.sort(key=lambda text: str(form.read(text)))
    for text in dict.fromkeys((times[pick % len(times)], times[len(times) // 2], times[-1])):
        not_older(probe, JOBS, text)


def not_older(probe: Probe, listing: Listing, text: str) -> None:
    """Violate the requirement if a list since some time holds what is older."""
    clauses = since(probe, text)

    def complaint() -> str | None:
        wrong = [older(probe, listing, one) for one in clauses]
        accepted = [one for one in wrong if one is not None]
        probe.assume(accepted, "the target takes the time in no form that is tried")
        return accepted[0] if all(accepted) else None  # else one form was not understood

    insist(probe, complaint)


def older(probe: Probe, listing: Listing, clause: Clause) -> str | None:
    """Return what is older than it should be, an empty text if nothing is, None if refused."""
    names = (listing.key, "ChangeTime")
    answer = listing.ask(probe, [clause], properties=names, rowsPerRead=500)
    if not answer.is_success:
        return None
    for row in rows(answer):
        if clause.matches(row) is False:
            return f"{clause.text} lists {row[listing.key]}, changed at {row['ChangeTime']}"
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
        if older(probe, JOBS, one) == "":
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
        found = [
            filtered(probe, one, *NAMES[1:], in_parts=index == pick % len(where))
            for index, one in enumerate(where)
        ]
        after = snapshot(probe, *NAMES[1:])
        wrong = (
            lost(before, *pair) for pair in zip(found, [after] * len(where), where, strict=True)
        )
        return next((one for one in wrong if one is not None), None)

    insist(probe, complaint)
