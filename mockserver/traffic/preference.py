"""`Prefer: code=404, example=NAME, delay=0.5`: an answer from the contract instead of the world.

Users of Prism know these words. Whoever asks for a code or an example gets what the contract
shows; nothing happens in the world. A delay alone holds up an ordinary request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

from mockserver.pipeline.call import Call, Reply
from mockserver.traffic.example import Showcase
from mockserver.traffic.selection import UnknownNameError

LONGEST = 60.0
"""The longest delay in seconds that a request can ask for."""

CODE = re.compile(r"[1-5][0-9]{2}", re.ASCII)
SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)

PROBLEM = b"application/problem+json"

NO_SUCH_ANSWER = 404
"""The status for a code or an example that the contract does not have: as in Prism."""


class PreferenceError(ValueError):
    """A preference cannot be understood; says how it would be."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a request prefers: a status, a named example, and to wait (seconds)."""

    code: int | None = None
    example: str | None = None
    delay: float | None = None

    @property
    def chooses(self) -> bool:
        """Whether the answer comes from the contract."""
        return self.code is not None or self.example is not None

    def applied(self) -> str:
        """Return the value of Preference-Applied."""
        known = {"code": self.code, "example": self.example, "delay": self.delay}
        return ", ".join(
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in known.items()
            if value is not None
        )


def parse(text: str) -> Preference | None:
    """Return what a Prefer header asks of us, or None if it is about other things.

    Raises `PreferenceError` if a value cannot be used.
    """
    found: dict[str, str] = {}
    for part in re.split("[,;]", text):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip().strip('"'))
    code, example, delay = (found.get(name) for name in ("code", "example", "delay"))
    if code is None and example is None and delay is None:
        return None
    if code is not None and CODE.fullmatch(code) is None:
        raise PreferenceError(f"code={code} is no status: say code=404")
    if example == "":
        raise PreferenceError("example= has no name: say example=NAME")
    if delay is not None and (SECONDS.fullmatch(delay) is None or float(delay) > LONGEST):
        raise PreferenceError(f"delay={delay} is not from 0 to {LONGEST:g} seconds: say delay=0.5")
    return Preference(
        None if code is None else int(code), example, None if delay is None else float(delay)
    )


def answer(preference: Preference, showcase: Showcase, call: Call) -> Reply:
    """Return the answer that is preferred; a problem that names what there is if it is not."""
    try:
        status = preference.code
        if status is None:
            assert preference.example is not None
            status = showcase.status_of(preference.example)
        reply = showcase.reply(status, preference.example, call.header("accept") or "")
    except UnknownNameError as error:
        return problem(
            "The contract has no such answer",
            f"{call.operation_id}: {error}",
            NO_SUCH_ANSWER,
            error.known,
        )
    return reply.with_header("preference-applied", preference.applied())


def problem(title: str, detail: str, status: int, known: list[str] | None = None) -> Reply:
    """Return an answer of our own, which is none of the API's, as RFC 9457 has it."""
    body: dict[str, object] = {"title": title, "status": status, "detail": detail}
    if known is not None:
        body["known"] = known
    return Reply(status, orjson.dumps(body), PROBLEM)
