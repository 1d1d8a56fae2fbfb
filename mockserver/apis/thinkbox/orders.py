"""The bodies that Deadline is sent: commands with their task lists, and submissions of jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.errors import ApiError

TASK_COMMANDS = frozenset(
    {"requeue", "complete", "suspend", "fail", "resumefailed", "pend", "releasepending", "resume"}
)

REFUSED_TO_SUSPENDED_JOBS = frozenset({"pend", "releasepending"})

MOST_TASKS = 10_000
"""The largest job that is taken; a repository of Deadline has such a limit as well."""

LAST_FRAME = 2**31 - 1
"""The largest number that a frame can have."""

FRAMES = re.compile(r"([0-9]+)(?:-([0-9]+))?", re.ASCII)
INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)

SETTINGS: Mapping[str, tuple[str, str | int]] = {
    "BatchName": ("Batch", ""),
    "UserName": ("User", "deadlineuser"),
    "Comment": ("Cmmt", ""),
    "Department": ("Dept", ""),
    "Pool": ("Pool", "none"),
    "SecondaryPool": ("SecPool", ""),
    "Group": ("Grp", "none"),
    "Priority": ("Pri", 50),
    "ConcurrentTasks": ("Conc", 1),
    "TaskTimeoutMinutes": ("Timeout", 0),
}
"""Setting in a submission -> property of the job, and what it is unless told otherwise."""

COURSES = ("fails", "flaky", "slow", "waits", "vanishes")
"""Words that make the tasks of a job behave, if its name has one in brackets, as in `[fails]`."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command to a job or to some of its tasks; `tasks` is None if it means all of them."""

    command: str
    job: str
    tasks: tuple[int, ...] | None


def bad_request(message: str) -> ApiError:
    """Return the refusal of a request that lacks something or makes no sense."""
    return ApiError(message, 400, "BadRequest")


def trouble(message: str) -> ApiError:
    """Return the refusal that Deadline makes of an exception of its own."""
    return ApiError(message, 500, "InternalServerError")


def parse(raw: bytes) -> Mapping[str, Any]:
    """Return the object that a body holds, whatever its content type says."""
    if not raw.strip():
        raise bad_request("The message body is empty.")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise bad_request("The message body is no valid JSON.") from None
    if not isinstance(body, dict):
        raise bad_request("The message body is no JSON object.")
    return body


def address(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the command word and the job ID of a body."""
    command, job = body.get("Command"), body.get("JobID")
    if command is None or command == "":
        raise bad_request("The message body has no Command.")
    if job is None or job == "":
        raise bad_request("The message body has no JobID.")
    return str(command), str(job)


def task_list(node: Any) -> tuple[int, ...] | None:
    """Return the task IDs of a TaskList in their order, each once; None if it names none.

    What is no integer is passed over, unless there is nothing else.
    """
    if node is None or node == []:
        return None
    entries = node if isinstance(node, list) else [node]
    found = [number for number in map(integer, entries) if number is not None]
    if not found:
        raise bad_request("TaskList has no valid integer.")
    return tuple(dict.fromkeys(found))


def integer(entry: Any) -> int | None:
    """Return the integer that an entry is, or spells, or None."""
    if isinstance(entry, bool):
        return None
    if isinstance(entry, float):  # an integer too large for the parser arrives as one
        return int(entry) if abs(entry) >= 2**63 else None
    if isinstance(entry, str):
        return int(entry) if len(entry) < 40 and INTEGER.fullmatch(entry) else None
    return entry if isinstance(entry, int) else None


def chunks(text: str, size: int) -> list[tuple[int, int]]:
    """Return the first and last frame of each task of a range of frames."""
    found = FRAMES.fullmatch(text)
    if found is None:
        raise bad_request("Frames is no range of frames.")
    if max(len(one) for one in found.groups("")) > len(str(LAST_FRAME)):
        raise trouble(f"The last frame is {LAST_FRAME}.")
    ends = int(found[1]), int(found[2] or found[1])
    first, last = min(ends), max(ends)
    if last > LAST_FRAME:
        raise trouble(f"The last frame is {LAST_FRAME}.")
    if (last - first) // size >= MOST_TASKS:
        raise trouble(f"A job has at most {MOST_TASKS} tasks.")
    return [(one, min(one + size - 1, last)) for one in range(first, last + 1, size)]


def properties(info: Mapping[str, Any], plugin: Mapping[str, Any], tasks: int) -> dict[str, Any]:
    """Return the properties of a job with those settings."""
    chosen = {
        name: value if isinstance(value := info.get(setting, usual), type(usual)) else usual
        for setting, (name, usual) in SETTINGS.items()
    }
    return {
        "Name": info.get("Name", "Untitled"),
        **chosen,
        "Frames": info.get("Frames", "0"),
        "Chunk": info.get("ChunkSize", 1),
        "Tasks": tasks,
        "OnComp": 2,
        "Dep": [],
        "PlugInfo": dict(plugin),
        "ExDic": {},
    }


def course(name: str) -> str:
    """Return how the tasks of a job of that name behave; empty: like any other."""
    return next((one for one in COURSES if f"[{one}]" in name), "")
