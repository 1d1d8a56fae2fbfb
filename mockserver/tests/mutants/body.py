"""What finds the faults of Scale's body shapes and statuses."""

from __future__ import annotations

from mockserver.tests.mutants.probe import Probes
from mockserver.tests.scale_client import FAILING, ScaleClient

PROBES = Probes()


@PROBES.of("scale/list-lacks-last-modified")
def _list_has_last_modified(scale: ScaleClient) -> bool:
    return all("last_modified" in one for one in scale.jobs())


@PROBES.of("scale/list-second-job-lacks-source-task")
def _list_has_source_task(scale: ScaleClient) -> bool:
    return all("source_task" in one for one in scale.jobs())


@PROBES.of("scale/list-last-page-lacks-next")
def _last_page_has_next(scale: ScaleClient) -> bool:
    return "next" in scale.get("/v6/jobs/", page=2, page_size=100)


@PROBES.of("scale/details-num-exes-is-text")
def _num_exes_is_number(scale: ScaleClient) -> bool:
    return isinstance(scale.job(1)["num_exes"], int)


@PROBES.of("scale/details-created-of-canceled-is-number")
def _created_is_text(scale: ScaleClient) -> bool:
    return isinstance(scale.job(scale.ids(status="CANCELED")[0])["created"], str)


@PROBES.of("scale/create-lacks-resources")
def _new_job_has_resources(scale: ScaleClient) -> bool:
    return "resources" in scale.create().json()


@PROBES.of("scale/executions-timeout-is-text")
def _timeout_is_number(scale: ScaleClient) -> bool:
    return isinstance(scale.executions(scale.failed())[0]["timeout"], int)


@PROBES.of("scale/execution-job-is-number")
def _job_is_object(scale: ScaleClient) -> bool:
    key = scale.failed()
    found = scale.get(f"/v6/jobs/{key}/executions/1/")["job"]
    return bool(found == {"id": key})


@PROBES.of("scale/log-last-message-lacks-order")
def _messages_have_order(scale: ScaleClient) -> bool:
    execution = scale.executions(scale.failed())[0]["id"]
    log = scale.get(f"/v6/job-executions/{execution}/logs/combined/")
    return all("scale_order_num" in one for one in log)


@PROBES.of("scale/cancel-answers-with-body")
def _cancel_has_no_body(scale: ScaleClient) -> bool:
    return scale.command("cancel", job_ids=[scale.created()]).content == b""


@PROBES.of("scale/create-answers-200")
def _new_job_is_201(scale: ScaleClient) -> bool:
    return scale.create().status_code == 201


@PROBES.of("scale/create-lacks-location")
def _new_job_has_location(scale: ScaleClient) -> bool:
    return "location" in scale.create().headers


@PROBES.of("scale/create-demands-configuration")
def _configuration_is_optional(scale: ScaleClient) -> bool:
    body = {"job_type_id": FAILING, "input": {"files": {"INPUT_FILE": [2]}, "json": {}}}
    return scale.post("/v6/jobs/", body).status_code == 201


@PROBES.of("scale/requeue-answers-200")
def _requeue_is_202(scale: ScaleClient) -> bool:
    return scale.command("requeue", job_ids=[scale.failed()]).status_code == 202


@PROBES.of("scale/cancel-of-canceled-is-409")
def _cancel_twice_is_202(scale: ScaleClient) -> bool:
    key = scale.created()
    scale.command("cancel", job_ids=[key])
    return scale.command("cancel", job_ids=[key]).status_code == 202


@PROBES.of("scale/list-page-size-1000-is-400")
def _largest_page_is_200(scale: ScaleClient) -> bool:
    return scale.send("GET", "/v6/jobs/?page_size=1000").status_code == 200


@PROBES.of("scale/list-duration-in-days-is-400")
def _days_are_200(scale: ScaleClient) -> bool:
    return scale.send("GET", "/v6/jobs/?started=P2D").status_code == 200


@PROBES.of("scale/requeue-time-east-of-utc-is-400")
def _east_is_202(scale: ScaleClient) -> bool:
    started = "2031-01-01T00:00:00+05:00"
    return scale.command("requeue", started=started).status_code == 202


@PROBES.of("scale/cancel-error-ids-as-text-are-400")
def _error_ids_as_text_are_202(scale: ScaleClient) -> bool:
    return scale.command("cancel", error_ids=["99"]).status_code == 202


@PROBES.of("scale/earlier-execution-is-404")
def _earlier_execution_is_200(scale: ScaleClient) -> bool:
    key = scale.failed(2)
    return scale.send("GET", f"/v6/jobs/{key}/executions/1/").status_code == 200
