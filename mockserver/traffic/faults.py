"""The faults of one session, and what they do to its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from mockserver.errors import ApiError
from mockserver.pipeline.call import JSON, Reply
from mockserver.traffic import stuck
from mockserver.traffic.example import Showcase
from mockserver.traffic.fault import Fault, FaultError, Kind, parse
from mockserver.traffic.selection import UnknownNameError

if TYPE_CHECKING:
    from mockserver.api import Api
    from mockserver.pipeline.call import Call
    from mockserver.world import World

THROTTLED = 429

RETRY_AFTER = 1
"""Seconds that a throttled client is told to wait if neither the fault nor the API says."""


@dataclass(slots=True)
class Strike:
    """What the faults do to one request: how long they hold it up, and how it ends, if they do."""

    ids: list[int] = field(default_factory=list)
    delay: float = 0.0
    ending: Fault | None = None

    @property
    def label(self) -> str:
        """The ids of the faults that struck, for the diagnostics."""
        return " ".join(map(str, self.ids))

    @property
    def kind(self) -> Kind | None:
        """How the request ends, or None if it is only held up."""
        return None if self.ending is None else self.ending.effect.kind

    @property
    def replaces(self) -> bool:
        """Whether there is another answer than the API's."""
        return self.kind in {Kind.STATUS, Kind.THROTTLE}


class Faults:
    """The faults of one world.

    `striking` are those that are about requests; most of the time there are none. `keeper` writes
    down what `kept` gives, if that has to outlive the process.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._faults: dict[int, Fault] = {}
        self._last = 0
        self.striking: tuple[Fault, ...] = ()
        self.keeper: Callable[[], None] | None = None

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults.values())

    def __len__(self) -> int:
        return len(self._faults)

    def kept(self) -> dict[str, Any]:
        """Return what makes these faults again, as JSON values."""
        return {"last": self._last, "faults": [one.shown() for one in self]}

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Go on with what `kept` gave, except for what the contracts know no longer."""
        contracts = {name: api.contract for name, api in self._world.apis.items()}
        self._last = kept["last"]
        for row in kept["faults"]:
            asked = {name: row[name] for name in row.keys() - {"id", "matched", "fired"}}
            with suppress(FaultError, UnknownNameError):
                fault = self._faults[row["id"]] = parse(row["id"], asked, contracts)
                fault.matched, fault.fired = row["matched"], row["fired"]
        self._arrange()

    def _keep(self) -> None:
        if self.keeper is not None:
            self.keeper()

    def add(self, asked: Mapping[str, Any]) -> Fault:
        """Make a fault of a JSON object; raises what `fault.parse` raises."""
        contracts = {name: api.contract for name, api in self._world.apis.items()}
        fault = parse(self._last + 1, asked, contracts)
        self._world.settle()
        self._last += 1
        self._faults[fault.id] = fault
        self._arrange()
        self._keep()
        return fault

    def get(self, number: int) -> Fault:
        """Return a fault by its id; raise `UnknownNameError` if there is none."""
        found = self._faults.get(number)
        if found is None:
            raise UnknownNameError("fault", number, self._faults)
        return found

    def remove(self, number: int) -> None:
        """End a fault; raise `UnknownNameError` if there is none."""
        self._end([self.get(number)])

    def clear(self) -> None:
        """End all faults."""
        self._end(list(self))

    def _end(self, faults: Iterable[Fault]) -> None:
        world = self._world
        world.settle()
        with world.database.transaction():
            for fault in faults:
                del self._faults[fault.id]
                if fault.effect.kind is Kind.STUCK:
                    stuck.release(world, fault)
            self._keep()
        self._arrange()

    def _arrange(self) -> None:
        """Have world and requests meet the faults that there are now."""
        self.striking = tuple(one for one in self if one.effect.kind is not Kind.STUCK)
        holding = [one for one in self if one.effect.kind is Kind.STUCK]
        self._world.stuck = stuck.Stuck(holding) if holding else None
        self._world.recall()

    def strike(
        self, names: tuple[str | None, str | None], method: str, path: str, read: Reader
    ) -> Strike | None:
        """Return what becomes of a request, or None if no fault strikes it.

        *names* are the API and the operation; *read* gives the API and the call, if there is an
        operation, and is only asked by faults that are about a state.
        """
        found: Strike | None = None
        for fault in self.striking:
            if not fault.selection.fits(*names, method, path):
                continue
            if fault.state is not None and not _is_in_state(fault.state, read):
                continue
            if not fault.strikes(self._world.seed):
                continue
            if fault.times is not None:
                self._keep()
            found = found or Strike()
            found.ids.append(fault.id)
            if fault.effect.kind is not Kind.LATENCY:
                found.ending = fault
                break
            found.delay += fault.delay(self._world.seed)
        return found


Reader = Callable[[], "tuple[Api, Call] | None"]


def _is_in_state(state: str, read: Reader) -> bool:
    found = read()
    if found is None:
        return False
    api, call = found
    return any(one.state == state for one in api.addressed(call))


def answer(fault: Fault, api: Api | None, showcase: Showcase | None, call: Call) -> Reply:
    """Return the answer that a fault gives in place of the API's.

    Without a body of its own it looks as the contract shows that status, if it declares it, or
    else as the API words its errors.
    """
    effect = fault.effect
    throttles = effect.kind is Kind.THROTTLE
    status = effect.status or THROTTLED
    if effect.body is not None:
        reply = _given(status, effect.body)
    elif showcase is not None and showcase.declares(status):
        reply = showcase.reply(status, None, call.header("accept") or "")
    elif status < 400:
        reply = Reply.empty(status)
    else:
        error = ApiError(_phrase(status), status, "Throttling" if throttles else _code(status))
        if api is None:
            reply = Reply.json({"error": error.message}, status)
        else:
            reply = api.render_error(error, call)
    _tell_when(reply, effect.retry_after, throttles=throttles)
    return reply


def _given(status: int, body: Any) -> Reply:
    if isinstance(body, str):
        return Reply.text(body, status)
    return Reply(status, orjson.dumps(body), JSON)


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase}."
    except ValueError:
        return f"Status {status}."


def _code(status: int) -> str:
    """Return the short code word of a status, as `ServiceUnavailable`."""
    return _phrase(status).title().replace(" ", "").strip(".")


def _tell_when(reply: Reply, seconds: int | None, *, throttles: bool) -> None:
    """Set Retry-After: as the fault says, else as the API does, else for what is throttled."""
    has_own = any(name.lower() == b"retry-after" for name, _ in reply.headers)
    if seconds is None:
        if has_own or not throttles:
            return
        seconds = RETRY_AFTER
    reply.headers = [one for one in reply.headers if one[0].lower() != b"retry-after"]
    reply.with_header("retry-after", str(seconds))
