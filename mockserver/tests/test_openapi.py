"""The mock hands out the documents of the APIs that it serves."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from mockserver.tests.conftest import Serve, Server
from specs.contract import load


@pytest.fixture(scope="module")
def both(serve: Serve) -> Server:
    """Serve two APIs on a frozen clock."""
    return serve("pulp", "scale", "--clock", "frozen")


def document(server: Server, api: str) -> dict[str, Any]:
    answer = server.request("GET", f"/openapi/{api}.json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def test_the_document_is_the_contract_with_this_server(both: Server) -> None:
    """Everything but the servers is what the mock was made from, and it is valid."""
    found = document(both, "pulp")
    contract = load("pulp").document

    OpenAPIV30SpecValidator(found).validate()
    assert {**found, "servers": contract["servers"]} == contract
    assert [one["url"] for one in found["servers"]] == [
        both.base_url + base for base in load("pulp").base_paths
    ]


def test_the_servers_it_names_answer(both: Server) -> None:
    """A client made from the document reaches this server at its first path."""
    found = document(both, "scale")
    path = next(iter(found["paths"]))

    answer = both.request("GET", found["servers"][0]["url"].removeprefix(both.base_url) + path)

    assert answer.status == 200


def test_the_address_is_the_one_that_was_used(both: Server) -> None:
    """Behind a proxy or another name the document names what the client knows."""
    answer = both.request("GET", "/openapi/scale.json", headers={"Host": "mock.example:8080"})

    assert answer.json()["servers"][0]["url"].startswith("http://mock.example:8080")


def test_only_what_is_served_has_a_document(both: Server) -> None:
    """For any other name there is a 404 that says what there is."""
    for path in ("/openapi/hpcpack.json", "/openapi/scale", "/openapi/"):
        answer = both.request("GET", path)

        assert answer.status == 404
        assert answer.json()["known"] == ["/openapi/pulp.json", "/openapi/scale.json"]


def test_a_document_can_only_be_read(both: Server) -> None:
    """Other methods are refused; HEAD is GET without a body."""
    assert both.request("PUT", "/openapi/scale.json").status == 405
    head = both.request("HEAD", "/openapi/scale.json")

    assert head.status == 200
    assert int(head.headers["content-length"]) > 1000
    assert head.data == b""


def test_a_client_without_a_host_gets_an_address_too(both: Server) -> None:
    """HTTP/1.0 knows no Host; the address that was connected to stands in."""
    with socket.create_connection(("127.0.0.1", both.port), timeout=20) as connection:
        connection.sendall(b"GET /openapi/pulp.json HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    found = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert found["servers"][0]["url"] == both.base_url


def test_a_session_has_its_own_address(both: Server) -> None:
    """Asked through the prefix of a session, the document leads into that session."""
    assert both.request("POST", "/__admin/sessions", json={"name": "mine"}).status == 201

    found = both.request("GET", "/s/mine/openapi/pulp.json").json()

    assert found["servers"][0]["url"] == f"{both.base_url}/s/mine{load('pulp').base_paths[0]}"
