"""How Scale says no: who may do what, what cannot be read, and in which words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from mockserver.apis.scale import filters
from mockserver.apis.scale.inputs import InvalidJobError
from mockserver.errors import ApiError, CredentialsError, MethodError, NoRouteError, Violation
from mockserver.pipeline.call import Call, Reply

TOKEN = re.compile(r"Token ([0-9a-f]{40})")

READER_TOKEN = "f" * 40
"""The token of a user who may read and nothing else."""

FORM = "application/x-www-form-urlencoded"

FORMATS = frozenset({"json", "api", "txt", "html"})

ANSWERED = frozenset({"application/json", "application/*", "text/html", "text/*", "text/plain"})
"""What an Accept header may ask for."""

NOT_FOUND = "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>"

PATH = "/:@!$&'()*+,;="
"""What stands for itself in a path beside letters, digits and -._~ (RFC 3986, section 3.3)."""

ABOUT = {"name": "Scale", "renders": ["application/json"], "parses": ["application/json"]}
"""What OPTIONS tells of every path."""


def check_credentials(call: Call, *, demanded: bool) -> None:
    """Demand a token if *demanded*; check one that is given in any case."""
    given = call.header("authorization")
    if given is None:
        if demanded:
            raise CredentialsError("Authentication credentials were not provided.")
        return
    if not given.startswith("Token "):
        return
    found = TOKEN.fullmatch(given)
    if found is None:
        raise CredentialsError("Invalid token.")
    if found[1] == READER_TOKEN and call.method not in {"GET", "HEAD"}:
        raise CredentialsError("You do not have permission to perform this action.")


def check_accept(call: Call) -> None:
    """Refuse a format or a media type that nothing here can be put into."""
    form = call.values("format")
    if form and form[-1] not in FORMATS and call.method in {"GET", "HEAD"}:
        raise ApiError("Not found.", 404, "NotFound")
    accept = call.header("accept")
    if accept is not None and not _can_be_satisfied(accept):
        raise ApiError("Could not satisfy the request Accept header.", 406, "NotAcceptable")


@lru_cache(maxsize=256)
def _can_be_satisfied(accept: str) -> bool:
    kinds = {one.partition(";")[0].strip().lower() for one in accept.split(",")}
    return "*/*" in accept or not kinds.isdisjoint(ANSWERED)


def check_body(call: Call, violations: Sequence[Violation]) -> None:
    """Refuse bodies that are no JSON; everything else Scale judges value by value, or not."""
    for one in violations:
        if one.location == "path":
            raise NoRouteError(call.scope["path"])
        if one.code == "media-type":
            if one.value == FORM and call.operation_id == "createJob":
                call.add_pairs(filters.form(call.raw))
                call.body = None
                continue
            given = call.header("content-type") or ""
            raise ApiError(
                f'Unsupported media type "{given}" in request.', 415, "UnsupportedMediaType"
            )
        if one.code == "json":
            raise ApiError(f"JSON parse error - {_json_error(call.raw)}")


def _json_error(raw: bytes) -> str:
    """Return what Python's JSON parser, which Scale uses, says of a text."""
    try:
        json.loads(raw)
    except ValueError as error:
        return str(error)
    return "the body is not strict JSON"


def render(error: ApiError, call: Call) -> Reply:
    """Return Scale's words: JSON from its views, HTML from its router."""
    match error:
        case NoRouteError(slash=True):
            query = call.scope["query_string"].decode("latin-1")
            path = f"{call.scope.get('root_path', '')}{call.scope['path']}/"
            place = quote(path, safe=PATH) + (f"?{query}" if query else "")
            return Reply.text("", 301, "text/html").with_header("location", place)
        case NoRouteError():
            return Reply(404, NOT_FOUND.encode(), b"text/html")
        case MethodError():
            allow = [*error.allow, *(["HEAD"] if "GET" in error.allow else []), "OPTIONS"]
            if error.method == "OPTIONS":
                return Reply.json(ABOUT).with_header("allow", ", ".join(allow))
            detail = {"detail": f'Method "{error.method}" not allowed.'}
            return Reply.json(detail, 405).with_header("allow", ", ".join(allow))
        case InvalidJobError():
            return Reply.json(error.message, error.status)
    return Reply.json({"detail": error.message}, error.status)
