"""Scale 7.2.2, where it contradicts the document of its v6 API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mockserver.apis.scale import Scale, inputs
from mockserver.apis.scale import seed as seeding
from mockserver.apis.scale.filters import Asked
from mockserver.apis.scale.layout import JOBS
from mockserver.clock import SECOND
from mockserver.dialect import Account
from mockserver.errors import ApiError
from mockserver.machine import Hop
from mockserver.pipeline.call import JSON, UNDECLARED, Call, Reply
from mockserver.store import Condition, Query, Resource
from mockserver.store.query import within

BEHIND_UTC = re.compile(r"T.*-(?!00:?00$)\d\d:?\d\d$")
"""A time whose zone is behind UTC; Scale looks for a Z or a plus."""

WEEKS = re.compile(r"P[0-9.,]+W", re.IGNORECASE)

NEVER_RAN = frozenset({"PENDING", "BLOCKED"})
"""What waits for other jobs of its recipe, and cannot be requeued."""

WITHOUT_EXECUTION = NEVER_RAN | {"QUEUED", "CANCELED"}

UNINDEXED = frozenset({"scale_task", "scale_node"})
"""What a message has in the document, and not in Elasticsearch."""

WAITING = ("PENDING", "PENDING", "BLOCKED")
"""The jobs that wait for others of their recipe at the beginning."""

RECIPE = Hop("QUEUED", 60.0)
"""When the recipe of a job that is PENDING has come to it."""


class ObservedScale(Scale):
    """What Scale 7.2.2 does otherwise than its document says."""

    def jobs_wanted(self, asked: Asked) -> Query:
        """Return which jobs the list is asked for; source_tasks is a name that Scale ignores."""
        _read_times(asked, "started", "ended", "source_started", "source_ended")
        query = super().jobs_wanted(asked)
        where = list(query.where)
        if "source_tasks" in asked:
            where.remove(within("source_task", asked.texts("source_tasks")))
        return Query(tuple(where), query.order)

    def files_wanted(self, job: Resource, asked: Asked) -> list[Mapping[str, Any]]:
        """Return the input files that are asked for; by input, once for each job that reads one.

        Scale joins the files with all that ever read them, whatever job is in the path.
        """
        _read_times(asked, "started", "ended")
        found = super().files_wanted(job, asked)
        name = asked.single("job_input")
        if name is None:
            return found
        readers: dict[int, int] = {}
        for one in self.jobs.all():
            for key in one.facts["input"]["files"].get(name, ()):
                readers[key] = readers.get(key, 0) + 1
        return [file for file in found for _ in range(readers[file["id"]])]

    def jobs_meant(self, asked: Asked) -> list[tuple[str, str, list[Any]]]:
        """Return which jobs a command means."""
        _read_times(asked, "started", "ended")
        return super().jobs_meant(asked)

    def get_execution_log(self, call: Call) -> Reply:
        """Return what an execution wrote; as JSON, with all that Elasticsearch says around it."""
        reply = super().get_execution_log(call)
        if reply.status != 200 or reply.headers != [(b"content-type", JSON)]:
            return reply
        lines = orjson.loads(reply.body)
        found = _search_response(lines, call.path["job_exe_id"])
        return Reply(200, orjson.dumps(found), JSON, UNDECLARED)

    # -- what happens --------------------------------------------------------------------------

    def perform(self, kind: str, payload: Any, moment: int) -> None:
        """Carry out a cancel as documented, and a requeue on all but COMPLETED jobs."""
        if kind != "requeueJobs":
            super().perform(kind, payload, moment)
            return
        where = (Condition(column, operator, tuple(values)) for column, operator, values in payload)
        states = self.service.machines["Job"].lifecycle.states
        allowed = [one for one in states if one != "COMPLETED" and one not in NEVER_RAN]
        query = Query((*where, within("state", allowed), within("is_superseded", [0])), ("-key",))
        for key in self.jobs.keys(query):
            job = self.jobs.get(key)
            if job is None:
                continue
            was_queued = job.columns["num_exes"] > 0
            job.facts["requeued"] = was_queued
            self.move(self.jobs, job, "QUEUED" if was_queued else "PENDING", moment, kind)

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a job shows in its new state; one that is canceled forgets where it ran."""
        requeued = resource.facts.pop("requeued", False)
        if name == JOBS.name and requeued and source == "RUNNING":
            source = "FAILED"  # a new set of tries, and nobody ends the execution that it had
        super().arrive(name, resource, source, moment)
        if name == JOBS.name and resource.state == "CANCELED":
            resource.columns["node_id"] = None

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Draw what becomes of a resource on its own; what is PENDING, its recipe queues."""
        if (schema, resource.state) == ("Job", "PENDING") and resource.columns["recipe_id"]:
            return RECIPE.target, int(RECIPE.after * (0.5 + chance.number(1)) * SECOND)
        return super().plan(schema, resource, chance)

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return a job or an execution; whatever a job ran before, it shows none while it waits."""
        views = super().render(name, resource)
        if name != JOBS.name or resource.state not in WITHOUT_EXECUTION:
            return views
        return {**views, "detail": {**views["detail"], "execution": None}}

    def seed(self, scenario: str) -> None:
        """Fill the world, also with jobs that wait for other jobs of their recipe."""
        super().seed(scenario)
        if not seeding.COUNTS[scenario]:
            return
        kind = next(one for one in self.catalogue.job_types.values() if one.errors)
        file = next(iter(self.catalogue.files))
        for number, state in enumerate(WAITING, 1):
            data = {"files": {"INPUT_FILE": [file]}, "json": {"THRESHOLD": number}}
            job = seeding.new_job(self, kind, data, inputs.check_configuration(None, kind))
            job.state = state
            job.columns |= {"num_exes": 0, "queued": None, "recipe_id": number}
            self.add(self.jobs, job)


