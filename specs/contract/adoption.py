"""A contract in somebody's file, made to speak as ours do.

It may be spread over files, need not have an operationId anywhere, and may know nothing of our
extensions: then the contract itself is the document that its statements come from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from specs.contract import cache, validity
from specs.contract.bundle import LITERAL, Bundle, Spot
from specs.contract.errors import ContractError, FileError
from specs.contract.text import escape, follow

if TYPE_CHECKING:
    from specs.contract.document import Contract

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

CONTROLLERS = frozenset({"x-openapi-router-controller", "x-swagger-router-controller"})
"""What would tell Connexion to look for handlers elsewhere."""

SOURCE = "contract"
"""The id of the source that a contract without sources is for itself."""


def adopt(place: Path) -> tuple[dict[str, Any], str]:
    """Return the document in the file at *place*, complete, and a hash of all its text.

    Raises `FileError` with file, line and JSON pointer of what cannot be read.
    """
    bundle = Bundle.open(place)
    _known_version(bundle)
    document = bundle.joined()
    _valid(document, bundle)
    try:
        _complete(document)
    except (AttributeError, KeyError, TypeError) as error:
        reason = f"something has not the shape it has in OpenAPI: {error}"
        raise bundle.refused(Spot(bundle.main, ""), " ".join(reason.split())) from error
    texts = [
        bundle.texts[file] for file in sorted(bundle.texts, key=lambda one: one != bundle.main)
    ]
    return document, hashlib.sha256(b"\0".join(texts)).hexdigest()


def blamed(place: Path, error: ContractError) -> FileError:
    """Return *error* with the file and the line that it is about."""
    bundle = Bundle.open(place)
    return bundle.refused(Spot(bundle.main, error.pointer.removeprefix("#")), error.reason)


def check_lifecycles(contract: Contract) -> None:
    """Raise `ContractError` where a lifecycle names what the contract does not have."""
    for cycle in contract.lifecycles.values():
        here = f"/components/schemas/{escape(cycle.schema)}/x-lifecycle"
        for key, states in (("initial", cycle.initial), ("final", cycle.final)):
            for state in states:
                if state not in cycle.states:
                    raise ContractError(
                        f"{here}/{key}",
                        f"{state!r} is no state of {cycle.schema}: {', '.join(cycle.states)} are",
                    )
        triggers = [("transitions", one.trigger) for one in cycle.transitions if one.trigger]
        for key, name in [*(("creators", one) for one in cycle.creators), *triggers]:
            if name not in contract.operations:
                near = get_close_matches(name, contract.operations, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ContractError(f"{here}/{key}", f"there is no operation {name!r}{hint}")
        if not cycle.initial:
            raise ContractError(f"{here}/initial", "a new resource needs a state")


def _known_version(bundle: Bundle) -> None:
    version = bundle.document.get("openapi")
    here = Spot(bundle.main, "/openapi")
    if version is None:
        old = bundle.document.get("swagger")
        what = f"Swagger {old}" if old is not None else "no OpenAPI document: it has no 'openapi'"
        raise bundle.refused(here, f"this is {what}; contracts are OpenAPI 3.0")
    if not re.fullmatch(r"3\.0\.\d+", str(version)):
        raise bundle.refused(here, f"this is OpenAPI {version}; contracts are OpenAPI 3.0")


def _valid(document: dict[str, Any], bundle: Bundle) -> None:
    """Raise `FileError` for the first way in which *document* is no OpenAPI."""
    name = f"openapi-{hashlib.sha256(orjson.dumps(document)).hexdigest()}"
    if cache.recall(name) is True:
        return
    fault = _dangling(document, document, "") or validity.fault(document)
    if fault is not None:
        raise bundle.refused(Spot(bundle.main, fault[0]), fault[1])
    cache.keep(name, value=True)


def _dangling(document: Mapping[str, Any], node: Any, pointer: str) -> tuple[str, str] | None:
    """Return pointer and reason of the first reference that leads nowhere."""
    if isinstance(node, list):
        entries = list(enumerate(node))
    elif isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            try:
                follow(document, unquote(reference[1:]))
            except ContractError:
                return pointer, f"{reference!r} leads nowhere"
        entries = [(key, one) for key, one in node.items() if key not in LITERAL]
    else:
        return None
    found = (_dangling(document, one, f"{pointer}/{escape(key)}") for key, one in entries)
    return next((one for one in found if one is not None), None)


def _complete(document: dict[str, Any]) -> None:
    taken = {node["operationId"] for _, _, node in _operations(document) if "operationId" in node}
    for path, method, node in _operations(document):
        if "operationId" not in node:
            node["operationId"] = _named(method, path, taken)
            taken.add(node["operationId"])
    for node in (document, *document["paths"].values(), *(one[2] for one in _operations(document))):
        for key in CONTROLLERS & node.keys():
            del node[key]
    for server in document.get("servers", ()):
        for name, variable in server.pop("variables", {}).items():
            server["url"] = server["url"].replace(f"{{{name}}}", str(variable["default"]))
    info = document["info"]
    if "x-provenance" not in info and "x-sources" not in info:
        info["x-sources"] = {
            SOURCE: {
                "title": info["title"],
                "version": str(info.get("version", "")),
                "sections": {"document": "The contract itself"},
            }
        }
        info["x-provenance"] = {"status": "documented", "source": SOURCE, "section": "document"}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _named(method: str, path: str, taken: set[str]) -> str:
    """Return an operationId for an operation that has none: `getPetsById` for GET /pets/{id}."""
    words = [method]
    for segment in path.split("/"):
        by = "By " if segment.startswith("{") else ""
        words += [one for one in re.split(r"[^A-Za-z0-9]+", by + segment) if one]
    name = words[0] + "".join(word[0].upper() + word[1:] for word in words[1:])
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found
