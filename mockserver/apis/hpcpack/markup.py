"""XML: answers as HPC Pack's clients read them, and the XML that describes a job."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from mockserver.apis.hpcpack.faults import wrong

COMMON = "http://schemas.microsoft.com/HPCS2008R2/common"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"

UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

OBJECTS = "ArrayOfObject"
PROPERTIES = "ArrayOfProperty"
TEXTS = "ArrayOfstring"

DEEPEST = 16
"""How deeply the elements of a job's XML may be nested."""

Attributes = dict[str, str]


def _text(value: str) -> str:
    return escape(UNPRINTABLE.sub("\ufffd", value))


def _properties(values: list[dict[str, str]]) -> str:
    return "".join(
        f"<Property><Name>{_text(one['Name'])}</Name><Value>{_text(one['Value'])}</Value></Property>"
        for one in values
    )


def write(value: Any, root: str) -> bytes:
    """Return *value* as XML; *root* says what a list is a list of."""
    if isinstance(value, int):
        body = f'<int xmlns="{SERIALIZATION}">{value}</int>'
    elif isinstance(value, str):
        body = f'<string xmlns="{SERIALIZATION}">{_text(value)}</string>'
    elif root == TEXTS:
        parts = "".join(f"<string>{_text(one)}</string>" for one in value)
        body = f'<{root} xmlns="{ARRAYS}">{parts}</{root}>'
    elif root == OBJECTS:
        rows = (f"<Properties>{_properties(one['Properties'])}</Properties>" for one in value)
        parts = "".join(f"<Object>{one}</Object>" for one in rows)
        body = f'<{root} xmlns="{COMMON}">{parts}</{root}>'
    else:
        body = f'<{root} xmlns="{COMMON}">{_properties(value)}</{root}>'
    return f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()


@dataclass(slots=True)
class Described:
    """What the XML says of a job or a task: attributes, custom properties, variables."""

    attributes: Attributes
    custom: Attributes = field(default_factory=dict)
    variables: Attributes = field(default_factory=dict)
    tasks: list[Described] = field(default_factory=list)


class _Reader:
    """Reads the elements that count, wherever their namespace is, and passes over the others."""

    def __init__(self) -> None:
        self.job: Described | None = None
        self._path: list[str] = []
        self._pair: Attributes = {}
        self._collects: str | None = None

    def open(self, name: str, attributes: Attributes) -> None:
        """Take note of an element that begins."""
        name = name.rpartition(":")[2]
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise wrong("The job XML is nested too deeply.")
        match self._path:
            case ["Job"]:
                self.job = Described(attributes)
            case [_]:
                raise wrong("The root of the job XML must be Job.")
            case ["Job", "Tasks", "Task"]:
                assert self.job is not None
                self.job.tasks.append(Described(attributes))
            case [*_, "Variable" | "Term"]:
                self._pair = {}
            case [*_, "Variable" | "Term", "Name" | "Value"]:
                self._collects = name
                self._pair[name] = ""

    def text(self, text: str) -> None:
        """Take note of text."""
        if self._collects is not None:
            self._pair[self._collects] += text

    def close(self, _name: str) -> None:
        """Take note of an element that ends."""
        path = self._path.copy()
        self._path.pop()
        self._collects = None
        owner = self._owner(path)
        if owner is None or not self._pair.get("Name"):
            return
        match path:
            case [*_, "EnvironmentVariables", "Variable"]:
                owner.variables[self._pair["Name"]] = self._pair.get("Value", "")
            case [*_, "CustomProperties", "Term"]:
                owner.custom[self._pair["Name"]] = self._pair.get("Value", "")

    def _owner(self, path: list[str]) -> Described | None:
        if self.job is not None and path[:3] == ["Job", "Tasks", "Task"] and self.job.tasks:
            return self.job.tasks[-1]
        return self.job


def read_job(text: str) -> Described:
    """Return the job that an XML text describes; raise `SchedulerError` if it describes none.

    A document type is refused, so there are no entities to expand and nothing else to load.
    """

    def refuse(*_: object) -> None:
        raise wrong("The job XML must not have a document type.")

    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reader.open
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.close
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - it takes no names
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise wrong(f"The job XML cannot be read: {error}.") from None
    if reader.job is None:
        raise wrong("The job XML is empty.")
    return reader.job
