"""Making jobs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.checks.scale import acquaintance, exemplars, sight
from conformance.checks.scale.acquaintance import details
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import Record, at
from conformance.checks.scale.listing import version
from conformance.drivers.scale_answers import UNKNOWN_ID
from conformance.mode import Needs
from conformance.patience import Unsteady, insist
from conformance.probe import Probe
from conformance.registry import check

PURPOSES = ("", "slow", "failing")


def _created(probe: Probe, **change: Any) -> Answer:
    """Make a job whose body differs from the usual one in some fields."""
    body = {**Cast(probe).body("slow"), **change}
    answer = probe.ok("createJob", body=body)
    sight.details(probe, answer.json)
    return answer


@check("scale/createJob/starts-queued", needs=Needs.CREATE)
def new_job_is_queued(probe: Probe, _: None) -> None:
    """The new job is QUEUED."""
    for purpose in PURPOSES:
        answer = probe.ok("createJob", body=Cast(probe).body(purpose))
        status = answer.json["status"]
        probe.require(status == "QUEUED", f"{answer.exchange} shows a job that is {status}")


@check("scale/createJob/body-is-details", needs=Needs.CREATE)
def answer_is_what_the_details_call_gives(probe: Probe, _: None) -> None:
    """The answer holds the same as the details, as long as the job has not moved on."""

    def complaint() -> str | None:
        answer = _created(probe)
        job, shown = answer.json, details(probe, answer.json["id"])
        differing = [name for name in shown if name in job and job[name] != shown[name]]
        if not differing:
            return None
        if version(job) != version(shown):
            raise Unsteady("each new job has moved on before it could be read")
        name = differing[0]
        return f"{answer.exchange} shows {name} {job[name]!r}, the details {shown[name]!r}"

    insist(probe, complaint)


@check("scale/createJob/location-leads-to-details", needs=Needs.CREATE)
def location_leads_to_the_new_job(probe: Probe, _: None) -> None:
    """Location is the URL of the details of the new job."""
    answer = _created(probe)
    location = answer.headers.get("Location", "")
    probe.require(location, f"{answer.exchange} has no Location")
    found = probe.follow("getJob", urljoin(answer.exchange.url, location))
    probe.require(found.is_success, f"Location is {location}, and {found.exchange}")
    same = found.json["id"] == answer.json["id"]
    probe.require(same, f"Location {location} leads to job {found.json['id']}, not the new one")


@check("scale/createJob/job-type-as-asked", needs=Needs.CREATE)
def job_type_is_the_one_asked_for(probe: Probe, _: None) -> None:
    """The job type of the new job is the one whose id was sent as job_type_id."""
    for purpose in PURPOSES:
        body = Cast(probe).body(purpose)
        _has_type(probe, body, body["job_type_id"])
    for job_type in exemplars.alike(probe, Cast(probe).body()):
        _has_type(probe, {**Cast(probe).body(), "job_type_id": job_type["id"]}, job_type["id"])


def _has_type(probe: Probe, body: Record, wanted: Any) -> None:
    answer = probe.call("createJob", body=body)
    probe.assume(answer.is_success, f"{answer.exchange}")
    for job in (answer.json, details(probe, answer.json["id"])):
        found = job["job_type"]["id"]
        probe.require(
            found == wanted, f"a job of job type {wanted} was asked for, and one of {found} made"
        )


@check("scale/createJob/input-as-sent", needs=Needs.CREATE, plan=st.integers(1, 99), examples=1)
def input_holds_what_was_sent(probe: Probe, drawn: int) -> None:
    """The input of the new job holds the files and values that were sent for it."""
    sent = {"files": {}, "json": {}} | Cast(probe).body("slow")["input"]
    plain = _created(probe).json
    files, values = dict(sent["files"]), dict(sent["json"])
    several = exemplars.input_that_takes_several(plain)
    if several is not None:
        others = exemplars.known_files(probe, acquaintance.sample(probe), 3)
        if len(others) > 1:
            files[several] = others[::-1]
    declared = at(plain, "job_type_rev", "manifest", "job", "interface", "inputs", "json") or []
    for one in declared:
        if one.get("type") in {"number", "integer"} and one["name"] not in values:
            values[one["name"]] = drawn
    _holds(probe, plain, sent)
    if (files, values) != (sent["files"], sent["json"]):
        rich = {**sent, "files": files, "json": values}
        answer = probe.call("createJob", body={**Cast(probe).body("slow"), "input": rich})
        if answer.is_success:
            _holds(probe, answer.json, rich)
            _holds(probe, details(probe, answer.json["id"]), rich)


def _holds(probe: Probe, job: Record, sent: Record) -> None:
    for name, ids in sent["files"].items():
        found = job["input"]["files"].get(name)
        same = found is not None and sorted(found) == sorted(ids)
        probe.require(same, f"for the input {name} {ids} was sent, and the new job has {found}")
    for name, value in sent.get("json", {}).items():
        found = job["input"].get("json", {}).get(name)
        same = found == value
        probe.require(same, f"for the value {name} {value!r} was sent, and the job has {found!r}")


@check(
    "scale/createJob/configuration-as-sent",
    needs=Needs.CREATE,
    plan=st.integers(1, 1000),
    examples=2,
)
def configuration_holds_the_priority_sent(probe: Probe, priority: int) -> None:
    """The configuration of the new job holds the priority that was sent."""
    given = Cast(probe).body("slow").get("configuration", {})
    for sent in (priority, 1001 - priority):
        answer = _created(probe, configuration={**given, "priority": sent})
        for job in (answer.json, details(probe, answer.json["id"])):
            found = at(job, "configuration", "priority")
            said = f"the priority {sent} was sent, and the new job has {found!r}"
            probe.require(found == sent, said)


@check("scale/createJob/configuration-is-optional", needs=Needs.CREATE)
def body_without_configuration_makes_a_job(probe: Probe, _: None) -> None:
    """A request without configuration makes a job."""
    body = Cast(probe).body("slow")
    configured = probe.call("createJob", body={"configuration": {"priority": 10}, **body})
    body.pop("configuration", None)
    answer = probe.call("createJob", body=body)
    probe.assume(answer.is_success or configured.is_success, f"{configured.exchange}")
    probe.require(answer.is_success, f"without configuration: {answer.exchange}")


@check("scale/createJob/job-type-id-is-required", needs=Needs.CREATE)
def body_without_job_type_makes_no_job(probe: Probe, _: None) -> None:
    """A request without job_type_id makes no job."""
    _refused(probe, "job_type_id")


@check("scale/createJob/input-is-required", needs=Needs.CREATE)
def body_without_input_makes_no_job(probe: Probe, _: None) -> None:
    """A request without input makes no job."""
    _refused(probe, "input")


def _refused(probe: Probe, name: str) -> None:
    body = Cast(probe).body("slow")
    probe.ok("createJob", body=body)
    answer = probe.call("createJob", body={key: body[key] for key in body if key != name})
    probe.require(not answer.is_success, f"without {name}: {answer.exchange}")


@check("scale/createJob/nothing-ran-yet", needs=Needs.CREATE)
def new_job_shows_that_nothing_ran_yet(probe: Probe, _: None) -> None:
    """In the answer, what a run leaves behind is null and num_exes is 1."""
    job = _created(probe).json
    for name in ("execution", "node", "error", "started", "ended"):
        probe.require(job[name] is None, f"{name} of a new job is {job[name]!r}")
    probe.require(job["num_exes"] == 1, f"num_exes of a new job is {job['num_exes']}")


@check("scale/createJob/event-is-user", needs=Needs.CREATE)
def event_of_a_new_job_is_of_a_user(probe: Probe, _: None) -> None:
    """The event of the new job has the type USER."""
    job = _created(probe).json
    probe.require(job["event"]["type"] == "USER", f"the event is {job['event']['type']!r}")


@check("scale/createJob/unknown-job-type-is-404", needs=Needs.CREATE)
def unknown_job_type_is_not_found(probe: Probe, _: None) -> None:
    """A job_type_id that no job type has is answered 404."""
    body = {**Cast(probe).body(), "job_type_id": UNKNOWN_ID}
    answer = probe.call("createJob", body=body)
    probe.require(answer.status == 404, f"{answer.exchange}")


@check("scale/createJob/unknown-input-names-are-ignored", needs=Needs.CREATE)
def files_for_an_unknown_input_are_left_out(probe: Probe, _: None) -> None:
    """Files for a name that the job type does not know are left out of the new job's input."""
    body = Cast(probe).body("slow")
    ids = next((ids for ids in (at(body, "input", "files") or {}).values() if ids), None)
    probe.assume(ids, "known.create gives no file that could be sent")
    files = {**body["input"]["files"], "NO_SUCH_INPUT": ids}
    answer = probe.call("createJob", body={**body, "input": {**body["input"], "files": files}})
    probe.require(answer.is_success, f"with files for an unknown input: {answer.exchange}")
    left_out = "NO_SUCH_INPUT" not in answer.json["input"]["files"]
    probe.require(left_out, "the new job has files for an input that its job type does not know")


@check(
    "scale/createJob/bad-priority-is-400", needs=Needs.CREATE, plan=st.integers(-9, 0), examples=2
)
def priority_below_1_is_refused(probe: Probe, priority: int) -> None:
    """A configuration with a priority below 1 is answered 400."""
    body = {**Cast(probe).body("slow"), "configuration": {"priority": priority}}
    answer = probe.call("createJob", body=body)
    probe.require(answer.status == 400, f"with the priority {priority}: {answer.exchange}")


@check("scale/createJob/unknown-file-is-400", needs=Needs.CREATE)
def unknown_file_is_refused(probe: Probe, _: None) -> None:
    """An input with the id of a file that does not exist is answered 400."""
    body = Cast(probe).body("slow")
    name = next(iter(at(body, "input", "files") or {}), None)
    probe.assume(name, "known.create gives no input that takes a file")
    files = {**body["input"]["files"], name: [UNKNOWN_ID]}
    answer = probe.call("createJob", body={**body, "input": {**body["input"], "files": files}})
    probe.require(answer.status == 400, f"{answer.exchange}")
