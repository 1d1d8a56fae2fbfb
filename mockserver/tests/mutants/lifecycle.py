"""What finds the faults of Scale's life cycles and of what it keeps."""

from __future__ import annotations

from mockserver.tests.mutants.probe import Probes
from mockserver.tests.scale_client import FAILING, INPUT, ScaleClient

PROBES = Probes()


@PROBES.of("scale/create-starts-pending")
def _new_job_is_queued(scale: ScaleClient) -> bool:
    return bool(scale.create().json()["status"] == "QUEUED")


@PROBES.of("scale/requeue-leaves-canceled")
def _canceled_is_requeued(scale: ScaleClient) -> bool:
    key = scale.created()
    scale.command("cancel", job_ids=[key])
    scale.command("requeue", job_ids=[key])
    return bool(scale.job(key)["num_exes"] == 2)


@PROBES.of("scale/requeue-works-once")
def _failed_is_requeued_again(scale: ScaleClient) -> bool:
    return bool(scale.job(scale.failed(3))["num_exes"] == 3)


@PROBES.of("scale/requeue-takes-completed")
def _completed_is_spared(scale: ScaleClient) -> bool:
    key = scale.ids(status="COMPLETED")[0]
    scale.command("requeue", job_ids=[key])
    return bool(scale.job(key)["status"] == "COMPLETED")


@PROBES.of("scale/cancel-leaves-running")
def _running_is_canceled(scale: ScaleClient) -> bool:
    key = scale.running()
    scale.command("cancel", job_ids=[key])
    return bool(scale.job(key)["status"] == "CANCELED")


@PROBES.of("scale/cancel-leaves-superseded")
def _superseded_is_canceled(scale: ScaleClient) -> bool:
    key = scale.ids(status="FAILED", is_superseded="true")[0]
    scale.command("cancel", job_ids=[key])
    return bool(scale.job(key)["status"] == "CANCELED")


@PROBES.of("scale/cancel-completes-failed")
def _failed_is_canceled(scale: ScaleClient) -> bool:
    key = scale.failed()
    scale.command("cancel", job_ids=[key])
    return bool(scale.job(key)["status"] == "CANCELED")


@PROBES.of("scale/requeue-revives-execution")
def _ended_execution_stays(scale: ScaleClient) -> bool:
    return [one["status"] for one in scale.executions(scale.failed(2))] == ["FAILED", "FAILED"]


@PROBES.of("scale/create-takes-first-version")
def _job_type_is_as_asked(scale: ScaleClient) -> bool:
    return bool(scale.create(3).json()["job_type"]["id"] == 3)


@PROBES.of("scale/create-loses-second-file")
def _all_files_are_kept(scale: ScaleClient) -> bool:
    given = {"files": {"INPUT_FILE": [1], "EXTRAS": [2, 3]}, "json": {}}
    return bool(scale.create(input=given).json()["input"] == given)


@PROBES.of("scale/create-caps-priority")
def _priority_is_kept(scale: ScaleClient) -> bool:
    answer = scale.create(configuration={"priority": 77})
    return bool(answer.json()["configuration"]["priority"] == 77)


@PROBES.of("scale/create-location-is-next")
def _location_is_the_new_jobs(scale: ScaleClient) -> bool:
    answer = scale.create()
    return answer.headers["location"].endswith(f"/v6/jobs/{answer.json()['id']}/")


@PROBES.of("scale/details-num-exes-lags")
def _num_exes_agree(scale: ScaleClient) -> bool:
    key = scale.failed(2)
    return bool(scale.job(key)["num_exes"] == scale.jobs(job_id=key)[0]["num_exes"])


@PROBES.of("scale/details-execution-is-first")
def _execution_is_latest(scale: ScaleClient) -> bool:
    return bool(scale.job(scale.failed(2))["execution"]["exe_num"] == 2)


@PROBES.of("scale/details-second-file-name-is-wrong")
def _file_names_agree(scale: ScaleClient) -> bool:
    files = {"INPUT_FILE": [1], "EXTRAS": [2, 3]}
    key = scale.created(input={"files": files, "json": {}})
    found = scale.get(f"/v6/jobs/{key}/input_files/")["results"]
    names = {name for names in scale.job(key)["input_files"].values() for name in names}
    return names == {one["file_name"] for one in found}


@PROBES.of("scale/details-revision-of-other-type")
def _revision_is_of_the_type(scale: ScaleClient) -> bool:
    job = scale.job(1)
    return bool(job["job_type_rev"]["job_type"]["id"] == job["job_type"]["id"])


@PROBES.of("scale/failed-job-forgets-node")
def _failed_job_names_node(scale: ScaleClient) -> bool:
    return scale.job(scale.failed())["node"] is not None


@PROBES.of("scale/superseded-is-undated")
def _superseded_is_dated(scale: ScaleClient) -> bool:
    return all(one["superseded"] for one in scale.jobs(is_superseded="true"))


@PROBES.of("scale/chain-leads-nowhere")
def _chain_leads_back(scale: ScaleClient) -> bool:
    job = next(one for one in scale.jobs() if one["superseded_job"])
    older = scale.job(job["superseded_job"]["id"])
    return bool(older["superseded_by_job"] and older["superseded_by_job"]["id"] == job["id"])


@PROBES.of("scale/executions-share-cluster-id")
def _cluster_ids_differ(scale: ScaleClient) -> bool:
    return len({one["cluster_id"] for one in scale.executions(scale.failed(2))}) == 2


@PROBES.of("scale/log-names-first-execution")
def _log_names_its_execution(scale: ScaleClient) -> bool:
    latest = scale.executions(scale.failed(2))[0]
    log = scale.get(f"/v6/job-executions/{latest['id']}/logs/combined/")
    return {one["scale_job_exe"] for one in log} == {latest["cluster_id"]}


@PROBES.of("scale/files-name-lets-others-through")
def _file_name_selects(scale: ScaleClient) -> bool:
    key = scale.created(FAILING, input={**INPUT, "files": {"INPUT_FILE": [1], "EXTRAS": [2]}})
    path = f"/v6/jobs/{key}/input_files/"
    name = scale.get(path)["results"][0]["file_name"]
    return [one["file_name"] for one in scale.get(path, file_name=name)["results"]] == [name]


@PROBES.of("scale/files-start-is-exclusive")
def _start_is_inclusive(scale: ScaleClient) -> bool:
    path = f"/v6/jobs/{scale.created()}/input_files/"
    modified = scale.get(path)["results"][0]["last_modified"]
    return bool(scale.get(path, started=modified)["count"] == 1)
