"""Reading many tasks at once."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st

from conformance.checks.deadline_cloud.patience import insist
from conformance.drivers.deadline_cloud_farm import DIGITS, IDS, Path, known_ids
from conformance.probe import Probe
from conformance.registry import check

SHARES = st.tuples(st.integers(0, 20), st.integers(1, 6), st.integers(2, 4))


def _unknown(task: Path, number: int) -> Path:
    return {**task, "taskId": f"task-{DIGITS}-{number}"}


def _answered(probe: Probe, drawn: tuple[int, int, int]) -> tuple[list[Path], list[Path]]:
    """Return some tasks that exist and some that do not."""
    start, number, missing = drawn
    tasks = known_ids(probe, "tasks")
    probe.assume(tasks, "no task is known")
    turned = [*tasks[start % len(tasks) :], *tasks[: start % len(tasks)]]
    unique = {one["taskId"]: one for one in turned}
    real = [{name: one[name] for name in IDS} for one in unique.values()][:number]
    return real, [_unknown(real[0], one) for one in range(missing)]


@check("deadline-cloud/batchGetTask/each-identifier-answered-once", plan=SHARES, examples=4)
def each_identifier_comes_back_once(probe: Probe, drawn: tuple[int, int, int]) -> None:
    """Every identifier comes back exactly once, among the tasks or among the errors."""
    real, missing = _answered(probe, drawn)
    mixed = [*missing[:1], *real, *missing[1:]]
    shown = probe.ok("batchGetTask", body={"identifiers": mixed}).json
    found = Counter(one["taskId"] for one in (*shown["tasks"], *shown["errors"]))
    wanted = Counter(one["taskId"] for one in mixed)
    probe.require(found == wanted, f"asked for {dict(wanted)}, answered {dict(found)}")


@check("deadline-cloud/batchGetTask/unknown-task-among-the-errors", plan=SHARES, examples=3)
def unknown_tasks_are_among_the_errors(probe: Probe, drawn: tuple[int, int, int]) -> None:
    """An unknown task is answered with 200 and a ResourceNotFoundException for it."""
    real, missing = _answered(probe, drawn)
    for asked in (missing, [*real, *missing]):
        answer = probe.call("batchGetTask", body={"identifiers": asked})
        probe.require(answer.status == 200, f"unknown tasks are answered with {answer.status}")
        codes = {one["taskId"]: one["code"] for one in answer.json["errors"]}
        for one in missing:
            code = codes.get(one["taskId"])
            words = f"the unknown {one['taskId']} has the error {code}"
            probe.require(code == "ResourceNotFoundException", words)


@check("deadline-cloud/batchGetTask/agrees-with-get-task", plan=SHARES, examples=4)
def a_batch_shows_what_getting_a_task_shows(probe: Probe, drawn: tuple[int, int, int]) -> None:
    """A task among the answers has the values that getTask shows."""
    real, _ = _answered(probe, drawn)
    for task in real:
        insist(probe, lambda task=task: _disagreement(probe, real, task))  # type: ignore[misc]


def _disagreement(probe: Probe, asked: list[Path], task: Path) -> str | None:
    before = probe.ok("getTask", path=task).json
    shown = probe.ok("batchGetTask", body={"identifiers": asked}).json["tasks"]
    after = probe.ok("getTask", path=task).json
    found = next((one for one in shown if one["taskId"] == task["taskId"]), None)
    if found is None or before != after:
        return None
    names = [name for name in after if name != "createdAt"]  # which has a check of its own
    wrong = [f"{name} {found.get(name)!r}" for name in names if found.get(name) != after[name]]
    wrong += [f"{name} {found[name]!r}" for name in IDS if found.get(name) != task[name]]
    return f"{task['taskId']} has {'; '.join(wrong)} in a batch only" if wrong else None
