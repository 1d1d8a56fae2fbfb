"""Whether a row fits the filters of a search that no index can answer."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Mapping
from typing import Any

from mockserver.apis.deadline_cloud.refusals import invalid_field
from mockserver.moment import parse_iso
from mockserver.store import Resource

Predicate = Callable[[Resource], bool]

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQUAL": operator.eq,
    "NOT_EQUAL": operator.ne,
    "GREATER_THAN_EQUAL_TO": operator.ge,
    "GREATER_THAN": operator.gt,
    "LESS_THAN_EQUAL_TO": operator.le,
    "LESS_THAN": operator.lt,
    "ANY_EQUALS": operator.eq,
    "ALL_NOT_EQUALS": operator.ne,
}

DEPTH = 8
"""How many groups may be nested."""


def predicate(group: Mapping[str, Any], fields: Mapping[str, str], depth: int = 0) -> Predicate:
    """Return whether a row fits a group of filters; refuse a field that nobody has."""
    if depth > DEPTH:
        raise invalid_field("filterExpressions", "is nested too deeply")
    parts = [_single(one, fields, depth) for one in group["filters"]]
    joins = all if group["operator"] == "AND" else any
    return lambda row: joins(fits(row) for fits in parts)


def _single(one: Mapping[str, Any], fields: Mapping[str, str], depth: int) -> Predicate:
    kind, content = next(iter(one.items()))
    if kind == "groupFilter":
        return predicate(content, fields, depth + 1)
    if kind == "searchTermFilter":
        return _term(content)
    if kind == "parameterFilter":
        return lambda row: _parameter(row, content)
    column = fields.get(content["name"])
    if column is None or (kind == "dateTimeFilter") != _is_time(column):
        raise invalid_field(f"filterExpressions.{kind}.name", f"has no field {content['name']}")
    if kind == "dateTimeFilter":
        moment = parse_iso(content["dateTime"])
        if moment is None:
            raise invalid_field("filterExpressions.dateTimeFilter.dateTime", "is not a moment")
        compare = COMPARE[content["operator"]]
        return lambda row: row.columns[column] is not None and compare(row.columns[column], moment)
    wanted = set(content["values"]) if kind == "stringListFilter" else {content["value"]}
    holds = content["operator"] in {"EQUAL", "ANY_EQUALS"}
    return lambda row: (_text(row, column) in wanted) is holds


def _is_time(column: str) -> bool:
    return column in {"created", "started", "ended", "updated"}


def _text(row: Resource, column: str) -> str:
    value = getattr(row, column) if column in {"key", "state"} else row.columns[column]
    return "" if value is None else str(value)


def _parameter(row: Resource, content: Mapping[str, Any]) -> bool:
    """Return whether a parameter of a row compares to a value as asked: numbers as numbers."""
    value = (row.facts.get("parameters") or {}).get(content["name"])
    if value is None:
        return False
    kind, found = next(iter(value.items()))
    wanted = content["value"]
    if kind in {"int", "float"}:
        try:
            wanted, found = float(wanted), float(found)
        except ValueError:
            return content["operator"] in {"NOT_EQUAL", "ALL_NOT_EQUALS"}
    elif not isinstance(found, str):
        found = str(found)
    return COMPARE[content["operator"]](found, wanted)


def _term(content: Mapping[str, Any]) -> Predicate:
    """Return whether the name of a row, or a value of its parameters, has the term in it."""
    term = content["searchTerm"].lower()
    is_fuzzy = content.get("matchType", "FUZZY_MATCH") == "FUZZY_MATCH"

    def fits(row: Resource) -> bool:
        texts = [str(row.columns["name"])] if "name" in row.columns else [row.key]
        for value in (row.facts.get("parameters") or {}).values():
            texts += [str(one) for one in value.values()]
        lowered = [one.lower() for one in texts]
        if any(term in one for one in lowered):
            return True
        words = [word for one in lowered for word in one.split()]
        return is_fuzzy and bool(difflib.get_close_matches(term, words, 1, 0.75))

    return fits
