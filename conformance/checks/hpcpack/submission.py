"""What a submission sets, takes and shows, and whose jobs can be canceled by whom."""

from __future__ import annotations

from conformance.checks.hpcpack.values import JOB_VALUES, accepted, shows
from conformance.checks.hpcpack.workshop import administrator, plain_user
from conformance.drivers.hpcpack_cluster import (
    Properties,
    User,
    add_task,
    create_job,
    make,
    order,
    settings,
    state_of,
    stuck,
    submit,
    user,
)
from conformance.drivers.hpcpack_subjects import send
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

ASIDE = frozenset({"RunUntilCanceled", "MinCores"})  # they would decide how the job goes on


@check("hpcpack/submitJob/sets-given-properties", needs=Needs.CHANGE, plan=JOB_VALUES, examples=3)
def a_submitted_job_has_what_it_was_given(probe: Probe, values: dict[str, str]) -> None:
    """Whatever properties a submission gives, the job shows them with their values."""
    given = {name: value for name, value in values.items() if name not in ASIDE}
    job = make(probe, "job", "task")
    answer, taken = accepted(given, lambda one: send(probe, "submitJob", job, body=settings(one)))
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    shows(probe, job, taken)


def account(probe: Probe) -> User:
    """Return somebody whose name and password are known to be valid."""
    found = user(probe, "administrator") or user(probe, "user")
    if found is None:
        probe.unsupported("the target file gives no user with a password")
    return found


@check("hpcpack/submitJob/takes-credentials", needs=Needs.CHANGE)
def a_submission_takes_credentials(probe: Probe, _: None) -> None:
    """With a valid UserName and Password, a submission is answered 204."""
    for one in dict.fromkeys((account(probe), user(probe, "user") or account(probe))):
        job = create_job(probe, order(probe, "job"), one)
        body = settings({"UserName": one.name, "Password": one.password})
        answer = send(probe, "submitJob", job, body=body, headers=one.signs)
        probe.require(answer.status == 204, f"{answer.exchange}, with valid credentials")


@check("hpcpack/submitJob/password-is-never-shown", needs=Needs.CHANGE)
def a_password_is_never_shown(probe: Probe, _: None) -> None:
    """After a submission with a Password, no reading of the job or its tasks shows it."""
    one = account(probe)
    job = make(probe, "job", "task")
    send(probe, "submitJob", job, body=settings({"UserName": one.name, "Password": one.password}))
    path = {"jobId": job}
    answers = [
        probe.call("getJob", path=path),
        probe.call("getJob", path=path, query={"properties": "Password"}),
        probe.call("getJob", path=path, query={"properties": "Id,Password,UserName"}),
        probe.call("listJobs", query={"properties": "Id,Password", "rowsPerRead": 500}),
        probe.call("getJobCustomProperties", path=path),
        probe.call("getJobEnvironmentVariables", path=path),
        probe.call("getTask", path={**path, "taskId": 1}),
    ]
    for answer in answers:
        probe.require(one.password not in answer.text, f"{answer.exchange} shows the password")


@check("hpcpack/submitJob/validates-nothing", needs=Needs.CHANGE)
def a_job_too_large_is_submitted(probe: Probe, _: None) -> None:
    """When a job asks for more cores than there are, its submission is answered 204."""
    answer = send(probe, "submitJob", make(probe, "waiting_job", "task"))
    probe.require(answer.status == 204, f"{answer.exchange}, for a job that asks for many cores")


@check("hpcpack/submitJob/submitted-job-is-readable", needs=Needs.CHANGE)
def a_submitted_job_can_be_read(probe: Probe, _: None) -> None:
    """After its submission a job is shown when it is read, also before it comes to the queue."""
    for name in ({}, stuck(probe, "Submitted"), stuck(probe, "Validating")):
        job = create_job(probe, order(probe, "job", **name))
        add_task(probe, job, order(probe, "task"))
        submit(probe, job)
        for _again in range(3):
            answer = probe.call("getJob", path={"jobId": job})
            probe.require(answer.is_success, f"{answer.exchange}, though the job was submitted")
            there = Properties(answer.json)["Id"]
            probe.require(there == job, f"job {job} was submitted, and shows the Id {there}")


@check("hpcpack/cancelJob/job-of-another-is-refused", needs=Needs.CHANGE)
def a_plain_user_cancels_nobody_elses_job(probe: Probe, _: None) -> None:
    """When a plain user cancels the job of an administrator or another user, it is refused."""
    plain = plain_user(probe)
    owners = [one for one in (administrator(probe), user(probe, "other_user")) if one is not None]
    for one in owners:
        job = create_job(probe, order(probe, "job"), one)
        for forced in (None, True):
            query = {"forced": forced}
            answer = send(probe, "cancelJob", job, headers=plain.signs, query=query)
            words = f"{answer.exchange}: {plain.name} cancels a job of {one.name}"
            probe.require(400 <= answer.status < 500, words)
        state = state_of(probe, job)
        probe.require(state != "Canceled", f"{plain.name} was refused, and the job is {state}")
