"""What holds of every request: JSON and XML, paths, credentials, bodies."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.checks.hpcpack.workshop import known_job, known_subtask, known_task
from conformance.drivers.hpcpack_answers import BODIES, STRANGER
from conformance.drivers.hpcpack_cluster import (
    User,
    make,
    number_in,
    order,
    path_of,
    settings,
    user,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

ON_JOBS = ("setJobProperties", "setJobCustomProperties", "setJobEnvironmentVariables", "addTask")
ON_TASKS = ("setTaskProperties", "setTaskCustomProperties", "setTaskEnvironmentVariables")
COMMANDS = ("submitJob", "cancelJob")
JSON_KINDS = ("application/json", "application/json; charset=utf-8")


def reading(probe: Probe, pick: int) -> list[tuple[str, dict[str, Any]]]:
    """Return all operations that read, each with what it needs in its path."""
    job, task, step = known_job(probe, pick), known_task(probe, pick), known_subtask(probe, pick)
    nodes, groups = probe.known.get("nodes", ()), probe.known.get("node_groups", ())
    found: list[tuple[str, dict[str, Any]]] = [
        (one, {})
        for one in ("getVersion", "getActiveHeadNode", "getDateTimeFormat", "listNodes",
                    "listNodeGroups", "listJobTemplates", "listJobs")
    ]  # fmt: skip
    found += [("getNode", {"name": one}) for one in nodes[:1]]
    found += [("listNodeGroupMembers", {"name": one}) for one in groups[:1]]
    of_job = ("getJob", "getJobCustomProperties", "getJobEnvironmentVariables", "listTasks")
    found += [(one, path_of(job)) for one in of_job]
    of_task = ("getTask", "getTaskCustomProperties", "getTaskEnvironmentVariables")
    found += [(one, path_of(task)) for one in of_task]
    return [*found, ("getSubtask", path_of(step))]


@check("hpcpack/answers-in-json", plan=st.integers(0, 30), examples=1)
def who_wants_json_gets_json(probe: Probe, pick: int) -> None:
    """With Accept: application/json, each operation that answers a body answers it in JSON."""
    for answer in _accepting(probe, pick, "application/json"):
        if answer.is_success:
            words = f"{answer.exchange} is {answer.media_type}: {answer.text[:40]!r}"
            probe.require(answer.media_type.endswith("json"), words)
            probe.require(not answer.text.lstrip().startswith("<"), words)


@check("hpcpack/answers-in-xml", plan=st.integers(0, 30), examples=1)
def who_wants_xml_gets_xml(probe: Probe, pick: int) -> None:
    """With Accept: application/xml, each operation that answers a body answers it in XML."""
    for answer in _accepting(probe, pick, "application/xml"):
        if answer.is_success or answer.status == 406:
            words = f"{answer.exchange} is {answer.media_type}: {answer.text[:40]!r}"
            is_xml = answer.media_type.endswith("xml") and _is_xml(answer.body)
            probe.require(is_xml, words)


def _accepting(probe: Probe, pick: int, kind: str) -> list[Answer]:
    headers = {"Accept": kind}
    found = [probe.call(one, path=path, headers=headers) for one, path in reading(probe, pick)]
    if probe.mode.allows(Needs.CREATE):
        found.append(probe.call("createJob", body=settings(order(probe, "job")), headers=headers))
        if found[-1].is_success:
            path = {"jobId": number_in(found[-1])}
            body = settings(order(probe, "task"))
            found.append(probe.call("addTask", path=path, body=body, headers=headers))
        body = BODIES["createJobFromXml"]
        found.append(probe.call("createJobFromXml", body=body, headers=headers))
    return found


def _is_xml(body: bytes) -> bool:
    parser = expat.ParserCreate()
    try:
        parser.Parse(body, True)  # noqa: FBT003 - the way this function is
    except expat.ExpatError:
        return False
    return True


@check("hpcpack/takes-json", needs=Needs.CREATE, plan=st.sampled_from(JSON_KINDS), examples=2)
def bodies_in_json_are_taken(probe: Probe, kind: str) -> None:
    """Whatever operation has a body takes it as application/json, with or without a charset."""
    headers = {"Content-Type": kind}
    job = make(probe, "job", "task")
    plain: list[tuple[str, dict[str, Any]]] = [("createJob", {}), ("createJobFromXml", {})]
    plain += [(one, {"jobId": job}) for one in ON_JOBS]
    plain += [(one, {"jobId": job, "taskId": 1}) for one in ON_TASKS]
    plain += [("submitJob", {"jobId": job})]
    plain += [(one, {"jobId": job}) for one in ("finishJob", "cancelJob")]
    task = path_of(f"{make(probe, 'job', 'task')}.1")
    plain += [(one, task) for one in ("finishTask", "cancelTask", "requeueTask")]
    step = path_of(known_subtask(probe))
    if probe.mode.allows(Needs.CREATE):
        step = path_of(str(probe.subject("Subtask").create(probe)))
    for one in ("setSubtaskProperties", "finishSubtask", "cancelSubtask"):
        plain.append((one, step))
    for operation, path in plain:
        body = BODIES.get(operation, settings({"Priority": "Normal"}))
        answer = probe.call(operation, path=path, body=body, headers=headers)
        words = f"{answer.exchange}, with a body that is {kind}"
        probe.require(answer.status not in {406, 415} and answer.status < 500, words)
        if operation.startswith(("create", "add")):
            probe.require(answer.is_success or answer.status in {401, 403}, words)


@check("hpcpack/literal-paths-win")
def literal_paths_are_lists_of_their_own(probe: Probe, _: None) -> None:
    """At /nodes/groups there are node groups, at /jobs/templates the names of templates."""
    groups = probe.call("listNodeGroups")
    templates = probe.call("listJobTemplates")
    for answer in (groups, templates):
        probe.require(answer.is_success, f"{answer.exchange}, where a list should be")
    probe.assume(groups.json or templates.json, "there are no groups and no templates")
    is_rows = all("Properties" in one for one in groups.json)
    probe.require(is_rows, f"{groups.exchange} is no list of groups: {groups.text[:60]!r}")
    is_names = all(isinstance(one, str) for one in templates.json)
    probe.require(is_names, f"{templates.exchange} is no list of names: {templates.text[:60]!r}")


@check("hpcpack/basic-credentials-open-the-door")
def valid_credentials_are_enough(probe: Probe, _: None) -> None:
    """With the name and password of a user, requests are served."""
    known = [user(probe, one) for one in ("user", "administrator", "other_user")]
    users = [one for one in known if one is not None]
    signs: list[dict[str, str | None]] = [one.signs for one in users]
    if not signs and "Authorization" not in probe.target.credentials:
        probe.unsupported("the target file gives no credentials")
    for headers in signs or [{}]:
        for operation in ("getVersion", "listJobs", "listNodes"):
            answer = probe.call(operation, headers=headers)
            probe.require(answer.is_success, f"{answer.exchange}, with valid credentials")
        if probe.mode.allows(Needs.CREATE):
            _works_for(probe, headers)


def _works_for(probe: Probe, headers: dict[str, str | None]) -> None:
    """Make, extend and cancel a job with credentials; they may not suffice, but are not wrong."""
    path: dict[str, object] = {}
    for operation in ("createJob", "addTask", "setJobProperties", "cancelJob"):
        answer = probe.call(operation, path=path, body=BODIES[operation], headers=headers)
        probe.require(answer.status != 401, f"{answer.exchange}, with valid credentials")
        if operation == "createJob":
            probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
            path = {"jobId": number_in(answer)}


@check("hpcpack/credentials-are-needed", needs=Needs.CREATE)
def without_credentials_nothing_is_done(probe: Probe, _: None) -> None:
    """Without credentials, or with wrong ones, no request is carried out."""
    demanded = probe.known.get("credentials_demanded", bool(probe.target.credentials))
    if not demanded:
        probe.unsupported("the target file gives no credentials, so the target is open to everyone")
    anybody: list[dict[str, str | None]] = [{"Authorization": None}, STRANGER.signs]
    some = user(probe, "user")
    if some is not None:
        anybody.append(User(some.name, f"not {some.password}").signs)
    job = path_of(known_job(probe))
    for headers in anybody:
        for operation, path in (("getVersion", {}), ("listJobs", {}), ("getJob", job)):
            answer = probe.call(operation, path=path, headers=headers)
            probe.require(not answer.is_success, f"{answer.exchange}, without valid credentials")
        body = settings(order(probe, "job"))
        answer = probe.call("createJob", body=body, headers=headers)
        probe.require(not answer.is_success, f"{answer.exchange}, without valid credentials")


@check("hpcpack/bodies-are-optional", needs=Needs.CREATE)
def operations_work_without_a_body(probe: Probe, _: None) -> None:
    """Each operation that may have a body, and whose resource is ready for it, works without."""
    answers = [probe.call("createJob")]
    job = make(probe, "job", "task")
    answers += [probe.call(one, path={"jobId": job}) for one in ON_JOBS]
    answers += [probe.call(one, path={"jobId": job, "taskId": 1}) for one in ON_TASKS]
    answers += [probe.call(one, path={"jobId": job}) for one in COMMANDS]
    task = path_of(f"{make(probe, 'job', 'task')}.1")
    answers += [probe.call(one, path=task) for one in ("cancelTask", "requeueTask")]
    for answer in answers:
        probe.require(answer.is_success, f"{answer.exchange}, without a body")
