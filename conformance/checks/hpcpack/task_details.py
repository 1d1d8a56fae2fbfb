"""Tasks one by one: added, read and changed; and how all times are written."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from conformance.checks.hpcpack import sight
from conformance.checks.hpcpack.listing import JOBS, NODES, tasks
from conformance.checks.hpcpack.moments import misfit, read_format
from conformance.checks.hpcpack.patience import note
from conformance.checks.hpcpack.values import (
    TASK_VALUES,
    accepted,
    lacks,
    not_as_named,
    shows,
)
from conformance.checks.hpcpack.workshop import (
    job_with_tasks,
    known_job,
    known_jobs,
    known_subtask,
    known_task,
)
from conformance.drivers.hpcpack_cluster import (
    AT_REST,
    Properties,
    add_task,
    create_job,
    number_in,
    order,
    path_of,
    read,
    reader_of,
    settings,
    shown,
)
from conformance.mode import Needs
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

NAMED = ("TaskId", "JobTaskId", "InstanceId", "State", "CommandLine", "Name", "Type", "Output")
ALWAYS = frozenset({"TaskId", "JobTaskId", "InstanceId", "State", "ParentJobId"})
SEEN = (
    "TaskId", "Name", "State", "CommandLine", "ExitCode", "ParentJobId", "JobTaskId", "InstanceId",
    "Type", "StartValue", "EndValue", "IncrementValue", "Output", "ErrorMessage", "CreateTime",
    "SubmitTime", "StartTime", "EndTime", "ChangeTime", "RequeueCount", "MinCores", "MaxCores",
    "WorkDirectory", "PreviousState",
)  # fmt: skip
STEADY = ("Name", "State", "CommandLine", "ParentJobId", "JobTaskId", "InstanceId", "Type",
          "MinCores", "MaxCores", "WorkDirectory", "CreateTime")  # fmt: skip

PICKS = st.integers(0, 40)
NAMES = st.tuples(st.lists(st.sampled_from(NAMED), min_size=1, max_size=4, unique=True), PICKS)


def look(probe: Probe, key: str, *names: str) -> Properties:
    """Read a task or subtask; the ids that it shows are held to one another."""
    found, is_step = read(probe, key, *names), key.count(".") > 1
    for requirement, words in sight.identity(found, is_step=is_step).items():
        if words is not None:

            def complaint(name: str = requirement) -> str | None:
                return sight.identity(read(probe, key, *names), is_step=is_step).get(name)

            note(probe, requirement, complaint)
    return found


def numbered(key: str, found: Properties) -> str | None:
    """Return a complaint if a task or a subtask does not show the numbers in its path."""
    names = ("ParentJobId", "JobTaskId", "InstanceId")
    numbers = [*key.split("."), "0"][:3]
    for name, number in list(zip(names, numbers, strict=True))[1:]:
        if name in found and found[name] != number:
            return f"asked for {key}, it shows {name} {found[name]}"
    return None if "JobTaskId" in found else f"asked for {key}, it shows no JobTaskId"


@check("hpcpack/addTask/makes-a-readable-task", needs=Needs.CREATE)
def the_number_answered_is_that_of_a_task(probe: Probe, _: None) -> None:
    """When tasks are added, the numbers answered lead to tasks with these JobTaskIds."""
    job = create_job(probe, order(probe, "job"))
    for _again in range(2):
        key = add_task(probe, job, order(probe, "task"))
        found = probe.call("getTask", path=path_of(key))
        probe.require(found.is_success, f"{found.exchange}, though the task was just added")
        words = numbered(key, look(probe, key))
        probe.require(words is None, words or "")


@check("hpcpack/addTask/id-is-new", needs=Needs.CREATE, plan=st.integers(0, 2), examples=2)
def each_task_has_a_number_of_its_own(probe: Probe, before: int) -> None:
    """No task that is added has the number of another task of the job."""
    job = job_with_tasks(probe, before) if before else create_job(probe, order(probe, "job"))
    there = {one["JobTaskId"] for one in tasks(job).whole(probe, properties=("JobTaskId",))}
    made = [add_task(probe, job, order(probe, "task")).partition(".")[2] for _ in range(3)]
    again = [one for one in made if one in there or made.count(one) > 1]
    probe.require(not again, f"of the tasks of job {job}, {', '.join(again)} was there before")


@check("hpcpack/addTask/takes-over-properties", needs=Needs.CREATE, plan=TASK_VALUES, examples=5)
def a_new_task_has_what_it_was_given(probe: Probe, given: dict[str, str]) -> None:
    """Whatever properties a task is added with, it shows them with their values."""
    job = create_job(probe, order(probe, "job"))
    path = {"jobId": job}
    answer, taken = accepted(
        given, lambda one: probe.call("addTask", path=path, body=settings(one))
    )
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    shows(probe, f"{job}.{number_in(answer)}", taken)
    sweep = order(probe, "sweep", StartValue="2", EndValue="8", IncrementValue="3")
    shows(probe, add_task(probe, job, sweep), sweep)


@check("hpcpack/getTask/shows-the-task-asked-for", plan=PICKS, examples=2)
def a_task_has_the_number_asked_for(probe: Probe, pick: int) -> None:
    """When a task is read by its number, it shows this JobTaskId."""
    keys = [known_task(probe), known_task(probe, pick)]
    keys += [f"{job_with_tasks(probe, 3)}.3"] if probe.mode.allows(Needs.CREATE) else []
    for key in dict.fromkeys(keys):
        words = numbered(key, look(probe, key))
        probe.require(words is None, words or "")


@check("hpcpack/getTask/only-named-properties", plan=NAMES, examples=5)
def a_task_shows_what_is_named(probe: Probe, plan: tuple[list[str], int]) -> None:
    """With properties, a task shows those and no others."""
    names, pick = plan
    words = not_as_named(names, look(probe, known_task(probe, pick), *names), ALWAYS)
    probe.require(words is None, words or "")


@check("hpcpack/getTask/all-properties-by-default", plan=PICKS, examples=3)
def a_task_shows_all_by_default(probe: Probe, pick: int) -> None:
    """Without properties, a task shows each property that it shows if it is named."""
    shows_all(probe, known_task(probe, pick))


def shows_all(probe: Probe, key: str) -> None:
    """Violate the requirement if naming a property shows more than naming none."""
    whole = look(probe, key)
    for one in [*(name for name in SEEN if name not in whole), "State"]:
        answer = probe.call(reader_of(key), path=path_of(key), query={"properties": one})
        if answer.is_success and answer.json:
            words = lacks(whole, shown(answer))
            probe.require(words is None, f"of {key} {words}")


@check("hpcpack/getTask/agrees-with-list", plan=PICKS, examples=3)
def a_task_is_the_same_in_the_list(probe: Probe, pick: int) -> None:
    """Tasks at rest show the same when they are listed and when they are read."""
    keys = [known_task(probe, pick)]
    if probe.mode.allows(Needs.CREATE):
        keys.append(f"{job_with_tasks(probe, 3)}.{pick % 3 + 1}")
        values = {"Name": f"callsheet {pick}", "CommandLine": "echo changed"}
        probe.call("setTaskProperties", path=path_of(keys[-1]), body=settings(values))

    def complaint() -> str | None:
        for key in keys:
            one = look(probe, key)
            listing = tasks(key.partition(".")[0])
            names = tuple(name for name in SEEN if name in one)
            listed = listing.whole(probe, properties=names, expandParametric=False)
            row = next((other for other in listed if other["TaskId"] == key), None)
            is_still = (
                one["State"] in AT_REST and read(probe, key, "State")["State"] == one["State"]
            )
            if row is None or not is_still:
                continue
            for name in names:
                if name in row and row[name] != one[name]:
                    return (
                        f"task {key} is listed with {name} {row[name]!r}, read with {one[name]!r}"
                    )
        return None

    insist(probe, complaint)


@check(
    "hpcpack/setTaskProperties/values-are-set",
    needs=Needs.CHANGE,
    plan=st.tuples(TASK_VALUES, TASK_VALUES, st.integers(1, 3)),
    examples=4,
)
def a_task_shows_what_was_set(
    probe: Probe, plan: tuple[dict[str, str], dict[str, str], int]
) -> None:
    """When properties of one task are set once and again, it shows them, and others do not."""
    *both, number = plan
    job = job_with_tasks(probe, 3)
    key, other = f"{job}.{number}", f"{job}.{number % 3 + 1}"
    before = read(probe, other)["Name"]
    for given in both:
        answer, taken = accepted(
            given,
            lambda one: probe.call("setTaskProperties", path=path_of(key), body=settings(one)),
        )
        probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
        shows(probe, key, taken)
    after = read(probe, other)["Name"]
    probe.require(before == after, f"{key} was set, and the name of {other} went to {after!r}")


def _set(probe: Probe, key: str, values: Mapping[str, str]) -> None:
    probe.ok("setTaskProperties", path=path_of(key), body=settings(values))


@check(
    "hpcpack/setTaskProperties/others-stay",
    needs=Needs.CHANGE,
    plan=st.sampled_from([{"Name": "callsheet"}, {"CommandLine": "echo x"}, {"MaxCores": "3"}]),
    examples=3,
)
def what_is_not_named_stays(probe: Probe, given: dict[str, str]) -> None:
    """When one property of a task is set, the others keep their values."""
    key = f"{job_with_tasks(probe, 2)}.2"
    before = look(probe, key)
    _set(probe, key, given)
    after = look(probe, key)
    for name in STEADY:
        if name in before and name not in given:
            words = f"setting {given}, {name} went from {before[name]!r} to {after.get(name)!r}"
            probe.require(after.get(name) == before[name], words)


@check("hpcpack/Task/task-id-names-its-job", plan=PICKS, examples=2)
@check("hpcpack/Task/plain-task-has-instance-zero", plan=PICKS, examples=2)
@check("hpcpack/Subtask/task-id-names-its-task", plan=PICKS, examples=2)
def ids_of_tasks_fit_together(probe: Probe, pick: int) -> None:
    """Each task shows an InstanceId of 0 and a TaskId of two numbers, each subtask one of three."""
    task, step = known_task(probe, pick), known_subtask(probe, pick)
    listed = tasks(step.partition(".")[0]).page(probe, rowsPerRead=60).rows
    tasks(task.partition(".")[0]).page(probe, expandParametric=False)
    for key in (task, step, *(one["TaskId"] for one in listed[-1:])):
        found = look(probe, key)
        probe.assume("TaskId" in found, f"{key} shows no TaskId")
        if "ParentJobId" in found:
            continue
        slug = (
            "Subtask/task-id-names-its-task" if key.count(".") > 1 else "Task/task-id-names-its-job"
        )
        if found["TaskId"] != key:
            note(probe, f"hpcpack/{slug}", lambda: f"{key} shows the TaskId {found['TaskId']}")  # noqa: B023


@check("hpcpack/getDateTimeFormat/times-follow-the-format", plan=PICKS, examples=3)
def each_time_is_written_as_told(probe: Probe, pick: int) -> None:
    """Each time that nodes, jobs, tasks or subtasks show is written in the format told."""
    form = read_format(probe)
    jobs = known_jobs(probe) or [known_job(probe)]
    found = [read(probe, one) for one in dict.fromkeys((jobs[pick % len(jobs)], jobs[-1]))]
    found += [look(probe, known_task(probe, pick)), look(probe, known_subtask(probe, pick))]
    found += NODES.page(probe, rowsPerRead=100).rows
    for one in found[-1:]:
        found.append(shown(probe.ok("getNode", path={"name": one["Name"]})))
    times = ("Id", "CreateTime", "SubmitTime", "StartTime", "EndTime", "ChangeTime")
    found += JOBS.page(probe, properties=times, rowsPerRead=100).rows
    some = tasks(jobs[pick % len(jobs)])
    found += some.page(probe, properties=("TaskId", *times[1:]), rowsPerRead=100).rows
    words = misfit(form, found)
    probe.require(words is None, words or "")
