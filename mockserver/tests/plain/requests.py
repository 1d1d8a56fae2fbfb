"""Requests from a contract: right ones, and wrong ones of every kind that it can be told by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from mockserver.tests.plain.values import JUNK, TEXT, Values
from mockserver.tests.plain.wire import Headers, Request
from specs.contract import Contract, Operation

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PURGE")

TEXTS = st.sampled_from([
    "", "0", "1", "-1", "007", "+5", "1.0", "1e3", "x", "true", "True", "FALSE", "no", "None",
    "2026-01-01T00:00:00Z", "2026-13-01", "a b", "ü", "%", "&=", "'", "$", "-name", "99999999999",
    "1_0", " 7", "٣", "nan", "inf", "a,b", "1,2", "null", "9" * 20, "\r\nx: y", "+00:00", "a\0b",
])  # fmt: skip
"""What a path or a query may say that no schema would come up with."""

KINDS = ("application/json", "application/json; charset=utf-8", "application/merge-patch+json")
OTHER_KINDS = ("text/plain", "application/x-www-form-urlencoded", "application/xml", "a/b")

BROKEN = (
    b"{", b"[1,]", b"'x'", b"{} {}", b"null", b"[]", b"5", b'"text"', b"tru", b" ",
    b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff", b"\xef\xbb\xbf{}", b'"\\ud800"', b"[1e999]",
    b"[1%s]" % (b"0" * 30),
)  # fmt: skip
"""Bodies that are no JSON, or hardly."""

ACCEPTS = ("application/json", "*/*", "text/html", "application/xml", "image/png", "text/*;q=0.5")

CREDENTIALS = (
    "",
    "Token 0",
    "Token " + "f" * 40,
    "Basic YWRtaW46YWRtaW4=",
    "Basic !",
    "Basic YQ==",
)


DIE = st.integers(0, 19)
"""One in twenty times something rare is done."""

OTHER_METHODS = st.sampled_from(METHODS)


def words(known: Any) -> dict[str, list[Any]]:
    """Return what a target says of its world: name -> values, however deep they were."""
    found: dict[str, list[Any]] = {}
    for name, value in _leaves(known, ""):
        if value not in found.setdefault(name, []) and len(found[name]) < 8:
            found[name].append(value)
    return found


def _leaves(node: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            plain = key if key[:1].islower() or key.endswith("ID") else name
            yield from _leaves(value, plain)
    elif isinstance(node, list):
        for one in node:
            yield from _leaves(one, name)
    elif node is not None:
        yield name, node


def known_ids(name: str, known: Any) -> Any:
    """Return what is known of a world, with ids under the names that paths and bodies use."""
    keys, rows = known["keys"], known["known"]
    match name:
        case "scale":
            jobs, runs = keys["scale_jobs"], keys["scale_executions"]
            more: dict[str, Any] = {"id": jobs, "job_ids": jobs, "exe_num": [1, 2]}
            more |= {"job_exe_id": runs, "log_id": ["stdout", "stderr", "combined"]}
        case "hpcpack":
            places = [
                one
                for kind in ("tasks", "subtasks")
                for some in rows[kind].values()
                for one in some
            ]
            names = ("jobId", "taskId", "subtaskId")
            more = {"scenes": [dict(zip(names, one, strict=False)) for one in places]}
        case "pulp":
            more = {"id": [one for some in rows["tasks"].values() for one in some[:2]]}
        case "thinkbox":
            more = {"JobID": keys["thinkbox_jobs"]}
        case _:
            more = {}
    return {**known, **more}


class Requests:
    """Draws requests to one API."""

    def __init__(self, contract: Contract, known: Any) -> None:
        self._contract = contract
        self._words = words(known)
        self._values = Values(contract, self._words)
        self._scenes = list(_scenes(known))

    def any(self) -> st.SearchStrategy[Request]:
        """Return requests to all operations, most of them on the right path."""
        return st.one_of([self.to(one) for one in self._contract.operations.values()])

    def to(self, operation: Operation) -> st.SearchStrategy[Request]:
        """Return requests to one operation, right and wrong."""
        paths, queries = self._path(operation), self._query(operation)
        headers, bodies = self._headers(operation), self._body(operation)
        method = operation.method.upper()

        @st.composite
        def build(draw: st.DrawFn) -> Request:
            path, (body, kind), own = draw(paths), draw(bodies), draw(headers)
            chance = draw(DIE)
            if chance == 1:
                path = draw(_twisted(path))
            if kind is not None:
                own = (*own, ("content-type", kind))
            used = draw(OTHER_METHODS) if chance == 0 else method
            chunked = chance == 2 and bool(body)
            return Request(used, path, draw(queries), own, body, chunked)

        return build()

    def _path(self, operation: Operation) -> st.SearchStrategy[str]:
        values = {
            one["name"]: st.one_of(self._values.fitting(one["schema"], one["name"]), TEXTS)
            for one in operation.parameters
            if one["in"] == "path"
        }
        scenes = st.sampled_from([*self._scenes, {}] if values else [{}])
        bases = st.sampled_from(self._contract.base_paths)

        @st.composite
        def build(draw: st.DrawFn) -> str:
            scene = draw(scenes) if draw(DIE) else {}
            segments = []
            for segment in operation.path.split("/"):
                name = segment[1:-1]
                if not segment.startswith("{"):
                    segments.append(segment)
                else:
                    value = scene[name] if name in scene else draw(values[name])
                    segments.append(quote(_text(value), safe=""))
            return draw(bases) + "/".join(segments)

        return build()

    def _query(self, operation: Operation) -> st.SearchStrategy[str]:
        declared: dict[str, st.SearchStrategy[Any]] = {}
        for one in operation.parameters:
            if one["in"] == "query":
                schema = self._contract.resolve(one["schema"])
                item = schema["items"] if schema.get("type") == "array" else schema
                right = self._values.fitting(item, one["name"])
                declared[one["name"]] = st.one_of(right, right, right, TEXTS)
        required = [one["name"] for one in operation.parameters if one.get("required")]
        required = [one for one in required if one in declared]
        some = st.lists(st.sampled_from(list(declared)), max_size=3) if declared else st.just([])
        surplus = st.tuples(st.sampled_from(["surplus", "format", "", "page"]), TEXTS)

        @st.composite
        def build(draw: st.DrawFn) -> str:
            chance = draw(DIE)
            chosen = [*(required if chance else ()), *draw(some)]
            pairs = [(one, _text(draw(declared[one]))) for one in chosen]
            if chance == 1:
                pairs.append(draw(surplus))
            plus = chance % 2 == 0
            return "&".join(f"{quote(name)}={_quoted(text, plus=plus)}" for name, text in pairs)

        return build()

    def _headers(self, operation: Operation) -> st.SearchStrategy[Headers]:
        kinds = [
            st.tuples(st.just("accept"), st.sampled_from(ACCEPTS)),
            st.tuples(st.just("authorization"), st.sampled_from(CREDENTIALS)),
        ]
        for one in operation.parameters:
            if one["in"] == "header":
                values = self._values.fitting(one["schema"], one["name"])
                texts = values.map(lambda value: quote(_text(value), safe=" \\/"))
                kinds.append(st.tuples(st.just(one["name"].lower()), texts))
        some = st.lists(st.one_of(kinds), max_size=2, unique_by=lambda one: one[0]).map(tuple)
        return st.one_of(st.just(()), st.just(()), some)

    def _body(self, operation: Operation) -> st.SearchStrategy[tuple[bytes, str | None]]:
        node = operation.node.get("requestBody")
        if node is None:
            return st.sampled_from([(b"", None), (b"", None), (b"", None), (b"{}", KINDS[0])])
        content = self._contract.resolve(node)["content"]
        values = self._values.nearly(next(iter(content.values())).get("schema", {}))
        right = values.map(lambda value: json.dumps(value).encode())
        usual = st.tuples(right, st.just(KINDS[0]))
        strange = st.one_of(
            st.tuples(st.just(b""), st.sampled_from([None, *KINDS])),
            st.tuples(st.sampled_from(BROKEN), st.just(KINDS[0])),
            st.tuples(right, st.sampled_from([*KINDS, *OTHER_KINDS])),
            st.tuples(JUNK.map(lambda value: json.dumps(value).encode()), st.just(KINDS[0])),
        )
        return st.one_of(usual, usual, usual, strange)


def _scenes(known: Any) -> Iterator[dict[str, Any]]:
    """Yield the innermost objects of what a target says: ids that belong together."""
    if isinstance(known, Mapping):
        if known and not any(isinstance(one, (Mapping, list)) for one in known.values()):
            yield dict(known)
        for one in known.values():
            yield from _scenes(one)
    elif isinstance(known, list):
        for one in known:
            yield from _scenes(one)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (bool, list, dict)) else str(value)


def _quoted(text: str, *, plus: bool) -> str:
    return quote(text, safe="").replace("%20", "+" if plus else "%20")


def _twisted(path: str) -> st.SearchStrategy[str]:
    """Return paths beside *path*: a slash more or less, another case, other or encoded letters."""
    parts = path.split("/")
    return st.one_of(
        st.just(path.removesuffix("/") if path.endswith("/") else path + "/"),
        st.just(path + "surplus"),
        st.just(path.replace("/", "//", 1)),
        st.just("/".join(parts[:-1])).map(lambda one: one or "/"),
        st.integers(0, len(parts) - 1).map(lambda at: "/".join([*parts[:at], "x", *parts[at:]])),
        st.just(path.upper()),
        st.just(path[:-3] + f"%{ord(path[-3]):02X}" + path[-2:] if len(path) > 4 else path),
        TEXT.map(lambda text: f"{path}{quote(text)}"),
    ).map(lambda one: one if one.startswith("/") else "/" + one)
