"""Every difference from plain Connexion that we accept, each with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from mockserver.tests.plain.exchange import Exchange, headers, matches
from mockserver.tests.plain.wire import JSON, Request

FARMS = "/2023-10-12/farms"

WORDS = {"Message", "message", "detail"}
"""Members of an error's body that are prose."""


@dataclass(frozen=True)
class Difference:
    """Answers that may differ: when, and how far."""

    name: str
    reason: str
    allows: Callable[[Exchange], bool]
    example: tuple[str, Request]


def _other_words(exchange: Exchange) -> bool:
    fast, plain = exchange.fast, exchange.plain
    if not exchange.noted or fast.status != plain.status or fast.status < 400:
        return False
    if headers(fast, "content-length") != headers(plain, "content-length"):
        return False
    cut = exchange.request.method == "HEAD"
    return cut or _without_words(fast.body) == _without_words(plain.body)


def _without_words(body: bytes) -> Any:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.partition(b":")[0]
    if not isinstance(value, dict):
        return None if isinstance(value, str) else value
    found = {name: None if name in WORDS else one for name, one in value.items()}
    fields = found.get("fieldList")
    if isinstance(fields, list):
        found["fieldList"] = sorted(one["name"] for one in fields)
    return found


def _slash(exchange: Exchange) -> bool:
    path = exchange.told.path
    place = exchange.plain.header("location").partition("://mock")[2].partition("?")[0]
    other = path.rstrip("/") if path.endswith("/") else path + "/"
    return (
        exchange.plain.status == 307
        and unquote(place) == unquote(other)
        and exchange.fast.status in {301, 404}
    )


def _allow(exchange: Exchange) -> bool:
    fast, plain = exchange.fast, exchange.plain
    status = 200 if exchange.request.method == "OPTIONS" else 405
    if not fast.status == plain.status in {status, 405}:
        return False
    declared = {one.method.upper() for one, _ in exchange.paths()}
    ours, theirs = (
        set(one.header("allow").split(", ")) - {"HEAD", "OPTIONS"} for one in (fast, plain)
    )
    return theirs < ours == declared


def _typed_path(exchange: Exchange) -> bool:
    path = exchange.told.path
    wrong = any(
        re.fullmatch(r"[+-]?[0-9]+", values[one["name"]], re.ASCII) is None
        for operation, values in matches(exchange.contract, path, path + "/")
        for one in operation.parameters
        if one["in"] == "path" and one["schema"].get("type") == "integer"
    )
    return wrong and exchange.plain.status == 404 and exchange.fast.status >= 300


def _of_nobody(exchange: Exchange) -> bool:
    contract = exchange.contract
    paths = {
        base + one.path for base in contract.base_paths for one in contract.operations.values()
    }
    mine = {one.split("/")[1] for one in paths} - {""}
    first = unquote(exchange.request.path.split("/")[1])
    return exchange.fast.status == exchange.plain.status == 404 and first not in mine


def _kind_of_nothing(exchange: Exchange) -> bool:
    request = exchange.request
    kind = request.header("content-type") or ""
    return (
        exchange.plain.status == 415
        and not request.body
        and not kind.startswith("application/json")
    )


def _slash_in_parameter(exchange: Exchange) -> bool:
    return "%2F" in exchange.request.path.upper()


def _no_unicode(exchange: Exchange) -> bool:
    try:
        exchange.request.body.decode()
    except UnicodeDecodeError:
        return exchange.plain.status == 500 and 400 <= exchange.fast.status < 500
    return False


def _loose_json(exchange: Exchange) -> bool:
    body = exchange.request.body
    try:
        loose = json.loads(body)
    except ValueError:
        return False
    try:
        return repr(loose) != repr(orjson.loads(body))
    except orjson.JSONDecodeError:
        return exchange.fast.status in {400, 401, 403, 404, 406}


