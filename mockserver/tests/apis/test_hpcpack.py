"""Tests of HPC Pack's resources: what is made, set, shown and refused, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from mockserver.tests.apis.cluster_stage import ClusterStage, as_dict, properties, rows
from specs.contract import load

COMMON = "{http://schemas.microsoft.com/HPCS2008R2/common}"
XML_ONLY = {"Accept": "application/xml"}

JOB_XML = """<?xml version="1.0" encoding="utf-8"?>
<Job xmlns="http://schemas.microsoft.com/HPCS2008R2/scheduler/" Version="3.0" Id="99" State="Failed"
     Name="Nightly &amp; mesh" MinCores="2" MaxCores="8" NodeGroups="ComputeNodes">
  <EnvironmentVariables><Variable><Name>BOAT</Name><Value>ketch</Value></Variable></EnvironmentVariables>
  <CustomProperties><Term><Name>Season</Name><Value>spring</Value></Term></CustomProperties>
  <Tasks>
    <Task Name="first" CommandLine="echo 1" MinCores="1"/>
    <Task Name="second" CommandLine="echo *" Type="ParametricSweep" StartValue="1" EndValue="3">
      <EnvironmentVariables><Variable><Name>MAST</Name><Value/></Variable></EnvironmentVariables>
    </Task>
  </Tasks>
