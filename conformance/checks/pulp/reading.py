"""Reading one task, and what is answered when there is none."""

from __future__ import annotations

import json
import uuid

from hypothesis import strategies as st

from conformance.drivers.pulp_tasks import NOBODY, UNENDED, ids_of, listed, read
from conformance.probe import Probe
from conformance.registry import check

SAMPLE = 6
PICKS = st.integers(0, 60)


@check("pulp/getTask/answers-that-task", plan=PICKS, examples=4)
def the_task_has_the_id_of_the_path(probe: Probe, pick: int) -> None:
    """The task that is answered, in each state and of the history too, has the ID of the path."""
    entries = [*listed(probe), *listed(probe, state="archived")]
    probe.assume(entries, "there is no task")
    chosen = {(task["state"], task.get("scheduler")): task["id"] for task in entries}
    seen = 0
    for wanted in dict.fromkeys([*chosen.values(), entries[pick % len(entries)]["id"]]):
        task = read(probe, wanted)
        seen += task is not None
        if task is not None:
            probe.require(task["id"] == wanted, f"asked for {wanted} it answers {task['id']}")
    probe.assume(seen, "no task of the lists could be read")


@check("pulp/getTask/unknown-task-is-404", plan=st.uuids(version=4), examples=4)
def a_task_that_does_not_exist_is_404(probe: Probe, unknown: uuid.UUID) -> None:
    """An ID that no task has is answered with 404."""
    answer = probe.raw("GET", f"/tasks/{unknown}/")
    probe.require(answer.status == 404, f"{answer.exchange} for an ID that no task has")


@check("pulp/getTask/every-listed-task-can-be-read", plan=PICKS, examples=3)
def what_is_listed_can_be_read(probe: Probe, pick: int) -> None:
    """Entries of the list that wait or run can be read by their IDs."""
    entries = sorted(
        (task for task in listed(probe) if task["state"] in UNENDED), key=lambda task: task["id"]
    )
    probe.assume(entries, "no task waits or runs")
    by_kind = {
        (task["state"], task.get("scheduler"), task.get("job_id") is None): task["id"]
        for task in entries
    }
    turned = [task["id"] for task in entries[pick % len(entries) :]]
    for wanted in dict.fromkeys([*by_kind.values(), *turned[:SAMPLE]]):
        for attempt in range(3):
            answer = probe.call("getTask", path={"id": wanted})
            if answer.is_success:
                break
            states = [task["state"] for task in listed(probe) if task["id"] == wanted]
            if not states or states[0] not in UNENDED:
                break
            probe.require(attempt < 2, f"{answer.exchange}, though the task is {states[0]}")


WRONG_IDS = (NOBODY, "12345678-1234-4234-8234-123456789abc")


@check("pulp/error-is-a-json-text", plan=st.sampled_from(WRONG_IDS), examples=2)
def an_error_is_a_json_text(probe: Probe, unknown: str) -> None:
    """The error over a task that does not exist is one JSON string."""
    answer = probe.raw("GET", f"/tasks/{unknown}/")
    probe.assume(answer.status >= 400, f"{answer.exchange} is no error")
    try:
        text = json.loads(answer.body)
    except ValueError:
        text = None
    probe.require(isinstance(text, str), f"{answer.exchange} has a body that is no JSON string")


@check("pulp/slash-is-part-of-the-path", plan=st.booleans(), examples=2)
def a_path_without_its_slash_is_another(probe: Probe, asks_for_list: bool) -> None:  # noqa: FBT001 - drawn
    """Without the slash at its end a path is answered with 404, and not redirected."""
    task = next(iter(sorted(ids_of(listed(probe)))), NOBODY)
    answer = probe.raw("GET", "/tasks" if asks_for_list else f"/tasks/{task}")
    probe.require(answer.status == 404, f"{answer.exchange} for a path without its slash")
