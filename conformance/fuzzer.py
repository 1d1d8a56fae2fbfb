"""Schemathesis, behind the gate: it makes the requests up, we send and judge them.

The only module that imports Schemathesis. Its engine is not a documented interface, so the version
is pinned, and what is used of it is this file.
"""

from __future__ import annotations

import copy
import io
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
import schemathesis
import urllib3
from requests.adapters import BaseAdapter
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.context import EngineContext
from schemathesis.engine.run import PhaseName

from conformance.answer import Exchange, Request
from conformance.failures import Forbidden, Unanswered
from conformance.mode import Mode
from conformance.probe import Probe
from conformance.tour import Tour

NOWHERE = "http://callsheet.invalid"  # what does not come through our session reaches nobody
PHASES = (PhaseName.EXAMPLES, PhaseName.COVERAGE, PhaseName.FUZZING)
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
KNOWN_SHARE = 0.7  # of path parameters that take a value known to exist
MOST = 800  # requests of a run: the last phase, at random, is the first to be cut short
NOT_SENT = 599  # what Schemathesis is told where nothing was sent
_OWN = frozenset({"x-schemathesis-testcaseid", "user-agent", "connection", "accept-encoding",
                  "content-length", "host", "transfer-encoding"})  # fmt: skip


class Fuzzer:
    """Fires examples, edge cases and random requests at operations, for so many seconds."""

    def __init__(self, tour: Tour, operations: list[str], examples: int, seconds: float) -> None:
        self._tour = tour
        self._clock = tour.visit.target.time
        self._deadline = self._clock.now() + seconds
        self._schema = self._loaded(operations, examples)
        self._stop = threading.Event()
        self._sent = 0

    def run(self) -> Iterator[str]:
        """Fuzz, and yield the operation (or phase) that was done last."""
        engine = from_schema(self._schema)
        plan = engine._create_execution_plan()  # noqa: SLF001 - its probes would bypass the gate
        plan.phases = [one for one in plan.phases if one.name in PHASES]
        context = _Context(schema=engine.schema, stop_event=self._stop, observations=None)
        context.session = self._session()
        for event in plan.execute(context):
            if isinstance(event, events.ScenarioFinished):
                self._second_opinion(event)
                yield str(event.recorder.label)
            if self._is_over:
                self.stop()

    def stop(self) -> None:
        """Send nothing more, and let the engine come to its end."""
        self._stop.set()

    @property
    def _is_over(self) -> bool:
        findings, tour = self._tour.visit.findings, self._tour
        if tour.fail_fast and any(one not in tour.confirmed for one in findings.violations):
            return True
        if self._sent >= MOST or self._clock.now() >= self._deadline:
            return True
        return self._stop.is_set() or tour.is_over

    def _loaded(self, operations: list[str], examples: int) -> Any:
        visit = self._tour.visit
        config = SchemathesisConfig.from_dict(self._known_values(operations))
        config.update(seed=self._tour.seed_for("fuzzer") % 2**32, max_failures=None)
        config.cache.enabled = False
        project = config.projects.default
        project.update(base_url=NOWHERE, workers=1)
        project.generation.update(max_examples=examples, database="none", no_shrink=True)
        phases = ["examples", "coverage"] if visit.mode is Mode.SMOKE else None
        project.phases.update(phases=phases or ["examples", "coverage", "fuzzing"])
        project.phases.coverage.unexpected_methods = set()
        for phase in (project.phases.coverage, project.phases.fuzzing):
            phase.extra_data_sources.responses = False  # what is sent must not depend on answers
            if hasattr(phase, "error_feedback"):
                phase.error_feedback.is_enabled = False
        project.checks.update(included_check_names=list(CHECKS))
        document = copy.deepcopy(visit.contract.document)
        schema = schemathesis.openapi.from_dict(document, config=config)
        return schema.include(operation_id=operations)

    def _known_values(self, operations: list[str]) -> dict[str, Any]:
        """Return a configuration that mixes known ids into path parameters."""
        visit = self._tour.visit
        values: dict[str, list[Any]] = {}
        probe = Probe(visit)
        for name in operations:
            for parameter in visit.contract.operations[name].parameters:
                if parameter.get("in") == "path":
                    known = visit.driver.parameter(probe, name, parameter["name"])
                    values.setdefault(parameter["name"], []).extend(known)
        filled = {name: list(dict.fromkeys(each)) for name, each in values.items() if each}
        return {
            "dictionaries": {f"known_{name}": {"values": each} for name, each in filled.items()},
            "parameters": {
                f"path.{name}": {"dictionary": f"known_{name}", "probability": KNOWN_SHARE}
                for name in filled
            },
        }

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(self))
        return session

    def _second_opinion(self, event: events.ScenarioFinished) -> None:
        """Count what Schemathesis finds wrong; what fails a target is what our own judge finds."""
        interactions = event.recorder.interactions
        for case, nodes in event.recorder.checks.items():
            response = interactions[case].response if case in interactions else None
            if response is None or response.status_code == NOT_SENT:
                continue
            for node in nodes:
                if node.status == Status.FAILURE:
                    self._tour.visit.findings.note(f"Schemathesis: {node.name}")

    def send(self, prepared: requests.PreparedRequest) -> Exchange | None:
        """Send a request through the gate and judge its answer; None if it was not sent."""
        if self._is_over:
            return None
        self._sent += 1
        request = _request(prepared)
        visit = self._tour.visit
        call = visit.gate.call(request)

        def play(probe: Probe) -> None:
            if call is None or any(_is_path_like(one) for one in call.path.values()):
                visit.gate.send(request)
            else:
                probe.judged(visit.contract.operations[call.operation_id], request)

        probe = Probe(visit, play)
        try:
            play(probe)
        except (Forbidden, Unanswered):
            return None
        return visit.gate.journal[-1]


