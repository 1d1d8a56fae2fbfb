"""Jobs one by one: made, read and changed."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from conformance.checks.hpcpack.listing import JOBS
from conformance.checks.hpcpack.values import (
    JOB_VALUES,
    PRIORITIES,
    TEXTS,
    accepted,
    lacks,
    not_as_named,
    shows,
)
from conformance.checks.hpcpack.workshop import (
    administrator,
    known_job,
    known_jobs,
    plain_user,
    xml_of,
)
from conformance.drivers.hpcpack_cluster import (
    AT_REST,
    Properties,
    brought,
    create_job,
    make,
    number_in,
    order,
    read,
    same_user,
    settings,
    user,
)
from conformance.drivers.hpcpack_subjects import send
from conformance.mode import Needs
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

NAMED = ("Id", "Owner", "Name", "State", "Priority", "CreateTime", "ErrorMessage", "MaxCores")
ALWAYS = frozenset({"Id", "Owner", "Name", "State", "Priority"})
SEEN = (
    "Id", "Owner", "Name", "State", "Priority", "CreateTime", "SubmitTime", "StartTime", "EndTime",
    "ChangeTime", "ErrorMessage", "NodeGroups", "MinCores", "MaxCores", "RunUntilCanceled",
    "RequeueCount", "JobTemplate", "UserName", "Project", "PreviousState", "UnitType",
)  # fmt: skip
STEADY = ("Owner", "Name", "State", "Priority", "CreateTime", "NodeGroups", "MinCores", "MaxCores",
          "RunUntilCanceled", "JobTemplate")  # fmt: skip


def change(probe: Probe, job: str, values: Mapping[str, str]) -> None:
    """Set properties of a job; not reached if the target refuses."""
    probe.ok("setJobProperties", path={"jobId": job}, body=settings(values))


def changed(probe: Probe, job: str, values: Mapping[str, str]) -> Mapping[str, str]:
    """Set properties of a job, and return those that the target takes."""
    path = {"jobId": job}
    answer, taken = accepted(
        values, lambda one: probe.call("setJobProperties", path=path, body=settings(one))
    )
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    return taken


@check("hpcpack/createJob/makes-a-readable-job", needs=Needs.CREATE)
def the_number_answered_is_that_of_a_job(probe: Probe, _: None) -> None:
    """When a job is made, of properties or of nothing, its number leads to a job with this Id."""
    for body in (settings(order(probe, "job")), []):
        answer = probe.ok("createJob", body=body)
        job = number_in(answer)
        found = probe.call("getJob", path={"jobId": job})
        probe.require(found.is_success, f"{found.exchange}, though the job was just made")
        shown = Properties(found.json)["Id"]
        probe.require(shown == job, f"job {job} was made, and shows the Id {shown}")


@check("hpcpack/createJob/id-is-new", needs=Needs.CREATE)
def each_job_has_a_number_of_its_own(probe: Probe, _: None) -> None:
    """No new job has the number of a job that was there, or of another new one."""
    before = set(JOBS.keys(JOBS.whole(probe, properties=("Id",))))
    made = [create_job(probe, order(probe, "job")) for _ in range(3)]
    again = [one for one in made if one in before or made.count(one) > 1]
    probe.require(not again, f"job {', '.join(again)} was there before")


@check("hpcpack/createJob/takes-over-properties", needs=Needs.CREATE, plan=JOB_VALUES, examples=5)
def a_new_job_has_what_it_was_given(probe: Probe, given: dict[str, str]) -> None:
    """Whatever properties a job is made with, it shows them with their values."""
    answer, taken = accepted(given, lambda one: probe.call("createJob", body=settings(one)))
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    shows(probe, number_in(answer), taken)


@check("hpcpack/createJob/owner-is-the-caller", needs=Needs.CREATE)
def a_job_belongs_to_who_made_it(probe: Probe, _: None) -> None:
    """For each user that the target file gives, a job made by the user shows this Owner."""
    users = [one for one in (user(probe, "user"), user(probe, "administrator")) if one is not None]
    if not users:
        probe.unsupported("the target file gives no user")
    for one in users:
        owner = read(probe, create_job(probe, order(probe, "job"), one))["Owner"]
        probe.require(same_user(owner, one.name), f"the job of {one.name} shows the Owner {owner}")


@check("hpcpack/as-user-acts-for-that-user", needs=Needs.CREATE)
def a_job_made_for_another_belongs_to_that_user(probe: Probe, _: None) -> None:
    """With x-ms-as-user, jobs that an administrator makes show the user named as Owner."""
    admin, other = administrator(probe), plain_user(probe)
    headers = {**admin.signs, "x-ms-as-user": other.name}
    for operation, body in (
        ("createJob", settings(order(probe, "job"))),
        ("createJobFromXml", xml_of(order(probe, "job"), [order(probe, "task")])),
    ):
        owner = read(probe, number_in(probe.ok(operation, body=body, headers=headers)))["Owner"]
        words = f"a job made for {other.name} by {operation} shows the Owner {owner}"
        probe.require(same_user(owner, other.name), words)


@check("hpcpack/as-user-needs-an-administrator", needs=Needs.CREATE)
def a_plain_user_makes_nothing_for_another(probe: Probe, _: None) -> None:
    """With x-ms-as-user, no job that a plain user makes belongs to the user named."""
    plain = plain_user(probe)
    others = [user(probe, one) for one in ("other_user", "administrator")]
    for other in others:
        if other is None or same_user(other.name, plain.name):
            continue
        headers = {**plain.signs, "x-ms-as-user": other.name}
        answer = probe.call("createJob", body=settings(order(probe, "job")), headers=headers)
        if answer.is_success:
            owner = read(probe, number_in(answer))["Owner"]
            words = f"{plain.name}, a plain user, made a job that belongs to {owner}"
            probe.require(not same_user(owner, other.name), words)


@check(
    "hpcpack/createJobFromXml/attributes-become-properties",
    needs=Needs.CREATE,
    plan=JOB_VALUES,
    examples=4,
)
def a_job_has_the_attributes_of_its_xml(probe: Probe, given: dict[str, str]) -> None:
    """Whatever attributes the Job element has, the new job shows them as properties."""
    task = order(probe, "task")
    answer, taken = accepted(
        given, lambda one: probe.call("createJobFromXml", body=xml_of(one, [task]))
    )
    probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
    shows(probe, number_in(answer), taken)


@check(
    "hpcpack/createJobFromXml/tasks-come-along",
    needs=Needs.CREATE,
    plan=st.lists(st.tuples(TEXTS, st.booleans()), min_size=3, max_size=5),
    examples=4,
)
def a_job_has_the_tasks_of_its_xml(probe: Probe, plan: list[tuple[str, bool]]) -> None:
    """Each task of the XML, be it a sweep, is a task of the new job, and there are no more."""
    tasks = [order(probe, "sweep" if is_sweep else "task", Name=name) for name, is_sweep in plan]
    job = number_in(probe.ok("createJobFromXml", body=xml_of(order(probe, "job"), tasks)))
    names = ("Name", "CommandLine", "JobTaskId")
    query = {"properties": ",".join(names), "expandParametric": False, "rowsPerRead": 100}
    answer = probe.ok("listTasks", path={"jobId": job}, query=query)
    found = [{one["Name"]: one["Value"] for one in row["Properties"]} for row in answer.json]
    shown = sorted((one["Name"], one["CommandLine"]) for one in found)
    wanted = sorted((one["Name"], one["CommandLine"]) for one in tasks)
    probe.require(shown == wanted, f"the XML has the tasks {wanted}, the job {shown}")


@check("hpcpack/getJob/shows-the-job-asked-for", plan=st.integers(0, 40), examples=2)
def a_job_has_the_number_asked_for(probe: Probe, pick: int) -> None:
    """When a job is read by its number, it shows this Id."""
    jobs = known_jobs(probe)
    chosen = [jobs[0], jobs[-1], jobs[pick % len(jobs)]] if jobs else [known_job(probe)]
    for job in dict.fromkeys(chosen):
        shown = read(probe, job)["Id"]
        probe.require(shown == job, f"asked for job {job}, it shows {shown}")


@check(
    "hpcpack/getJob/only-named-properties",
    plan=st.tuples(
        st.lists(st.sampled_from(NAMED), min_size=1, max_size=4, unique=True), st.integers(0, 40)
    ),
    examples=5,
)
def a_job_shows_what_is_named(probe: Probe, plan: tuple[list[str], int]) -> None:
    """With properties, a job shows those and no others."""
    names, pick = plan
    words = not_as_named(names, read(probe, known_job(probe, pick), *names), ALWAYS)
    probe.require(words is None, words or "")


@check("hpcpack/getJob/all-properties-by-default", plan=st.integers(0, 40), examples=3)
def a_job_shows_all_by_default(probe: Probe, pick: int) -> None:
    """Without properties, a job shows each property that it shows if it is named."""
    job = known_job(probe, pick)
    shown = read(probe, job)
    missing = [one for one in SEEN if one not in shown]
    for one in [*missing, "State"]:
        query = {"properties": one}
        answer = probe.call("getJob", path={"jobId": job}, query=query)
        if answer.is_success and answer.json:
            words = lacks(shown, read(probe, job, one))
            probe.require(words is None, f"of job {job} {words}")


@check("hpcpack/getJob/agrees-with-list", plan=st.integers(0, 40), examples=2)
def a_job_is_the_same_in_the_list(probe: Probe, pick: int) -> None:
    """Jobs at rest, one just changed among them, show the same when listed and when read."""
    jobs = known_jobs(probe) or [known_job(probe)]
    chosen = [jobs[pick % len(jobs)], jobs[-1 - pick % len(jobs)], jobs[len(jobs) // 2]]
    if probe.mode.allows(Needs.CREATE):
        chosen.append(make(probe, "job", "task"))
        body = settings({"Name": f"callsheet {pick}", "Priority": PRIORITIES[-1 - pick % 5]})
        probe.call("setJobProperties", path={"jobId": chosen[-1]}, body=body)
    last = read(probe, chosen[-1])
    names = [one for one in SEEN if one in last]

    def complaint() -> str | None:
        before = {job: read(probe, job) for job in chosen}
        rows = JOBS.whole(probe, properties=tuple(names))
        listed = {one["Id"]: one for one in rows}
        for job, one in before.items():
            row = listed.get(job)
            if (
                row is None
                or one["State"] not in AT_REST
                or read(probe, job)["State"] != one["State"]
            ):
                continue
            for name in names:
                if name in row and name in one and row[name] != one[name]:
                    return f"job {job} is listed with {name} {row[name]!r}, read with {one[name]!r}"
        return None

    insist(probe, complaint)


@check(
    "hpcpack/setJobProperties/values-are-set",
    needs=Needs.CHANGE,
    plan=st.tuples(JOB_VALUES, JOB_VALUES),
    examples=4,
)
def a_job_shows_what_was_set(probe: Probe, plan: tuple[dict[str, str], dict[str, str]]) -> None:
    """When properties are set once and again, the job shows them, and other jobs do not."""
    job, other = (create_job(probe, order(probe, "job", Name="callsheet")) for _ in range(2))
    for given in plan:
        shows(probe, job, changed(probe, job, given))
    change(probe, job, {"Name": "callsheet at last"})
    shows(probe, job, {"Name": "callsheet at last"})
    name = read(probe, other, "Name")["Name"]
    probe.require(name == "callsheet", f"job {job} was renamed, and so was job {other}: {name}")


@check(
    "hpcpack/setJobProperties/others-stay",
    needs=Needs.CHANGE,
    plan=st.sampled_from([{"Name": "callsheet"}, {"Priority": "Highest"}, {"MaxCores": "3"}]),
    examples=3,
)
def what_is_not_named_stays(probe: Probe, given: dict[str, str]) -> None:
    """When one property of a job is set, the others keep their values."""
    first = order(probe, "job", Name="callsheet before", Priority="BelowNormal")
    job = create_job(probe, first)
    before = read(probe, job)
    change(probe, job, given)
    after = read(probe, job)
    for name in STEADY:
        if name in before and name not in given:
            words = f"setting {given}, {name} went from {before[name]!r} to {after.get(name)!r}"
            probe.require(after.get(name) == before[name], words)


@check("hpcpack/setJobProperties/canceled-job-is-refused", needs=Needs.CHANGE)
def a_canceled_job_keeps_its_name(probe: Probe, _: None) -> None:
    """When a job has been canceled, a new Name for it is refused."""
    job = make(probe, "job", "task")
    send(probe, "cancelJob", job, query={"forced": True})
    brought(probe, job, "Canceled")
    body = settings({"Name": "callsheet renamed"})
    answer = probe.call("setJobProperties", path={"jobId": job}, body=body)
    probe.require(400 <= answer.status < 500, f"{answer.exchange}, though the job is canceled")
