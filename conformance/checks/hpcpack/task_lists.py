"""The list of the tasks of a job: what is in it, what it shows, in which order."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause
from conformance.checks.hpcpack.listing import Listing, tasks
from conformance.checks.hpcpack.moments import read_format
from conformance.checks.hpcpack.sorting import disorder
from conformance.checks.hpcpack.workshop import job_with_tasks, known_job, known_jobs, word
from conformance.drivers.hpcpack_cluster import (
    NO_PROPERTY,
    add_task,
    create_job,
    order,
    read,
)
from conformance.mode import Needs
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

PROPERTIES = ("TaskId", "Name", "State", "CommandLine", "JobTaskId", "InstanceId", "Type", "Output")
SEVERAL = 3  # jobs that are looked at in search of tasks in each state


def telling(probe: Probe) -> list[str]:
    """Return known jobs whose tasks are in the most different states; a new one if none is."""
    states: dict[str, set[str]] = defaultdict(set)
    for state, keys in probe.known.get("tasks", {}).items():
        for one in keys:
            states[str(one[0])].add(state)
    found: list[str] = []
    seen: set[str] = set()
    while states and len(found) < SEVERAL:
        best = max(states, key=lambda job: (len(states[job] - seen), -int(job)))
        seen |= states.pop(best)
        found.append(best)
    return found or known_jobs(probe)[:SEVERAL] or [job_with_tasks(probe, 3)]


@check(
    "hpcpack/listTasks/lists-every-task",
    needs=Needs.CREATE,
    plan=st.integers(2, 4),
    examples=2,
)
def each_task_of_a_job_is_listed(probe: Probe, number: int) -> None:
    """Each task that was added is in the list, on small pages and with masters alone as well."""
    job = create_job(probe, order(probe, "job"))
    made = [add_task(probe, job, order(probe, "task", Name=word(one))) for one in range(number)]

    def complaint() -> str | None:
        for query in ({"rowsPerRead": 500}, {"rowsPerRead": 1}, {"expandParametric": False}):
            pages = tasks(job).pages(probe, properties=("TaskId", "JobTaskId"), **query)
            found = {f"{job}.{one['JobTaskId']}" for page in pages for one in page.rows}
            missing = [one for one in made if one not in found]
            if missing:
                return f"task {', '.join(missing)} is not in the list asked for with {query}"
        return None

    insist(probe, complaint)


@check("hpcpack/listTasks/only-tasks-of-the-job", plan=st.integers(0, 20), examples=2)
def a_task_is_listed_with_its_job_alone(probe: Probe, pick: int) -> None:
    """Each task in the list of a job's tasks has the job as its ParentJobId."""
    seen = 0
    for job in [*telling(probe), known_job(probe, pick)]:
        pages = tasks(job).pages(probe, rowsPerRead=30)
        seen += sum(len(one.rows) for one in pages)
        for row in pages[-1].rows[-1:]:
            where = [Clause("TaskState", row["State"])]
            names = ("TaskId", "ParentJobId", "JobTaskId", "InstanceId", "State")
            tasks(job).page(probe, where, properties=names)
    probe.assume(seen, "no task is listed anywhere")


def expanded(probe: Probe) -> tuple[Listing, str]:
    """Return the list of tasks of a job with a sweep that has run, and the key of the sweep."""
    for job, task in probe.known.get("sweeps", ()):
        key = f"{job}.{task}"
        if read(probe, key, "State")["State"] in {"Finished", "Failed"}:
            return tasks(job), key
    key = str(probe.subject("Subtask").create(probe)).rpartition(".")[0]
    return tasks(key.partition(".")[0]), key


def numbers_of(listing: Listing, probe: Probe, key: str, **query: Any) -> list[str]:
    """Return the TaskIds that a list shows of one sweep."""
    number = key.partition(".")[2]
    found = listing.whole(probe, properties=("TaskId", "JobTaskId", "InstanceId"), **query)
    return [one["TaskId"] for one in found if one["JobTaskId"] == number]


@check("hpcpack/listTasks/expanded-shows-subtasks", plan=st.integers(1, 8), examples=2)
def an_expanded_list_shows_each_subtask(probe: Probe, furthest: int) -> None:
    """With expandParametric=true, each subtask that can be read is in the list."""
    listing, key = expanded(probe)
    master = read(probe, key)
    bounds = [master.get(name, "") for name in ("StartValue", "EndValue", "IncrementValue")]
    steps = {1, furthest}
    if all(one.isdecimal() and int(one) for one in bounds[1:]):
        steps |= set(range(int(bounds[0] or 0), int(bounds[1]) + 1, int(bounds[2])))

    def complaint() -> str | None:
        shown = set(numbers_of(listing, probe, key, expandParametric=True))
        for step in sorted(steps)[:12]:
            name = f"{key}.{step}"
            path = {"jobId": key.partition(".")[0], "taskId": key.partition(".")[2]}
            if name not in shown:
                answer = probe.call("getSubtask", path={**path, "subtaskId": step})
                if answer.is_success:
                    return f"subtask {name} can be read, and is not in the expanded list"
        return None if shown else f"the expanded list shows nothing of the sweep {key}"

    insist(probe, complaint)


