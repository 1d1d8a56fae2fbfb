"""Scale, beyond what its contract and the recording say."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.tests.scale_client import FAILING, INPUT, ScaleClient

READER = {"Authorization": f"Token {'f' * 40}"}


@pytest.fixture(scope="module")
def still() -> ScaleClient:
    """Serve Scale to tests that only look."""
    return ScaleClient()


@pytest.fixture
def scale() -> ScaleClient:
    """Serve Scale to a test that changes things."""
    return ScaleClient()


# -- new jobs --------------------------------------------------------------------------------------


def test_a_new_job_runs_and_completes(scale: ScaleClient) -> None:
    """A job goes its way on its own: queued, running, completed, with one execution."""
    answer = scale.create()
    key = answer.json()["id"]
    fired = [one for one in scale.advance(600) if one["key"] == key and one["schema"] == "Job"]

    assert fired[0]["target"] == "RUNNING"
    job = scale.job(key)
    assert job["status"] in {"COMPLETED", "FAILED"}
    assert scale.executions(key)[0]["status"] == job["status"]
    assert urlsplit(answer.headers["location"]).path == f"/v6/jobs/{key}/"


def test_a_job_that_completes_has_output(scale: ScaleClient) -> None:
    """The output of a job is that of its execution."""
    key = next(
        key for key in [scale.created() for _ in range(5)]
        if scale.advance(60) is not None and scale.job(key)["status"] == "COMPLETED"
    )  # fmt: skip
    job = scale.job(key)

    made = [one["file_id"] for one in job["execution"]["output"]["output_data"]]
    assert [one for ids in job["output"]["files"].values() for one in ids] == made


def test_the_size_of_the_input_is_known_when_it_runs(scale: ScaleClient) -> None:
    """Until a job has been prepared nobody knows how much room its input takes."""
    key = scale.created(input={"files": {"INPUT_FILE": [1], "EXTRAS": [2, 3]}, "json": {}})
    assert scale.job(key)["input_file_size"] is None

    scale.advance(60)

    files = scale.get(f"/v6/jobs/{key}/input_files/")["results"]
    size = sum(one["file_size"] for one in files) / 1_048_576
    assert scale.job(key)["input_file_size"] == size
    assert scale.executions(key)[0]["input_file_size"] == size


def test_errors_that_may_pass_are_tried_again(scale: ScaleClient) -> None:
    """A lost node puts a job back on the queue; it never shows FAILED in between."""
    keys = [scale.created() for _ in range(120)]
    scale.advance(600)

    tried = [scale.job(key) for key in keys if scale.job(key)["num_exes"] > 1]
    assert tried
    for job in tried:
        executions = scale.executions(job["id"])
        assert len(executions) == job["num_exes"] <= job["max_tries"]
        assert {one["status"] for one in executions[1:]} == {"FAILED"}
        assert all(one["error"]["should_be_retried"] for one in executions[1:])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"input": None}, "is required"),
        ({"input": {"files": {"INPUT_FILE": [999]}, "json": {}}}, "no file 999"),
        ({"input": {"files": {"INPUT_FILE": [True]}, "json": {}}}, "integer"),
        ({"input": {"files": [], "json": {}}}, "objects"),
        ({"configuration": 5}, "valid JSON object"),
        ({"configuration": {"mounts": []}}, "mounts"),
        ({"configuration": {"priority": True}}, "integer"),
        ({"job_type_id": 1.5}, "integer"),
        ({"job_type_id": True}, "integer"),
    ],
)
def test_bad_jobs_are_refused(still: ScaleClient, change: dict[str, Any], text: str) -> None:
    """What could not run is refused with a reason, and makes no job."""
    before = still.get("/v6/jobs/")["count"]
    answer = still.create(**change)

    assert answer.status_code == 400
    assert text in answer.text
    assert still.get("/v6/jobs/")["count"] == before


def test_a_form_makes_a_job_type_known(still: ScaleClient) -> None:
    """Only this operation reads forms, and a form has no input."""
    answer = still.send("POST", "/v6/jobs/", data={"job_type_id": "1"})

    assert answer.status_code == 400
    assert answer.json() == "Invalid job data: Parameter 'INPUT_FILE' is required"


def test_the_query_wins_over_the_body(scale: ScaleClient) -> None:
    """A parameter that stands in both is read from the query."""
    body = {"job_type_id": 1, "input": INPUT}
    answer = scale.send("POST", "/v6/jobs/?job_type_id=2", json=body)

    assert answer.json()["job_type"]["id"] == 2


# -- commands --------------------------------------------------------------------------------------


def test_a_command_takes_effect_after_its_answer(scale: ScaleClient) -> None:
    """The 202 comes first; the job changes a moment later."""
    key = scale.created()
    scale.post("/v6/jobs/cancel/", {"job_ids": [key]})
    assert scale.job(key)["status"] == "QUEUED"

    scale.advance(0.3)
    assert scale.job(key)["status"] == "CANCELED"


def test_a_canceled_job_keeps_its_past(scale: ScaleClient) -> None:
    """Node, start and execution of a canceled job are those it ran with."""
    key = scale.running()
    before = scale.job(key)
    scale.command("cancel", job_ids=[key])
    after = scale.job(key)

    assert (after["node"], after["started"]) == (before["node"], before["started"])
    assert after["execution"]["status"] == "CANCELED"
    assert after["error"] is None


def test_a_canceled_job_stays_so(scale: ScaleClient) -> None:
    """Nothing happens on its own to a job that was canceled, whatever had been due."""
    keys = [scale.running(), scale.created()]
    scale.command("cancel", job_ids=keys)
    scale.advance(3600)

    assert {scale.job(key)["status"] for key in keys} == {"CANCELED"}


def test_a_requeued_job_starts_anew(scale: ScaleClient) -> None:
    """On the queue again a job shows nothing of its last run but the executions."""
    key = scale.failed()
    scale.command("requeue", job_ids=[key])
    job = scale.job(key)

    assert (job["status"], job["num_exes"], job["max_tries"]) == ("QUEUED", 2, 4)
    assert [job[one] for one in ("node", "error", "started", "ended")] == [None] * 4
    assert job["execution"]["exe_num"] == 1
    assert len(scale.executions(key)) == 1


def test_a_chain_tells_the_state_of_its_neighbours(scale: ScaleClient) -> None:
    """A job that changes is shown changed by the jobs before and after it."""
    older = next(one for one in scale.jobs(is_superseded="true") if one["status"] == "FAILED")
    newer = scale.job(older["id"])["superseded_by_job"]["id"]
    assert scale.job(newer)["superseded_job"]["status"] == "FAILED"

    scale.command("cancel", job_ids=[older["id"]])

    assert scale.job(newer)["superseded_job"]["status"] == "CANCELED"


def test_an_empty_filter_means_all(scale: ScaleClient) -> None:
    """A cancel without conditions cancels all that can be canceled."""
    scale.command("cancel")

    assert {one["status"] for one in scale.jobs()} == {"COMPLETED", "CANCELED"}


@pytest.mark.parametrize(
    "where",
    [
        {"job_type_names": ["tile-cutter"]},
        {"job_types": [{"name": "tile-cutter", "version": "2.1.0"}]},
        {"job_type_ids": [2], "job_types": [{"name": "tile-cutter", "version": "2.1.0"}]},
        {"batch_ids": [1, 2]},
        {"recipe_ids": [2, 4, 6, 8]},
        {"error_categories": ["DATA"]},
        {"error_ids": ["4"]},
        {"status": "QUEUED"},
        {"is_superseded": True},
        {"status": "FAILED", "job_type_ids": [4, 1]},
    ],
)
def test_a_command_means_what_the_list_shows(scale: ScaleClient, where: dict[str, Any]) -> None:
    """What a filter selects for a command is what the same filter selects in the list."""
    kinds = {("tile-cutter", "2.1.0"): 3}
    asked: dict[str, Any] = {}
    for name, value in where.items():
        if name == "job_types":
            ids = [kinds[one["name"], one["version"]] for one in value]
            asked["job_type_id"] = asked.get("job_type_id", []) + ids
        elif name == "error_categories":
            asked["error_category"] = value
        elif isinstance(value, list):
            asked[name.removesuffix("s")] = asked.get(name.removesuffix("s"), []) + value
        else:
            asked[name] = str(value).lower() if isinstance(value, bool) else value
    meant = set(scale.ids(**asked)) - set(scale.ids(status=["COMPLETED", "CANCELED"]))
    before = set(scale.ids(status="CANCELED"))
    assert meant

    scale.command("cancel", **where)

    assert set(scale.ids(status="CANCELED")) - before == meant


def test_nobody_waits_for_a_command_of_another(scale: ScaleClient) -> None:
    """Two commands take effect in the order in which they were given."""
    key = scale.failed()
    scale.post("/v6/jobs/requeue/", {"job_ids": [key]})
    scale.post("/v6/jobs/cancel/", {"job_ids": [key]})
    scale.advance(0.3)

    assert (scale.job(key)["status"], scale.job(key)["num_exes"]) == ("CANCELED", 2)


# -- executions and logs ---------------------------------------------------------------------------


def test_a_log_tells_of_the_run(scale: ScaleClient) -> None:
    """The streams share out the messages; text and HTML hold the same."""
    key = scale.failed()
    path = f"/v6/job-executions/{scale.executions(key)[0]['id']}/logs"
    both = scale.get(f"{path}/combined/")
    out, err = scale.get(f"{path}/stdout/"), scale.get(f"{path}/stderr/")

    assert sorted(out + err, key=lambda one: int(one["scale_order_num"])) == both
    text = scale.send("GET", f"{path}/combined/?format=txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.split("\n") == [one["message"] for one in both]
    page = scale.send("GET", f"{path}/combined/?format=html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all(one["message"] in page.text for one in both)


def test_a_log_without_messages_is_204(scale: ScaleClient) -> None:
    """Nothing has been written to stderr as long as a job runs."""
    key = scale.running()
    path = f"/v6/job-executions/{scale.executions(key)[0]['id']}/logs/stderr/"

    assert scale.send("GET", path).status_code == 204


def test_only_known_streams_have_a_log(scale: ScaleClient) -> None:
    """A log of another name is not even a path."""
    answer = scale.send("GET", "/v6/job-executions/1/logs/stdin/")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html"


def test_executions_are_filtered(scale: ScaleClient) -> None:
    """State, node and error select among the executions of one job."""
    key = scale.failed(2)
    last = scale.executions(key)[0]

    assert len(scale.executions(key, status="FAILED")) == 2
    assert scale.executions(key, status="COMPLETED") == []
    assert len(scale.executions(key, error_category="ALGORITHM", error_id=4)) == 2
    found = scale.executions(key, node_id=last["node"]["id"])
    assert last["id"] in [one["id"] for one in found]


# -- who may, and in which form --------------------------------------------------------------------


def test_a_reader_reads_and_does_not_write(still: ScaleClient) -> None:
    """The token of a reader opens lists and no commands."""
    assert still.send("GET", "/v6/jobs/", headers=READER).status_code == 200
    assert still.send("POST", "/v6/jobs/cancel/", headers=READER, json={}).status_code == 403


def test_any_well_formed_token_will_do(still: ScaleClient) -> None:
    """Tokens are checked for their form, since nobody issues any; other schemes are let be."""
    for sent, status in (("Token " + "a" * 40, 200), ("Token x", 403), ("Basic eDp5", 200)):
        answer = still.send("GET", "/v6/jobs/1/", headers={"Authorization": sent})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("accept", "status"),
    [("*/*", 200), ("application/json", 200), ("application/*;q=0.5", 200), ("image/png", 406)],
)
def test_what_is_accepted_decides(still: ScaleClient, accept: str, status: int) -> None:
    """A media type that cannot be made is refused."""
    assert still.send("GET", "/v6/jobs/1/", headers={"Accept": accept}).status_code == status


def test_failing_jobs_are_there_to_be_had(scale: ScaleClient) -> None:
    """A job type that always fails lets a client see failure without waiting for luck."""
    keys = [scale.created(FAILING) for _ in range(5)]
    scale.advance(10)

    assert {scale.job(key)["status"] for key in keys} == {"FAILED"}
