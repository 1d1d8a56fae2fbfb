"""`--validate`: what breaks the contract is refused, let through and told of, or let be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.errors import Violation
from mockserver.service import Options, Validate
from mockserver.tests.client import Client
from mockserver.traffic.diagnostics import write

LIST = "/hpc/jobs?rowsPerRead=nothing"
TASK = {"JobInfo": "nothing", "PluginInfo": {}}


@pytest.fixture(scope="module", params=Validate)
def client(request: pytest.FixtureRequest) -> tuple[Validate, Client]:
    """Serve HPC Pack and Deadline in this process, in each of the modes."""
    mode: Validate = request.param
    return mode, Client("hpcpack", "thinkbox", options=Options(validate_requests=mode))


def test_a_wrong_parameter(client: tuple[Validate, Client]) -> None:
    """Refused as the API does it, or passed over as if it had not been sent."""
    mode, mock = client
    answer = mock.send("GET", LIST)

    assert answer.status_code == (400 if mode is Validate.ENFORCE else 200)
    says = answer.headers["x-callsheet"]
    assert ("violation=" in says) is (mode is not Validate.OFF)
    assert says.startswith("hpcpack/listJobs")


def test_the_journal_names_the_violations(client: tuple[Validate, Client]) -> None:
    """Whether it was refused or let through, the journal says what was wrong."""
    mode, mock = client
    mock.send("GET", LIST)
    entry: dict[str, Any] = mock.get("/__admin/journal")["items"][-1]
    found = [(one["location"], one["name"]) for one in entry["violations"]]

    assert found == ([] if mode is Validate.OFF else [("query", "rowsPerRead")])


def test_a_body_that_no_handler_can_use(client: tuple[Validate, Client]) -> None:
    """Where the handler cannot go on the request is refused all the same and changes nothing."""
    _, mock = client
    before = len(mock.get("/api/jobs"))
    answer = mock.post("/api/jobs", TASK)

    assert 400 <= answer.status_code <= 500
    assert answer.text.startswith("Error: ")
    assert len(mock.get("/api/jobs")) == before


def test_what_fits_is_said_nothing_of(client: tuple[Validate, Client]) -> None:
    """A request that keeps to the contract has nothing but its operation in the header."""
    _, mock = client

    assert mock.send("GET", "/hpc/jobs").headers["x-callsheet"] == "hpcpack/listJobs"


@given(
    name=st.text(max_size=40),
    message=st.text(max_size=400),
    count=st.integers(1, 3),
    fault=st.sampled_from([None, "1", "1 2"]),
)
def test_the_header_is_always_one(name: str, message: str, count: int, fault: str | None) -> None:
    """Whatever a violation quotes of a request, what is sent is one printable line."""
    text = write("; session=a", fault, [Violation("body", name, "type", message)] * count)

    assert all(32 <= one < 127 for one in text)
    assert text.count(b'"') in {2, 4}
    assert len(text) < 300
