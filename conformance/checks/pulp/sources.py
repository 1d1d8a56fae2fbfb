"""Where tasks are shown: in lists, filtered or not, in the history, and one by one."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from conformance.drivers.pulp_tasks import FILTERS, Task, listed, read
from conformance.probe import Probe

SAMPLE = 5  # tasks of each kind that are read one by one
SOURCES = st.sampled_from(["list", "alone", "filters", "archived"])
ALL_SOURCES = 4


def shown(probe: Probe, source: str, applies: Callable[[Task], bool]) -> list[Task]:
    """Return the tasks that *applies* lets through, as that source shows them."""
    match source:
        case "archived":
            found: list[Task] = list(listed(probe, state="archived"))
        case "filters":
            found = [task for word in FILTERS for task in listed(probe, state=word)]
        case _:
            found = list(listed(probe))
    found = [task for task in found if applies(task)]
    if source != "alone":
        return found
    few = list({task.get("scheduler"): task for task in found}.values()) + found[:SAMPLE]
    alone = [read(probe, one) for one in dict.fromkeys(task["id"] for task in few)]
    return [task for task in alone if task is not None and applies(task)]


def require_of_each(
    probe: Probe,
    source: str,
    applies: Callable[[Task], bool],
    fault: Callable[[Task], str | None],
) -> None:
    """Violate the requirement if a task to which it applies has a *fault*, and keeps it."""
    tasks = shown(probe, source, applies)
    probe.assume(tasks, "no such task is shown")
    faulty = {task["id"] for task in tasks if fault(task) is not None}
    if not faulty:
        return
    for task in shown(probe, source, applies):
        wrong = fault(task)
        if task["id"] in faulty and wrong is not None:
            probe.require(condition=False, message=f"{task['id']}, {task['state']}, {wrong}")
    probe.assume(condition=False, reason="what seemed wrong was gone a moment later")


def in_state(*states: str) -> Callable[[Task], bool]:
    """Return the question whether a task is in one of *states*."""
    return lambda task: task["state"] in states
