"""Scale v6 Jobs: handlers for `specs/scale.yaml`, one method per operationId."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import orjson

from mockserver.api import Api
from mockserver.apis.scale import (
    catalogue,
    files,
    filters,
    inputs,
    life,
    pages,
    refusals,
    seed,
    views,
)
from mockserver.apis.scale.filters import Asked
from mockserver.apis.scale.layout import EXECUTIONS, JOBS
from mockserver.errors import ApiError, NoRouteError, Violation
from mockserver.machine import Hop
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Pace
from mockserver.store import Condition, Query, Resource
from mockserver.store.query import within

PACE: Pace = {
    "Job": {
        "QUEUED": (Hop("RUNNING", 1.0),),
        "RUNNING": (Hop("COMPLETED", 3.0), Hop("FAILED", 3.0), Hop("QUEUED", 3.0)),
    }
}
"""How long states last; what becomes of a running job is up to its job type, see `Scale.plan`."""

EFFECT_AFTER = 0.2
"""Seconds from the 202 to the effect of a cancel or requeue."""

STREAMS = {"stdout": ("stdout",), "stderr": ("stderr",), "combined": ("stdout", "stderr")}


class Scale(Api):
    """One Scale system: its jobs, what they ran as, and what never changes."""

    NAME = "scale"
    LAYOUTS = (JOBS, EXECUTIONS)
    PACE: ClassVar[Pace] = PACE

    def __init__(self, service: Any, world: Any) -> None:
        super().__init__(service, world)
        self.jobs = self.collections[JOBS.name]
        self.executions = self.collections[EXECUTIONS.name]

    @cached_property
    def catalogue(self) -> catalogue.Catalogue:
        """What never changes in this world."""
        return catalogue.build(self.world.seed, self.world.born)

    # -- operations ----------------------------------------------------------------------------

    def list_jobs(self, call: Call) -> Reply:
        """Return a page of the jobs that fit all filters."""
        asked = Asked(call, self.world.clock)
        query = self.jobs_wanted(asked)
        return self.page(
            call,
            self.jobs.count(query),
            lambda limit, offset, count: self.jobs.page(query, "summary", limit, offset, count),
        )

    def jobs_wanted(self, asked: Asked) -> Query:
        """Return which jobs the list is asked for."""
        return filters.job_list(asked)

    def create_job(self, call: Call) -> Reply:
        """Queue a new job."""
        asked = Asked(call, self.world.clock)
        if asked.single("job_type_id") is None:
            raise ApiError('Missing required parameter: "job_type_id"')
        job_type_id = filters.integer("job_type_id", asked.single("job_type_id"))
        job_type = self.catalogue.job_types.get(job_type_id)
        if job_type is None:
            raise ApiError("Not found.", 404, "NotFound")
        data = inputs.check_input(asked.single("input"), job_type, self.catalogue)
        configuration = inputs.check_configuration(asked.single("configuration"), job_type)
        job = seed.new_job(self, job_type, data, configuration)
        self.add(self.jobs, job)
        detail = self.jobs.view(job.key, "detail")
        assert detail is not None
        location = call.url(f"/v6/jobs/{job.key}/")
        return Reply.ready(detail, 201).with_header("location", location)

    def get_job(self, call: Call) -> Reply:
        """Return one job with everything around it."""
        detail = self.jobs.view(call.path["id"], "detail")
        if detail is None:
            raise ApiError("Not found.", 404, "NotFound")
        return Reply.ready(detail)

    def list_input_files(self, call: Call) -> Reply:
        """Return a page of the files that a job reads."""
        job = self.jobs.get(call.path["id"])
        if job is None:
            raise ApiError("Not found.", 404, "NotFound")
        found = self.files_wanted(job, Asked(call, self.world.clock))
        return self.page(
            call,
            len(found),
            lambda limit, offset, _: [orjson.dumps(one) for one in found[offset : offset + limit]],
        )

    def files_wanted(self, job: Resource, asked: Asked) -> list[Mapping[str, Any]]:
        """Return which of the input files of *job* the list is asked for."""
        return files.matching(job.facts["input"]["files"], self.catalogue.files, asked)

    def list_executions(self, call: Call) -> Reply:
        """Return a page of what a job ran as, the latest first; empty for an unknown job."""
        query = self.executions_wanted(call.path["id"], Asked(call, self.world.clock))
        return self.page(
            call,
            self.executions.count(query),
            lambda limit, offset, _: self.executions.page(query, "summary", limit, offset),
        )

    def executions_wanted(self, job_id: int, asked: Asked) -> Query:
        """Return which executions of a job the list is asked for."""
        return filters.execution_list(job_id, asked)

    def get_execution(self, call: Call) -> Reply:
        """Return one execution of a job."""
        where = (within("job_id", [call.path["id"]]), within("exe_num", [call.path["exe_num"]]))
        found = self.executions.page(Query(where), "detail", 1)
        if not found:
            raise ApiError("Not found.", 404, "NotFound")
        return Reply.ready(found[0])

    def cancel_jobs(self, call: Call) -> Reply:
        """Accept to cancel the jobs that fit; the effect comes later."""
        return self._accept(call)

    def requeue_jobs(self, call: Call) -> Reply:
        """Accept to requeue the jobs that fit; the effect comes later.

        The priority is checked and has no effect: no job here waits for another.
        """
        asked = Asked(call, self.world.clock)
        if asked.single("priority") is not None:
            filters.integer("priority", asked.single("priority"))
        return self._accept(call)

    def _accept(self, call: Call) -> Reply:
        asked = Asked(call, self.world.clock)
        self.world.later(self.NAME, call.operation_id, self.jobs_meant(asked), EFFECT_AFTER)
        return Reply.empty(202)

    def jobs_meant(self, asked: Asked) -> list[tuple[str, str, list[Any]]]:
        """Return which jobs a command means: column, operator, values, as plain JSON."""
        return filters.selection(asked, self.catalogue)

    def get_execution_log(self, call: Call) -> Reply:
        """Return what an execution wrote."""
        streams = STREAMS.get(call.path["log_id"])
        if streams is None:
            raise NoRouteError(call.scope["path"])
        execution = self.executions.get(call.path["job_exe_id"])
        if execution is None:
            raise ApiError("Not found.", 404, "NotFound")
        started = Asked(call, self.world.clock).moment("started")
        lines = [
            one
            for one in views.log(execution.facts, execution.columns["job_id"], self.catalogue)
            if one["stream"] in streams and files.reaches(one["@timestamp"], started, after=True)
        ]
        if not lines:
            return Reply.empty(204)
        match (call.values("format") or ["json"])[-1]:
            case "txt":
                return Reply.text("\n".join(one["message"] for one in lines))
            case "html":
                rows = "\n".join(
                    f'<div class="{one["stream"]}">{one["message"]}</div>' for one in lines
                )
                return Reply.text(f"<html><body>{rows}</body></html>", media_type="text/html")
        return Reply.json(lines)

    def page(
        self, call: Call, count: int, read: Callable[[int, int, int], Sequence[bytes]]
    ) -> Reply:
        """Return one page of *count* results; *read* takes limit, offset and count."""
        asked = Asked(call, self.world.clock)
        size = pages.size(asked)
        last = max(1, -(-count // size))
        number = pages.number(asked, last)
        rows = read(size, (number - 1) * size, count) if count else []
        following = pages.address(call, number + 1) if number < last else b"null"
        previous = pages.address(call, number - 1) if number > 1 else b"null"
        body = b'{"count":%d,"next":%s,"previous":%s,"results":[%s]}'
        return Reply.ready(body % (count, following, previous, b",".join(rows)))

    # -- what happens --------------------------------------------------------------------------

    def perform(self, kind: str, payload: Any, moment: int) -> None:
        """Carry out a cancel or requeue: what the state of a job does not allow is left alone."""
        where = (Condition(column, operator, tuple(values)) for column, operator, values in payload)
        machine = self.service.machines["Job"]
        targets = {
            state: target
            for state in machine.lifecycle.states
            if (target := machine.target(state, kind)) is not None
        }
        query = Query((*where, within("state", list(targets))), ("-key",))
        for key in self.jobs.keys(query):
            job = self.jobs.get(key)
            if job is not None:
                self.move(self.jobs, job, targets[job.state], moment, kind)

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw what becomes of a resource on its own; of a running job, its job type decides."""
        if schema == "Job" and resource.state == "RUNNING":
            return life.end_of_run(self, resource, chance)
        return super().plan(schema, resource, chance)

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a job shows in its new state."""
        if name == JOBS.name:
            life.arrive(self, resource, source, moment)

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:  # noqa: ARG002
        """Have the neighbours of a job in its chain know its state."""
        if name == JOBS.name:
            life.tell_neighbours(self, resource)

    def named(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return the key in a path, and how commands name jobs, of which there may be many."""
        return {"id": resource.key, "job_ids": [resource.key]} if name == JOBS.name else {}

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a job or an execution, short and long."""
        if name == JOBS.name:
            short, long = views.job(resource, self.catalogue)
        else:
            job_type = self.catalogue.job_types[resource.facts["job_type"]]
            short, long = views.execution(
                resource.columns["job_id"], resource.facts, job_type, self.catalogue
            )
        return {"summary": short, "detail": long}

    def seed(self, scenario: str) -> None:
        """Fill the world with jobs in all states."""
        seed.fill(self, scenario)

    def addressed(self, call: Call) -> Sequence[Resource]:
        """Return the execution in the path, or else the job."""
        path = call.path
        if "job_exe_id" in path:
            found = self.executions.get(path["job_exe_id"])
        elif "exe_num" in path:
            where = (within("job_id", [path["id"]]), within("exe_num", [path["exe_num"]]))
            return self.executions.find(Query(where), 1)
        else:
            found = self.jobs.get(path.get("id"))
        return [] if found is None else [found]

    def target(self) -> dict[str, Any]:
        """Return what a suite may use: job types that do as they are told, jobs by state.

        Failed jobs that others have superseded are lent, since nobody can make one by a call.
        """
        states = self.service.machines["Job"].lifecycle.states
        jobs = {state: self.jobs.keys(Query((within("state", [state]),)))[:20] for state in states}
        by_name = {one.name: one.id for one in self.catalogue.job_types.values()}
        create = {"input": {"files": {"INPUT_FILE": [1]}, "json": {}}}
        superseded = Query((within("state", ["FAILED"]), within("is_superseded", [1])))
        return {
            "mode": "full",
            "touch": {"Job": self.jobs.keys(superseded)[:3]},
            "known": {
                "jobs": {state: keys for state, keys in jobs.items() if keys},
                "job_type_id": 1,
                "failing_job_type_id": by_name.get("always-fails"),
                "slow_job_type_id": by_name.get("slow-mover"),
                "create": create,
            },
        }

    # -- how it says no ------------------------------------------------------------------------

    def authenticate(self, call: Call) -> None:
        """Demand a token if the server was started so; check one that is given in any case."""
        refusals.check_accept(call)
        refusals.check_credentials(call, demanded=self.service.options.demand_credentials)

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        """Refuse what cannot be read at all."""
        refusals.check_body(call, violations)

    def render_error(self, error: ApiError, call: Call) -> Reply:
        """Return Scale's words for *error*."""
        return refusals.render(error, call)
