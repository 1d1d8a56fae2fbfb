"""Scale v6 Jobs: handlers for `specs/scale.yaml`, one method per operationId."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import orjson

from mockserver.api import Api
from mockserver.apis.scale import catalogue, filters, inputs, seed, views
from mockserver.apis.scale.filters import Asked
from mockserver.clock import SECOND
from mockserver.errors import (
    ApiError,
    CredentialsError,
    InvalidRequestError,
    MethodError,
    NoRouteError,
    Violation,
)
from mockserver.machine import Hop
from mockserver.moment import parse_iso
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Pace
from mockserver.store import Condition, Layout, Query, Resource
from mockserver.store.query import within

FILTERED = (
    "state", "job_type_id", "job_type_name", "batch_id", "recipe_id", "error_id",
    "error_category", "is_superseded", "source_sensor_class", "source_sensor",
    "source_collection", "source_task",
)  # fmt: skip
"""What jobs are filtered by, in the order of their last change."""

ORDERED = (
    "last_modified", "created", "queued", "started", "ended", "duration", "last_status_change",
    "num_exes", "node_id", "source_started", "source_ended",
)  # fmt: skip
"""What jobs are ordered by, besides what they are filtered by."""

JOBS = Layout(
    name="scale_jobs",
    key=int,
    lifecycle="Job",
    columns={
        "job_type_id": int,
        "job_type_name": str,
        "batch_id": int,
        "recipe_id": int,
        "node_id": int,
        "error_id": int,
        "error_category": str,
        "is_superseded": int,
        "num_exes": int,
        "created": int,
        "queued": int,
        "started": int,
        "ended": int,
        "duration": int,
        "last_status_change": int,
        "last_modified": int,
        "source_started": int,
        "source_ended": int,
        "source_sensor_class": str,
        "source_sensor": str,
        "source_collection": str,
        "source_task": str,
    },
    views={"summary": "JobSummary", "detail": "Job"},
    indexes=(
        *((name, "last_modified") for name in FILTERED),
        *((name,) for name in ORDERED),
    ),
    facets=("state", "job_type_id", "job_type_name", "error_id", "error_category", "is_superseded"),
)

EXECUTIONS = Layout(
    name="scale_executions",
    key=int,
    lifecycle="JobExecution",
    columns={
        "job_id": int,
        "exe_num": int,
        "node_id": int,
        "error_id": int,
        "error_category": str,
    },
    views={"summary": "JobExecutionSummary", "detail": "JobExecution"},
    indexes=(("job_id", "exe_num"),),
)

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

TOKEN = re.compile(r"Token ([0-9a-f]{40})")
READER_TOKEN = "f" * 40
"""The token of a user who may read and nothing else."""

NOT_FOUND = "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>"


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

    # -- operations --------------------------------------------------------------------------------

    def list_jobs(self, call: Call) -> Reply:
        """Return a page of the jobs that fit all filters."""
        asked = Asked(call, self.world.clock.now())
        query = filters.job_list(asked)
        return self._page(
            call,
            asked,
            self.jobs.count(query),
            lambda limit, offset, count: self.jobs.page(query, "summary", limit, offset, count),
        )

    def create_job(self, call: Call) -> Reply:
        """Queue a new job."""
        asked = Asked(call, self.world.clock.now())
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
        asked = Asked(call, self.world.clock.now())
        span = asked.span("started", "ended")
        found = self._input_files(job, asked, span)
        return self._page(
            call,
            asked,
            len(found),
            lambda limit, offset, _: [orjson.dumps(one) for one in found[offset : offset + limit]],
        )

    def _input_files(
        self, job: Resource, asked: Asked, span: tuple[int | None, int | None]
    ) -> list[Mapping[str, Any]]:
        """Return the input files of *job* that fit, in the order of their last change."""
        field = asked.single("time_field") or "last_modified"
        if field not in {"source", "data", "last_modified"}:
            choices = "['source', 'data', 'last_modified']"
            raise ApiError(f'Parameter "time_field" values must be one of: {choices}')
        wanted = asked.single("job_input")
        names = asked.texts("file_name")
        given = job.facts["input"]["files"]
        ids = {one for name, ids in given.items() if wanted in {None, name} for one in ids}
        first = field if field == "last_modified" else f"{field}_started"
        last = field if field == "last_modified" else f"{field}_ended"
        found = [
            file
            for file in (self.catalogue.files[one] for one in sorted(ids))
            if (not names or file["file_name"] in names)
            and _reaches(file[first], span[0], after=True)
            and _reaches(file[last], span[1], after=False)
        ]
        return sorted(found, key=lambda one: (one["last_modified"], one["id"]))

    def list_executions(self, call: Call) -> Reply:
        """Return a page of what a job ran as, the latest first; empty for an unknown job."""
        asked = Asked(call, self.world.clock.now())
        where = [within("job_id", [call.path["id"]])]
        for name, column in {"status": "state", "error_category": "error_category"}.items():
            if name in asked:
                where.append(within(column, asked.texts(name)))
        for name in ("node_id", "error_id"):
            if name in asked:
                where.append(within(name, asked.integers(name)))
        query = Query(tuple(where), ("-exe_num",))
        return self._page(
            call,
            asked,
            self.executions.count(query),
            lambda limit, offset, _: self.executions.page(query, "summary", limit, offset),
        )

    def get_execution(self, call: Call) -> Reply:
        """Return one execution of a job."""
        where = (within("job_id", [call.path["id"]]), within("exe_num", [call.path["exe_num"]]))
        found = self.executions.page(Query(where), "detail", 1)
        if not found:
            raise ApiError("Not found.", 404, "NotFound")
        return Reply.ready(found[0])

    def cancel_jobs(self, call: Call) -> Reply:
        """Accept to cancel the jobs that fit; the effect comes later."""
        return self._accept(call, "cancel")

    def requeue_jobs(self, call: Call) -> Reply:
        """Accept to requeue the jobs that fit; the effect comes later."""
        return self._accept(call, "requeue")

    def _accept(self, call: Call, command: str) -> Reply:
        asked = Asked(call, self.world.clock.now())
        where = filters.selection(asked, self.catalogue)
        payload: dict[str, Any] = {"where": where}
        if command == "requeue" and asked.single("priority") is not None:
            payload["priority"] = filters.integer("priority", asked.single("priority"))
        self.world.later(self.NAME, command, payload, EFFECT_AFTER)
        return Reply.empty(202)

    def get_execution_log(self, call: Call) -> Reply:
        """Return what an execution wrote."""
        streams = STREAMS.get(call.path["log_id"])
        if streams is None:
            raise NoRouteError(call.scope["path"])
        execution = self.executions.get(call.path["job_exe_id"])
        if execution is None:
            raise ApiError("Not found.", 404, "NotFound")
        started = Asked(call, self.world.clock.now()).moment("started")
        lines = [
            one
            for one in views.log(execution.facts, execution.columns["job_id"], self.catalogue)
            if one["stream"] in streams and _reaches(one["@timestamp"], started, after=True)
        ]
        if not lines:
            return Reply.empty(204)
        match (call.values("format") or ["json"])[-1]:
            case "txt":
                return Reply.text("\n".join(one["message"] for one in lines))
            case "html":
                rows = "\n".join(f'<div class="{one["stream"]}">{one["message"]}</div>' for one in lines)
                return Reply.text(f"<html><body>{rows}</body></html>", media_type="text/html")
        return Reply.json(lines)

    def _page(
        self, call: Call, asked: Asked, count: int, read: Callable[[int, int, int], Sequence[bytes]]
    ) -> Reply:
        """Return one page of *count* results."""
        size = filters.page_size(asked)
        pages = max(1, -(-count // size))
        number = filters.page_number(asked, pages)
        rows = read(size, (number - 1) * size, count) if count else []
        following = _address(call, number + 1) if number < pages else b"null"
        previous = _address(call, number - 1) if number > 1 else b"null"
        body = b'{"count":%d,"next":%s,"previous":%s,"results":[%s]}'
        return Reply.ready(body % (count, following, previous, b",".join(rows)))

    # -- what happens --------------------------------------------------------------------------------

    def perform(self, kind: str, payload: Any, moment: int) -> None:
        """Carry out a cancel or requeue: what the state of a job does not allow is left alone."""
        conditions = tuple(
            Condition(column, operator, tuple(values))
            for column, operator, values in payload["where"]
        )
        command = "cancelJobs" if kind == "cancel" else "requeueJobs"
        machine = self.service.machines["Job"]
        movable = [
            state
            for state in machine.lifecycle.states
            if machine.target(state, command) is not None
        ]
        query = Query((*conditions, within("state", movable)), ("-key",))
        for job in self.jobs.find(query):
            if kind == "requeue" and not self._can_requeue(job):
                continue
            if payload.get("priority") is not None:
                job.facts["queue_priority"] = payload["priority"]
            self.move(self.jobs, job, self._destination(job, command), moment, command)

    def _can_requeue(self, job: Resource) -> bool:
        return not job.columns["is_superseded"]

    def _destination(self, job: Resource, command: str) -> str:
        """Return where *command* takes *job*: one that never was in the queue waits for its input."""
        if command == "requeueJobs" and job.columns["num_exes"] == 0:
            return "PENDING"
        return "CANCELED" if command == "cancelJobs" else "QUEUED"

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw what becomes of a running job: its job type says how long and how often it fails."""
        if schema != "Job" or resource.state != "RUNNING":
            return super().plan(schema, resource, chance)
        job_type = self.catalogue.job_types[resource.columns["job_type_id"]]
        wait = int(job_type.duration * (0.6 + 0.8 * chance.number(1)) * SECOND)
        share = max(job_type.failure, seed.FAILURES[self.service.options.scenario])
        if not job_type.errors or chance.number(0) >= share:
            return "COMPLETED", wait
        error = chance.pick(job_type.errors, 2)
        resource.facts["ends_with"] = error
        retried = self.catalogue.errors[error]["should_be_retried"]
        if retried and resource.columns["num_exes"] < resource.facts["max_tries"]:
            return "QUEUED", wait
        return "FAILED", wait

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a job shows in its new state."""
        if name != JOBS.name:
            return
        facts, columns = resource.facts, resource.columns
        columns["last_status_change"] = columns["last_modified"] = moment
        if source == "RUNNING" and resource.state != "RUNNING":
            self._end_execution(resource, moment)
        match resource.state:
            case "RUNNING":
                columns["started"], columns["ended"] = moment, None
                nodes = list(self.catalogue.nodes)
                columns["node_id"] = self.world.chance("node", resource.key, moment).pick(nodes)
                self._begin_execution(resource, moment)
            case "QUEUED":
                again = source == "RUNNING" and "ends_with" in facts
                columns["num_exes"] += 1
                columns["queued"] = moment
                for one in ("node_id", "error_id", "error_category", "started", "ended", "duration"):
                    columns[one] = None
                if not again and source != "PENDING":
                    job_type = self.catalogue.job_types[columns["job_type_id"]]
                    facts["max_tries"] = columns["num_exes"] - 1 + job_type.max_tries
            case "COMPLETED" | "FAILED":
                columns["ended"] = moment
                columns["duration"] = moment - (columns["started"] or moment)
                if resource.state == "FAILED":
                    self._fail(resource, facts["ends_with"])
                else:
                    facts["output"] = {"files": {"OUTPUT_FILE": [1000 + resource.key]}, "json": {}}
            case "CANCELED":
                columns["node_id"] = columns["error_id"] = columns["error_category"] = None
        facts.pop("ends_with", None)

    def _fail(self, job: Resource, error: int) -> None:
        job.columns["error_id"] = error
        job.columns["error_category"] = self.catalogue.errors[error]["category"]

    def _begin_execution(self, job: Resource, moment: int) -> None:
        job_type = self.catalogue.job_types[job.columns["job_type_id"]]
        key = (self.executions.top_key() or 0) + 1
        facts = {
            "id": key,
            "status": "RUNNING",
            "exe_num": job.columns["num_exes"],
            "created": moment,
            "queued": job.columns["queued"] or moment,
            "started": moment,
            "ended": None,
            "node_id": job.columns["node_id"],
            "error_id": None,
            "timeout": job_type.timeout,
            "input_file_size": job.facts.get("input_file_size") or 0.0,
            "output_data": [],
        }
        job.facts["execution"] = facts
        columns = {"job_id": job.key, "exe_num": facts["exe_num"], "node_id": facts["node_id"]}
        self.executions.insert(
            Resource(key, "RUNNING", moment, columns=columns, facts={**facts, "job_type": job_type.id})
        )

    def _end_execution(self, job: Resource, moment: int) -> None:
        latest = job.facts.get("execution")
        execution = self.executions.get(latest["id"]) if latest else None
        if execution is None or execution.state != "RUNNING":
            return
        state = "FAILED" if job.state == "QUEUED" else job.state
        change: dict[str, Any] = {"status": state, "ended": moment}
        if state == "FAILED":
            change["error_id"] = job.facts.get("ends_with")
            error = self.catalogue.errors.get(change["error_id"])
            execution.columns["error_id"] = change["error_id"]
            execution.columns["error_category"] = error["category"] if error else None
        if state == "COMPLETED":
            change["output_data"] = [{"name": "OUTPUT_FILE", "file_id": 1000 + job.key}]
        job.facts["execution"] = {**latest, **change}
        execution.facts |= change
        self.move(self.executions, execution, state, moment, "job")

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

    def target(self) -> dict[str, Any]:
        """Return what a suite may use: job types that do as they are told, jobs by state."""
        states = self.service.machines["Job"].lifecycle.states
        jobs = {state: self.jobs.keys(Query((within("state", [state]),)))[:20] for state in states}
        by_name = {one.name: one.id for one in self.catalogue.job_types.values()}
        create = {"input": {"files": {"INPUT_FILE": [1]}, "json": {}}}
        return {
            "known": {
                "jobs": {state: keys for state, keys in jobs.items() if keys},
                "job_type_id": 1,
                "failing_job_type_id": by_name.get("always-fails"),
                "slow_job_type_id": by_name.get("slow-mover"),
                "create": create,
            }
        }

    # -- how it says no ------------------------------------------------------------------------------

    def authenticate(self, call: Call) -> None:
        """Demand a token if the server was started so; check one that is given in any case."""
        if call.method in {"GET", "HEAD"}:
            self._check_accept(call)
        given = call.header("authorization")
        if given is None:
            if self.service.options.demand_credentials:
                raise CredentialsError("Authentication credentials were not provided.")
            return
        if not given.startswith("Token "):
            return
        found = TOKEN.fullmatch(given)
        if found is None:
            raise CredentialsError("Invalid token.")
        if found[1] == READER_TOKEN and call.method not in {"GET", "HEAD"}:
            raise CredentialsError("You do not have permission to perform this action.")

    def _check_accept(self, call: Call) -> None:
        form = call.values("format")
        if form and form[-1] not in {"json", "api", "txt", "html"}:
            raise ApiError("Not found.", 404, "NotFound")
        accept = call.header("accept")
        if accept is None or "*/*" in accept:
            return
        kinds = {one.partition(";")[0].strip().lower() for one in accept.split(",")}
        if not kinds & {"application/json", "application/*", "text/html", "text/*", "text/plain"}:
            raise ApiError("Could not satisfy the request Accept header.", 406, "NotAcceptable")

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        """Refuse bodies that are no JSON; everything else Scale judges value by value, or not."""
        for one in violations:
            if one.location == "path":
                raise NoRouteError(call.scope["path"])
            if one.code == "media-type":
                if one.value == "application/x-www-form-urlencoded" and call.operation_id == "createJob":
                    call.add_pairs(filters.form(call.raw))
                    call.body = None
                    continue
                raise ApiError(
                    f'Unsupported media type "{call.header("content-type") or ""}" in request.',
                    415,
                    "UnsupportedMediaType",
                )
            if one.code == "json":
                raise ApiError(f"JSON parse error - {_json_error(call.raw)}")

    def render_error(self, error: ApiError, call: Call) -> Reply:
        """Return Scale's words: JSON from its views, HTML from its router."""
        match error:
            case NoRouteError(slash=True):
                query = call.scope["query_string"].decode("latin-1")
                place = call.scope["path"] + "/" + (f"?{query}" if query else "")
                return Reply.text("", 301, "text/html").with_header("location", place)
            case NoRouteError():
                return Reply(404, NOT_FOUND.encode(), b"text/html")
            case MethodError():
                allow = [*error.allow, *(["HEAD"] if "GET" in error.allow else []), "OPTIONS"]
                if error.method == "OPTIONS":
                    about = {"name": "Scale", "renders": ["application/json"], "parses": ["application/json"]}
                    return Reply.json(about).with_header("allow", ", ".join(allow))
                detail = {"detail": f'Method "{error.method}" not allowed.'}
                return Reply.json(detail, 405).with_header("allow", ", ".join(allow))
            case inputs.InvalidJobError():
                return Reply.json(error.message, error.status)
            case InvalidRequestError():
                return Reply.json({"detail": error.message}, 400)
        return Reply.json({"detail": error.message}, error.status)


def _address(call: Call, number: int) -> bytes:
    """Return the address of another page, its parameters in sorted order, as JSON text."""
    pairs = [(name, value) for name, value in call.pairs if name != "page"]
    if number > 1:
        pairs.append(("page", str(number)))
    text = filters.query_text(sorted(pairs))
    path = call.scope["path"]
    return orjson.dumps(call.url(f"{path}?{text}" if text else path))


def _reaches(text: str | None, bound: int | None, *, after: bool) -> bool:
    """Return whether a date is not on the wrong side of *bound*; no date is on no side."""
    if bound is None:
        return True
    moment = parse_iso(text) if text is not None else None
    if moment is None:
        return False
    return moment >= bound if after else moment <= bound


def _json_error(raw: bytes) -> str:
    """Return what Python's JSON parser, which Scale uses, says of a text."""
    try:
        json.loads(raw)
    except ValueError as error:
        return str(error)
    return "the body is not strict JSON"
