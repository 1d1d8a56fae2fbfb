"""The only way to the network: it enforces the mode, keeps the records, and is patient."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from urllib3.exceptions import HTTPError, ReadTimeoutError

from conformance import SUITE_VERSION
from conformance.answer import Answer, Call, Exchange, Request
from conformance.drivers import Driver
from conformance.failures import Forbidden, Unanswered, UsageError
from conformance.ledger import Ledger
from conformance.mode import Mode, Reach, Resource, Touch
from conformance.redaction import Redaction
from conformance.routes import Routes
from conformance.signature import signed_headers
from conformance.target import Target
from conformance.wire import connect, spelled
from specs.contract import Contract

READING = frozenset({"GET", "HEAD", "OPTIONS"})
JOURNAL_LENGTH = 2000
TRIES = 5
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0
BUSY = frozenset({429, 503})


@dataclass(slots=True)
class Traffic:
    """What has gone through the gate, counted."""

    requests: int = 0
    retries: int = 0
    forbidden: int = 0
    methods: Counter[str] = field(default_factory=Counter)
    touched: set[Resource] = field(default_factory=set)
    first_at: float | None = None


@dataclass(slots=True)
class Allowance:
    """How many resources may still be created."""

    left: int


class Gate:
    """Sends requests to one target, as far as the mode allows.

    What may pass in mode `safe` is decided here and nowhere else, from what the driver says that
    a call touches. A request that may not pass raises `Forbidden` before a byte is written.
    """

    def __init__(
        self, contract: Contract, target: Target, mode: Mode, driver: Driver, ledger: Ledger
    ) -> None:
        self.target = target
        self.mode = mode
        self.ledger = ledger
        self.redaction = Redaction(target.secrets, target.credentials.values())
        self.traffic = Traffic()
        self.journal: deque[Exchange] = deque(maxlen=JOURNAL_LENGTH)
        self._contract = contract
        self._driver = driver
        self._routes = Routes(contract)
        self._connection, self.base_path = connect(target, target.root(contract))
        self._order = hashlib.sha256()
        self._polling = False
        self._allowance: Allowance | None = None
        self._next_at = 0.0

    @property
    def digest(self) -> str:
        """The SHA-256 of all requests so far in their order, without retries.

        Polls, of which it is chance how many there are, are left out as well, unless the suite
        steers the target's clock.
        """
        return self._order.hexdigest()

    @property
    def is_polling(self) -> bool:
        """Whether what is sent is asked again and again, until something has happened."""
        return self._polling

    def below_base(self, path: str) -> str:
        """Return what stands behind the base path in *path*."""
        return path.removeprefix(self.base_path) or "/"

    @contextmanager
    def polling(self) -> Iterator[None]:
        """While it lasts, requests do not count for the order: how many there are is chance."""
        before, self._polling = self._polling, True
        try:
            yield
        finally:
            self._polling = before

    @contextmanager
    def limited(self, allowance: Allowance) -> Iterator[None]:
        """While it lasts, creating requests use up *allowance* and then may not pass."""
        before, self._allowance = self._allowance, allowance
        try:
            yield
        finally:
            self._allowance = before

    def call(self, request: Request) -> Call | None:
        """Return which operation the request is, if it is any."""
        return self._routes.call(request)

    def own(self, resource: Resource) -> None:
        """Note that the run has created *resource*, and may change it from now on."""
        self.ledger.add(resource)

    def owns(self, resource: Resource) -> bool:
        """Whether the run may change *resource*."""
        return (
            self.mode is Mode.FULL or resource in self.ledger.created or self.target.lends(resource)
        )

    def send(self, request: Request, operation_id: str | None = None) -> Exchange:
        """Send a request, and return the exchange once there is an answer to speak of.

        Raises `Forbidden` if the mode does not allow it, and `Unanswered` if no usable answer
        came back and it is not safe, or no use, to send it again.
        """
        call = self._routes.call(request)
        touch = self._admit(request, call)
        self._record(request)
        if touch.reach is Reach.CREATES:
            self.ledger.intend(self.redaction.text(f"{request.method} {request.location}"))
        exchange = self._answered(request, operation_id or (call.operation_id if call else None))
        self.journal.append(exchange)
        if call is not None and 200 <= exchange.status < 400 and request.method not in READING:
            for resource in self._driver.made(call, Answer(exchange)):
                self.own(resource)
        if touch.reach is Reach.CREATES:
            self.ledger.answered()
        return exchange

    def close(self) -> None:
        """Give the connections back."""
        self._connection.close()

    def _admit(self, request: Request, call: Call | None) -> Touch:
        if request.method in READING:
            return Touch.nothing()
        if self.mode in {Mode.SMOKE, Mode.READ_ONLY}:
            self._refuse(request, f"mode {self.mode} only reads")
        touch = Touch.everything() if call is None else self._driver.touches(call)
        if touch.reach is Reach.EVERYTHING and self.mode is not Mode.FULL:
            self._refuse(request, f"it may change anything, and the mode is {self.mode}")
        for resource in touch.resources:
            if not self.owns(resource):
                self._refuse(request, f"{resource} was neither created by this run nor lent to it")
        if touch.reach is Reach.CREATES and self._allowance is not None:
            if self._allowance.left == 0:
                self._refuse(request, "enough has been created here")
            self._allowance.left -= 1
        self.traffic.touched.update(touch.resources)
        return touch

    def _refuse(self, request: Request, reason: str) -> None:
        self.traffic.forbidden += 1
        raise Forbidden(f"{request.method} {request.location} was not sent: {reason}")

    def _record(self, request: Request) -> None:
        if not self._polling or self.target.time.is_steered:
            for part in (request.method, request.location):
                self._order.update(part.encode("utf-8", "surrogatepass") + b"\0")
            self._order.update((request.body or b"") + b"\1")

    def _answered(self, request: Request, operation_id: str | None) -> Exchange:
        pause, reason = FIRST_PAUSE, ""
        for attempt in range(TRIES):
            if attempt:
                self.traffic.retries += 1
                time.sleep(pause)
                pause = min(pause * 3, LONGEST_PAUSE)
            try:
                exchange = self._once(request, operation_id)
            except ReadTimeoutError:
                reason = f"no answer within {self.target.budget.request:g} s"
                break
            except (HTTPError, OSError) as error:
                reason = spelled(error)
                if request.method not in READING:
                    break
                continue
            if exchange.status not in BUSY or self._is_declared(exchange):
                return exchange
            reason = f"it keeps answering {exchange.status}"
            pause = max(pause, min(_retry_after(exchange.headers), LONGEST_PAUSE * 5))
        raise Unanswered(f"{request.method} {request.location}: {reason}")

    def _is_declared(self, exchange: Exchange) -> bool:
        operation = self._contract.operations.get(exchange.operation_id or "")
        return operation is not None and str(exchange.status) in operation.responses

    def _once(self, request: Request, operation_id: str | None) -> Exchange:
        self._wait_for_turn()
        location = self.base_path + request.location
        default = {
            "User-Agent": f"callsheet/{SUITE_VERSION}",
            **self.target.headers,
            **self.target.credentials,
        }
        given = {name.lower() for name, _ in request.headers}
        headers = {name: text for name, text in default.items() if name.lower() not in given}
        masked = tuple(name for name in self.target.credentials if name in headers)
        headers |= {name: text for name, text in request.headers if text is not None}
        if self.target.sigv4 is not None and "authorization" not in given:
            headers |= signed_headers(
                self.target.sigv4, request, (self._authority, location), headers
            )
            masked = (*masked, "Authorization")
        open_headers = tuple(
            (name, text)
            for name, text in request.headers
            if text is None or not self.redaction.gives_away(text)
        )
        hidden = {name for name, _ in request.headers} - {name for name, _ in open_headers}
        masked = (*masked, *sorted(hidden))
        self.traffic.requests += 1
        self.traffic.methods[request.method] += 1
        started = time.monotonic()
        if self.traffic.first_at is None:
            self.traffic.first_at = started
        try:
            response = self._connection.urlopen(
                request.method, location, body=request.body, headers=headers,
                retries=False, redirect=False, preload_content=True,
            )  # fmt: skip
        except (ValueError, UnicodeError) as error:
            raise UsageError(f"{request.method} {location!r} cannot be sent: {error}") from None
        return Exchange(
            request=replace(request, headers=open_headers) if hidden else request,
            url=f"{self._connection.scheme}://{self._authority}{location}",
            status=response.status,
            headers=response.headers,
            body=response.data,
            elapsed=time.monotonic() - started,
            operation_id=operation_id,
            masked=masked,
        )

    @property
    def root(self) -> str:
        """The URL to which paths of the contract are appended."""
        return f"{self._connection.scheme}://{self._authority}{self.base_path}"

    @property
    def _authority(self) -> str:
        port = f":{self._connection.port}" if self._connection.port else ""
        return f"{self._connection.host}{port}"

    def _wait_for_turn(self) -> None:
        if self.target.rate:
            now = time.monotonic()
            time.sleep(max(0.0, self._next_at - now))
            self._next_at = max(now, self._next_at) + 1 / self.target.rate


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After", "0")))
    except ValueError:  # it may also be a date
        return 1.0