def _python_number(exchange: Exchange) -> bool:
    operation = exchange.operation()
    if operation is None:
        return False
    path = next(values for one, values in exchange.paths() if one is operation)
    texts = [*parse_qsl(exchange.told.query, keep_blank_values=True), *path.items()]
    schemas = {
        one["name"]: exchange.contract.resolve(one["schema"]) for one in operation.parameters
    }
    for name, text in texts:
        schema = schemas.get(name, {})
        kind = schema.get("items", schema).get("type")
        plain = re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII)
        if kind == "integer" and plain is None and _is_number(text):
            return exchange.fast.status in {200, 400, 404}
    return False


def _is_number(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _line_break(exchange: Exchange) -> bool:
    return "\n" in unquote(exchange.request.path) and exchange.plain.status == 404


def _concrete_path(exchange: Exchange) -> bool:
    concrete = [one.method for one, values in exchange.paths() if not values]
    others = {one.method for one, values in exchange.paths() if values} - set(concrete)
    missed = exchange.request.method.lower() in others
    return bool(concrete) and missed and exchange.fast.status == 405


DIFFERENCES = (
    Difference(
        "the words of a refusal",
        "two libraries for JSON Schema do not put it in the same words",
        _other_words,
        ("hpcpack", Request("POST", "/hpc/jobs/1/cancel", "", JSON, b"7")),
    ),
    Difference(
        "a slash too many or too few",
        "Starlette redirects with 307; the APIs answer as the real ones do",
        _slash,
        ("thinkbox", Request("GET", "/api/jobs/")),
    ),
    Difference(
        "methods that are allowed",
        "Starlette names those of the first route with this path, not of all",
        _allow,
        ("scale", Request("PUT", "/v6/jobs/")),
    ),
    Difference(
        "an id that is no number",
        "to Connexion's router there is no such path; to us there is, and the id is wrong",
        _typed_path,
        ("hpcpack", Request("GET", "/hpc/jobs/x")),
    ),
    Difference(
        "a path of no API",
        "of five APIs on one port another one may say so, or the server itself",
        _of_nobody,
        ("hpcpack", Request("GET", "/nothing")),
    ),
    Difference(
        "a content type without a body",
        "Connexion refuses the type of a body that is not there",
        _kind_of_nothing,
        ("scale", Request("POST", "/v6/jobs/requeue/", "", (("content-type", "text/plain"),))),
    ),
    Difference(
        "an encoded slash in a path",
        "a server decodes paths before Starlette's router sees them; to us it is part of an id",
        _slash_in_parameter,
        ("hpcpack", Request("GET", "/hpc/nodes/a%2Fb")),
    ),
    Difference(
        "a body that is no UTF-8",
        "Connexion fails with 500",
        _no_unicode,
        ("thinkbox", Request("PUT", "/api/tasks", "", JSON, b"\xff")),
    ),
    Difference(
        "texts that only Python takes for JSON",
        "NaN, Infinity, a byte order mark, half a character, endless numbers: RFC 8259 has none",
        _loose_json,
        (
            "deadline-cloud",
            Request("POST", "/2023-10-12/farms", "", JSON, b'{"displayName":"a","b":NaN}'),
        ),
    ),
    Difference(
        "numbers that only Python reads",
        "int() takes blanks, underscores, digits of any script and of any number",
        _python_number,
        ("hpcpack", Request("GET", "/hpc/jobs", "rowsPerRead=1_0")),
    ),
    Difference(
        "a line break in a path",
        "Starlette's pattern for what is under a base path ends at one",
        _line_break,
        ("hpcpack", Request("GET", "/hpc/nodes/a%0Ab")),
    ),
    Difference(
        "a method that a concrete path has not",
        "to Starlette its last segment then is an id; in OpenAPI the concrete path comes first",
        _concrete_path,
        ("pulp", Request("DELETE", "/tasks/snapshots/")),
    ),
)


def accepted(exchange: Exchange) -> Difference | None:
    """Return the difference that the two answers show, or None if it is none that we accept."""
    return next((one for one in DIFFERENCES if one.allows(exchange)), None)
