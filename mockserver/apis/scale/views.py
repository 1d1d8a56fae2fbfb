"""Scale's resources as it shows them."""

from __future__ import annotations

from typing import Any

from mockserver.apis.scale.catalogue import Catalogue, JobType
from mockserver.moment import iso
from mockserver.store import Resource

JsonObject = dict[str, Any]

RESOURCES = {"mem": 128.0, "gpus": 0.0, "disk": 0.0, "cpus": 0.25}


def _iso(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)


def job(resource: Resource, catalogue: Catalogue) -> tuple[JsonObject, JsonObject]:
    """Return a job as lists show it, and as its details show it."""
    facts, columns = resource.facts, resource.columns
    job_type = catalogue.job_types[columns["job_type_id"]]
    superseded = facts.get("superseded_job")
    summary: JsonObject = {
        "id": resource.key,
        "job_type": job_type.summary,
        "status": resource.state,
        "job_type_rev": job_type.revision_brief(),
        "event": facts["event"],
        "ingest_event": None,
        "recipe": catalogue.recipes.get(columns["recipe_id"]),
        "batch": catalogue.batches.get(columns["batch_id"]),
        "is_superseded": bool(columns["is_superseded"]),
        "superseded_job": superseded and {"id": superseded["id"]},
        "node": catalogue.nodes.get(columns["node_id"]),
        "error": catalogue.errors.get(columns["error_id"]),
        "max_tries": facts["max_tries"],
        "num_exes": columns["num_exes"],
        "input_file_size": facts.get("input_file_size"),
        "input_files": facts["input_files"],
        "created": iso(columns["created"]),
        "queued": _iso(columns["queued"]),
        "started": _iso(columns["started"]),
        "ended": _iso(columns["ended"]),
        "last_status_change": iso(columns["last_status_change"]),
        "superseded": _iso(facts.get("superseded")),
        "last_modified": iso(columns["last_modified"]),
        "source_started": _iso(columns["source_started"]),
        "source_ended": _iso(columns["source_ended"]),
        "source_sensor_class": columns["source_sensor_class"],
        "source_sensor": columns["source_sensor"],
        "source_collection": columns["source_collection"],
        "source_task": columns["source_task"],
    }
    latest = facts.get("execution")
    detail = summary | {
        "job_type_rev": job_type.revision_full(),
        "superseded_job": superseded,
        "superseded_by_job": facts.get("superseded_by_job"),
        "resources": {"resources": RESOURCES},
        "execution": latest and execution(resource.key, latest, job_type, catalogue)[1],
        "input": facts["input"],
        "output": facts["output"],
        "configuration": facts["configuration"],
    }
    return summary, detail


def execution(
    job_id: int, facts: JsonObject, job_type: JobType, catalogue: Catalogue
) -> tuple[JsonObject, JsonObject]:
    """Return an execution as lists show it, and as its details show it."""
    over = facts["ended"] is not None
    summary: JsonObject = {
        "id": facts["id"],
        "status": facts["status"],
        "exe_num": facts["exe_num"],
        "cluster_id": f"scale_job_1234_{job_id}x{facts['exe_num']}",
        "created": iso(facts["created"]),
        "queued": iso(facts["queued"]),
        "started": iso(facts["started"]),
        "ended": _iso(facts["ended"]),
        "job": {"id": job_id},
        "node": catalogue.nodes.get(facts["node_id"]),
        "error": catalogue.errors.get(facts["error_id"]),
        "job_type": job_type.summary,
        "timeout": facts["timeout"],
        "input_file_size": facts["input_file_size"],
    }
    detail = summary | {
        "task_results": {"tasks": [], "version": "1.0"} if over else None,
        "resources": {"resources": RESOURCES},
        "configuration": {"tasks": [], "version": "2.0"},
        "output": {"output_data": facts["output_data"], "version": "1.0"} if over else None,
    }
    return summary, detail


def log(facts: JsonObject, job_id: int, catalogue: Catalogue) -> list[JsonObject]:
    """Return the messages of an execution, oldest first; none if it has not started."""
    node = catalogue.nodes.get(facts["node_id"], {"hostname": ""})
    lines = [(facts["started"], "stdout", f"try {facts['exe_num']} of job {job_id} begins")]
    if facts["ended"] is not None:
        lines.append((facts["ended"], "stdout", f"read {facts['input_file_size']} MiB of input"))
        if facts["error_id"] is not None:
            title = catalogue.errors[facts["error_id"]]["title"]
            lines.append((facts["ended"], "stderr", f"error: {title}"))
        lines.append((facts["ended"], "stderr", f"ends as {facts['status']}"))
    return [
        {
            "message": message,
            "@timestamp": iso(moment),
            "scale_order_num": number,
            "scale_task": facts["id"],
            "scale_job_exe": f"scale_job_1234_{job_id}x{facts['exe_num']}",
            "scale_node": node["hostname"],
            "stream": stream,
        }
        for number, (moment, stream, message) in enumerate(lines, 1)
    ]
