"""Requests that only the fast stack understands, and how plain Connexion has to be told them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from mockserver.tests.plain.exchange import fit
from mockserver.tests.plain.wire import JSON, Request
from specs.contract import Contract


@dataclass(frozen=True)
class Restatement:
    """A way of putting a request that only the fast stack understands, and the one that both do."""

    name: str
    reason: str
    restate: Callable[[Contract, Request], Request]
    example: tuple[str, Request]


def _whole(_: Contract, request: Request) -> Request:
    return replace(request, chunked=False)


def _lower_kind(_: Contract, request: Request) -> Request:
    def lower(name: str, value: str) -> str:
        kind, semicolon, rest = value.partition(";")
        return kind.lower() + semicolon + rest if name == "content-type" else value

    return replace(request, headers=tuple((k, lower(k, v)) for k, v in request.headers))


def _as_declared(contract: Contract, request: Request) -> Request:
    """Return the path in the case that HPC Pack's contract has it in, and its parameters too."""
    if contract.name != "hpcpack":
        return request
    operations = sorted(contract.operations.values(), key=lambda one: one.path.replace("{", "~"))
    names = {one["name"].lower(): one["name"] for each in operations for one in each.parameters}
    templates = (contract.base_paths[0] + one.path for one in operations)
    fitting = filter(None, (_filled(one, request.path) for one in templates))
    parts = []
    for part in request.query.split("&") if request.query else []:
        name, equals, value = part.partition("=")
        parts.append(names.get(unquote(name).lower(), name) + equals + value)
    return replace(request, path=next(fitting, request.path), query="&".join(parts))


def _filled(template: str, path: str) -> str | None:
    """Return *template* with what *path* has for its parameters; None if it is another path."""
    pairs = fit(template, path, folds=True)
    if pairs is None:
        return None
    return "/".join(other if one.startswith("{") else one for one, other in pairs)


def _single_slashes(contract: Contract, request: Request) -> Request:
    if contract.name != "pulp":
        return request
    return replace(request, path="/" + re.sub("/+", "/", request.path[1:]))


FARMS = "/2023-10-12/farms"

CAPITALS = (("content-type", "Application/JSON"),)

RESTATEMENTS = (
    Restatement(
        "a body of unknown length",
        "Connexion takes a request without Content-Length for one without a body",
        _whole,
        ("deadline-cloud", Request("POST", FARMS, "", JSON, b'{"displayName":"a"}', chunked=True)),
    ),
    Restatement(
        "a content type in capitals",
        "Connexion does not check a body whose content type is not in lower case",
        _lower_kind,
        ("hpcpack", Request("POST", "/hpc/jobs/1/cancel", "", CAPITALS, b"7")),
    ),
    Restatement(
        "paths and parameter names in another case",
        "HPC Pack reads them in any case; Connexion's router has no such switch",
        _as_declared,
        ("hpcpack", Request("GET", "/HPC/Jobs", "ROWSPERREAD=1")),
    ),
    Restatement(
        "repeated slashes",
        "Pulp takes them for one; Connexion's router has no such switch",
        _single_slashes,
        ("pulp", Request("GET", "/pulp/api//tasks/")),
    ),
)


def restate(contract: Contract, request: Request) -> Request:
    """Return the request as plain Connexion has to be told it."""
    for one in RESTATEMENTS:
        request = one.restate(contract, request)
    return request
