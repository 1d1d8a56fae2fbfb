"""Signatures of AWS Signature Version 4."""

from __future__ import annotations

import datetime

from conformance.answer import Request
from conformance.signature import signed_headers
from conformance.target import SigV4

KEY = SigV4("us-east-1", "deadline", "AKIDEXAMPLE", "secret-for-tests")
NOON = datetime.datetime(2026, 1, 2, 12, 0, 0, tzinfo=datetime.UTC)


def authorization(request: Request, place: str = "/a?b=c", key: SigV4 = KEY) -> str:
    """Return the Authorization header of a request at noon."""
    return signed_headers(key, request, ("host.example", place), {}, NOON)["Authorization"]


def test_the_scope_is_named() -> None:
    """The header names the key, the day, the region, the service and what is signed."""
    text = authorization(Request("GET", "/a"))

    assert text.startswith(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/deadline/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
    )


def test_everything_is_signed() -> None:
    """Another body, path, query or secret has another signature; order in a query has not."""
    plain = authorization(Request("GET", "/a"))
    other_key = SigV4("us-east-1", "deadline", "AKIDEXAMPLE", "another")

    assert plain != authorization(Request("GET", "/a", body=b"x"))
    assert plain != authorization(Request("GET", "/a"), "/a?b=d")
    assert plain != authorization(Request("POST", "/a"))
    assert plain != authorization(Request("GET", "/a"), key=other_key)
    assert authorization(Request("GET", "/a"), "/a?x=1&y=2") == authorization(
        Request("GET", "/a"), "/a?y=2&x=1"
    )


def test_a_session_token_is_sent_along() -> None:
    """A temporary key comes with its token, which is signed as well."""
    key = SigV4("us-east-1", "deadline", "AKIDEXAMPLE", "secret-for-tests", "token")
    headers = signed_headers(key, Request("GET", "/a"), ("host.example", "/a"), {}, NOON)

    assert headers["X-Amz-Security-Token"] == "token"
    assert "x-amz-security-token" in headers["Authorization"]
