"""What a task says of itself."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from conformance.checks.thinkbox.reading import PICKS
from conformance.checks.thinkbox.scene import comes_about
from conformance.drivers.thinkbox_answers import job_to_read
from conformance.drivers.thinkbox_repository import UNSET, Stat, Task, known_jobs, read_tasks
from conformance.mode import Mode
from conformance.probe import Probe
from conformance.registry import check

PROGRESS = re.compile(r"(100|[1-9]?[0-9]) %")


def each_task(probe: Probe, pick: int, name: str, judge: Callable[[Task], str | None]) -> None:
    """Let *judge* say what is wrong with each task of a job that has the property *name*."""
    job = job_to_read(probe, pick)
    tasks = [one for one in read_tasks(probe, job) if name in one]
    probe.assume(tasks, f"no task of the job {job} has {name}")
    for task in tasks:
        wrong = judge(task)
        probe.require(wrong is None, f"the task {task['TaskID']} of the job {job} {wrong}")


@check("thinkbox/Task/id-is-job-and-task", plan=PICKS, examples=6)
def an_id_is_made_of_job_and_task(probe: Probe, pick: int) -> None:
    """The _id of a task is its job, an underscore and its number."""
    job = job_to_read(probe, pick)
    tasks = read_tasks(probe, job)
    for task in tasks:
        expected = f"{job}_{task['TaskID']}"
        shown = task.get("_id", expected)
        probe.require(shown == expected, f"the _id of the task {expected} is {shown}")


@check("thinkbox/Task/task-ids-count-from-zero", plan=PICKS, examples=6)
def tasks_are_counted_from_zero(probe: Probe, pick: int) -> None:
    """The tasks of a job have the numbers from 0 on, without a gap."""
    job = job_to_read(probe, pick)
    ids = sorted(task["TaskID"] for task in read_tasks(probe, job))
    probe.require(ids == list(range(len(ids))), f"the tasks of the job {job} are {ids[:20]}")


@check("thinkbox/Task/progress-is-a-percentage", plan=PICKS, examples=6)
def progress_is_a_percentage(probe: Probe, pick: int) -> None:
    """Progress is a whole percentage, with a space before the sign."""

    def judge(task: Task) -> str | None:
        text = str(task["Prog"])
        return None if PROGRESS.fullmatch(text) else f"has come as far as {text!r}"

    each_task(probe, pick, "Prog", judge)


@check("thinkbox/Task/starts-before-it-completes", plan=PICKS, examples=8)
def a_task_starts_before_it_completes(probe: Probe, pick: int) -> None:
    """A task is taken, then rendered, then completed, as far as it has been."""

    def judge(task: Task) -> str | None:
        times = [moment(task.get(name)) for name in ("Start", "StartRen", "Comp")]
        for earlier, later in ((times[0], times[1]), (times[1], times[2])):
            if earlier is not None and later is not None and later < earlier:
                return f"goes back from {earlier} to {later}"
        return None

    each_task(probe, pick, "Start", judge)


def moment(text: object) -> datetime.datetime | None:
    """Return a date of a task; None if it is not set or no date in a form that we know."""
    if not isinstance(text, str) or text.startswith(UNSET):
        return None
    shortened = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)
    padded = re.sub(r"\.([0-9]{1,5})(?![0-9])", lambda part: f".{part[1]:0<6}", shortened)
    try:
        found = datetime.datetime.fromisoformat(padded)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


@check("thinkbox/Task/rendering-task-has-a-worker")
def a_rendering_task_names_its_worker(probe: Probe, _: None) -> None:
    """A task that renders says on which Worker."""
    jobs = known_jobs(probe)
    by_state = probe.known.get("tasks", {}).get(str(int(Stat.RENDERING)), ())
    rendering = [str(one["JobID"]) for one in by_state]
    seen = 0
    for job in list(dict.fromkeys([*rendering, *jobs]))[:6]:
        for task in read_tasks(probe, job):
            if task["Stat"] == Stat.RENDERING and "Slave" in task:
                seen += 1
                name = f"the task {task['TaskID']} of the job {job}"
                probe.require(task["Slave"], f"{name} renders and names no Worker")
    if not seen and probe.mode in {Mode.SAFE, Mode.FULL}:
        seen = _rendered_by_us(probe)
    probe.assume(seen, "no task was seen to render")


def _rendered_by_us(probe: Probe) -> int:
    """Wait for a task of a job of ours to render; return how many were seen."""
    job = probe.api.job_to_change(probe, 2, way="create_slow")
    seen: list[Task] = []

    def renders() -> bool:
        seen[:] = [one for one in read_tasks(probe, job) if one["Stat"] == Stat.RENDERING]
        return bool(seen)

    comes_about(probe, renders, probe.target.budget.reach)
    for task in seen:
        probe.require(task.get("Slave", "-"), f"the task {task['TaskID']} names no Worker")
    return len(seen)