def _read_times(asked: Asked, *names: str) -> None:
    """Refuse times that Scale cannot read, though ISO 8601 has them."""
    for name in names:
        text = str(asked.single(name))
        if BEHIND_UTC.search(text) or WEEKS.match(text):
            raise ApiError(f"Invalid ISO timestamp format for parameter: {name}")


def _search_response(lines: Sequence[Mapping[str, Any]], execution: int) -> dict[str, Any]:
    """Return messages as Elasticsearch answers a search for them."""
    hits = [
        {
            "_index": "logstash",
            "_type": "log",
            "_id": f"{execution}-{one['scale_order_num']}",
            "_score": None,
            "_source": {name: one[name] for name in one if name not in UNINDEXED},
            "sort": [one["scale_order_num"]],
        }
        for one in lines
    ]
    return {
        "took": 1,
        "timed_out": False,
        "_shards": {"total": 1, "successful": 1, "failed": 0},
        "hits": {"total": len(hits), "max_score": None, "hits": hits},
    }


ACCOUNT = Account(
    implementation="scale-7.2.2",
    over=ObservedScale,
    played=frozenset(
        {
            "Ignores source_tasks and filters by source_task instead.",
            "Ignores the parameter; the one it knows is source_task.",
            "Refuses a time that is behind UTC, such as 2015-01-01T00:00:00-05:00, with 400.",
            "Refuses a time that is behind UTC with 400.",
            "Refuses weeks, such as P1W, with 400.",
            "Repeats a file once for every job that reads it.",
            "Takes a job that was canceled before it was ever queued to PENDING.",
            "Spares superseded jobs, though the document's example asks for them.",
            "Spares superseded jobs.",
            "Requeues QUEUED and RUNNING jobs as well.",
            "Gives messages no scale_node.",
            "Gives messages neither scale_task nor scale_node.",
            (
                "Answers the raw response of Elasticsearch, an object with the messages under "
                "hits.hits[]._source."
            ),
            "Has PENDING and BLOCKED besides, for jobs of a recipe that wait for other jobs.",
            "Has PENDING and BLOCKED besides.",
            "Forgets the node of a job that is canceled.",
            "Shows null for a job that is queued again or canceled, whatever it ran before.",
        }
    ),
    anyway={
        "Accepts any other value and falls back to 1000 or to the default.": (
            "The document says which values there are, not what becomes of others."
        ),
        "Leaves the range open where ended is absent.": (
            "No job changes later than now, so that an open range holds the same jobs."
        ),
        "Leaves the range open where source_ended is absent.": (
            "No source ends later than now, so that an open range holds the same jobs."
        ),
    },
)