</Job>"""


@pytest.fixture
def stage() -> Iterator[ClusterStage]:
    """Give a cluster without jobs."""
    with ClusterStage(scenario="empty") as one:
        yield one


def message(stage: ClusterStage, method: str, path: str, status: int, **more: Any) -> str:
    """Return why a request is refused with *status*."""
    answer = stage.call(method, path, **more)
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body.keys() == {"Code", "Message", "Values"}
    return str(body["Message"])


@pytest.mark.parametrize("scenario", ["calm", "busy", "failing"])
def test_the_same_seed_makes_the_same_cluster(scenario: str) -> None:
    """Two worlds of one seed are equal to the byte, and another seed makes another one."""
    paths = ("/nodes?rowsPerRead=99", "/jobs?rowsPerRead=999&properties=Id,Name,State,ChangeTime")
    told = []
    for seed in (1, 1, 2):
        with ClusterStage(seed=seed, scenario=scenario) as stage:
            told.append([stage.call("GET", path).content for path in paths])

    assert told[0] == told[1]
    assert told[0] != told[2]


@pytest.mark.parametrize("scenario", ["calm", "busy", "failing"])
def test_a_cluster_has_everything_in_every_state(scenario: str) -> None:
    """Each state of each life can be met, is as the target says, and most of them stay."""
    with ClusterStage(scenario=scenario) as stage:
        lifecycles = load("hpcpack").lifecycles
        known = stage.known
        for schema, kind in (("Job", "jobs"), ("Task", "tasks"), ("Subtask", "subtasks")):
            assert set(known[kind]) == set(lifecycles[schema].states)
        for state, numbers in known["jobs"].items():
            assert stage.state(f"/jobs/{numbers[0]}") == state
        for state, found in known["subtasks"].items():
            job, task, step = found[0]
            assert stage.state(f"/jobs/{job}/tasks/{task}/subtasks/{step}") == state
        stage.advance(3600)
        later = stage.known
        for kind in ("jobs", "tasks", "subtasks"):
            assert set(later[kind]) == set(known[kind])


def test_times_of_a_seeded_job_are_in_order() -> None:
    """What a job and its tasks went through came one after the other."""
    with ClusterStage() as stage:
        job = stage.known["jobs"]["Finished"][0]
        shown = stage.show(f"/jobs/{job}")
        task = stage.show(f"/jobs/{job}/tasks/1")

    moments = [shown[one] for one in ("CreateTime", "SubmitTime", "StartTime", "EndTime")]
    assert all(moments)
    assert task["Output"]
    assert task["ExitCode"] == "0"


def test_a_job_has_what_it_was_given(stage: ClusterStage) -> None:
    """Names in any case are understood, values are shown as texts in their canonical form."""
    job = stage.call(
        "POST",
        "/jobs",
        json=[
            {"name": "NAME", "value": "Nightly mesh"},
            {"Name": "priority", "Value": "abovenormal"},
            {"Name": "MinCores", "Value": "02"},
            {"Name": "rununtilcanceled", "Value": "TRUE"},
            {"Name": "Project"},
        ],
    ).json()
    shown = stage.show(f"/jobs/{job}", "id,name, PRIORITY,MinCores,RunUntilCanceled,Project,State")

    assert shown == {
        "Id": str(job), "Name": "Nightly mesh", "Priority": "AboveNormal", "MinCores": "2",
        "RunUntilCanceled": "True", "Project": "", "State": "Configuring",
    }  # fmt: skip
    every = stage.show(f"/jobs/{job}")
    assert shown.items() <= every.items()
    assert every["CreateTime"] == "1/1/2026 12:00:00 AM"
    assert every["Owner"] == stage.known["users"]["administrator"]["name"]


@pytest.mark.parametrize(
    "body",
    [
        properties(Nonsense="1"),
        properties(Id="1"),
        properties(State="Finished"),
        properties(Owner="me"),
        properties(MinCores="many"),
        properties(MinCores="-1"),
        properties(MinCores="99999999999"),
        properties(Priority="urgent"),
        properties(Name="\0"),
        properties(IsExclusive="perhaps"),
        [{"Value": "x"}],
        [{"Name": "", "Value": "x"}],
        [{"NAME": 1, "Value": "x"}],
        [{"Name": "Name", "Value": 1}],
        {"Name": "Name", "Value": "x"},
        "Name",
    ],
)
def test_a_job_cannot_be_given_everything(stage: ClusterStage, body: Any) -> None:
    """What is unknown, not to be set, or does not fit is refused, and no job is made."""
    assert message(stage, "POST", "/jobs", 400, json=body)
    assert stage.every("/jobs") == []


def test_properties_are_set_one_by_one(stage: ClusterStage) -> None:
    """Setting leaves alone what it does not name, and is over when the job has ended."""
    job = stage.new_job(Name="a", Project="p")

    assert stage.call("PUT", f"/jobs/{job}", json=properties(Name="b")).status_code == 204
    assert stage.call("PUT", f"/jobs/{job}").status_code == 204
    shown = stage.show(f"/jobs/{job}", "Name,Project")
    assert shown == {"Name": "b", "Project": "p"}
    stage.command(f"/jobs/{job}/cancel")
    assert "Canceled" in message(stage, "PUT", f"/jobs/{job}", 400, json=properties(Name="c"))


@pytest.mark.parametrize("path", ["/jobs/{}", "/jobs/{}/tasks/1"])
def test_variables_and_custom_properties_are_kept(stage: ClusterStage, path: str) -> None:
    """Both are set one by one, shown all or by name; an unknown variable is empty."""
    place = path.format(stage.new_job(properties(CommandLine="x")))
    for what in ("customProperties", "envVariables"):
        assert stage.call("GET", f"{place}/{what}").json() == []
        assert stage.command(f"{place}/{what}", properties(b="1", a="2")) == 204
        assert stage.command(f"{place}/{what}", [{"name": "c", "value": "a,b"}]) == 204
        assert stage.command(f"{place}/{what}") == 204
        shown = stage.call("GET", f"{place}/{what}").json()
        assert as_dict(shown) == {"a": "2", "b": "1", "c": "a,b"}

    query = {"names": "a,zzz,a"}
    custom = stage.call("GET", f"{place}/customProperties", params=query).json()
    variables = stage.call("GET", f"{place}/envVariables", params=query).json()
    assert custom == properties(a="2")
    assert variables == properties(a="2", zzz="")


def test_job_xml_makes_a_job_with_tasks(stage: ClusterStage) -> None:
    """Attributes become properties, tasks come along; what cannot be set is passed over."""
    job = stage.call("POST", "/jobs/jobFile", json=JOB_XML).json()

    shown = stage.show(f"/jobs/{job}", "Id,Name,MinCores,MaxCores,NodeGroups,State")
    assert shown == {
        "Id": str(job), "Name": "Nightly & mesh", "MinCores": "2", "MaxCores": "8",
        "NodeGroups": "ComputeNodes", "State": "Configuring",
    }  # fmt: skip
    tasks = stage.every(f"/jobs/{job}/tasks", properties="Name,CommandLine,Type,EndValue")
    assert [one["Name"] for one in tasks] == ["first", "second"]
    assert tasks[1]["Type"] == "ParametricSweep"
    assert stage.call("GET", f"/jobs/{job}/envVariables").json() == properties(BOAT="ketch")
    assert stage.call("GET", f"/jobs/{job}/customProperties").json() == properties(Season="spring")
    mast = stage.call("GET", f"/jobs/{job}/tasks/2/envVariables").json()
    assert mast == properties(MAST="")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<Job",
        "<Work/>",
        "<Job MinCores='many'/>",
        "<Job><Tasks><Task Type='Nonsense'/></Tasks></Job>",
        "<Job><Tasks><Task Type='ParametricSweep' EndValue='9999999'/></Tasks></Job>",
        '<!DOCTYPE Job [<!ENTITY a "aaaa">]><Job Name="&a;"/>',
        '<!DOCTYPE Job SYSTEM "file:///etc/passwd"><Job/>',
        "<Job>" * 40 + "</Job>" * 40,
    ],
)
def test_bad_job_xml_makes_nothing(stage: ClusterStage, text: str) -> None:
    """XML that cannot be read, or is not safe to read, is refused as a whole."""
    assert message(stage, "POST", "/jobs/jobFile", 400, json=text)
    assert stage.every("/jobs") == []


def test_answers_come_in_xml_for_those_who_ask(stage: ClusterStage) -> None:
    """Every kind of answer has its XML, which holds the same as the JSON; JSON is preferred."""
    made = stage.call("POST", "/jobs", headers=XML_ONLY, json=properties(Name="a < b \x01"))
    job = int(ElementTree.fromstring(made.content).text or "")
    assert made.headers["content-type"].startswith("application/xml")
    detail = ElementTree.fromstring(stage.call("GET", f"/jobs/{job}", headers=XML_ONLY).content)
    shown = {one[0].text: one[1].text or "" for one in detail}
    assert detail.tag == f"{COMMON}ArrayOfProperty"
    assert shown | {"Name": ""} == stage.show(f"/jobs/{job}") | {"Name": ""}
    assert shown["Name"] == "a < b \ufffd"
    listed = ElementTree.fromstring(stage.call("GET", "/jobs", headers=XML_ONLY).content)
    assert [len(one[0]) for one in listed] == [5]
    for path in ("/cluster/version", "/jobs/templates", "/nodes/groups/headnodes"):
        answer = stage.call("GET", path, headers=XML_ONLY)
        texts = [one.text for one in ElementTree.fromstring(answer.content).iter() if one.text]
        value = stage.call("GET", path).json()
        assert texts == (value if isinstance(value, list) else [value])

    both = {"Accept": "application/xml, application/json;q=0.5"}
    assert stage.call("GET", "/nodes", headers=both).json()
    refused = {"Accept": "application/json;q=0, application/xml"}
    assert stage.call("GET", "/nodes", headers=refused).text.startswith("<?xml")
    assert message(stage, "GET", "/jobs/99", 404, headers=XML_ONLY)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/jobs/99", 404),
        ("GET", "/jobs/none", 404),
        ("GET", "/jobs/0", 404),
        ("GET", "/jobs/99999999999", 404),
        ("POST", "/jobs/99/submit", 404),
        ("GET", "/jobs/1/tasks/9", 404),
        ("GET", "/jobs/9/tasks/1", 404),
        ("GET", "/jobs/1/tasks/1/subtasks/1", 404),
        ("GET", "/nodes/NOWHERE", 404),
        ("GET", "/nodes/groups/Nobody", 404),
        ("GET", "/nothing", 404),
        ("GET", "/jobs/1/submit", 405),
        ("DELETE", "/jobs/1", 405),
        ("GET", "/jobs/1?properties=Nonsense", 400),
        ("GET", "/jobs/1?properties=Password", 400),
        ("GET", "/jobs?rowsPerRead=0", 400),
        ("GET", "/jobs?RowsPerRead=0", 400),
        ("POST", "/jobs/1/cancel?forced=perhaps", 400),
        ("POST", "/jobs/jobFile", 400),
        ("POST", "/jobs/1/requeue", 400),
        ("POST", "/jobs/1/finish", 400),
        ("POST", "/jobs/1/tasks/1/finish", 400),
        ("POST", "/jobs/1/tasks/1/requeue", 400),
    ],
)
def test_refusals_have_their_status(
    stage: ClusterStage, method: str, path: str, status: int
) -> None:
    """What is unknown, does not fit, or comes at the wrong time says so in a message."""
    stage.new_job(properties(CommandLine="x"))

    assert message(stage, method, path, status)


def test_bodies_are_json(stage: ClusterStage) -> None:
    """A body of another type, or one that is no JSON, is refused."""
    xml = {"content": "<Job/>", "headers": {"Content-Type": "application/xml"}}
    broken = {"content": "[", "headers": {"Content-Type": "application/json"}}

    assert message(stage, "POST", "/jobs", 415, **xml)
    assert message(stage, "POST", "/jobs", 400, **broken)


def test_paths_and_queries_are_read_in_any_case() -> None:
    """Clients of the real service write Tasks and Properties with capitals."""
    with ClusterStage() as stage:
        job = stage.known["sweeps"][0][0]
        plain = stage.call("GET", f"/jobs/{job}/tasks?properties=Name&expandParametric=false")
        capital = stage.call("GET", f"/Jobs/{job}/Tasks?Properties=NAME&ExpandParametric=False")

    assert rows(plain) == rows(capital)
