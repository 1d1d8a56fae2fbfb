"""Parametric sweeps: one master task, and a subtask for each step; and what tasks are made of."""

from __future__ import annotations

from typing import Any

from mockserver.apis.hpcpack.faults import wrong
from mockserver.apis.hpcpack.properties import TASK
from mockserver.store import Resource

MOST_STEPS = 1_000
"""How many subtasks a sweep may have."""

SPAN = 2**31
"""How far apart the ranks of two tasks are: room for the subtasks of the first."""


def new_task(job: Resource, number: int, values: dict[str, Any], moment: int) -> Resource:
    """Return a new task of *job*; raise `SchedulerError` if it is a sweep that cannot be."""
    own = {
        "ParentJobId": job.key,
        "JobTaskId": number,
        "InstanceId": 0,
        "CreateTime": moment,
        "ChangeTime": moment,
        "rank": number * SPAN,
        "parent": str(job.key),
        "is_step": 0,
        "shown_expanded": 1,
        "shown_unexpanded": 1,
    }
    columns = TASK.defaults() | values | own
    complete(columns)
    facts: dict[str, Any] = {"custom": {}, "variables": {}}
    return Resource(f"{job.key}.{number}", "Configuring", moment, columns=columns, facts=facts)


def complete(columns: dict[str, Any]) -> None:
    """Give a sweep the bounds that nobody gave; raise `SchedulerError` if they do not fit."""
    if columns["Type"] != "ParametricSweep":
        return
    start = 1 if columns["StartValue"] is None else columns["StartValue"]
    end = start if columns["EndValue"] is None else columns["EndValue"]
    increment = 1 if columns["IncrementValue"] is None else columns["IncrementValue"]
    if increment < 1 or end < start:
        raise wrong("A sweep goes from StartValue up to EndValue by an IncrementValue above 0.")
    if (end - start) // increment >= MOST_STEPS:
        raise wrong(f"A sweep has at most {MOST_STEPS} subtasks.")
    columns.update(StartValue=start, EndValue=end, IncrementValue=increment)


def steps(master: Resource, moment: int) -> list[Resource]:
    """Return the subtasks of a sweep, which are queued."""
    columns = master.columns
    found = []
    for value in range(columns["StartValue"], columns["EndValue"] + 1, columns["IncrementValue"]):
        own = {
            "CommandLine": columns["CommandLine"].replace("*", str(value)),
            "InstanceId": value,
            "Type": "Basic",
            "CreateTime": moment,
            "SubmitTime": columns["SubmitTime"],
            "ChangeTime": moment,
            "PreviousState": "",
            "RequeueCount": 0,
            "rank": columns["rank"] + value,
            "parent": master.key,
            "is_step": 1,
            "shown_expanded": 1,
            "shown_unexpanded": 0,
        }
        facts = {"custom": {}, "variables": dict(master.facts["variables"])}
        key = f"{master.key}.{value}"
        found.append(Resource(key, "Queued", moment, columns=columns | own, facts=facts))
    return found


def variables(job: Resource, task: Resource) -> dict[str, str]:
    """Return the environment in which *task* runs."""
    columns = task.columns
    return {
        "CCP_JOBID": str(job.key),
        "CCP_TASKID": str(columns["JobTaskId"]),
        "CCP_TASKINSTANCEID": str(columns["InstanceId"]),
        "CCP_OWNER_NAME": job.columns["Owner"],
        "CCP_NODES": f"1 {columns['AllocatedNodes']} {columns['MinCores']}",
        **job.facts["variables"],
        **task.facts["variables"],
    }
