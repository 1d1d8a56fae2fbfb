"""Tests of what becomes of templates, and of searches for what has been made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from mockserver.apis.deadline_cloud import fates, template
from mockserver.tests.apis.deadline_farm import Answer, Farm

SPACE = {
    "taskParameterDefinitions": [
        {"name": "Frame", "type": "INT", "range": "{{Param.Frames}}"},
        {"name": "Look", "type": "STRING", "range": ["Küstenblick", "望遠"]},
        {"name": "Weight", "type": "FLOAT", "range": [0.5]},
    ],
    "combination": "(Frame, Look) * Weight",
}


def job_template(**step: Any) -> str:
    """Return a template with one step that has *step* besides its script."""
    script = {"actions": {"onRun": {"command": "render"}}}
    spelled = {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": "Shot {{Param.Frames}}",
        "parameterDefinitions": [{"name": "Frames", "type": "STRING", "default": "1-2"}],
        "steps": [{"name": "Render", "script": script, **step}],
    }
    return yaml.safe_dump(spelled, allow_unicode=True)


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    """Open a seeded farm; these tests only add to it."""
    with Farm() as found:
        yield found


def submit(farm: Farm, text: str, **more: Any) -> str:
    """Create a job of a template and return its path when it has been worked through."""
    return farm.submit("succeeds", template=text, **more)


def test_a_step_has_a_task_for_each_set_of_values(farm: Farm) -> None:
    """Parameters of all kinds combine as the template says, and show the very texts."""
    job = submit(farm, job_template(parameterSpace=SPACE), parameters={"Frames": {"string": "7-8"}})
    assert farm.json(job)["name"] == "Shot 7-8"
    assert farm.json(job)["parameters"] == {"Frames": {"string": "7-8"}}
    shown = [one["parameters"] for one in farm.tasks(job)]
    assert shown == [
        {"Frame": {"int": "7"}, "Look": {"string": "Küstenblick"}, "Weight": {"float": "0.5"}},
        {"Frame": {"int": "8"}, "Look": {"string": "望遠"}, "Weight": {"float": "0.5"}},
    ]
    step = farm.json(f"{job}/steps")["steps"][0]
    space = farm.json(f"{job}/steps/{step['stepId']}")["parameterSpace"]
    assert space["combination"] == "(Frame, Look) * Weight"
    assert "parameterSpace" not in step


def test_chunks_and_steps_without_parameters(farm: Farm) -> None:
    """A chunked range has a task for each chunk; a step without parameters has one task."""
    chunks = {"defaultTaskCount": 4, "rangeConstraint": "CONTIGUOUS"}
    frame = {"name": "Frame", "type": "CHUNK[INT]", "range": "1-10", "chunks": chunks}
    job = submit(farm, job_template(parameterSpace={"taskParameterDefinitions": [frame]}))
    values = [one["parameters"]["Frame"]["chunkInt"] for one in farm.tasks(job)]
    assert (len(values), values[0].split("-")[0], values[-1].split("-")[1]) == (3, "1", "10")
    plain = farm.tasks(submit(farm, job_template()))
    assert ["parameters" in one for one in plain] == [False]


def _ints(text: str) -> dict[str, Any]:
    return {"taskParameterDefinitions": [{"name": "Frame", "type": "INT", "range": text}]}


LOOPS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "name: only", "[]", "x", "{", "name: [", LOOPS, "[" * 5000,
        job_template(parameterSpace=_ints("1-1000000000")),
        job_template(parameterSpace=_ints("{{Param.Nothing}}")),
        job_template(dependencies=[{"dependsOn": "Nobody"}]),
        job_template(parameterSpace={"taskParameterDefinitions": [
            {"name": "F", "type": "FLOAT", "range": ["1e999"]}]}),
    ],
)  # fmt: skip
def test_a_bad_template_makes_no_job(farm: Farm, text: str) -> None:
    """Whatever cannot be made a job is accepted and ends as CREATE_FAILED, with a reason."""
    shown = farm.json(submit(farm, text))
    assert shown["lifecycleStatus"] == "CREATE_FAILED"
    assert shown["lifecycleStatusMessage"].startswith("Job creation failed: ")
    assert sum(shown["taskRunStatusCounts"].values()) == 0
    assert "taskRunStatus" not in shown


def test_unknown_parameters_make_no_job(farm: Farm) -> None:
    """A value for a parameter that the template does not declare fails the creation."""
    job = submit(farm, job_template(), parameters={"Nothing": {"int": "1"}})
    assert farm.json(job)["lifecycleStatus"] == "CREATE_FAILED"


def test_a_job_is_made_after_another(farm: Farm) -> None:
    """With sourceJobId a job gets the steps and values of that one, and its own settings."""
    source = submit(farm, job_template(parameterSpace=SPACE))
    body = {"priority": 9, "sourceJobId": source.rpartition("/")[2], "nameOverride": "Again"}
    made = farm.post(f"{farm.queue}/jobs", body)
    job = f"{farm.queue}/jobs/{made.json()['jobId']}"
    farm.until(lambda: farm.json(job)["lifecycleStatus"] == "CREATE_COMPLETE")
    shown = farm.json(job)
    assert (shown["name"], shown["priority"], shown["sourceJobId"]) == (
        "Again",
        9,
        body["sourceJobId"],
    )
    values = [[one["parameters"] for one in farm.tasks(path)] for path in (source, job)]
    assert values[0] == values[1]


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        ("render -f 1", fates.SUCCEEDS), ("/bin/false", fates.FAILS), ("exit 3", fates.FAILS),
        ("exit 0", fates.SUCCEEDS), ("fail-once", fates.FAILS_ONCE), ("sleep 30", "sleeps 30.0"),
        ("sleep infinity", fates.ENDLESS), ("sleep x", fates.FAILS), ("sleep -1", fates.SUCCEEDS),
        ("sleep nan", fates.SUCCEEDS),
    ],
)  # fmt: skip
def test_a_command_says_what_becomes_of_its_task(line: str, fate: str) -> None:
    """The words of a command decide the fate of the tasks that run it."""
    word, *args = line.split()
    assert fates.of_command(word, args) == fates.of_command(line, []) == fate


def test_requirements_are_held_against_the_fleet() -> None:
    """A step is compatible if a worker has all that it asks for."""

    def asks(amounts: list[Answer], attributes: list[Answer]) -> bool:
        return fates.is_compatible({"amounts": amounts, "attributes": attributes})

    assert asks([{"name": "amount.worker.vcpu", "min": 96}], [])
    assert not asks([{"name": "amount.worker.vcpu", "min": 97}], [])
    assert not asks([{"name": "amount.licenses", "min": 1}], [])
    assert asks([], [{"name": "attr.worker.os.family", "anyOf": ["macos", "Linux"]}])
    assert not asks([], [{"name": "attr.worker.os.family", "allOf": ["linux", "macos"]}])


def test_reading_a_template_is_bounded() -> None:
    """A template whose aliases spell millions of values is refused before it is worked through."""
    with pytest.raises(template.TemplateError, match="too many values"):
        template.read(LOOPS)


def search(farm: Farm, kind: str, *filters: Answer, **more: Any) -> Answer:
    """Search the first two queues and return the page."""
    queues = [farm.facts["queueId"], farm.facts["otherQueueId"]]
    body: Answer = {"queueIds": queues, "itemOffset": 0, **more}
    if filters:
        body["filterExpressions"] = {"operator": more.pop("operator", "AND"), "filters": [*filters]}
    answer = farm.post(f"{farm.farm}/search/{kind}", body)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    return found


def text_filter(name: str, value: str, operator: str = "EQUAL") -> Answer:
    """Return a stringFilter."""
    return {"stringFilter": {"name": name, "operator": operator, "value": value}}


def test_jobs_are_found_by_filters_alone_and_together(farm: Farm) -> None:
    """Filters by field, list, time and term hold together or each on its own, also in groups."""
    everything = search(farm, "jobs")
    jobs = everything["jobs"]
    assert everything["totalResults"] == len(jobs) > 10
    succeeded = text_filter("TASK_RUN_STATUS", "SUCCEEDED")
    names = {one["name"] for one in jobs if one.get("taskRunStatus") == "SUCCEEDED"}
    assert {one["name"] for one in search(farm, "jobs", succeeded)["jobs"]} == names
    listed = {"stringListFilter": {"name": "TASK_RUN_STATUS", "operator": "ANY_EQUALS",
                                   "values": ["FAILED", "SUSPENDED"]}}  # fmt: skip
    found = {one["taskRunStatus"] for one in search(farm, "jobs", listed)["jobs"]}
    assert found == {"FAILED", "SUSPENDED"}
    middle = sorted(one["createdAt"] for one in jobs)[len(jobs) // 2]
    since = {"dateTimeFilter": {"name": "CREATED_AT", "operator": "GREATER_THAN_EQUAL_TO",
                                "dateTime": middle}}  # fmt: skip
    both = search(farm, "jobs", succeeded, since)["jobs"]
    assert {one["jobId"] for one in both} == {
        one["jobId"] for one in jobs
        if one.get("taskRunStatus") == "SUCCEEDED" and one["createdAt"] >= middle
    }  # fmt: skip
    term = {"searchTermFilter": {"searchTerm": "shot 0", "matchType": "CONTAINS"}}
    assert all("Shot 0" in one["name"] for one in search(farm, "jobs", term)["jobs"])
    group = {"groupFilter": {"operator": "OR", "filters": [text_filter("NAME", "Crowd"), listed]}}
    either = search(farm, "jobs", group, text_filter("NAME", "Shot 040", "NOT_EQUAL"))["jobs"]
    assert {"Crowd", "Shot 030"} == {one["name"] for one in either}


def test_jobs_are_sorted_and_paged_by_number(farm: Farm) -> None:
    """Offsets lead through all matches once, in the order that was asked for."""
    newest = [{"fieldSort": {"name": "CREATED_AT", "sortOrder": "DESCENDING"}}]
    found: list[str] = []
    page: Answer = {"nextItemOffset": 0}
    while "nextItemOffset" in page:
        offset = page["nextItemOffset"]
        page = search(farm, "jobs", itemOffset=offset, pageSize=4, sortExpressions=newest)
        found += [one["createdAt"] for one in page["jobs"]]
    assert found == sorted(found, reverse=True)
    assert len(found) == page["totalResults"]
    mine = [{"userJobsFirst": {"userIdentityId": "nobody"}},
            {"fieldSort": {"name": "PRIORITY", "sortOrder": "ASCENDING"}}]  # fmt: skip
    priorities = [one["priority"] for one in search(farm, "jobs", sortExpressions=mine)["jobs"]]
    assert priorities == sorted(priorities)


def test_tasks_are_found_by_job_and_parameter(farm: Farm) -> None:
    """A jobId limits a search; parameters compare as numbers where they are numbers."""
    job = farm.facts["jobsByRunStatus"]["SUCCEEDED"][0]
    crowd = search(farm, "jobs", text_filter("NAME", "Crowd"))["jobs"][0]["jobId"]

    def frames(operator: str, value: str) -> list[str]:
        one = {"parameterFilter": {"name": "Frame", "operator": operator, "value": value}}
        order = [{"parameterSort": {"name": "Frame", "sortOrder": "DESCENDING"}}]
        page = search(farm, "tasks", one, jobId=crowd, sortExpressions=order)
        assert {task["jobId"] for task in page["tasks"]} <= {crowd}
        return [task["parameters"]["Frame"]["int"] for task in page["tasks"]]

    assert frames("EQUAL", "100") == ["100"]
    assert frames("LESS_THAN", "10") == [str(number) for number in range(9, 0, -1)]
    assert frames("EQUAL", "x") == []
    page = search(farm, "tasks", jobId=crowd, pageSize=30, itemOffset=120)
    assert (len(page["tasks"]), page["totalResults"], "nextItemOffset" in page) == (10, 130, False)
    assert "createdAt" not in page["tasks"][0]
    unknown = {"queueIds": [job["queueId"]], "itemOffset": 0, "jobId": f"job-{'0' * 32}"}
    assert farm.post(f"{farm.farm}/search/tasks", unknown).status_code == 404


def test_a_field_that_nobody_has_is_refused(farm: Farm) -> None:
    """A filter or an order by an unknown field is answered with 400."""
    queues = [farm.facts["queueId"]]
    group = {"operator": "AND", "filters": [text_filter("COLOUR", "red")]}
    order = [{"fieldSort": {"name": "COLOUR", "sortOrder": "ASCENDING"}}]
    for more in ({"filterExpressions": group}, {"sortExpressions": order}):
        body = {"queueIds": queues, "itemOffset": 0, **more}
        answer = farm.post(f"{farm.farm}/search/jobs", body)
        assert (answer.status_code, answer.json()["reason"]) == (400, "FIELD_VALIDATION_FAILED")
