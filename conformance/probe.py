"""What a check holds in its hands: the way to the target, and the words to judge it with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from conformance.answer import Answer, Exchange, Pairs, Request, pairs, wire
from conformance.drivers import Driver, Subject
from conformance.failures import NotReached, Unsupported, UsageError, Violation
from conformance.findings import Finding, Findings, Play
from conformance.gate import Gate
from conformance.judge import ResponseJudge
from conformance.memory import Memory
from conformance.mode import Mode, Resource
from conformance.target import Target
from specs.contract import Contract, Operation

Found = TypeVar("Found")
FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.25


@dataclass(slots=True)
class Visit:
    """One run at one target: everything that its probes share."""

    contract: Contract
    target: Target
    mode: Mode
    gate: Gate
    judge: ResponseJudge
    driver: Driver
    seed: int = 0
    findings: Findings = field(default_factory=Findings)
    known: dict[str, Any] = field(default_factory=dict)
    memory: Memory | None = None  # while it is there, what was asked before need not be sent
    one_by_one: bool = False  # play no scene but those of the requirement in question


class Probe:
    """One example of one check: what it may use, and what it has sent so far.

    Every answer to `call` is also judged against the declared responses of its operation. What
    that finds belongs to the requirement of that response, and does not end the check.
    """

    def __init__(self, visit: Visit, play: Play | None = None) -> None:
        self.visit = visit
        self.exchanges: list[Exchange] = []
        self.violations: dict[str, Finding] = {}
        self._play = play
        self.awaited: tuple[str, str] | None = None  # an operation, and the status it should give

    @property
    def contract(self) -> Contract:
        return self.visit.contract

    @property
    def target(self) -> Target:
        return self.visit.target

    @property
    def mode(self) -> Mode:
        return self.visit.mode

    @property
    def known(self) -> Mapping[str, Any]:
        """What the target file gives, over what the driver has discovered."""
        return self.visit.known

    @property
    def api(self) -> Any:
        """The driver of this API, with whatever it offers beyond the protocol."""
        return self.visit.driver

    def subject(self, schema: str) -> Subject:
        """Return the subject of that lifecycle; unsupported if the driver has none."""
        found = self.visit.driver.subjects().get(schema)
        if found is None:
            self.unsupported(f"nothing drives a {schema} here")
        return found

    def call(
        self,
        operation_id: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | Iterable[tuple[str, object]] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send an operation and return its answer, judged in passing.

        *path* has a value for each parameter of the path template. In *query* a list repeats the
        name (or is joined by commas, if the contract says `explode: false`) and None is left out.
        *body* is JSON-encoded, unless it is bytes. A header whose value is None is not sent, even
        if the target file gives it. Raises `Forbidden`, `Unanswered` or `Unsupported`.
        """
        operation = self.contract.operations[operation_id]
        if self.target.lacks(operation_id):
            self.unsupported(f"the target file lists {operation_id} as unsupported")
        filled = operation.path
        for name, value in (path or {}).items():
            filled = filled.replace(f"{{{name}}}", quote(wire(value), safe=""))
        if "{" in filled:
            raise KeyError(f"{operation_id} needs a value for each parameter of {operation.path}")
        request = Request(
            method=operation.method.upper(),
            path=filled,
            query=_query(operation, query),
            headers=_headers(operation, body, headers or {}),
            body=_encoded(body),
        )
        return self.judged(operation, request)

    def ok(self, operation_id: str, **values: Any) -> Answer:
        """Call, and go on only with a 2xx: any other answer ends the check as not reached."""
        answer = self.call(operation_id, **values)
        self.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
        return answer

    def follow(self, operation_id: str, url: str) -> Answer:
        """Get a link that the target gave (absolute or not) as an answer of that operation."""
        operation = self.contract.operations[operation_id]
        parts = urlsplit(url)
        path = self.visit.gate.below_base(parts.path)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return self.judged(operation, Request("GET", path, query, _headers(operation, None, {})))

    def raw(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | Iterable[tuple[str, object]] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send what no operation describes (*path* behind the base URL); nothing is judged."""
        own = tuple((headers or {}).items())
        if body is not None and not isinstance(body, bytes) and not _has(own, "content-type"):
            own = (*own, ("Content-Type", "application/json"))
        request = Request(method.upper(), path, pairs(query), own, _encoded(body))
        return Answer(self._sent(request))

    def require(self, condition: object, message: str) -> None:
        """Violate the requirement being checked unless *condition* is true."""
        if not condition:
            raise Violation(message)

    def assume(self, condition: object, reason: str) -> None:
        """End the example as not reached unless *condition* is true."""
        if not condition:
            raise NotReached(reason)

    def unsupported(self, reason: str) -> NoReturn:
        """End the check: the target does not offer what it is about."""
        raise Unsupported(reason)

    def eventually(
        self,
        condition: Callable[[], Found],
        *,
        within: float | None = None,
        message: str | Callable[[], str] = "it did not happen in time",
    ) -> Found:
        """Return the first true result of *condition*, asked again and again.

        Violates the requirement if there is none *within* seconds (else: the target's budget
        `settle`). What is sent in the meantime does not count for the order of requests.
        """
        clock = self.target.time
        deadline = clock.now() + (self.target.budget.settle if within is None else within)
        pause = FIRST_PAUSE
        found = condition()
        while not found:
            if clock.now() >= deadline:
                raise Violation(message() if callable(message) else message)
            clock.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            with self.visit.gate.polling():
                found = condition()
        return found

    def made(self, kind: str, key: object) -> None:
        """Note that this run has created a resource, where the driver cannot see it."""
        self.visit.gate.own(Resource(kind, str(key)))

    def judged(self, operation: Operation, request: Request) -> Answer:
        """Send a request as it is, and judge the answer as one of *operation*."""
        exchange = self._sent(request, operation.id)
        judgement = self.visit.judge.judge(operation, exchange)
        requirement = judgement.requirement
        awaited = self.awaited
        if awaited is not None and awaited[0] == operation.id and not judgement.is_declared:
            # it counts against what should have stood there
            requirement = f"{self.contract.name}/{operation.id}/{awaited[1]}"
        if judgement.violation is not None:
            self.violated(requirement, judgement.violation)
        elif judgement.note:
            self.visit.findings.note(judgement.note)
        else:
            self.visit.findings.witness(requirement, str(exchange))
        return Answer(exchange, requirement)

    def violated(self, requirement: str, message: str) -> None:
        """Note a contradiction of any requirement, and go on."""
        finding = Finding(requirement, message, tuple(self.exchanges), self._play)
        self.violations.setdefault(requirement, finding)
        self.visit.findings.violate(finding)

    def _sent(self, request: Request, operation_id: str | None = None) -> Exchange:
        memory, gate = self.visit.memory, self.visit.gate
        exchange = None
        if memory is not None and not gate.is_polling:
            exchange = memory.recall(request, self.exchanges)
        if exchange is None:
            exchange = gate.send(request, operation_id)
            if memory is not None:
                memory.keep(request, exchange)
        self.exchanges.append(exchange)
        return exchange


def _query(
    operation: Operation, query: Mapping[str, object] | Iterable[tuple[str, object]] | None
) -> Pairs:
    joined = {
        str(one["name"])
        for one in operation.parameters
        if one.get("in") == "query" and one.get("explode") is False
    }
    if not joined or not isinstance(query, Mapping):
        return pairs(query)
    return pairs(
        {
            name: ",".join(map(wire, value))
            if name in joined and isinstance(value, list | tuple)
            else value
            for name, value in query.items()
        }
    )


def _headers(
    operation: Operation, body: Any, own: Mapping[str, str | None]
) -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = list(own.items())
    if body is not None and not _has(found, "content-type"):
        accepted = list(operation.node.get("requestBody", {}).get("content", {}))
        fitting = [one for one in accepted if one.endswith("json")]
        if not isinstance(body, bytes):
            found.append(("Content-Type", fitting[0] if fitting else "application/json"))
        elif accepted:
            found.append(("Content-Type", accepted[0]))
    if not _has(found, "accept"):
        offered = [kind for one in operation.responses.values() for kind in one.get("content", {})]
        json_first = sorted(dict.fromkeys(offered), key=lambda kind: "json" not in kind)
        found.append(("Accept", f"{json_first[0]}, */*;q=0.5" if json_first else "*/*"))
    return tuple(found)


def _has(headers: Iterable[tuple[str, str | None]], name: str) -> bool:
    return any(key.lower() == name for key, _ in headers)


def _encoded(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(f"a body that is not JSON: {error}") from None
