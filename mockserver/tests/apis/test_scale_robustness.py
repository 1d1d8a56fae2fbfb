"""Whatever is sent to Scale, it answers as its contract declares."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.tests.scale_client import ScaleClient
from specs.contract import load

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
        st.sampled_from(["PT1H", "P1W", "2026-01-01T00:00:00Z", "1", "FAILED", "6"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
FILTERS = st.dictionaries(
    st.sampled_from(
        ["started", "ended", "status", "job_ids", "job_type_ids", "job_types", "job_type_names",
         "batch_ids", "recipe_ids", "error_categories", "error_ids", "is_superseded", "priority"]
    ),
    VALUES,
    max_size=4,
)  # fmt: skip
JOBS = st.fixed_dictionaries(
    {},
    optional={
        "job_type_id": st.one_of(st.integers(0, 7), VALUES),
        "input": st.one_of(
            st.fixed_dictionaries(
                {},
                optional={
                    "version": VALUES,
                    "files": st.one_of(st.just({"INPUT_FILE": [1]}), VALUES),
                    "json": st.one_of(st.dictionaries(st.just("THRESHOLD"), VALUES), VALUES),
                },
            ),
            VALUES,
        ),
        "configuration": st.one_of(
            st.dictionaries(
                st.sampled_from(["version", "mounts", "priority", "output_workspaces", "settings"]),
                VALUES,
                max_size=3,
            ),
            VALUES,
        ),
    },
)


@pytest.fixture(scope="module")
def scale() -> ScaleClient:
    """Serve Scale with few jobs and every answer checked."""
    return ScaleClient(scenario="empty")


def _declared(operation: str) -> set[int]:
    return {int(status) for status in load("scale").operations[operation].responses}


@settings(deadline=None, max_examples=150)
@given(st.one_of(JOBS, VALUES))
def test_no_new_job_makes_the_server_fail(scale: ScaleClient, body: Any) -> None:
    """Any JSON value as a new job is answered with a declared status, also when it is lived."""
    answer = scale.post("/v6/jobs/", body)
    scale.advance(30)

    assert answer.status_code in _declared("createJob"), (body, answer.text)
    if answer.status_code == 201:
        assert scale.job(answer.json()["id"])["status"] != "QUEUED"


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["cancel", "requeue"]), st.one_of(FILTERS, VALUES))
def test_no_command_makes_the_server_fail(scale: ScaleClient, name: str, body: Any) -> None:
    """Any JSON value as a filter is answered with a declared status, also when it takes effect."""
    answer = scale.post(f"/v6/jobs/{name}/", body)
    scale.advance(0.3)

    assert answer.status_code in _declared(f"{name}Jobs"), (body, answer.text)


NAMES = st.sampled_from(
    ["page", "page_size", "started", "ended", "source_started", "source_ended", "status", "order",
     "job_id", "job_type_id", "job_type_name", "batch_id", "recipe_id", "error_id", "format",
     "error_category", "is_superseded", "source_tasks", "other"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=8),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(["PT1H", "P1W", "2026-01-01T00:00:00Z", "-id", "status", "true", "last", ""]),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=4))
def test_no_query_makes_the_server_fail(scale: ScaleClient, pairs: list[tuple[str, str]]) -> None:
    """Any query is answered with a declared status."""
    answer = scale.send("GET", "/v6/jobs/", params=pairs)

    assert answer.status_code in _declared("listJobs"), (pairs, answer.text)
