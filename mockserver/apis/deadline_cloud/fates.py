"""What becomes of a task that is given out: said by the command in its template.

`false` and `exit N` fail; `fail-once` fails the first time; `sleep N` takes N seconds and
`sleep infinity` never ends; everything else succeeds after two or three seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mockserver.apis.deadline_cloud.layouts import PACE
from mockserver.clock import SECOND

SUCCEEDS = "succeeds"
FAILS = "fails"
FAILS_ONCE = "fails once"
ENDLESS = "endless"
INCOMPATIBLE = "incompatible"
SLEEPS = "sleeps "

LARGEST = {"amount.worker.vcpu": 96, "amount.worker.memory": 786_432, "amount.worker.gpu": 8,
           "amount.worker.gpu.memory": 196_608, "amount.worker.disk.scratch": 2_000}  # fmt: skip
"""The most that a worker of the mock's only fleet has, in the units of Open Job Description."""

ATTRIBUTES = {"attr.worker.os.family": {"linux", "windows"}, "attr.worker.cpu.arch": {"x86_64"}}


def of_command(command: str, args: Sequence[str]) -> str:
    """Return the fate of the tasks that run *command*."""
    words = [*command.split(), *(str(one) for one in args)]
    name = words[0].rsplit("/", 1)[-1] if words else ""
    first = words[1] if len(words) > 1 else ""
    match name:
        case "false":
            return FAILS
        case "exit" if first.lstrip("-").isdigit():
            return SUCCEEDS if int(first) == 0 else FAILS
        case "fail-once":
            return FAILS_ONCE
        case "sleep":
            return _sleep(first)
    return SUCCEEDS


def _sleep(text: str) -> str:
    try:
        seconds = float(text)
    except ValueError:
        return FAILS
    if math.isinf(seconds):
        return ENDLESS
    return f"{SLEEPS}{seconds}" if 0 < seconds < 1e9 else SUCCEEDS


def is_compatible(capabilities: dict[str, Any]) -> bool:
    """Return whether a worker of the fleet has the *capabilities* that a step requires."""
    for one in capabilities["amounts"]:
        most = LARGEST.get(one["name"].lower(), 0)
        if one.get("min", 0) > most:
            return False
    for one in capabilities["attributes"]:
        has = ATTRIBUTES.get(one["name"].lower(), set())
        wanted = {str(value).lower() for value in one.get("anyOf", ())}
        if (wanted and not wanted & has) or not {
            str(value).lower() for value in one.get("allOf", ())
        } <= has:
            return False
    return True


def plan(state: str, facts: dict[str, Any], chance: Any) -> tuple[str, int] | None:
    """Return where a task goes on its own from *state*, and in how many microseconds."""
    hops = {hop.target: hop for hop in PACE["Task"].get(state, ())}
    if not hops:
        return None
    fate = facts["fate"]
    target = next(iter(hops))
    seconds = None
    match state:
        case "READY":
            if fate == INCOMPATIBLE:
                target = "NOT_COMPATIBLE"
            elif facts.get("blocked"):
                return None
        case "RUNNING":
            if fate == ENDLESS:
                return None
            if fate == FAILS or (fate == FAILS_ONCE and not facts.get("retries")):
                target = "FAILED"
            elif fate.startswith(SLEEPS):
                seconds = float(fate.removeprefix(SLEEPS))
        case "INTERRUPTING":
            target = facts["target"]
            target = "PENDING" if target == "READY" else target
    hop = hops[target]
    share = 1 + hop.spread * (2 * chance.number(1) - 1)
    wait = seconds if seconds is not None else hop.after * share
    return target, max(1, int(wait * SECOND))
