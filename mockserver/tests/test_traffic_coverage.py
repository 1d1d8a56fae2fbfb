"""Coverage: what the traffic of a session has exercised, for machines and for people."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.tests.admin_client import SLOW_JOB, Admin
from mockserver.tests.conftest import Server
from mockserver.traffic import coverage_page
from mockserver.traffic.coverage import Coverage, lost, report
from mockserver.world import Fired
from specs.contract import load, names

CONTRACTS = {name: load(name) for name in names()}

DECLARED = [
    (contract.name, schema, one)
    for contract in CONTRACTS.values()
    for schema, lifecycle in contract.lifecycles.items()
    for one in lifecycle.transitions
]


@pytest.fixture
def admin(server: Server) -> Admin:
    """Make a session of Scale."""
    return Admin(server).new()


def _fired(api: str, schema: str, source: str, target: str, cause: str) -> Fired:
    return Fired(api, schema, 1, source, target, 0, cause)


@given(st.lists(st.sampled_from(DECLARED), max_size=20))
def test_every_declared_transition_counts_as_itself(moves: list[tuple[str, str, object]]) -> None:
    """What a command or time took is found at the transition that the contract declares."""
    coverage = Coverage()
    taken = set()
    for api, schema, one in moves:
        cause = one.label or one.trigger or "time"  # type: ignore[attr-defined]
        coverage.moved([_fired(api, schema, one.source, one.target, cause)])  # type: ignore[attr-defined]
        taken.add((api, schema, one.source, one.target, one.command))  # type: ignore[attr-defined]
    found = report(coverage, CONTRACTS)

    counted = {
        (api.name, one.schema, one.source, one.target, one.command)
        for api in found
        for one in api.transitions
        if one.count
    }
    assert counted == taken
    assert sum(one.count for api in found for one in api.transitions) == len(moves)
    assert not any(api.strays for api in found)


def test_what_is_not_declared_is_told_apart() -> None:
    """A transition that no lifecycle has is a stray; what an operator forced does not count."""
    coverage = Coverage()
    coverage.moved(
        [
            _fired("scale", "Job", "COMPLETED", "QUEUED", "time"),
            _fired("scale", "Job", "QUEUED", "RUNNING", "admin"),
            _fired("scale", "Nothing", "A", "B", "time"),
        ]
    )
    [found] = report(coverage, {"scale": CONTRACTS["scale"]})

    assert [(one.schema, one.source) for one in found.strays] == [
        ("Job", "COMPLETED"),
        ("Nothing", "A"),
    ]
    assert not any(one.count for one in found.transitions)


def test_shares_are_of_what_is_declared() -> None:
    """An undeclared status is shown and raises no share; requests for nothing are counted apart."""
    coverage = Coverage()
    coverage.answers.update({(b"scale/getJob", 200): 3, (b"scale/getJob", 503): 1, (b"-", 404): 2})
    [found] = report(coverage, {"scale": CONTRACTS["scale"]})
    [job] = [one for one in found.operations if one.id == "getJob"]

    assert (job.count, job.statuses["200"], job.others) == (4, 3, {"503": 1})
    assert (found.counts["operations"].done, found.counts["statuses"].done) == (1, 1)
    assert found.counts["statuses"].total == sum(
        len(one.responses) for one in CONTRACTS["scale"].operations.values()
    )
    assert lost(coverage) == 2


# -- over a socket -----------------------------------------------------------------------------


def test_traffic_is_counted(admin: Admin) -> None:
    """Operations, statuses and transitions of the session's own requests, and of no other's."""
    key = admin.submit(SLOW_JOB)
    admin.status(key)
    admin.server.request("GET", "/v6/jobs/999999/", headers=admin.headers)
    admin.server.request("POST", "/v6/jobs/cancel/", headers=admin.headers, json={"job_ids": [key]})
    admin.advance(1)
    found = admin.get("/coverage")["scale"]

    assert (
        found["by_operation"]["getJob"]["statuses"] | {"200": 1, "404": 1}
        == (found["by_operation"]["getJob"]["statuses"])
    )
    assert found["operations"]["exercised"] == 3
    [taken] = [
        one
        for one in found["by_transition"]
        if (one["source"], one["target"], one["command"]) == ("QUEUED", "CANCELED", "cancelJobs")
    ]
    assert taken["count"] == 1
    assert Admin(admin.server).new().get("/coverage")["scale"]["operations"]["exercised"] == 0


def test_a_reset_of_coverage_starts_again(admin: Admin) -> None:
    """The part that is named is forgotten; the journal stays."""
    admin.status(1)
    admin.ask("POST", "/reset", {"parts": ["coverage"]})

    assert admin.get("/coverage")["scale"]["statuses"]["exercised"] == 0
    assert admin.get("/journal/count") == {"count": 1}


def test_text_is_for_terminals(admin: Admin) -> None:
    """A summary, and a line for each operation and each transition."""
    admin.status(1)
    answer = admin.call("GET", "/coverage?format=text")
    lines = answer.data.decode().splitlines()

    assert answer.headers["content-type"].startswith("text/plain")
    assert lines[0].startswith("scale: 1 of 9 operations, 1 of ")
    assert "       x1  GET /v6/jobs/{id}/" in lines
    assert any(one.endswith("Job QUEUED -> CANCELED (cancelJobs)") for one in lines)


class _Outline(HTMLParser):
    """What a page is made of: tags that are open, and addresses that it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and what it refers to."""
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        """Hold an end to its beginning."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep what people read."""
        self.text += data


def test_the_page_needs_nothing_else(admin: Admin) -> None:
    """Well-formed HTML that loads nothing from anywhere and says what has been exercised."""
    admin.status(1)
    answer = admin.call("GET", "/coverage?format=html")
    page = _Outline()
    page.feed(answer.data.decode())

    assert answer.headers["content-type"].startswith("text/html")
    assert page.open == []
    assert page.addresses == []
    assert "operations: 1 of 9" in page.text
    assert "GET /v6/jobs/{id}/" in page.text


def test_the_page_quotes_nothing_unescaped() -> None:
    """Whatever a session is named, it is text."""
    page = coverage_page.html(report(Coverage(), CONTRACTS), 0, "<script>")

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_another_format_is_refused(admin: Admin) -> None:
    """Only the three that there are."""
    assert admin.refused("GET", "/coverage?format=pdf")[0] == 400
