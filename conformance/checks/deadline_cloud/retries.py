"""Client tokens: a request that is sent again is known."""

from __future__ import annotations

import uuid

from hypothesis import strategies as st

from conformance.drivers.deadline_cloud_farm import (
    StepPlan,
    is_created,
    order,
    place,
    steps_of,
    submit,
    tasks_of,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

HEADER = "X-Amz-Client-Token"
PRIORITIES = st.integers(1, 99)


def new_token() -> dict[str, str | None]:
    """Return a token that nobody has used."""
    return {HEADER: str(uuid.uuid4())}


@check(
    "deadline-cloud/retried-create-is-recognized",
    needs=Needs.CREATE, plan=PRIORITIES, examples=1,
)  # fmt: skip
def a_create_that_is_sent_again_makes_nothing_new(probe: Probe, priority: int) -> None:
    """A create sent twice with one token and one body answers with the same id both times."""
    where = place(probe)
    farm = {"farmId": where["farmId"]}
    named = {"displayName": f"Callsheet {priority}"}
    for name, path, body, key in (
        ("createJob", where, order(probe, priority=priority), "jobId"),
        ("createQueue", farm, named, "queueId"),
        ("createFarm", {}, named, "farmId"),
    ):
        token = new_token()
        answers = [probe.ok(name, path=path, body=body, headers=token).json for _ in range(2)]
        ids = [one[key] for one in answers]
        probe.require(ids[0] == ids[1], f"{name} sent twice with one token made {ids}")


@check(
    "deadline-cloud/token-of-another-create-400",
    needs=Needs.CREATE, plan=PRIORITIES, examples=1,
)  # fmt: skip
def the_token_of_another_create_is_refused(probe: Probe, priority: int) -> None:
    """A create with a used token and another body is answered with 400."""
    token, where = new_token(), place(probe)
    probe.ok("createJob", path=where, body=order(probe, priority=priority), headers=token)
    other = order(probe, priority=priority - 1)
    answer = probe.call("createJob", path=where, body=other, headers=token)
    probe.require(answer.status == 400, f"another body with a used token: {answer.exchange}")


@check("deadline-cloud/token-of-another-update-409", needs=Needs.CHANGE)
def the_token_of_another_update_is_refused(probe: Probe, _: object) -> None:
    """An update with a used token and another body is answered with 409."""
    job = submit(probe, order(probe, StepPlan(tasks=2)))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    step = next(iter(steps_of(probe, job).values()))
    task = {**step, "taskId": tasks_of(probe, step)[0]["taskId"]}
    for name, path, member in (
        ("updateTask", task, "targetRunStatus"),
        ("updateStep", step, "targetTaskRunStatus"),
        ("updateJob", job, "targetTaskRunStatus"),
    ):
        token = new_token()
        probe.ok(name, path=path, body={member: "CANCELED"}, headers=token)
        answer = probe.call(name, path=path, body={member: "SUSPENDED"}, headers=token)
        probe.require(answer.status == 409, f"another body with a used token: {answer.exchange}")