class _Context(EngineContext):
    """The engine's context, with our session wherever it wants one."""

    session: requests.Session

    def get_session(self, *, operation: Any = None) -> requests.Session:  # noqa: ARG002
        return self.session


class _Adapter(BaseAdapter):
    """Carries requests to the gate and answers back."""

    def __init__(self, fuzzer: Fuzzer) -> None:
        super().__init__()
        self._fuzzer = fuzzer

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        exchange = self._fuzzer.send(request)
        response = requests.Response()
        response.request, response.url = request, request.url or ""
        response.status_code = NOT_SENT if exchange is None else exchange.status
        body = b"" if exchange is None else exchange.body
        if exchange is not None:
            response.headers.update(dict(exchange.headers))
        response.raw = _Raw(body, response.headers)
        response._content = body  # noqa: SLF001 - there is no public way to set it
        return response

    def close(self) -> None:
        """Nothing is open here: the gate has the connections."""


class _Raw(io.BytesIO):
    """As much of a urllib3 response as Schemathesis reads."""

    version = 11

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(body)
        self.headers = urllib3.HTTPHeaderDict(headers)


def _request(prepared: requests.PreparedRequest) -> Request:
    parts = urlsplit(prepared.url or "")
    body = prepared.body
    if body is not None and not isinstance(body, bytes | str):  # a form with files
        chunks: Any = body
        body = b"".join(one if isinstance(one, bytes) else one.encode() for one in chunks)
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    headers: list[tuple[str, str | None]] = []
    for name, value in prepared.headers.items():
        if str(name).lower() not in _OWN:
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            headers.append((str(name), text))
    query = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    return Request(prepared.method or "GET", parts.path, tuple(query), tuple(headers), body)


def _is_path_like(value: str) -> bool:
    """Whether a server may well take the value of a path parameter for a different path."""
    return "/" in value or "\\" in value or set(unquote(value)) <= {"."}
