"""What a job is given when it is made, and later."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.drivers.deadline_cloud_farm import (
    STILLBORN,
    Path,
    Record,
    StepPlan,
    ask,
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

NAMES = st.sampled_from(("Shot 010", "Ünïcode ☂", "x", "A name with spaces", "n" * 100))
LIMITS = {
    "priority": st.integers(0, 100),
    "maxFailedTasksCount": st.integers(0, 500),
    "maxRetriesPerTask": st.integers(0, 50),
    "maxWorkerCount": st.integers(1, 90),
}
SETTINGS = st.fixed_dictionaries(LIMITS)
CHANGES = st.fixed_dictionaries(
    {"priority": st.integers(0, 100), "name": NAMES},
    optional={**{key: one for key, one in LIMITS.items() if key != "priority"},
              "description": st.sampled_from(("Second take", "é"))},
)  # fmt: skip
ONE_CHANGE = st.sampled_from(("priority", "maxRetriesPerTask", "maxWorkerCount", "name"))


def complete(probe: Probe, body: Record) -> Path:
    """Make a job, and wait until its creation is complete."""
    job = submit(probe, body)
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    return job


def read(probe: Probe, job: Path) -> Record:
    """Get a job."""
    shown: Record = probe.ok("getJob", path=job).json
    return shown


def updated(probe: Probe, job: Path, body: Record) -> Record:
    """Update a job, wait until the update is through, and return what it shows."""
    probe.ok("updateJob", path=job, body=body)
    probe.eventually(
        lambda: read(probe, job)["lifecycleStatus"] != "UPDATE_IN_PROGRESS",
        message="an update does not come to an end",
    )
    shown = read(probe, job)
    probe.assume(shown["lifecycleStatus"] != "UPDATE_FAILED", "the update failed")
    return shown


@check("deadline-cloud/createJob/template-or-source-job", needs=Needs.CREATE)
def a_job_is_made_of_something(probe: Probe, _: object) -> None:
    """A request with neither template nor sourceJobId is answered with 400."""
    for body in ({"priority": 50}, order(probe, template=None, templateType=None)):
        answer = probe.call("createJob", path=place(probe), body=body)
        probe.require(answer.status == 400, f"a job of nothing is answered with {answer.status}")


@check("deadline-cloud/createJob/zero-workers-refused", needs=Needs.CREATE)
def a_job_cannot_have_no_workers(probe: Probe, _: object) -> None:
    """A maxWorkerCount of 0 is answered with 400."""
    answer = probe.call("createJob", path=place(probe), body=order(probe, maxWorkerCount=0))
    probe.require(answer.status == 400, f"a maxWorkerCount of 0 is answered with {answer.status}")


BAD = (
    "name: no steps",
    "specificationVersion: jobtemplate-2023-09\nname: Empty\nsteps: []",
    "specificationVersion: tomorrow\nname: Odd\nsteps: [{name: Render}]",
    "[1, 2",
)


@check(
    "deadline-cloud/createJob/bad-template-never-completes",
    needs=Needs.CREATE, plan=st.permutations(BAD), examples=1,
)  # fmt: skip
def a_bad_template_makes_no_job(probe: Probe, bad: list[str]) -> None:
    """A template that is not an Open Job Description never leads to CREATE_COMPLETE."""
    jobs = []
    for text in bad:
        body = order(probe, template=text, templateType="YAML")
        answer = probe.call("createJob", path=place(probe), body=body)
        if answer.is_success:
            jobs.append({**place(probe), "jobId": answer.json["jobId"]})
    for job in jobs:
        probe.eventually(
            lambda job=job: (
                read(probe, job)["lifecycleStatus"]  # type: ignore[misc]
                not in {"CREATE_IN_PROGRESS", "UPLOAD_IN_PROGRESS"}
            ),
            within=probe.target.budget.reach,
        )
        status = read(probe, job)["lifecycleStatus"]
        probe.require(status in STILLBORN, f"a job without a proper template is {status}")


@check(
    "deadline-cloud/createJob/name-is-the-template-s",
    needs=Needs.CREATE, plan=NAMES, examples=2,
)  # fmt: skip
def a_job_has_the_name_of_its_template(probe: Probe, name: str) -> None:
    """Without nameOverride, the job's name is the one in its template."""
    shown = read(probe, complete(probe, order(probe, name=name)))["name"]
    probe.require(shown == name, f"the template is named {name!r} and the job {shown!r}")


