"""The properties that jobs and tasks have: names, kinds, texts in and out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from mockserver.apis.hpcpack.faults import Code, SchedulerError, wrong
from mockserver.moment import to_datetime
from mockserver.store import Resource

WHOLE_NUMBER = re.compile(r"\+?[0-9]{1,10}", re.ASCII)
LARGEST = 2**31 - 1

DATE_TIME_FORMAT = "M/d/yyyy h:mm:ss tt"


class Kind(Enum):
    """What the text of a property stands for."""

    TEXT = str
    WHOLE = 1
    FLAG = "flag"
    TIME = 2


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its name, what it holds, whether a client may set it, what it is at first."""

    name: str
    kind: Kind = Kind.TEXT
    settable: bool = True
    default: Any = None
    choices: tuple[str, ...] = ()

    @property
    def column(self) -> type[int | str]:
        """The kind of the column that holds it."""
        return int if self.kind in {Kind.WHOLE, Kind.TIME} else str

    def parse(self, text: str) -> Any:
        """Return the value that *text* spells; raise `SchedulerError` if it spells none."""
        if not self.settable:
            raise SchedulerError(Code.PROPERTY_IS_READ_ONLY, f"{self.name} cannot be set.")
        if self.kind is Kind.TEXT:
            return self._choose(text)
        if not text:
            return self.default
        if self.kind is Kind.FLAG:
            if text.lower() not in {"true", "false"}:
                raise wrong(f"{self.name} must be True or False.")
            return text.capitalize()
        if WHOLE_NUMBER.fullmatch(text) is None or int(text) > LARGEST:
            raise wrong(f"{self.name} must be a whole number from 0 to {LARGEST}.")
        return int(text)

    def _choose(self, text: str) -> str:
        if not self.choices:
            return text
        for one in self.choices:
            if one.lower() == text.lower():
                return one
        if self.name == "Priority" and WHOLE_NUMBER.fullmatch(text) and int(text) <= 4000:
            return str(int(text))
        raise wrong(f"{self.name} must be one of {', '.join(self.choices)}.")


@lru_cache(maxsize=4096)
def date_time(moment: int) -> str:
    """Return *moment* as `7/5/2019 9:05:07 AM`."""
    date: datetime = to_datetime(moment)
    hour = date.hour % 12 or 12
    half = "AM" if date.hour < 12 else "PM"
    return f"{date.month}/{date.day}/{date.year} {hour}:{date.minute:02}:{date.second:02} {half}"


