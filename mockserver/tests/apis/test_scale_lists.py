"""The lists of Scale: filters, orders, pages, ranges."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.moment import parse_iso
from mockserver.tests.scale_client import ScaleClient

STATES = ("QUEUED", "RUNNING", "FAILED", "COMPLETED", "CANCELED")


@pytest.fixture(scope="module")
def still() -> ScaleClient:
    """Serve Scale to tests that only look."""
    return ScaleClient()


def test_a_calm_world_has_jobs_in_every_state(still: ScaleClient) -> None:
    """A client can look at each state without waiting for it."""
    found = Counter(one["status"] for one in still.jobs())

    assert set(found) == set(STATES)


def _matches(job: dict[str, Any], name: str, values: list[Any]) -> bool:
    shown = {
        "status": job["status"],
        "job_id": job["id"],
        "job_type_id": job["job_type"]["id"],
        "job_type_name": job["job_type"]["name"],
        "batch_id": job["batch"] and job["batch"]["id"],
        "recipe_id": job["recipe"] and job["recipe"]["id"],
        "error_id": job["error"] and job["error"]["id"],
        "error_category": job["error"] and job["error"]["category"],
        "source_sensor": job["source_sensor"],
        "source_sensor_class": job["source_sensor_class"],
        "source_collection": job["source_collection"],
        "source_tasks": job["source_task"],
    }
    return shown[name] in values


FILTERS = st.dictionaries(
    st.sampled_from(
        ["job_type_id", "batch_id", "recipe_id", "error_id", "job_id"],
    ),
    st.lists(st.integers(-1, 12), min_size=1, max_size=3),
    max_size=2,
)
WORDS = st.dictionaries(
    st.sampled_from(
        ["status", "job_type_name", "error_category", "source_sensor", "source_tasks",
         "source_sensor_class", "source_collection"],
    ),
    st.lists(
        st.sampled_from(
            [*STATES, "tile-cutter", "ship-finder", "DATA", "ALGORITHM", "1", "2", "my-task",
             "survey", "classA", "12345", "", "queued"],
        ),
        min_size=1,
        max_size=3,
    ),
    max_size=2,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(FILTERS, WORDS)
def test_filters_select_what_fits_all_of_them(
    still: ScaleClient, numbers: dict[str, list[int]], words: dict[str, list[str]]
) -> None:
    """A filtered list is the whole list without what fails a filter, and count says how long."""
    asked: dict[str, list[Any]] = {**numbers, **words}
    page = still.get("/v6/jobs/", page_size=1000, **asked)

    expected = [
        one["id"]
        for one in still.jobs()
        if all(_matches(one, name, values) for name, values in asked.items())
    ]
    assert [one["id"] for one in page["results"]] == expected
    assert page["count"] == len(expected)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 250), st.sampled_from([None, "status", "-created", "num_exes"]))
def test_links_lead_through_all_pages(still: ScaleClient, size: int, order: str | None) -> None:
    """From the first page next leads to the last, and previous all the way back."""
    more = {} if order is None else {"order": order}
    whole = still.ids(**more)
    forth, back = [], []
    page = still.get("/v6/jobs/", page_size=size, **more)
    while True:
        forth.append([one["id"] for one in page["results"]])
        if page["next"] is None:
            break
        page = still.get(page["next"])
    while True:
        back.append([one["id"] for one in page["results"]])
        if page["previous"] is None:
            break
        page = still.get(page["previous"])

    assert [key for keys in forth for key in keys] == whole
    assert back == forth[::-1]


@pytest.mark.parametrize("field", ["created", "queued", "started", "ended", "last_status_change"])
def test_dates_are_ordered_by(still: ScaleClient, field: str) -> None:
    """The order goes by the moment, and is turned round by a dash."""
    up = [one[field] for one in still.jobs(order=field) if one[field]]
    down = [one[field] for one in still.jobs(order=f"-{field}") if one[field]]

    assert up == sorted(up, key=lambda text: parse_iso(text) or 0)
    assert down == up[::-1]


def test_ranges_include_their_ends(still: ScaleClient) -> None:
    """A job that was modified at the very start or end of a range is in it."""
    jobs = still.jobs()
    first, last = jobs[10]["last_modified"], jobs[20]["last_modified"]

    assert still.ids(started=first, ended=last) == [one["id"] for one in jobs[10:21]]


def test_a_duration_counts_back_from_now() -> None:
    """What has changed in the last hour is what has changed since an hour ago."""
    scale = ScaleClient()
    key = scale.created()
    scale.advance(1800)

    assert key in scale.ids(started="PT1H")
    assert key not in scale.ids(ended="PT1H")
