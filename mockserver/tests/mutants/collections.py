"""What finds the faults of Scale's pages, filters, orders and commands."""

from __future__ import annotations

from mockserver.tests.mutants.probe import Probes
from mockserver.tests.scale_client import ScaleClient

PROBES = Probes()


@PROBES.of("scale/list-second-page-repeats")
def _pages_hold_each_job_once(scale: ScaleClient) -> bool:
    pages = [scale.get("/v6/jobs/", page=number, page_size=50)["results"] for number in (1, 2, 3)]
    ids = [job["id"] for page in pages for job in page]
    return len(ids) == len(set(ids))


@PROBES.of("scale/list-last-page-is-short")
def _last_page_holds_the_rest(scale: ScaleClient) -> bool:
    page = scale.get("/v6/jobs/", page="last", page_size=30)
    return bool(len(page["results"]) == page["count"] % 30)


@PROBES.of("scale/list-holds-50")
def _page_holds_100(scale: ScaleClient) -> bool:
    return len(scale.get("/v6/jobs/")["results"]) == 100


@PROBES.of("scale/list-count-is-of-page")
def _count_is_total(scale: ScaleClient) -> bool:
    return bool(scale.get("/v6/jobs/", page_size=10)["count"] == len(scale.ids()))


@PROBES.of("scale/list-count-ignores-batch")
def _count_minds_batch(scale: ScaleClient) -> bool:
    page = scale.get("/v6/jobs/", batch_id=1)
    return bool(page["count"] == len(page["results"]) > 0)


@PROBES.of("scale/list-next-loses-second-status")
def _next_keeps_both(scale: ScaleClient) -> bool:
    page = scale.get("/v6/jobs/?status=FAILED&status=CANCELED&page_size=5")
    return bool(scale.get(page["next"])["count"] == page["count"])


@PROBES.of("scale/list-next-after-full-last-page")
def _full_last_page_has_no_next(scale: ScaleClient) -> bool:
    return scale.get("/v6/jobs/", page=4, page_size=50)["next"] is None


@PROBES.of("scale/list-previous-is-first")
def _previous_is_the_one_before(scale: ScaleClient) -> bool:
    before = scale.get("/v6/jobs/", page=2, page_size=20)
    after = scale.get("/v6/jobs/", page=3, page_size=20)
    return bool(scale.get(after["previous"])["results"] == before["results"])


@PROBES.of("scale/list-third-value-is-ignored")
def _three_values_widen(scale: ScaleClient) -> bool:
    return len(scale.get("/v6/jobs/?job_id=1&job_id=2&job_id=3")["results"]) == 3


@PROBES.of("scale/list-status-drops-job-type")
def _status_and_type_combine(scale: ScaleClient) -> bool:
    found = scale.jobs(status="COMPLETED", job_type_id=2)
    return bool(found) and all(one["job_type"]["id"] == 2 for one in found)


@PROBES.of("scale/list-hides-superseded")
def _superseded_are_listed(scale: ScaleClient) -> bool:
    return any(one["is_superseded"] for one in scale.jobs())


@PROBES.of("scale/list-error-category-leaks")
def _category_selects(scale: ScaleClient) -> bool:
    found = scale.jobs(error_category="DATA")
    return bool(found) and all(one["error"]["category"] == "DATA" for one in found)


@PROBES.of("scale/list-order-by-num-exes-is-by-id")
def _order_sorts(scale: ScaleClient) -> bool:
    scale.command("requeue", job_ids=scale.ids(status="FAILED")[:1])
    found = [one["num_exes"] for one in scale.jobs(order="num_exes")]
    return found == sorted(found) and found[-1] > found[0]


@PROBES.of("scale/list-dash-is-ignored-for-started")
def _dash_reverses(scale: ScaleClient) -> bool:
    found = [one["started"] for one in scale.jobs(order="-started") if one["started"]]
    return found == sorted(found, reverse=True)


@PROBES.of("scale/list-second-dash-is-ignored")
def _second_dash_reverses(scale: ScaleClient) -> bool:
    found = [(one["status"], -one["id"]) for one in scale.jobs(order=["status", "-id"])]
    return found == sorted(found)


@PROBES.of("scale/executions-oldest-first")
def _newest_come_first(scale: ScaleClient) -> bool:
    return [one["exe_num"] for one in scale.executions(scale.failed(2))] == [2, 1]


@PROBES.of("scale/executions-node-is-ignored")
def _node_selects(scale: ScaleClient) -> bool:
    key = scale.failed()
    node = scale.executions(key)[0]["node"]["id"]
    others = [one for one in range(1, 7) if one != node]
    return not any(scale.executions(key, node_id=one) for one in others)


@PROBES.of("scale/cancel-last-id-is-ignored")
def _every_id_counts(scale: ScaleClient) -> bool:
    keys = [scale.created(), scale.created()]
    scale.command("cancel", job_ids=keys)
    return {scale.job(key)["status"] for key in keys} == {"CANCELED"}


@PROBES.of("scale/requeue-by-id-ignores-status")
def _ids_and_status_combine(scale: ScaleClient) -> bool:
    key = scale.failed()
    scale.command("requeue", job_ids=[key], status="CANCELED")
    return bool(scale.job(key)["num_exes"] == 1)


@PROBES.of("scale/cancel-takes-any-version")
def _version_counts(scale: ScaleClient) -> bool:
    key = scale.created(3)
    scale.command("cancel", job_types=[{"name": "tile-cutter", "version": "1.0.0"}])
    return bool(scale.job(key)["status"] == "QUEUED")