@check("hpcpack/listTasks/expanded-hides-master")
def an_expanded_list_hides_the_master(probe: Probe, _: None) -> None:
    """With expandParametric=true, the master task of a sweep that has run is not in the list."""
    listing, key = expanded(probe)

    def complaint() -> str | None:
        shown = numbers_of(listing, probe, key, expandParametric=True)
        return f"the expanded list shows the master task {key}" if key in shown else None

    insist(probe, complaint)


@check("hpcpack/listTasks/unexpanded-shows-master-only")
def an_unexpanded_list_shows_masters(probe: Probe, _: None) -> None:
    """With expandParametric=false, a sweep is its master task and nothing else."""
    listing, key = expanded(probe)

    def complaint() -> str | None:
        shown = numbers_of(listing, probe, key, expandParametric=False)
        return None if shown == [key] else f"of the sweep {key} it shows {shown}"

    insist(probe, complaint)


@check("hpcpack/listTasks/expanded-by-default", plan=st.booleans(), examples=2)
def lists_are_expanded_by_default(probe: Probe, is_filtered: bool) -> None:  # noqa: FBT001 - a plan
    """Without expandParametric, a sweep is shown as with expandParametric=true."""
    listing, key = expanded(probe)
    query = {"$filter": f"TaskIds eq {key.partition('.')[2]}"} if is_filtered else {}

    def complaint() -> str | None:
        usual = numbers_of(listing, probe, key, **query)
        wide = numbers_of(listing, probe, key, expandParametric=True, **query)
        if sorted(usual) == sorted(wide):
            return None
        return f"without expandParametric it shows {usual}, with true {wide}"

    insist(probe, complaint)


@check(
    "hpcpack/listTasks/only-named-properties",
    plan=st.lists(st.sampled_from(PROPERTIES), min_size=1, max_size=4, unique=True),
    examples=4,
)
def tasks_show_what_is_named(probe: Probe, names: list[str]) -> None:
    """With properties, tasks and subtasks show those and no others, on each page."""
    seen = 0
    for job in telling(probe):
        pages = tasks(job).pages(probe, properties=tuple(names), rowsPerRead=20)
        seen += len(pages[0].rows)
        seen += len(tasks(job).page(probe, properties=tuple(names), expandParametric=False).rows)
    probe.assume(seen, "no task is listed anywhere")


@check("hpcpack/listTasks/default-properties")
def tasks_show_eight_properties_by_default(probe: Probe, _: None) -> None:
    """Without properties, tasks and subtasks show the eight that are the default."""
    jobs = telling(probe) + known_jobs(probe, "Finished")[:2]
    pages = [page for job in jobs for page in tasks(job).pages(probe, rowsPerRead=20)]
    pages += [tasks(job).page(probe, expandParametric=False) for job in jobs[:2]]
    probe.assume(any(page.rows for page in pages), "no task is listed anywhere")


@check(
    "hpcpack/listTasks/sorted-by-named-property",
    plan=st.sampled_from(["Name", "CommandLine", "State", "InstanceId", "CreateTime"]),
    examples=5,
)
def tasks_are_sorted_as_wished(probe: Probe, name: str) -> None:
    """Tasks come in the order of the property that sortTasksBy names, over all pages."""
    _sorted(probe, name, sortTasksBy=name)


@check("hpcpack/listTasks/sorted-by-id-by-default")
def tasks_are_sorted_by_id(probe: Probe, _: None) -> None:
    """Without sortTasksBy, tasks come in the order of their ids, over all pages."""
    _sorted(probe, "TaskId")


@check("hpcpack/listTasks/sorted-by-id-if-property-unknown")
def an_unknown_order_of_tasks_is_that_of_ids(probe: Probe, _: None) -> None:
    """With a sortTasksBy that no task has, tasks come in the order of their ids."""
    _sorted(probe, "TaskId", sortTasksBy=NO_PROPERTY)


def _sorted(probe: Probe, name: str, **query: Any) -> None:
    """Look at a job of ours, whose names are mixed, and at some with a history."""
    form = read_format(probe) if name.endswith("Time") else None
    jobs = [job_with_tasks(probe, 12), *telling(probe)]
    if name == "InstanceId":
        jobs.append(str(expanded(probe)[0].path["jobId"]))

    def complaint() -> str | None:
        for job in jobs:
            for size in (500, 5):
                if size < 500 and (name == "State" or job != jobs[0]):
                    break
                asked = ("TaskId", name, "State")
                pages = tasks(job).pages(probe, properties=asked, rowsPerRead=size, **query)
                found = [row[name] for page in pages for row in page.rows]
                words = disorder(name, found, form)
                if words is not None:
                    return f"the tasks of job {job} in pages of {size} are {words}"
        return None

    insist(probe, complaint)