class Book:
    """All properties of one kind of resource.

    *key* and `State` are shown like the others but stand in the store by themselves.
    """

    def __init__(self, key: str, rows: Iterable[str], properties: Iterable[Property]) -> None:
        self.key = key
        self.rows = tuple(rows)
        self.columns = {one.name: one for one in properties}
        self.names = (key, "State", *self.columns)
        self._kinds = [(name, one.kind is Kind.TIME) for name, one in self.columns.items()]
        self._folded = {name.lower(): name for name in self.names}

    def canonical(self, name: str) -> str | None:
        """Return the canonical spelling of *name*, or None if there is no such property."""
        return self._folded.get(name.strip().lower())

    def chosen(self, text: str | None) -> tuple[str, ...] | None:
        """Return the canonical names in a comma-separated list; None if there are none.

        Raises `SchedulerError` for a name that no property has.
        """
        names: dict[str, None] = {}
        for part in (text or "").split(","):
            if not part.strip():
                continue
            name = self.canonical(part)
            if name is None:
                raise wrong(f"There is no property {part.strip()}.")
            names[name] = None
        return tuple(names) or None

    def parse(self, settings: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return the values that *settings* give, by canonical name."""
        found = {}
        for name, text in settings:
            known = self.canonical(name)
            if known is None:
                raise wrong(f"There is no property {name}.")
            if known not in self.columns:
                raise SchedulerError(Code.PROPERTY_IS_READ_ONLY, f"{known} cannot be set.")
            found[known] = self.columns[known].parse(text)
        return found

    def defaults(self) -> dict[str, Any]:
        """Return what a new resource has before anybody sets anything."""
        return {
            name: "" if one.kind is Kind.TEXT and one.default is None else one.default
            for name, one in self.columns.items()
        }

    def values(self, resource: Resource) -> dict[str, str]:
        """Return every property of *resource* as a text; nothing is an empty text."""
        columns = resource.columns
        found = {self.key: str(resource.key), "State": resource.state}
        for name, is_time in self._kinds:
            value = columns[name]
            if isinstance(value, str):
                found[name] = value
            elif value is None:
                found[name] = ""
            else:
                found[name] = date_time(value) if is_time else str(value)
        return found


def listed(values: Mapping[str, str], names: Iterable[str]) -> list[dict[str, str]]:
    """Return the properties *names* as the wire has them."""
    return [{"Name": name, "Value": values[name]} for name in names]


def settings(body: Any) -> list[tuple[str, str]]:
    """Return the names and values of a body; keys in any case, no body sets nothing."""
    found = []
    for entry in body or ():
        folded = {key.lower(): value for key, value in entry.items()}
        name, value = folded.get("name"), folded.get("value", "")
        if not isinstance(name, str) or not name or not isinstance(value, str):
            raise wrong("Each property needs a Name and a Value, which are texts.")
        if "\0" in name + value:
            raise wrong("A text must not hold the character NUL.")
        found.append((name, value))
    return found


def _given(kind: Kind, default: Any, *names: str) -> list[Property]:
    return [Property(name, kind, default=default) for name in names]


def _shown(kind: Kind, default: Any, *names: str) -> list[Property]:
    return [Property(name, kind, settable=False, default=default) for name in names]


RANKS = ("Lowest", "BelowNormal", "Normal", "AboveNormal", "Highest")
TIMES = ("CreateTime", "SubmitTime", "StartTime", "EndTime", "ChangeTime")
TASK_TYPES = ("Basic", "ParametricSweep", "NodePrep", "NodeRelease", "Service")

JOB = Book(
    "Id",
    ("Id", "Owner", "Name", "State", "Priority"),
    [
        *_given(Kind.TEXT, None, "Name"),
        *_shown(Kind.TEXT, None, "Owner"),
        Property("Priority", default="Normal", choices=RANKS),
        *_given(Kind.TEXT, None, "UserName", "Project", "JobTemplate", "NodeGroups"),
        Property("NodeGroupOp", default="Intersect", choices=("Intersect", "Uniform", "Union")),
        *_given(Kind.TEXT, None, "RequestedNodes"),
        Property("UnitType", default="Core", choices=("Core", "Socket", "Node")),
        *_given(Kind.WHOLE, 1, "MinCores", "MaxCores", "MinNodes", "MaxNodes"),
        *_given(Kind.WHOLE, 1, "MinSockets", "MaxSockets"),
        *_given(Kind.FLAG, "False", "IsExclusive", "RunUntilCanceled", "FailOnTaskFailure"),
        *_given(Kind.FLAG, "False", "NotifyOnStart", "NotifyOnCompletion"),
        *_given(Kind.FLAG, "True", "AutoCalculateMin", "AutoCalculateMax"),
        *_given(Kind.TEXT, None, "EmailAddress", "SoftwareLicense", "ProgressMessage"),
        *_shown(Kind.TIME, None, *TIMES),
        *_shown(Kind.TEXT, None, "PreviousState", "ErrorMessage", "AllocatedNodes"),
        *_shown(Kind.WHOLE, 0, "RequeueCount"),
    ],
)

TASK = Book(
    "TaskId",
    (
        "TaskId", "Name", "State", "CommandLine", "ExitCode", "ParentJobId", "JobTaskId",
        "InstanceId",
    ),
    [
        *_given(Kind.TEXT, None, "Name", "CommandLine"),
        *_shown(Kind.WHOLE, None, "ExitCode", "ParentJobId", "JobTaskId", "InstanceId"),
        Property("Type", default="Basic", choices=TASK_TYPES),
        *_given(Kind.WHOLE, None, "StartValue", "EndValue", "IncrementValue"),
        *_given(Kind.WHOLE, 1, "MinCores", "MaxCores", "MinNodes", "MaxNodes"),
        *_given(Kind.WHOLE, 1, "MinSockets", "MaxSockets"),
        *_given(Kind.TEXT, None, "WorkDirectory", "RequiredNodes", "UserBlob"),
        *_given(Kind.TEXT, None, "StdInFilePath", "StdOutFilePath", "StdErrFilePath"),
        *_given(Kind.FLAG, "False", "IsExclusive", "FailJobOnFailure"),
        *_given(Kind.FLAG, "True", "IsRerunnable"),
        *_given(Kind.WHOLE, None, "RuntimeSeconds"),
        *_shown(Kind.TEXT, None, "Output", "ErrorMessage", "PreviousState", "AllocatedNodes"),
        *_shown(Kind.TIME, None, *TIMES),
        *_shown(Kind.WHOLE, 0, "RequeueCount"),
    ],
)  # fmt: skip
