"""The list of the tasks of a job, filtered by state, number and time of change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause, joined
from conformance.checks.hpcpack.job_filters import change_times, not_older, older, since
from conformance.checks.hpcpack.listing import Listing, tasks
from conformance.checks.hpcpack.moments import read_format
from conformance.checks.hpcpack.task_lists import expanded, telling
from conformance.checks.hpcpack.workshop import job_with_tasks, known_jobs
from conformance.drivers.hpcpack_cluster import Properties, comes, path_of, rows, settings
from conformance.drivers.hpcpack_subjects import send
from conformance.mode import Needs
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

NAMES = ("TaskId", "State", "JobTaskId", "InstanceId", "ChangeTime")


def everything(probe: Probe, listing: Listing, **query: Any) -> dict[str, Properties]:
    """Return all tasks in a list by their key."""
    found = listing.whole(probe, properties=NAMES, **query)
    return {one["TaskId"]: one for one in found}


def values(found: Sequence[Properties], name: str) -> list[str]:
    """Return the different values of a property, in their order."""
    return list(dict.fromkeys(one[name] for one in found))


def only_matching(probe: Probe, listing: Listing, *where: Sequence[Clause]) -> None:
    """Look at filtered lists, which are held to their filters in passing."""
    for clauses in where:
        listing.page(probe, clauses, properties=NAMES, rowsPerRead=100)


@check("hpcpack/listTasks/task-state-filter-only-matching")
def a_filter_by_task_state_shows_no_other(probe: Probe, _: None) -> None:
    """For each state among tasks, the list filtered by TaskState shows only such tasks."""
    _by_state(probe, "TaskState")


@check("hpcpack/listTasks/task-states-filter-only-matching")
def a_filter_by_task_states_shows_no_other(probe: Probe, _: None) -> None:
    """For each state among tasks, the list filtered by TaskStates shows only such tasks."""
    _by_state(probe, "TaskStates")


def _by_state(probe: Probe, name: str) -> None:
    for job in telling(probe):
        found = list(everything(probe, tasks(job)).values())
        states = [*values(found, "State"), "Finished"][:12]
        only_matching(probe, tasks(job), *([Clause(name, one)] for one in dict.fromkeys(states)))


@check("hpcpack/listTasks/task-ids-filter-only-matching", plan=st.integers(0, 9), examples=3)
def a_filter_by_task_ids_shows_no_other(probe: Probe, pick: int) -> None:
    """With TaskIds and one number, the list shows only tasks with that JobTaskId."""
    for job in [job_with_tasks(probe, 11), telling(probe)[0]]:
        found = list(everything(probe, tasks(job)).values())
        ids = values(found, "JobTaskId")
        for one in (ids[pick % len(ids)], ids[-1]) if ids else ():
            only_matching(probe, tasks(job), [Clause("TaskIds", one)])


@check(
    "hpcpack/listTasks/task-instance-ids-filter-only-matching", plan=st.integers(0, 9), examples=3
)
def a_filter_by_instance_ids_shows_no_other(probe: Probe, pick: int) -> None:
    """With TaskInstanceIds and one number, the list shows only tasks with that InstanceId."""
    listing, _ = expanded(probe)
    found = list(everything(probe, listing).values())
    ids = values(found, "InstanceId")
    for one in (ids[pick % len(ids)], ids[-1]):
        only_matching(probe, listing, [Clause("TaskInstanceIds", one)])


@check("hpcpack/listTasks/change-time-filter-only-matching", plan=st.integers(0, 9), examples=3)
def a_filter_by_change_shows_no_older_task(probe: Probe, pick: int) -> None:
    """With ChangeTimeFrom, the list shows only tasks that changed then or later."""
    listing, found = _changed(probe)
    form = read_format(probe)
    times = sorted(change_times(found), key=lambda text: str(form.read(text)))
    for text in dict.fromkeys((times[pick % len(times)], times[len(times) // 2], times[-1])):
        not_older(probe, listing, text)


def _changed(probe: Probe) -> tuple[Listing, list[Properties]]:
    """Return a list of tasks that changed at different times, and the tasks."""
    jobs = dict.fromkeys([*telling(probe), *known_jobs(probe)[:6]])
    for job in jobs:
        found = list(everything(probe, tasks(job)).values())
        if len(change_times(found)) > 1:
            return tasks(job), found
    listing = tasks(job_with_tasks(probe, 2))
    later = f"{listing.path['jobId']}.2"

    def has_changed() -> bool:
        probe.ok("setTaskProperties", path=path_of(later), body=settings({"Name": "callsheet"}))
        return len(change_times(list(everything(probe, listing).values()))) > 1

    probe.assume(comes(probe, has_changed), "the target does not show when tasks changed")
    return listing, list(everything(probe, listing).values())


@check("hpcpack/listTasks/several-values-are-alternatives", plan=st.integers(0, 9), examples=2)
def of_several_values_one_is_enough(probe: Probe, pick: int) -> None:
    """With several values between commas, the list shows each task that has one of them."""
    listing, _ = expanded(probe)
    for one, name, shown in (
        (tasks(job_with_tasks(probe, 5)), "TaskIds", "JobTaskId"),
        (listing, "TaskInstanceIds", "InstanceId"),
        (tasks(telling(probe)[0]), "TaskStates", "State"),
    ):
        _alternatives(probe, one, name, shown, pick)


def _alternatives(probe: Probe, listing: Listing, name: str, shown: str, pick: int) -> None:
    def complaint() -> str | None:
        before = everything(probe, listing)
        there = values(list(before.values()), shown)
        wanted = list(dict.fromkeys([there[pick % len(there)], there[-1], there[0]]))[:2]
        clause = Clause(name, ",".join(wanted))
        answer = listing.ask(probe, [clause], properties=NAMES, rowsPerRead=500)
        if not answer.is_success:
            return f"{clause.text} is answered {answer.status}"
        return _unlike(before, rows(answer), everything(probe, listing), [clause])

    insist(probe, complaint)


def _unlike(
    before: dict[str, Properties],
    found: Sequence[Properties],
    after: dict[str, Properties],
    clauses: Sequence[Clause],
) -> str | None:
    """Return a complaint about a task that stayed as it was and is wrongly listed or missing."""
    keys = {one["TaskId"] for one in found}
    for key, row in before.items():
        still = after.get(key)
        if still is None or any(row[name] != still[name] for name in ("State", "ChangeTime")):
            continue
        matches = all(one.matches(row) for one in clauses)
        if matches is not (key in keys):
            how = "missing" if matches else "listed"
            return f"task {key} ({row}) is {how} where {joined(clauses)}"
    return None


@check(
    "hpcpack/listTasks/filters-are-anded", needs=Needs.CREATE, plan=st.integers(1, 4), examples=3
)
def each_clause_of_a_task_filter_counts(probe: Probe, number: int) -> None:
    """Whatever clauses are joined, each task in the list matches each of them."""
    job = job_with_tasks(probe, 5)
    send(probe, "cancelTask", f"{job}.{number}", query={"forced": True})
    state, one, other = (
        Clause("TaskState", "Configuring"), Clause("TaskIds", str(number)),
        Clause("TaskIds", str(number % 5 + 1)),
    )  # fmt: skip
    only_matching(probe, tasks(job), [state, one], [one, state], [state, other], [other, state])
    states = Clause("TaskStates", "Configuring")
    only_matching(probe, tasks(job), [states, one], [one, states, Clause("TaskInstanceIds", "0")])
    listing, found = _changed(probe)
    moment = next((one for one in since(probe, max_time(probe, found))
                   if older(probe, listing, one) == ""), None)  # fmt: skip
    states_there = values(found, "State")
    if moment is not None:
        only_matching(
            probe, listing,
            [Clause("TaskState", states_there[0]), moment],
            [moment, Clause("TaskState", states_there[-1])],
            [moment, Clause("TaskIds", found[0]["JobTaskId"])],
        )  # fmt: skip


def max_time(probe: Probe, found: Sequence[Properties]) -> str:
    """Return the latest time of change among tasks."""
    form = since(probe, found[0]["ChangeTime"])[0].form
    assert form is not None
    times = [(form.read(one), one) for one in change_times(found)]
    return max((moment, text) for moment, text in times if moment is not None)[1]


@check("hpcpack/listTasks/filter-keeps-every-match", plan=st.integers(0, 9), examples=2)
def a_filter_loses_no_task(probe: Probe, pick: int) -> None:
    """Each task that matches a filter all the while is in the filtered list."""
    known = telling(probe)
    for job in dict.fromkeys([job_with_tasks(probe, 4), known[0], known[pick % len(known)]]):
        _keeps(probe, tasks(job), pick)


def _keeps(probe: Probe, listing: Listing, pick: int) -> None:
    found = list(everything(probe, listing).values())
    if not found:
        return
    some = found[pick % len(found)]
    where = [[Clause("TaskState", one)] for one in values(found, "State")]
    where.append([Clause("TaskState", some["State"]), Clause("TaskIds", some["JobTaskId"])])
    moment = next((one for one in since(probe, some["ChangeTime"])
                   if older(probe, listing, one) == ""), None)  # fmt: skip
    if moment is not None:
        where.append([moment])

    def complaint() -> str | None:
        before = everything(probe, listing)
        kept = [_both_ways(probe, listing, one) for one in where]
        after = everything(probe, listing)
        for clauses, keys in zip(where, kept, strict=True):
            for key, row in before.items():
                still = after.get(key, row)
                matches = all(one.matches(row) and one.matches(still) for one in clauses)
                if matches and key not in keys:
                    return f"task {key} ({row}) is missing where {joined(clauses)}"
        return None

    insist(probe, complaint)


def _both_ways(probe: Probe, listing: Listing, clauses: Sequence[Clause]) -> set[str]:
    """Return the keys that a filtered list shows, in one page and in small ones."""
    whole = {one["TaskId"] for one in listing.whole(probe, clauses, properties=NAMES)}
    if not 2 < len(whole) < 12:
        return whole
    pages = listing.pages(probe, clauses, properties=NAMES, rowsPerRead=2)
    return whole & {one["TaskId"] for page in pages for one in page.rows}