@check("deadline-cloud/createJob/name-override-wins", needs=Needs.CREATE, plan=NAMES, examples=2)
def a_name_override_wins(probe: Probe, name: str) -> None:
    """With nameOverride, that is the job's name."""
    shown = read(probe, complete(probe, order(probe, nameOverride=name)))["name"]
    probe.require(shown == name, f"the nameOverride is {name!r} and the job's name {shown!r}")


def _differences(wanted: Record, shown: Record) -> dict[str, Any]:
    return {
        name: shown.get(name, "nothing") for name, one in wanted.items() if shown.get(name) != one
    }


@check("deadline-cloud/createJob/settings-are-kept", needs=Needs.CREATE, plan=SETTINGS, examples=2)
def a_job_keeps_its_settings(probe: Probe, settings: Record) -> None:
    """The priority and the limits of a job are those that it was created with."""
    shown = read(probe, complete(probe, order(probe, **settings)))
    wrong = _differences(settings, shown)
    probe.require(not wrong, f"a job that was created with {settings} shows {wrong}")


@check("deadline-cloud/Job/max-worker-count-only-if-set", needs=Needs.CREATE)
def a_job_has_no_worker_limit_of_its_own(probe: Probe, _: object) -> None:
    """A job that was never given a maxWorkerCount shows none."""
    shown = read(probe, complete(probe, order(probe)))
    limit = shown.get("maxWorkerCount")
    probe.require(limit is None, f"a job without maxWorkerCount shows {limit}")


@check("deadline-cloud/createJob/source-job-is-kept", needs=Needs.CREATE)
def a_copy_names_its_source(probe: Probe, _: object) -> None:
    """A job that was created with sourceJobId shows it."""
    source = complete(probe, order(probe))
    body = order(probe, template=None, templateType=None, sourceJobId=source["jobId"])
    answer = probe.call("createJob", path=place(probe), body=body)
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    copy = {**place(probe), "jobId": answer.json["jobId"]}
    probe.eventually(lambda: is_created(probe, copy), within=probe.target.budget.reach)
    shown = read(probe, copy).get("sourceJobId")
    probe.require(shown == source["jobId"], f"made of {source['jobId']}, it shows {shown}")


@check("deadline-cloud/updateJob/settings-change", needs=Needs.CHANGE, plan=CHANGES, examples=3)
def an_update_changes_what_it_names(probe: Probe, changes: Record) -> None:
    """After an update, the job shows each setting that it named."""
    shown = updated(probe, complete(probe, order(probe)), changes)
    wrong = _differences(changes, shown)
    probe.require(not wrong, f"after an update to {changes} the job shows {wrong}")


@check(
    "deadline-cloud/updateJob/unnamed-settings-stay",
    needs=Needs.CHANGE, plan=st.tuples(SETTINGS, ONE_CHANGE), examples=4,
)  # fmt: skip
def an_update_leaves_the_rest(probe: Probe, drawn: tuple[Record, str]) -> None:
    """An update changes no setting that it does not name."""
    settings, name = drawn
    job = complete(probe, order(probe, **settings, descriptionOverride="First take"))
    before = read(probe, job)
    updated(probe, job, {name: "Renamed" if name == "name" else 9})
    after = read(probe, job)
    kept = [*LIMITS, "name", "description"]
    rest = {one: before[one] for one in kept if one != name and one in before}
    wrong = _differences(rest, after)
    probe.require(not wrong, f"an update of {name} made {rest} to {wrong}")


@check("deadline-cloud/update-answers-nothing", needs=Needs.CHANGE)
def an_update_has_an_empty_answer(probe: Probe, _: object) -> None:
    """An update of a job, a step or a task is answered with an empty body."""
    job = complete(probe, order(probe, StepPlan(tasks=2)))
    step = next(iter(steps_of(probe, job).values()))
    task = {**step, "taskId": tasks_of(probe, step)[1]["taskId"]}
    answers = (
        ask(probe, task, "CANCELED"),
        probe.call("updateStep", path=step, body={"targetTaskRunStatus": "SUSPENDED"}),
        probe.call("updateJob", path=job, body={"priority": 61}),
        probe.call("updateJob", path=job, body={"targetTaskRunStatus": "CANCELED"}),
    )
    for answer in answers:
        if answer.is_success:
            probe.require(not answer.body, f"{answer.exchange} has a body: {answer.text[:60]!r}")
