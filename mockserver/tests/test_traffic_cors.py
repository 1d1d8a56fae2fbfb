"""Pages of other origins may call the mock, and see what they need; they may not call the admin."""

from __future__ import annotations

import pytest
import urllib3

from mockserver.tests.conftest import Serve, Server

ORIGIN = {"Origin": "https://page.example"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST"}


def _allowed(answer: urllib3.BaseHTTPResponse) -> dict[str, str]:
    return {
        name.lower().removeprefix("access-control-"): value
        for name, value in answer.headers.items()
        if name.lower().startswith("access-control-")
    }


def test_a_page_may_read_the_answer(server: Server) -> None:
    """The origin is allowed, with credentials; our headers can be read."""
    answer = server.request("GET", "/v6/jobs/1/", headers=ORIGIN)
    allowed = _allowed(answer)

    assert answer.status == 200
    assert allowed["allow-origin"] == ORIGIN["Origin"]
    assert allowed["allow-credentials"] == "true"
    assert {"x-callsheet", "preference-applied", "location"} <= {
        *allowed["expose-headers"].split(", ")
    }
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("path", ["/v6/jobs/999999/", "/nowhere", "/v6/jobs"])
def test_refusals_can_be_read_as_well(server: Server, path: str) -> None:
    """An error without these headers would be a riddle to the page."""
    assert _allowed(server.request("GET", path, headers=ORIGIN))["allow-origin"]


def test_others_are_told_nothing(server: Server) -> None:
    """Who is no page has no use for these headers."""
    assert _allowed(server.request("GET", "/v6/jobs/1/")) == {}


def test_a_preflight_is_answered(server: Server) -> None:
    """The browser learns what the page may send: the headers that it asks for, any method."""
    wanted = {**PREFLIGHT, "Access-Control-Request-Headers": "authorization, x-callsheet-session"}
    answer = server.request("OPTIONS", "/v6/jobs/", headers=wanted)
    allowed = _allowed(answer)

    assert answer.status == 204
    assert answer.data == b""
    assert allowed["allow-headers"] == "authorization, x-callsheet-session"
    assert {"GET", "POST", "PATCH", "DELETE"} <= {*allowed["allow-methods"].split(", ")}
    assert "allow-private-network" not in allowed


def test_a_public_page_may_reach_this_machine(server: Server) -> None:
    """Browsers ask separately before a page of the internet may reach a loopback address."""
    wanted = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}

    assert _allowed(server.request("OPTIONS", "/v6/jobs/", headers=wanted))["allow-private-network"]


@pytest.mark.parametrize("headers", [{}, ORIGIN, {"Access-Control-Request-Method": "POST"}])
def test_an_api_answers_options_itself(server: Server, headers: dict[str, str]) -> None:
    """What is no preflight goes to the API, which tells of itself."""
    answer = server.request("OPTIONS", "/v6/jobs/", headers=headers)

    assert answer.status == 200
    assert answer.json()["name"] == "Scale"
    assert "POST" in answer.headers["allow"]


def test_the_admin_api_allows_nobody(server: Server) -> None:
    """No page of another origin reads or steers the mock."""
    assert _allowed(server.request("GET", "/__admin/health", headers=ORIGIN)) == {}
    preflight = server.request("OPTIONS", "/__admin/reset", headers=PREFLIGHT)
    assert preflight.status in {403, 405}
    assert _allowed(preflight) == {}


def test_the_headers_of_each_api_can_be_read(serve: Serve) -> None:
    """What a contract declares as header of an answer is exposed; with --no-cors nothing is."""
    every = serve("--clock", "frozen")
    exposed = _allowed(every.request("GET", "/hpc/nodes", headers=ORIGIN))["expose-headers"]

    assert {"x-ms-continuation-queryid", "x-amzn-errortype"} & {*exposed.lower().split(", ")}


def test_it_can_be_switched_off(serve: Serve) -> None:
    """With --no-cors no page is allowed, and a preflight is a request like any other."""
    server = serve("scale", "--clock", "frozen", "--no-cors")

    assert _allowed(server.request("GET", "/v6/jobs/1/", headers=ORIGIN)) == {}
    preflight = server.request("OPTIONS", "/v6/jobs/", headers=PREFLIGHT)
    assert (preflight.status, _allowed(preflight)) == (200, {})
