"""What a conformance suite may know of an HPC Pack world: `/__admin/targets/hpcpack`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.apis.hpcpack import cluster, directory
from mockserver.apis.hpcpack.course import STUCK
from mockserver.store import Query
from mockserver.store.query import within

if TYPE_CHECKING:
    from mockserver.apis.hpcpack.scheduler import Scheduler

AT_MOST = 20
"""How many ids of each state are told."""


def known(scheduler: Scheduler) -> dict[str, Any]:
    """Return users, ids and bodies.

    `users`: role -> `name`, `password`; `jobs`: state -> ids; `tasks` and `subtasks`: state ->
    lists of the numbers in the path; `sweeps`: those masters whose subtasks have all ended;
    `create`: name -> a body for createJob or addTask.
    """
    return {
        "credentials_demanded": scheduler.service.options.demand_credentials,
        "users": _users(),
        "jobs": _jobs(scheduler),
        "tasks": _tasks(scheduler, "Task", is_step=0),
        "subtasks": _tasks(scheduler, "Subtask", is_step=1),
        "sweeps": _sweeps(scheduler),
        "nodes": [one.name for one in scheduler.cluster.nodes.values()],
        "node_groups": list(cluster.GROUPS),
        "templates": list(cluster.TEMPLATES),
        "cores": scheduler.cluster.cores,
        "create": _create(scheduler),
    }


def _users() -> dict[str, dict[str, str]]:
    names = ("administrator", "job_administrator", "user", "other_user")
    return {
        key: {"name": name, "password": password}
        for key, (name, password) in zip(names, directory.PASSWORDS.items(), strict=True)
    }


def _jobs(scheduler: Scheduler) -> dict[str, list[int]]:
    found = {
        state: scheduler.jobs.keys(Query((within("state", [state]),)))[:AT_MOST]
        for state in scheduler.service.machines["Job"].lifecycle.states
    }
    return {state: keys for state, keys in found.items() if keys}


def _tasks(scheduler: Scheduler, schema: str, is_step: int) -> dict[str, list[list[int]]]:
    found = {}
    for state in scheduler.service.machines[schema].lifecycle.states:
        where = (within("state", [state]), within("is_step", [is_step]))
        rows = scheduler.tasks.find(Query(where), AT_MOST)
        if rows:
            found[state] = [[int(part) for part in one.key.split(".")] for one in rows]
    return found


def _sweeps(scheduler: Scheduler) -> list[list[int]]:
    where = (
        within("shown_expanded", [0]),
        within("state", ["Finished"]),
    )
    rows = scheduler.tasks.find(Query(where), AT_MOST)
    return [[one.columns["ParentJobId"], one.columns["JobTaskId"]] for one in rows]


def _body(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _create(scheduler: Scheduler) -> dict[str, Any]:
    """Return bodies: plain ones, and those that ask for a certain life."""
    more = str(scheduler.cluster.cores + 1)
    return {
        "job": _body(Name="made by a suite"),
        "waiting_job": _body(Name="waits for ever", MinCores=more, MaxCores=more),
        "lasting_job": _body(Name="lasts", RunUntilCanceled="True"),
        "screened_job": _body(Name="is screened", JobTemplate=cluster.SCREENED),
        "rejected_job": _body(Name="is rejected", JobTemplate=cluster.SCREENED),
        "misplaced_job": _body(Name="fails its validation", NodeGroups="NoSuchGroup"),
        "task": _body(Name="short", CommandLine="echo hull"),
        "long_task": _body(Name="long", CommandLine="sleep 3600"),
        "failing_task": _body(Name="fails", CommandLine="exit 3"),
        "misplaced_task": _body(Name="nowhere", CommandLine="echo", RequiredNodes="NoSuchNode"),
        "sweep": _body(
            Name="sweep", CommandLine="echo *", Type="ParametricSweep",
            StartValue="1", EndValue="4", IncrementValue="1",
        ),
        "long_sweep": _body(
            Name="long sweep", CommandLine="sleep 360*", Type="ParametricSweep",
            StartValue="1", EndValue="3", IncrementValue="1",
        ),
        "stuck_name": STUCK.format("{state}"),
    }  # fmt: skip
