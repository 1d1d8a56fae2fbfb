"""Tests of HPC Pack's lists: filters, orders, pages and properties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mockserver.tests.apis.cluster_stage import ClusterStage, properties

MOMENT = "%m/%d/%Y %I:%M:%S %p"

JOB_ORDERS = ("Id", "Name", "State", "Priority", "EndTime", "MaxCores", "AllocatedNodes")


@pytest.fixture(scope="module")
def stage() -> Iterator[ClusterStage]:
    """Give a calm cluster, whose jobs are not changed here."""
    with ClusterStage() as one:
        yield one


def every_job(stage: ClusterStage, **query: Any) -> list[dict[str, str]]:
    """Return all jobs that fit, with what they are filtered by."""
    names = "Id,State,NodeGroups,ChangeTime,Owner,Name,Priority,EndTime,MaxCores,AllocatedNodes"
    return stage.every("/jobs", properties=names, rowsPerRead=100, **query)


def read(text: str) -> datetime:
    """Return a date and time that is shown."""
    return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)


@pytest.mark.parametrize("ascending", ["true", "false"])
@pytest.mark.parametrize(
    ("order", "size"),
    [*((one, 7) for one in JOB_ORDERS), ("EndTime", 1), ("Name", 10), ("Id", 1000)],
)
def test_pages_hold_every_job_once_and_in_order(
    stage: ClusterStage, order: str, ascending: str, size: int
) -> None:
    """Whatever the order and the size of pages, they add up to one list in that order."""
    whole = every_job(stage, sortJobsBy=order, asc=ascending)
    paged = stage.every("/jobs", sortJobsBy=order, asc=ascending, rowsPerRead=size)

    assert [one["Id"] for one in paged] == [one["Id"] for one in whole]
    assert len({one["Id"] for one in whole}) == len(whole) > 50
    keys = [sort_key(one, order) for one in whole]
    assert keys == sorted(keys, reverse=ascending == "false")


def sort_key(job: dict[str, str], order: str) -> tuple[Any, ...]:
    """Return what a job is sorted by, and its id among equals; nothing comes before everything."""
    number, value = int(job["Id"]), job[order]
    if order == "Id":
        return (number,)
    if order == "MaxCores":
        return int(value), number
    if order == "EndTime":
        return (read(value).isoformat() if value else ""), number
    return value, number


def test_a_queryid_stands_for_the_whole_request(stage: ClusterStage) -> None:
    """It reads on with or without the parameters it came from, and in no other list."""
    query = {"$filter": "JobState eq Finished", "properties": "Id,State", "rowsPerRead": "3"}
    first = stage.call("GET", "/jobs", params=query)
    token = first.headers["x-ms-continuation-queryId"]
    bare = stage.call("GET", "/jobs", params={"queryId": token, "rowsPerRead": "3"})
    repeated = stage.call("GET", "/jobs", params={**query, "queryId": token})

    assert bare.content == repeated.content != first.content
    for path, text in (("/jobs/1/tasks", token), ("/jobs", token[:-4]), ("/jobs", "8c1f2a40-10")):
        assert stage.call("GET", path, params={"queryId": text}).status_code == 400


def test_new_jobs_do_not_disturb_who_reads_on() -> None:
    """Jobs that are made between two pages come at the end, and nothing is told twice."""
    with ClusterStage() as stage:
        first = stage.call("GET", "/jobs?rowsPerRead=40")
        token = first.headers["x-ms-continuation-queryId"]
        made = stage.new_job()
        rest = stage.every("/jobs", queryId=token, rowsPerRead=7)

        ids = [int(one["Properties"][0]["Value"]) for one in first.json()]
        ids += [int(one["Id"]) for one in rest]
        assert ids == list(range(1, made + 1))


def test_rows_can_be_counted_and_skipped(stage: ClusterStage) -> None:
    """With startRow the answer counts all rows and carries no continuation."""
    whole = every_job(stage)
    query = {"startRow": "5", "rowsPerRead": "4", "queryId": "ignored"}
    answer = stage.call("GET", "/jobs", params=query)

    assert answer.headers["x-ms-row-count"] == str(len(whole))
    assert "x-ms-continuation-queryId" not in answer.headers
    assert [one["Id"] for one in whole[5:9]] == [
        one["Properties"][0]["Value"] for one in answer.json()
    ]
    beyond = stage.call("GET", "/jobs", params={"startRow": "100000"})
    assert beyond.json() == []


def test_ten_rows_are_the_default(stage: ClusterStage) -> None:
    """Lists of jobs and nodes give ten rows and the default properties."""
    assert [len(stage.page(path)) for path in ("/jobs", "/nodes")] == [10, 10]
    assert list(stage.page("/jobs")[0]) == ["Id", "Owner", "Name", "State", "Priority"]


@pytest.mark.parametrize("state", ["Finished", "FAILED", "stopped"])
def test_jobs_are_filtered_by_state(stage: ClusterStage, state: str) -> None:
    """States are understood in any case, unknown ones refused."""
    where = f"JobState eq {state}"
    if state == "stopped":
        assert stage.call("GET", "/jobs", params={"$filter": where}).status_code == 400
        return
    found = every_job(stage, where=where)

    expected = [one for one in every_job(stage) if one["State"].lower() == state.lower()]
    assert found == expected != []


def test_jobs_are_filtered_by_group_owner_and_time(stage: ClusterStage) -> None:
    """Filters are joined by and; a job names a group alone or beside others."""
    whole = every_job(stage)
    names = stage.known["users"]["user"]["name"]
    moment = sorted((one["ChangeTime"] for one in whole), key=read)[20]
    for where, owner, fits in (
        ("nodegroup eq largememory", "", lambda one: "LargeMemory" in one["NodeGroups"]),
        ("", names.upper(), lambda one: one["Owner"] == names),
        ("", "ada", lambda one: one["Owner"] == names),
        ("", "nobody", lambda _: False),
        (f"ChangeTimeFrom eq {moment}", "", lambda one: read(one["ChangeTime"]) >= read(moment)),
        (
            "JobState eq Finished AND NodeGroup eq ComputeNodes",
            names,
            lambda one: (
                one["State"] == "Finished"
                and "ComputeNodes" in one["NodeGroups"]
                and one["Owner"] == names
            ),
        ),
    ):
        query: dict[str, str] = {"where": where} if where else {}
        if owner:
            query["owner"] = owner
        assert every_job(stage, **query) == [one for one in whole if fits(one)]


@pytest.mark.parametrize(
    "text",
    [
        "12/31/2025", "2025-12-31", "2025-12-31T00:00:00Z", "12/31/2025 00:00:00",
        "12/31/2025 12:00:00 AM", "12/31/2025 12:00 AM", "2025-12-31 00:00:00",
    ],
)  # fmt: skip
def test_dates_are_understood_in_several_forms(stage: ClusterStage, text: str) -> None:
    """A date, with or without a time, American or ISO, means the same."""
    found = every_job(stage, where=f"ChangeTimeFrom eq {text}")

    bound = datetime(2025, 12, 31, tzinfo=UTC)
    assert found == [one for one in every_job(stage) if read(one["ChangeTime"]) >= bound] != []


@pytest.mark.parametrize(
    "text",
    [
        "JobState", "JobState ne Queued", "Name eq x", "JobState eq Queued or JobState eq Failed",
        "JobState eq Queued and", "ChangeTimeFrom eq yesterday", "NodeState eq Online", "eq", "and",
    ],
)  # fmt: skip
def test_other_filters_are_refused(stage: ClusterStage, text: str) -> None:
    """What the grammar does not know is no filter."""
    assert stage.call("GET", "/jobs", params={"$filter": text}).status_code == 400


def test_a_filter_without_a_value_is_ignored(stage: ClusterStage) -> None:
    """An empty filter, and one that compares with nothing, selects all."""
    whole = every_job(stage)

    assert every_job(stage, where="") == every_job(stage, where="JobState eq ") == whole


def test_tasks_are_filtered(stage: ClusterStage) -> None:
    """By one state or several, by task, by subtask, and by time, all joined."""
    gallery = stage.known["tasks"]["Submitted"][0][0]
    path = f"/jobs/{gallery}/tasks"
    names = "TaskId,State,JobTaskId,InstanceId,ChangeTime"
    whole = stage.every(path, properties=names)

    def found(where: str) -> list[dict[str, str]]:
        return stage.every(path, properties=names, where=where)

    assert found("TaskState eq queued") == [one for one in whole if one["State"] == "Queued"]
    states = {"Queued", "Failed"}
    assert found("TaskStates eq Queued, Failed") == [one for one in whole if one["State"] in states]
    assert found("TaskIds eq 1,3") == [one for one in whole if one["JobTaskId"] in {"1", "3"}]
    steps = found("TaskInstanceIds eq 1,2 and TaskStates eq Configuring")
    assert [one["InstanceId"] for one in steps] == ["1", "2"]
    late = max((one["ChangeTime"] for one in whole), key=read)
    assert 0 < len(found(f"ChangeTimeFrom eq {late}")) < len(whole)
    for wrong in ("TaskIds eq one", "TaskState eq Nowhere", "JobState eq Queued"):
        assert stage.call("GET", path, params={"$filter": wrong}).status_code == 400


@pytest.mark.parametrize("order", ["TaskId", "State", "InstanceId", "Nonsense", "EndTime"])
@pytest.mark.parametrize("ascending", [True, False])
def test_tasks_are_sorted_and_paged(stage: ClusterStage, order: str, ascending: bool) -> None:  # noqa: FBT001
    """Tasks come in the order of a property, and among equals in that of their numbers."""
    gallery = stage.known["tasks"]["Submitted"][0][0]
    path = f"/jobs/{gallery}/tasks"
    query = {"sortTasksBy": order, "asc": str(ascending).lower()}
    whole = stage.every(path, properties="TaskId,State,InstanceId", rowsPerRead=500, **query)
    paged = stage.every(path, properties="TaskId,State,InstanceId", rowsPerRead=4, **query)

    def key(one: dict[str, str]) -> tuple[Any, ...]:
        numbers = [int(part) for part in one["TaskId"].split(".")]
        value: Any = {"State": one["State"], "InstanceId": int(one["InstanceId"])}.get(order, 0)
        return value, numbers

    assert paged == whole
    assert len(whole) > 30
    if order != "EndTime":
        assert [key(one) for one in whole] == sorted(map(key, whole), reverse=not ascending)


def test_nodes_are_listed_filtered_and_sorted(stage: ClusterStage) -> None:
    """Nodes read on, too; numbers are sorted as numbers, times as times."""
    names = stage.known["nodes"]
    whole = stage.every("/nodes")

    assert [one["Name"] for one in whole] == names
    assert [one["Name"] for one in stage.every("/nodes", rowsPerRead=4)] == names
    online = stage.every("/nodes", where="NodeState eq online", properties="name,STATE")
    assert {one["State"] for one in online} == {"Online"}
    assert len(online) < len(names)
    for order in ("Name", "Id", "NumberOfCores", "OnlineTime", "Nonsense"):
        found = stage.every("/nodes", sortNodesBy=order, rowsPerRead=5)
        column = order if order != "Nonsense" else "Id"
        values = [one[column] for one in found]
        kind: Any = {"Name": str, "OnlineTime": read}.get(column, int)
        assert [kind(one) for one in values] == sorted(map(kind, values))
    for name in names:
        assert stage.show(f"/nodes/{name.lower()}") in whole
    for where in ("NodeState eq Nowhere", "Name eq x"):
        assert stage.call("GET", "/nodes", params={"$filter": where}).status_code == 400
    assert stage.call("GET", "/nodes?properties=Nonsense").status_code == 400


def test_groups_have_members(stage: ClusterStage) -> None:
    """Every group is found, and holds nodes of the cluster."""
    groups = [as_name(one) for one in stage.call("GET", "/nodes/groups").json()]

    assert groups == stage.known["node_groups"]
    for group in groups:
        members = stage.call("GET", f"/nodes/groups/{group}").json()
        assert members
        assert set(members) <= set(stage.known["nodes"])


def as_name(row: dict[str, Any]) -> str:
    """Return the Name of a row."""
    return str(row["Properties"][0]["Value"])


def test_jobs_are_found_by_groups_they_come_to_name() -> None:
    """The filter by group follows what is set, also when the group is unknown."""
    with ClusterStage(scenario="empty") as stage:
        job = stage.new_job(NodeGroups="Elsewhere, HeadNodes")
        assert [one["Id"] for one in stage.page("/jobs", where="NodeGroup eq elsewhere")] == ["1"]
        stage.call("PUT", f"/jobs/{job}", json=properties(NodeGroups="ComputeNodes"))
        assert stage.page("/jobs", where="NodeGroup eq Elsewhere") == []
        assert [one["Id"] for one in stage.page("/jobs", where="NodeGroup eq ComputeNodes")] == [
            "1"
        ]
