"""What finds the faults of Scale's times."""

from __future__ import annotations

from mockserver.moment import parse_iso
from mockserver.tests.mutants.probe import Probes
from mockserver.tests.scale_client import ScaleClient

PROBES = Probes()


@PROBES.of("scale/failed-job-has-not-ended")
def _failed_job_has_ended(scale: ScaleClient) -> bool:
    return scale.job(scale.failed())["ended"] is not None


@PROBES.of("scale/running-job-has-not-started")
def _running_job_has_started(scale: ScaleClient) -> bool:
    return scale.job(scale.running())["started"] is not None


@PROBES.of("scale/second-execution-is-queued-late")
def _queued_comes_first(scale: ScaleClient) -> bool:
    return all(one["queued"] <= one["started"] for one in scale.executions(scale.failed(2)))


@PROBES.of("scale/canceled-execution-has-not-ended")
def _canceled_execution_has_ended(scale: ScaleClient) -> bool:
    key = scale.running()
    scale.command("cancel", job_ids=[key])
    execution = scale.executions(key)[0]
    return bool(execution["status"] == "CANCELED" and execution["ended"])


@PROBES.of("scale/completed-job-ended-after-last-change")
def _last_change_is_last(scale: ScaleClient) -> bool:
    return all(
        (parse_iso(one["ended"]) or 0) <= (parse_iso(one["last_modified"]) or 0)
        for one in scale.jobs(status="COMPLETED")
    )


@PROBES.of("scale/completion-is-undated")
def _completion_is_dated(scale: ScaleClient) -> bool:
    key = scale.created(2)
    scale.advance(1.5)
    before = scale.job(key)
    scale.advance(20)
    after = scale.job(key)
    assert (before["status"], after["status"]) == ("RUNNING", "COMPLETED")
    return bool(after["last_status_change"] > before["last_status_change"])


@PROBES.of("scale/requeue-creates-anew")
def _created_stays(scale: ScaleClient) -> bool:
    key = scale.failed()
    before = scale.job(key)["created"]
    scale.command("requeue", job_ids=[key])
    return bool(scale.job(key)["created"] == before)


@PROBES.of("scale/details-lag-behind")
def _details_keep_up(scale: ScaleClient) -> bool:
    key = scale.created()
    scale.job(key)
    scale.command("cancel", job_ids=[key])
    return bool(scale.job(key)["status"] == "CANCELED")


@PROBES.of("scale/list-zone-is-ignored")
def _zone_counts(scale: ScaleClient) -> bool:
    modified = scale.job(scale.created())["last_modified"]
    early = modified[:19] + "-01:00"
    return scale.ids(started=early) == []


@PROBES.of("scale/list-source-started-is-ignored")
def _source_started_counts(scale: ScaleClient) -> bool:
    return scale.ids(source_started="2031-01-01T00:00:00Z") == []


@PROBES.of("scale/cancel-ended-is-ignored")
def _ended_counts(scale: ScaleClient) -> bool:
    key = scale.created()
    scale.command("cancel", job_ids=[key], ended="2020-01-01T00:00:00Z")
    return bool(scale.job(key)["status"] == "QUEUED")


@PROBES.of("scale/log-numbers-repeat")
def _numbers_break_ties(scale: ScaleClient) -> bool:
    execution = scale.executions(scale.failed())[0]["id"]
    log = scale.get(f"/v6/job-executions/{execution}/logs/combined/")
    places = [(one["@timestamp"], one["scale_order_num"]) for one in log]
    return len(places) == len(set(places))
