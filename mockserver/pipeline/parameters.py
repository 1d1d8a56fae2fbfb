"""From the texts of path, query and headers to values, or to violations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockserver.errors import Violation
from mockserver.pipeline.schema import SchemaBook, Validator

Coerce = Callable[[str], Any]

INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
BOOLEANS = {"true": True, "false": False}
PLAIN = frozenset({"type", "description", "example", "default", "title", "nullable"})


def _integer(text: str) -> int:
    if INTEGER.fullmatch(text) is None:
        raise ValueError("not an integer")
    return int(text)


def _number(text: str) -> float:
    if NUMBER.fullmatch(text) is None:
        raise ValueError("not a number")
    return float(text)


def _boolean(text: str) -> bool:
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError("neither true nor false") from None


COERCE: dict[str, Coerce] = {"integer": _integer, "number": _number, "boolean": _boolean}


class Parameter:
    """One declared parameter, ready to be read from the texts of a request."""

    __slots__ = (
        "coerce",
        "default",
        "explode",
        "is_array",
        "location",
        "name",
        "required",
        "validator",
    )

    def __init__(self, node: Mapping[str, Any], book: SchemaBook) -> None:
        schema = node.get("schema", {})
        self.name: str = node["name"]
        self.location: str = node["in"]
        self.required = bool(node.get("required"))
        self.default = schema.get("default")
        self.is_array = schema.get("type") == "array"
        self.explode = bool(node.get("explode", node.get("style", "form") == "form"))
        single = schema.get("items", {}) if self.is_array else schema
        self.coerce = COERCE.get(single.get("type", "string"))
        plain = not self.is_array and schema.keys() <= PLAIN
        self.validator: Validator | None = None if plain else book.compile(schema)

    def read(self, texts: Sequence[str], violations: list[Violation]) -> Any:
        """Return the value that *texts* spell; note how they break the contract, if they do."""
        try:
            if self.is_array:
                parts = texts if self.explode else texts[-1].split(",")
                value: Any = [self.coerce(one) for one in parts] if self.coerce else list(parts)
            else:
                value = self.coerce(texts[-1]) if self.coerce else texts[-1]
        except ValueError as error:
            violations.append(
                Violation(self.location, self.name, "type", f"{error}: {texts[-1]!r}", texts[-1])
            )
            return None
        if self.validator is not None and not self.validator.is_valid(value):
            problem = next(iter(self.validator.iter_errors(value)))
            code = str(problem.kind.name)
            violations.append(Violation(self.location, self.name, code, problem.message, value))
            return None
        return value


class Parameters:
    """The declared parameters of one operation."""

    __slots__ = ("_defaults", "_headers", "_path", "_query", "_required", "_spellings")

    def __init__(self, nodes: Sequence[Mapping[str, Any]], book: SchemaBook) -> None:
        every = [Parameter(node, book) for node in nodes]
        self._path = {one.name: one for one in every if one.location == "path"}
        self._query = {one.name: one for one in every if one.location == "query"}
        self._spellings = {name.lower(): name for name in self._query}
        self._headers = [one for one in every if one.location == "header"]
        self._required = [
            one for one in every if one.required and one.location in {"query", "header"}
        ]
        self._defaults = {
            one.name: one.default for one in self._query.values() if one.default is not None
        }

    def spell(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return *pairs* with declared names as they are declared, in whatever case they came."""
        return [(self._spellings.get(name.lower(), name), text) for name, text in pairs]

    def read_path(self, texts: Mapping[str, str], violations: list[Violation]) -> dict[str, Any]:
        """Return the path parameters, converted."""
        values = {}
        for name, text in texts.items():
            parameter = self._path.get(name)
            values[name] = parameter.read((text,), violations) if parameter else text
        return values

    def read_query(
        self, pairs: Sequence[tuple[str, str]], violations: list[Violation]
    ) -> dict[str, Any]:
        """Return the declared query parameters, converted, and the defaults of the absent ones."""
        values = dict(self._defaults)
        if not pairs:
            return values
        texts: dict[str, list[str]] = {}
        for name, text in pairs:
            texts.setdefault(name, []).append(text)
        for name, found in texts.items():
            parameter = self._query.get(name)
            if parameter is not None:
                value = parameter.read(found, violations)
                if value is not None:
                    values[name] = value
        return values

    def missing(
        self, query: Mapping[str, Any], header: Callable[[str], str | None]
    ) -> list[Violation]:
        """Return a violation for each required parameter that the request lacks."""
        return [
            Violation(one.location, one.name, "missing", "is required")
            for one in self._required
            if (
                one.name not in query
                if one.location == "query"
                else header(one.name.lower()) is None
            )
        ]

    def check_headers(
        self, header: Callable[[str], str | None], violations: list[Violation]
    ) -> None:
        """Check the declared header parameters."""
        for one in self._headers:
            text = header(one.name.lower())
            if text is not None:
                one.read((text,), violations)

    @property
    def has_headers(self) -> bool:
        """Whether any header is declared."""
        return bool(self._headers)

    @property
    def has_defaults(self) -> bool:
        """Whether a parameter of the query has a value that it does not have to be given."""
        return bool(self._defaults)

    @property
    def has_required(self) -> bool:
        """Whether a parameter of query or header is required."""
        return bool(self._required)
