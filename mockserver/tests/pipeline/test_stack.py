"""What becomes of a request, whatever API it is for."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from mockserver.pipeline.exchange import MAX_BODY
from mockserver.tests.conftest import Serve, Server
from mockserver.tests.scale_client import INPUT, ScaleClient

JOB = json.dumps({"job_type_id": 1, "input": INPUT}).encode()


@pytest.fixture(scope="module")
def scale() -> ScaleClient:
    """Serve Scale in this process."""
    return ScaleClient()


def _raw(server: Server, request: bytes) -> bytes:
    """Send bytes and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_each_answer_names_its_operation(server: Server) -> None:
    """A header tells which operation answered; one that no operation gave says so."""
    assert server.request("GET", "/v6/jobs/1/").headers["x-callsheet"] == "scale/getJob"
    assert server.request("GET", "/nowhere").headers["x-callsheet"] == "-"


def test_an_unknown_path_is_404(server: Server) -> None:
    """With one API served, its own page says that there is nothing."""
    answer = server.request("GET", "/nowhere/at/all")

    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html"


def test_a_missing_slash_redirects(server: Server) -> None:
    """The address with the slash keeps the query."""
    answer = server.request("GET", "/v6/jobs?page=2&status=FAILED")

    assert answer.status == 301
    assert answer.headers["location"] == "/v6/jobs/?page=2&status=FAILED"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_an_unknown_method_is_405(server: Server, method: str) -> None:
    """What is allowed is told."""
    answer = server.request(method, "/v6/jobs/1/")

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json() == {"detail": f'Method "{method}" not allowed.'}


def test_head_is_get_without_a_body(server: Server) -> None:
    """The headers are those of GET, the length included."""
    get, head = server.request("GET", "/v6/jobs/1/"), server.request("HEAD", "/v6/jobs/1/")

    assert head.status == 200
    assert head.data == b""
    for name in ("content-type", "content-length", "x-callsheet"):
        assert head.headers[name] == get.headers[name]


def test_a_body_may_come_in_chunks(server: Server) -> None:
    """A chunked body is put together."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    pieces = [JOB[:7], JOB[7:30], JOB[30:]]
    connection.request(
        "POST", "/v6/jobs/", body=iter(pieces), headers={"Content-Type": "application/json"},
        encode_chunked=True,
    )  # fmt: skip
    answer = connection.getresponse()

    assert answer.status == 201
    answer.read()
    connection.close()


def test_a_body_that_is_too_large_is_413(server: Server) -> None:
    """More than the limit is refused, in the API's own shape."""
    answer = server.request(
        "POST",
        "/v6/jobs/",
        body=b" " * (MAX_BODY + 1),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status == 413
    assert "detail" in answer.json()


@pytest.mark.parametrize(
    "body", [b'{"input": "\xff\xfe"}', b"\xff", b'{"a":', b"nul", b'{"a":NaN}']
)
def test_a_body_that_is_no_json_is_400(server: Server, body: bytes) -> None:
    """Bytes that are no UTF-8 or no JSON are the client's fault."""
    answer = server.request(
        "POST", "/v6/jobs/", body=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status == 400
    assert answer.json()["detail"].startswith("JSON parse error - ")


@pytest.mark.parametrize(
    "query",
    [
        "status=%FF%FE", "status=%00", "page=%", "job_id=%F0%9F%98%80", "&&&", "=1", "status",
        f"page_size={10**400}", f"job_id={10**400}", "job_id=-9223372036854775808",
        "order=%00", f"started=P{10**400}D", "ended=9999-12-31T23:59:59-23:59",
        "started=0001-01-01T00:00:00%2B23:59",
    ],
)  # fmt: skip
def test_no_query_makes_the_server_fail(server: Server, query: str) -> None:
    """Whatever stands in a query, the answer is one that the contract declares."""
    answer = server.request("GET", f"/v6/jobs/?{query}")

    assert answer.status in {200, 400, 404}, answer.data


@pytest.mark.parametrize(
    "key", ["%FF", "%00", "1%2F2", "-1", "99999999999999999999", "%31", "007", "1.0", "a b"]
)
def test_no_path_makes_the_server_fail(server: Server, key: str) -> None:
    """Odd path parameters are found or are not, and nothing else."""
    assert server.request("GET", f"/v6/jobs/{key}/").status in {200, 404}


def test_the_address_of_other_pages_is_the_clients_own(server: Server) -> None:
    """Links name the host under which the client reached the server."""
    request = (
        b"GET /v6/jobs/?page_size=1 HTTP/1.1\r\nHost: farm.example:99\r\nConnection: close\r\n\r\n"
    )

    assert b'"next":"http://farm.example:99/v6/jobs/?page=2&page_size=1"' in _raw(server, request)


def test_nonsense_on_the_wire_is_400(server: Server) -> None:
    """A request that is no HTTP is refused, and the server goes on."""
    assert b" 400 " in _raw(server, b"not http at all\r\n\r\n").split(b"\r\n")[0]
    assert server.request("GET", "/v6/jobs/1/").status == 200


def test_a_command_that_fails_leaves_nothing(scale: ScaleClient) -> None:
    """A request that is refused has changed nothing."""
    before = scale.get("/v6/jobs/")["count"]
    answer = scale.create(input={"files": {"INPUT_FILE": [1, 2]}, "json": {}})

    assert answer.status_code == 400
    assert scale.get("/v6/jobs/")["count"] == before


def test_without_validation_answers_are_the_same(serve: Serve, server: Server) -> None:
    """Checking answers against the contract changes none of them."""
    unchecked = serve("scale", "--clock", "frozen", "--no-response-validation")
    server.request("POST", "/__admin/reset")

    for path in ("/v6/jobs/?page=2&page_size=7", "/v6/jobs/3/", "/v6/jobs/3/executions/"):
        one, other = server.request("GET", path), unchecked.request("GET", path)
        assert one.data.replace(b"%d" % server.port, b"") == other.data.replace(
            b"%d" % unchecked.port, b""
        )
