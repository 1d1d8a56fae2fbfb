"""Bodies in XML, as the data contract serializer of .NET writes what the document has as JSON."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from mockserver.apis.hpcpack.faults import wrong

DEEPEST = 4
"""How deeply the elements of a body may be nested."""


class _Reader:
    """Reads a text, a list of texts, or a list of properties."""

    def __init__(self) -> None:
        self.value: Any = None
        self._path: list[str] = []
        self._text = ""

    def open(self, name: str, _attributes: dict[str, str]) -> None:
        """Take note of an element that begins."""
        self._path.append(name.rpartition(":")[2])
        self._text = ""
        match self._path:
            case ["string" | "int"]:
                self.value = ""
            case [root] if root.startswith("ArrayOf"):
                self.value = []
            case [root]:
                raise wrong(f"The root of the body is {root}; right would be ArrayOfProperty.")
            case [_, "Property"]:
                self.value.append({})
        if len(self._path) > DEEPEST:
            raise wrong("The body is nested too deeply.")

    def text(self, text: str) -> None:
        """Take note of text."""
        self._text += text

    def close(self, _name: str) -> None:
        """Take note of an element that ends."""
        match self._path:
            case ["string" | "int"]:
                self.value = self._text
            case [_, "string"]:
                self.value.append(self._text)
            case [_, "Property", "Name" | "Value" as name] if self.value:
                self.value[-1][name] = self._text
        self._path.pop()


def read_value(raw: bytes) -> Any:
    """Return what a body in XML says, as JSON has it; raise `SchedulerError` if it says nothing.

    A document type is refused, so there are no entities to expand and nothing else to load.
    """

    def refuse(*_: object) -> None:
        raise wrong("The body must not have a document type.")

    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reader.open
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.close
    try:
        parser.Parse(raw, True)  # noqa: FBT003 - it takes no names
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise wrong(f"The XML cannot be read: {error}.") from None
    return reader.value
